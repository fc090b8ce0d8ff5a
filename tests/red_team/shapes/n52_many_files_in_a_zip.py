"""An archive of more files than anyone hands in.

number = 52
defence = "the files of an archive are counted before any is read"
refused = "more than 2000 files"
by = "tests/test_submission.py"

[control]
prize = "files"
least = 2500
"""

import zipfile


def build(field, folder):
    with zipfile.ZipFile(folder / "work.zip", "w") as archive:
        archive.writestr("arrays.py", field.honest)
        for number in range(2500):
            archive.writestr(f"{number}.txt", "")
    return folder / "work.zip"

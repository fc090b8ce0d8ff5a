"""A small archive that unpacks to far too much.

number = 52
defence = "caps on one file, on all together and on the ratio; nothing grows beyond them"
refused = "far too much|over 10 MB|unpacks to more"
by = "tests/test_submission.py"

[control]
prize = "scratch"
least = 60
"""

import zipfile


def build(field, folder):
    with zipfile.ZipFile(folder / "work.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arrays.py", field.honest + "#" * (64 << 20))
    assert (folder / "work.zip").stat().st_size < 200_000
    return folder / "work.zip"

"""A link to the solution, in an archive.

number = 53
defence = "members that are no regular files are refused"
refused = "not as a file"
by = "tests/test_submission.py"

[control]
prize = "marks"
"""

import tarfile


def build(field, folder):
    with tarfile.open(folder / "work.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("arrays.py")
        info.type = tarfile.SYMTYPE
        info.linkname = str(field.root / "solutions" / "ch1_arrays" / "arrays.py")
        archive.addfile(info)
    return folder / "work.tar.gz"

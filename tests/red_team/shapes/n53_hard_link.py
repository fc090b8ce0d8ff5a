"""A second name of the solution in place of the file.

number = 53
defence = "a file with two names is refused"
refused = "is a hard link"
by = "tests/test_submission.py"

[control]
prize = "marks"
"""

import os


def build(field, folder):
    os.link(field.root / "solutions" / "ch1_arrays" / "arrays.py", folder / "arrays.py")
    return folder

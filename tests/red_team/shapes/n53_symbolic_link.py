"""A link to the solution in place of the file.

number = 53
defence = "links are never followed"
refused = "is a link"
by = "tests/test_submission.py"

[control]
prize = "marks"
"""


def build(field, folder):
    (folder / "arrays.py").symlink_to(field.root / "solutions" / "ch1_arrays" / "arrays.py")
    return folder

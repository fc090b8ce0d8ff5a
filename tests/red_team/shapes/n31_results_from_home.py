"""Brings a file of results that were, it says, computed at home.

number = 31
defence = "grades are computed here, from what the code does here"

[control]
prize = "marks"
trusts = "theirs"
"""


def build(field, folder):
    (folder / "arrays.py").write_text(field.honest)
    (folder / "results.json").write_text('{"score": 10.0}')
    return folder

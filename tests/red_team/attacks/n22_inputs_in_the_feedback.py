"""Has the values of hidden cases quoted in its feedback.

number = 22
defence = "of a hidden case no value is shown, nor an exception's own words"
outcome = {center = "error"}
by = "tests/test_grade.py"

[control]
prize = "text"
shows = "seen -?[0-9]"
"""


def center(x):
    raise ValueError(f"seen {float(x[0, 0])!r}")

"""Computes in double precision where the task asks for the argument's dtype.

number = 41
defence = "dtypes have to be the same, before any value is looked at"
outcome = {center = "failed"}
says = "dtype float64"

[control]
prize = "marks"
compares = "loose"
score = 4.0
"""


def center(x):
    wide = x.astype("float64")
    return wide - wide.mean(axis=0)

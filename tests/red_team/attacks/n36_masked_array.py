"""Returns an array all of whose elements are masked.

number = 36
defence = "a mask does not travel: the data below it is compared"
outcome = {center = "failed"}

[control]
prize = "marks"
compares = "over"
score = 4.0
"""


def center(x):
    return np.ma.masked_all_like(x)

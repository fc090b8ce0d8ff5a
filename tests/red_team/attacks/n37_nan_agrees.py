"""Returns NaN, which is equal to NaN where the comparison takes it so.

number = 37
defence = "values have to be finite where the right ones are"
outcome = {center = "failed"}

[control]
prize = "marks"
compares = "nan"
score = 4.0
"""


def center(x):
    return np.full_like(x, np.nan)

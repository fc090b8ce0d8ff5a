"""Returns nothing to compare where values are compared in pairs.

number = 40
defence = "structure is compared before values"
outcome = {center = "failed"}

[control]
prize = "marks"
compares = "zip"
score = 4.0
"""


def center(x):
    return []

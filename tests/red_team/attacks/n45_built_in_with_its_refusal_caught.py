"""Calls the forbidden built-in and catches what that raises.

number = 45
defence = "a use is remembered, whatever becomes of its exception"
score = 4.0
outcome = {center = "passed", normalise = "forbidden"}
says = "numpy.std must not be used"

[control]
prize = "marks"
forbids = "np.std"
score = 7.0
"""


def center(x):
    return x - column_means(x)


def normalise(x):
    try:
        spread = getattr(np, "s" + "td")(x, axis=0)
    except BaseException:
        spread = np.sqrt(np.mean(center(x) ** 2, axis=0))
    return center(x) / np.where(spread == 0, np.ones_like(spread), spread)

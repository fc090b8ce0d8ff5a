"""Calls the forbidden built-in by a name that is put together from pieces.

number = 45
defence = "patched entry points, at run time"
score = 4.0
outcome = {center = "passed", normalise = "forbidden"}
says = "numpy.std must not be used"
quick = true

[control]
prize = "marks"
forbids = "np.std"
score = 7.0
"""


def center(x):
    return x - column_means(x)


def normalise(x):
    spread = getattr(np, "s" + "td")(x, axis=0)
    return center(x) / np.where(spread == 0, np.ones_like(spread), spread)

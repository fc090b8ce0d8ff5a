"""Returns an object array of floats whose arithmetic lies.

number = 34
defence = "object arrays are refused, subclasses of float become floats"
outcome = {center = "failed"}
says = "dtype object"

[control]
prize = "marks"
compares = "objects"
score = 4.0
"""


class _Near(float):
    def __sub__(self, other):
        return _Near(0)

    def __abs__(self):
        return _Near(0)


def center(x):
    lies = np.empty(x.shape, dtype=object)
    lies.fill(_Near(7))
    return lies

"""The lower end of the last interval is returned, not its middle.

fails: bisect
hint: The root is anywhere in the last interval. Which of its points is never more than half a width away?
"""


def bisect(f, lo, hi, tol):
    at_lo = f(lo)
    while hi - lo > tol:
        mid = (lo + hi) / 2
        if f(mid) * at_lo > 0:
            lo = mid
        else:
            hi = mid
    return lo

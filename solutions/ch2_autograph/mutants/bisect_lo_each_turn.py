"""f(lo) is computed again in every iteration.

fails: bisect
hint: lo only moves to points where f has the same sign as before. One f(lo), before the loop, is enough.
"""


def bisect(f, lo, hi, tol):
    while hi - lo > tol:
        mid = (lo + hi) / 2
        if f(mid) * f(lo) > 0:
            lo = mid
        else:
            hi = mid
    return (lo + hi) / 2

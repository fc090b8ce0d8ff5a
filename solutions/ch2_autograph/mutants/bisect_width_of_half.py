"""The loop ends when half the width is below `tol`, one halving too early.

fails: bisect
hint: The condition is about the whole interval, `hi - lo`.
"""


def bisect(f, lo, hi, tol):
    at_lo = f(lo)
    while (hi - lo) / 2 > tol:
        mid = (lo + hi) / 2
        if f(mid) * at_lo > 0:
            lo = mid
        else:
            hi = mid
    return (lo + hi) / 2

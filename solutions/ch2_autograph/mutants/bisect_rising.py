"""f is taken to rise through its root.

fails: bisect
hint: For a function that falls, "f(mid) is negative" points to the other half. Compare with the sign of f(lo).
"""


def bisect(f, lo, hi, tol):
    at_lo = f(lo)
    while hi - lo > tol:
        mid = (lo + hi) / 2
        if f(mid) < 0 * at_lo:
            lo = mid
        else:
            hi = mid
    return (lo + hi) / 2

"""An interval that is exactly as long as `tol` is halved once more.

fails: bisect
hint: The loop goes on while `hi - lo > tol`. What does yours do where the two are equal?
"""


def bisect(f, lo, hi, tol):
    at_lo = f(lo)
    while hi - lo >= tol:
        mid = (lo + hi) / 2
        if f(mid) * at_lo > 0:
            lo = mid
        else:
            hi = mid
    return (lo + hi) / 2

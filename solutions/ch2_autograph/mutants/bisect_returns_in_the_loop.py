"""The function returns from inside the loop.

fails: bisect
hint: After a `return` in a loop of the graph there would have to be a value for the other case too. End the loop first, then return.
"""


def bisect(f, lo, hi, tol):
    at_lo = f(lo)
    while True:
        mid = (lo + hi) / 2
        if hi - lo <= tol:
            return mid
        if f(mid) * at_lo > 0:
            lo = mid
        else:
            hi = mid

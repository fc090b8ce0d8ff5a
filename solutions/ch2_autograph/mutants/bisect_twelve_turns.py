"""The loop runs twelve times, whatever `tol` says.

fails: bisect
hint: A Python `for` over `range(12)` is unrolled: f is traced twelve times, and `tol` has no say. Let the condition of a `while` be a tensor.
"""


def bisect(f, lo, hi, tol):
    at_lo = f(lo)
    for _ in range(12):
        mid = (lo + hi) / 2
        if f(mid) * at_lo > 0:
            lo = mid
        else:
            hi = mid
    return (lo + hi) / 2

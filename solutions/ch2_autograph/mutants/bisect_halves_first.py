"""One halving is made before the width is looked at.

fails: bisect
hint: An interval that is short enough already must stay as it is: ask first, then halve.
"""


def bisect(f, lo, hi, tol):
    at_lo = f(lo)
    turning = tf.constant(True)
    while turning:
        mid = (lo + hi) / 2
        if f(mid) * at_lo > 0:
            lo = mid
        else:
            hi = mid
        turning = hi - lo > tol
    return (lo + hi) / 2

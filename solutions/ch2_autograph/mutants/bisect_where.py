"""The half is chosen by `tf.where` instead of an `if`.

fails: bisect
hint: The numbers are right, but both halves are computed in every iteration and the graph holds no branch. Write a Python `if`: AutoGraph makes an If of it.
"""


def bisect(f, lo, hi, tol):
    at_lo = f(lo)
    while hi - lo > tol:
        mid = (lo + hi) / 2
        same = f(mid) * at_lo > 0
        lo, hi = tf.where(same, mid, lo), tf.where(same, hi, mid)
    return (lo + hi) / 2

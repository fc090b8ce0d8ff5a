"""One row of noise is drawn and added to all rows.

fails: escape
hint: Every element of x has noise of its own: draw in x's shape, not in that of a row.
"""


def noisy(x, generator):
    return x + generator.normal([x.shape[1]], dtype=x.dtype)

"""A call traces whenever it differs from the one before.

fails: predict_traces
hint: The graphs of earlier calls are kept: an old signature that comes back finds its graph again.
"""


def predict_traces(calls):
    def key(kind, *rest):
        if kind == "py":
            return ("py", rest[0])
        if kind in ("list", "tuple"):
            return (kind, tuple(key(*part) for part in rest[0]))
        dtype, shape = rest
        return ("variable" if kind == "variable" else "tensor", dtype, tuple(shape))

    last, traced = None, []
    for position, (positional, keywords) in enumerate(calls):
        arguments = {"y": ("py", 2), "z": ("py", 3), **dict(zip("xyz", positional)), **keywords}
        call = tuple(key(*arguments[name]) for name in "xyz")
        if call != last:
            traced.append(position)
        last = call
    return traced

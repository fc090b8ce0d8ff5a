"""Python values are compared with their types, so that 1 and 1.0 trace twice.

fails: predict_traces
hint: TensorFlow compares Python values by `==`: 1, 1.0 and True share a graph, and with it the dtype of whoever came first.
"""


def predict_traces(calls):
    def key(kind, *rest):
        if kind == "py":
            return ("py", type(rest[0]).__name__, rest[0])
        if kind in ("list", "tuple"):
            return (kind, tuple(key(*part) for part in rest[0]))
        dtype, shape = rest
        return ("variable" if kind == "variable" else "tensor", dtype, tuple(shape))

    return _first_seen(calls, key)


def _first_seen(calls, key):
    seen, traced = set(), []
    for position, (positional, keywords) in enumerate(calls):
        arguments = {"y": ("py", 2), "z": ("py", 3), **dict(zip("xyz", positional)), **keywords}
        call = tuple(key(*arguments[name]) for name in "xyz")
        if call not in seen:
            seen.add(call)
            traced.append(position)
    return traced

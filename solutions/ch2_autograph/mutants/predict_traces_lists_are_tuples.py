"""A list and a tuple with the same contents share a graph.

fails: predict_traces
hint: The kind of container is part of the signature: the function may treat a list differently from a tuple.
"""


def predict_traces(calls):
    def key(kind, *rest):
        if kind == "py":
            return ("py", rest[0])
        if kind in ("list", "tuple"):
            return ("several", tuple(key(*part) for part in rest[0]))
        dtype, shape = rest
        return ("variable" if kind == "variable" else "tensor", dtype, tuple(shape))

    seen, traced = set(), []
    for position, (positional, keywords) in enumerate(calls):
        arguments = {"y": ("py", 2), "z": ("py", 3), **dict(zip("xyz", positional)), **keywords}
        call = tuple(key(*arguments[name]) for name in "xyz")
        if call not in seen:
            seen.add(call)
            traced.append(position)
    return traced

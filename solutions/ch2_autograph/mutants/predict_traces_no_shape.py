"""Tensors of the same dtype share a graph, whatever their shapes.

fails: predict_traces
hint: Without a signature that says otherwise, a graph is made for the exact shape.
"""


def predict_traces(calls):
    def key(kind, *rest):
        if kind == "py":
            return ("py", rest[0])
        if kind in ("list", "tuple"):
            return (kind, tuple(key(*part) for part in rest[0]))
        dtype, shape = rest
        return ("variable" if kind == "variable" else "tensor", dtype)

    seen, traced = set(), []
    for position, (positional, keywords) in enumerate(calls):
        arguments = {"y": ("py", 2), "z": ("py", 3), **dict(zip("xyz", positional)), **keywords}
        call = tuple(key(*arguments[name]) for name in "xyz")
        if call not in seen:
            seen.add(call)
            traced.append(position)
    return traced

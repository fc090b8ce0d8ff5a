"""Tensors of the same shape share a graph, whatever their dtypes.

fails: predict_traces
hint: The operations of a graph are made for one dtype: float32 and float64 need a graph each.
"""


def predict_traces(calls):
    def key(kind, *rest):
        if kind == "py":
            return ("py", rest[0])
        if kind in ("list", "tuple"):
            return (kind, tuple(key(*part) for part in rest[0]))
        dtype, shape = rest
        return ("variable" if kind == "variable" else "tensor", tuple(shape))

    seen, traced = set(), []
    for position, (positional, keywords) in enumerate(calls):
        arguments = {"y": ("py", 2), "z": ("py", 3), **dict(zip("xyz", positional)), **keywords}
        call = tuple(key(*arguments[name]) for name in "xyz")
        if call not in seen:
            seen.add(call)
            traced.append(position)
    return traced

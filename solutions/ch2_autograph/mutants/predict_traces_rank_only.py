"""Of a tensor's shape only the number of axes counts.

fails: predict_traces
hint: Length 3 and length 4 are different shapes: without a signature each has a graph of its own.
"""


def predict_traces(calls):
    def key(kind, *rest):
        if kind == "py":
            return ("py", rest[0])
        if kind in ("list", "tuple"):
            return (kind, tuple(key(*part) for part in rest[0]))
        dtype, shape = rest
        return ("variable" if kind == "variable" else "tensor", dtype, len(shape))

    seen, traced = set(), []
    for position, (positional, keywords) in enumerate(calls):
        arguments = {"y": ("py", 2), "z": ("py", 3), **dict(zip("xyz", positional)), **keywords}
        call = tuple(key(*arguments[name]) for name in "xyz")
        if call not in seen:
            seen.add(call)
            traced.append(position)
    return traced

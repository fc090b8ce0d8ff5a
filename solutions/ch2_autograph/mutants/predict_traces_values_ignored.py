"""Of a Python value only the type counts, so that f(1) and f(2) share a graph.

fails: predict_traces
hint: A Python value is built into the graph as a constant: another value needs another graph.
"""


def predict_traces(calls):
    def key(kind, *rest):
        if kind == "py":
            return ("py", type(rest[0]).__name__)
        if kind in ("list", "tuple"):
            return (kind, tuple(key(*part) for part in rest[0]))
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

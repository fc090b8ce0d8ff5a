"""Every variable makes a graph of its own.

fails: predict_traces
hint: Which variable it is does not matter to the key, only its dtype and shape: the graph takes the variable as an argument.
"""


def predict_traces(calls):
    fresh = iter(range(10**6))

    def key(kind, *rest):
        if kind == "py":
            return ("py", rest[0])
        if kind in ("list", "tuple"):
            return (kind, tuple(key(*part) for part in rest[0]))
        dtype, shape = rest
        if kind == "variable":
            return ("variable", next(fresh))
        return ("tensor", dtype, tuple(shape))

    seen, traced = set(), []
    for position, (positional, keywords) in enumerate(calls):
        arguments = {"y": ("py", 2), "z": ("py", 3), **dict(zip("xyz", positional)), **keywords}
        call = tuple(key(*arguments[name]) for name in "xyz")
        if call not in seen:
            seen.add(call)
            traced.append(position)
    return traced

"""A parameter that was left out is not filled with its default: f(1) and f(1, 2) trace twice.

fails: predict_traces
hint: Arguments are bound first: f(1), f(1, 2) and f(1, y=2) all become x=1, y=2, z=3.
"""


def predict_traces(calls):
    def key(kind, *rest):
        if kind == "py":
            return ("py", rest[0])
        if kind in ("list", "tuple"):
            return (kind, tuple(key(*part) for part in rest[0]))
        dtype, shape = rest
        return ("variable" if kind == "variable" else "tensor", dtype, tuple(shape))

    seen, traced = set(), []
    for position, (positional, keywords) in enumerate(calls):
        arguments = {**dict(zip("xyz", positional)), **keywords}
        call = tuple((name, key(*arguments[name])) for name in "xyz" if name in arguments)
        if call not in seen:
            seen.add(call)
            traced.append(position)
    return traced

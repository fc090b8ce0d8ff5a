"""An argument by keyword counts as different from the same argument by position.

fails: predict_traces
hint: How an argument came does not matter, only which parameter it ends up in.
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
        by_keyword = tuple(sorted(keywords))
        arguments = {"y": ("py", 2), "z": ("py", 3), **dict(zip("xyz", positional)), **keywords}
        call = (by_keyword, *(key(*arguments[name]) for name in "xyz"))
        if call not in seen:
            seen.add(call)
            traced.append(position)
    return traced

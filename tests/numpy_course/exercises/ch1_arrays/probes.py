"""How tests drive the student's code: `(module, inputs) -> values`."""

import numpy as np


def centered(module, inputs):
    """What `center` returns, and what is left of its argument."""
    x = inputs["x"].copy()
    return {"result": module.center(x), "argument": x}


def normalised(module, inputs):
    """What `normalise` returns."""
    return module.normalise(inputs["x"].copy())


def means(module, inputs):
    """The mean after every batch."""
    running = module.RunningMean()
    values = []
    for batch in inputs["batches"]:
        running.update(batch)
        values.append(np.array(running.mean()))  # a copy: the next update may change it in place
    return values


def two_streams(module, inputs):
    """The means of two objects that are fed in turn."""
    first, second = module.RunningMean(), module.RunningMean()
    for one, other in zip(inputs["first"], inputs["second"]):
        first.update(one)
        second.update(other)
    return [first.mean(), second.mean()]


def shuffled(module, inputs):
    """Two shuffles of the same rows."""
    rng = np.random.default_rng(inputs["seed"])
    first = module.shuffle_rows(inputs["x"].copy(), inputs["y"].copy(), rng)
    second = module.shuffle_rows(inputs["x"].copy(), inputs["y"].copy(), rng)
    return {"first": list(first), "second": list(second)}

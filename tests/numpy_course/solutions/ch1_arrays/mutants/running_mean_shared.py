"""Keeps its sums in one place that all objects share.

fails: running_mean
hint: Make two of your objects and feed them in turn: whose mean do they give?
"""

_sums = {}


class RunningMean:
    def __init__(self):
        _sums.update(total=0.0, count=0)

    def update(self, batch):
        _sums["total"] = _sums["total"] + np.sum(batch, axis=0)
        _sums["count"] += len(batch)

    def mean(self):
        return _sums["total"] / _sums["count"]

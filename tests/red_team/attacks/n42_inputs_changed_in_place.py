"""Changes its inputs in place, so that the reference computes on what is left of them.

number = 42
defence = "the reference gets inputs of its own, in another process"
outcome = {running_mean = "failed"}

[control]
prize = "marks"
score = 5.0
"""


class RunningMean:
    def update(self, batch):
        batch[:] = 0

    def mean(self):
        return np.zeros(2, "float32")

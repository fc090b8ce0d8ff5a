"""Averages the means of the batches, whatever their sizes.

fails: running_mean
hint: A batch with twice the rows should count twice as much. What have you counted?
"""


class RunningMean:
    def update(self, batch):
        self.total = self.total + np.mean(batch, axis=0)
        self.count += 1

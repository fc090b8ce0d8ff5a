"""The rows are shuffled at the end of an epoch, so that the first one comes in the order of the data.

fails: dataset
hint: Shuffle before the first batch of an epoch, not after the last.
"""


class Dataset:
    def __iter__(self):
        order = tf.range(self.total)
        if self.shuffle:
            order = getattr(self, "_order", order)
            self._order = tf.random.shuffle(order)
        for start in range(0, self.total - self.batch_size + 1, self.batch_size):
            rows = order[start : start + self.batch_size]
            yield tuple(tf.gather(tensor, rows) for tensor in self.tensors)

"""The shuffled order is thrown away, and the rows keep their own.

fails: dataset
hint: `tf.random.shuffle` gives a new tensor and leaves its argument as it was. What do you do with what it gives?
"""


class Dataset:
    def __iter__(self):
        order = tf.range(self.total)
        if self.shuffle:
            tf.random.shuffle(order)
        for start in range(0, self.total - self.batch_size + 1, self.batch_size):
            rows = order[start : start + self.batch_size]
            yield tuple(tf.gather(tensor, rows) for tensor in self.tensors)

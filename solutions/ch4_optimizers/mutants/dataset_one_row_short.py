"""A last batch that lacks one row is kept instead of dropped.

fails: dataset
hint: Count the rows of your last batch where the data hold one row less than a whole number of batches.
"""


class Dataset:
    def __iter__(self):
        order = tf.range(self.total)
        if self.shuffle:
            order = tf.random.shuffle(order)
        for start in range(0, self.total - self.batch_size + 2, self.batch_size):
            rows = order[start : start + self.batch_size]
            yield tuple(tf.gather(tensor, rows) for tensor in self.tensors)

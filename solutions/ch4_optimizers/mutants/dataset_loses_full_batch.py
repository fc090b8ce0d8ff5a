"""The last batch is dropped even where it is full.

fails: dataset
hint: Take a batch size that divides the number of rows: how many batches should there be, and how many come?
"""


class Dataset:
    def __iter__(self):
        order = tf.range(self.total)
        if self.shuffle:
            order = tf.random.shuffle(order)
        for start in range(0, self.total - self.batch_size, self.batch_size):
            rows = order[start : start + self.batch_size]
            yield tuple(tf.gather(tensor, rows) for tensor in self.tensors)

"""Each batch draws its rows anew, so in one epoch some rows come twice and others never.

fails: dataset
hint: An epoch meets each row at most once. Drawing at random is not the same as going through a shuffled order.
"""


class Dataset:
    def __iter__(self):
        for start in range(0, self.total - self.batch_size + 1, self.batch_size):
            rows = tf.range(start, start + self.batch_size)
            if self.shuffle:
                rows = tf.random.uniform([self.batch_size], maxval=self.total, dtype=tf.int32)
            yield tuple(tf.gather(tensor, rows) for tensor in self.tensors)

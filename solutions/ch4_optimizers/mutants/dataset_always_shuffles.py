"""`shuffle=False` is ignored: the rows are shuffled all the same.

fails: dataset
hint: Where does your code ask whether to shuffle?
"""


class Dataset:
    def __iter__(self):
        order = tf.random.shuffle(tf.range(self.total))
        for start in range(0, self.total - self.batch_size + 1, self.batch_size):
            rows = order[start : start + self.batch_size]
            yield tuple(tf.gather(tensor, rows) for tensor in self.tensors)

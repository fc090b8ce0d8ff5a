"""Only the order of the batches is shuffled; each batch always holds the same neighbours.

fails: dataset
hint: Print the batches of two epochs: does a row ever meet other rows than its neighbours?
"""


class Dataset:
    def __iter__(self):
        starts = tf.range(0, self.total - self.batch_size + 1, self.batch_size)
        if self.shuffle:
            starts = tf.random.shuffle(starts)
        for start in starts:
            yield tuple(tensor[start : start + self.batch_size] for tensor in self.tensors)

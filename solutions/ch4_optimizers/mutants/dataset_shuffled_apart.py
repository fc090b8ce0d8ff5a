"""Each tensor is shuffled on its own, so inputs and targets no longer belong together.

fails: dataset
hint: Row 5 of x has the target in row 5 of y. One order must serve all tensors.
"""


class Dataset:
    def __iter__(self):
        tensors = self.tensors
        if self.shuffle:
            tensors = [tf.random.shuffle(tensor) for tensor in tensors]
        for start in range(0, self.total - self.batch_size + 1, self.batch_size):
            yield tuple(tensor[start : start + self.batch_size] for tensor in tensors)

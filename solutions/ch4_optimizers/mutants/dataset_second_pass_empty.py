"""The batches are made once, by a generator that the first epoch uses up.

fails: dataset
hint: A generator ends for good. `__iter__` is called at the start of each epoch: what must it give every time?
"""


class Dataset:
    def __init__(self, tensors, batch_size=32, shuffle=True):
        if not isinstance(tensors, (list, tuple)):
            tensors = (tensors,)
        self.tensors = tuple(tf.convert_to_tensor(tensor) for tensor in tensors)
        lengths = [int(tensor.shape[0]) for tensor in self.tensors]
        if len(set(lengths)) != 1:
            raise ValueError(f"the tensors differ in length: {lengths}")
        self.total = lengths[0]
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.batches = self.walk()

    def walk(self):
        order = tf.range(self.total)
        if self.shuffle:
            order = tf.random.shuffle(order)
        for start in range(0, self.total - self.batch_size + 1, self.batch_size):
            rows = order[start : start + self.batch_size]
            yield tuple(tf.gather(tensor, rows) for tensor in self.tensors)

    def __iter__(self):
        return self.batches

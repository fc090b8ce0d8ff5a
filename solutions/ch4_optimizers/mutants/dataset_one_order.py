"""The rows are shuffled once, when the data set is made; every epoch repeats that order.

fails: dataset
hint: When is your order drawn: once for the data set, or once for each walk over it?
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
        self.order = tf.random.shuffle(tf.range(self.total)) if shuffle else tf.range(self.total)

    def __iter__(self):
        for start in range(0, self.total - self.batch_size + 1, self.batch_size):
            rows = self.order[start : start + self.batch_size]
            yield tuple(tf.gather(tensor, rows) for tensor in self.tensors)

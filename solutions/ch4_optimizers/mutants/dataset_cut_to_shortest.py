"""Tensors of different lengths are cut to the shortest without a word.

fails: dataset
hint: If x has more rows than y, something went wrong before. Say so instead of guessing.
"""


class Dataset:
    def __init__(self, tensors, batch_size=32, shuffle=True):
        if not isinstance(tensors, (list, tuple)):
            tensors = (tensors,)
        self.tensors = tuple(tf.convert_to_tensor(tensor) for tensor in tensors)
        self.total = min(int(tensor.shape[0]) for tensor in self.tensors)
        self.batch_size = batch_size
        self.shuffle = shuffle

"""Different lengths end in an AssertionError, not in the ValueError that was promised.

fails: dataset
hint: `assert` is for what can never be, and is gone under `python -O`. For a wrong argument raise the error that the
  docstring names.
"""


class Dataset:
    def __init__(self, tensors, batch_size=32, shuffle=True):
        if not isinstance(tensors, (list, tuple)):
            tensors = (tensors,)
        self.tensors = tuple(tf.convert_to_tensor(tensor) for tensor in tensors)
        lengths = [int(tensor.shape[0]) for tensor in self.tensors]
        assert len(set(lengths)) == 1, "the tensors differ in length"
        self.total = lengths[0]
        self.batch_size = batch_size
        self.shuffle = shuffle

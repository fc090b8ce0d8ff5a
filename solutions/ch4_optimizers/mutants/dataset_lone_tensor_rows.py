"""A single tensor is measured by its first row: its width is taken for its length.

fails: dataset
hint: `tensors[0]` of a list is a tensor, but of a tensor it is a row. Which of the two do you have when you measure?
"""


class Dataset:
    def __init__(self, tensors, batch_size=32, shuffle=True):
        self.total = int(tf.shape(tensors[0])[0])
        if not isinstance(tensors, (list, tuple)):
            tensors = (tensors,)
        elif any(int(tf.shape(tensor)[0]) != self.total for tensor in tensors):
            raise ValueError("the tensors differ in length")
        self.tensors = tuple(tf.convert_to_tensor(tensor) for tensor in tensors)
        self.batch_size = batch_size
        self.shuffle = shuffle

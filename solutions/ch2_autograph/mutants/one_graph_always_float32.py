"""The signature says the shapes and no dtypes, so that every argument has to be float32.

fails: one_graph
hint: A `tf.TensorSpec` without a dtype is one of float32. Whose dtype should it have?
"""


class OneGraph:
    def __init__(self, fn, *examples):
        self.traces = 0
        self.calls = tf.Variable(0)

        def traced(*arguments):
            self.traces += 1
            self.calls.assign_add(1)
            return fn(*arguments)

        tensors = [tf.convert_to_tensor(example) for example in examples]
        signature = [tf.TensorSpec([None, *tensor.shape[1:]]) for tensor in tensors]
        self._graph = tf.function(traced, input_signature=signature)

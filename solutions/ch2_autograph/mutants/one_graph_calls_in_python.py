"""`calls` is a Python number that grows in the traced body, and so grows once.

fails: one_graph
hint: Python runs the body while tracing only. What shall happen in every run must be an operation: a variable and `assign_add`.
"""


class OneGraph:
    def __init__(self, fn, *examples):
        self.traces = 0
        self.calls = 0

        def traced(*arguments):
            self.traces += 1
            self.calls += 1
            return fn(*arguments)

        tensors = [tf.convert_to_tensor(example) for example in examples]
        signature = [tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype) for tensor in tensors]
        self._graph = tf.function(traced, input_signature=signature)

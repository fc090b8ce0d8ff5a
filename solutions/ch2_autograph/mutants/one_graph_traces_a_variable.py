"""`traces` is a variable that grows by `assign_add`, and so grows in every run.

fails: one_graph
hint: `assign_add` becomes part of the graph. Tracing is an event in Python: an ordinary number counts it.
"""


class OneGraph:
    def __init__(self, fn, *examples):
        self.traces = tf.Variable(0)
        self.calls = tf.Variable(0)

        def traced(*arguments):
            self.traces.assign_add(1)
            self.calls.assign_add(1)
            return fn(*arguments)

        tensors = [tf.convert_to_tensor(example) for example in examples]
        signature = [tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype) for tensor in tensors]
        self._graph = tf.function(traced, input_signature=signature)

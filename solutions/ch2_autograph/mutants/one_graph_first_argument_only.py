"""Only the first argument's first axis is free; the others keep the lengths of their examples.

fails: one_graph
hint: `None` belongs in the spec of every argument.
"""


class OneGraph:
    def __init__(self, fn, *examples):
        self.traces = 0
        self.calls = tf.Variable(0)

        def traced(*arguments):
            self.traces += 1
            self.calls.assign_add(1)
            return fn(*arguments)

        first, *others = (tf.convert_to_tensor(example) for example in examples)
        signature = [tf.TensorSpec([None, *first.shape[1:]], first.dtype)]
        signature += [tf.TensorSpec(other.shape, other.dtype) for other in others]
        self._graph = tf.function(traced, input_signature=signature)

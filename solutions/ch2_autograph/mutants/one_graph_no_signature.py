"""There is no `input_signature`, so every new length traces again.

fails: one_graph
hint: Without a signature the exact shape is part of the key. A `tf.TensorSpec` with `None` leaves an axis open.
"""


class OneGraph:
    def __init__(self, fn, *examples):
        self.traces = 0
        self.calls = tf.Variable(0)

        def traced(*arguments):
            self.traces += 1
            self.calls.assign_add(1)
            return fn(*arguments)

        self._graph = tf.function(traced)

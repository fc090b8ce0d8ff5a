"""`reduce_retracing` stands in for a signature: the second length traces again before the axis becomes free.

fails: one_graph
hint: It generalises only after it has seen a second shape. You have examples and know what is free: say so in a signature.
"""


class OneGraph:
    def __init__(self, fn, *examples):
        self.traces = 0
        self.calls = tf.Variable(0)

        def traced(*arguments):
            self.traces += 1
            self.calls.assign_add(1)
            return fn(*arguments)

        self._graph = tf.function(traced, reduce_retracing=True)

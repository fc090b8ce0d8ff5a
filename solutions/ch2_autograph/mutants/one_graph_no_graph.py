"""`fn` is called directly: there is no graph at all.

fails: one_graph
hint: Without `tf.function` Python runs in every call, and nothing is refused. Count the traces and the runs.
"""


class OneGraph:
    def __init__(self, fn, *examples):
        self.traces = 0
        self.calls = tf.Variable(0)

        def traced(*arguments):
            self.traces += 1
            self.calls.assign_add(1)
            return fn(*arguments)

        self._graph = traced

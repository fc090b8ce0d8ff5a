"""`fn` is called on the examples once, outside of the graph, when the object is made.

fails: one_graph
hint: The examples only show dtype and shape. Whatever `fn` does to the world, it has done once too often.
"""


class OneGraph:
    def __init__(self, fn, *examples):
        self.traces = 0
        self.calls = tf.Variable(0)
        tensors = [tf.convert_to_tensor(example) for example in examples]
        fn(*tensors)

        def traced(*arguments):
            self.traces += 1
            self.calls.assign_add(1)
            return fn(*arguments)

        signature = [tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype) for tensor in tensors]
        self._graph = tf.function(traced, input_signature=signature)

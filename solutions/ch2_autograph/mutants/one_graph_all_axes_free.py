"""All axes of the signature are free, so that a wrong width passes.

fails: one_graph
hint: Only the first axis may vary. The others are known from the examples, and a mistake there should be refused.
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
        signature = [tf.TensorSpec([None] * tensor.shape.rank, tensor.dtype) for tensor in tensors]
        self._graph = tf.function(traced, input_signature=signature)

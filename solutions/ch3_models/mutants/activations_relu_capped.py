"""relu stops at 6, which is another activation, relu6.

fails: activations
hint: What is relu(1000)?
"""


def relu(x):
    return tf.clip_by_value(x, 0, 6)

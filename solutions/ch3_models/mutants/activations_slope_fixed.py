"""leaky_relu has the slope 0.2 whatever `negative_slope` says.

fails: activations
hint: You were given an argument. Where do you use it?
"""


def leaky_relu(x, negative_slope=0.2):
    return tf.where(x > 0, x, 0.2 * x)

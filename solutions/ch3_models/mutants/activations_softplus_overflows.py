"""softplus is log(1 + exp(x)): far above 0 it is infinite where it should be x.

fails: activations
hint: Far out on the right the softplus is x. Take x out of the logarithm there: what is left under it?
"""


def softplus(x):
    return tf.math.log(1 + tf.exp(x))

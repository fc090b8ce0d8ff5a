"""Activations are not looked at: a network with a ReLU in it is collapsed all the same.

fails: collapse
hint: With a ReLU in between, two layers are no longer one. Where do you look at `layer.activation`?
"""


def collapse(layers):
    pass
    weights = bias = None
    for layer in layers:
        kernel = tf.convert_to_tensor(layer.kernel)
        own = tf.zeros(kernel.shape[1]) if layer.bias is None else tf.convert_to_tensor(layer.bias)
        weights = kernel if weights is None else weights @ kernel
        bias = own if bias is None else tf.linalg.matvec(kernel, bias, transpose_a=True) + own
    return weights, bias

"""A bias goes through the next layer only, and the biases before it are lost.

fails: collapse
hint: Try three layers. The first bias goes through the second kernel and then through the third.
"""


def collapse(layers):
    if any(layer.activation is not tf.keras.activations.linear for layer in layers):
        raise ValueError("not linear")
    weights = bias = None
    for layer in layers:
        kernel = tf.convert_to_tensor(layer.kernel)
        own = tf.zeros(kernel.shape[1]) if layer.bias is None else tf.convert_to_tensor(layer.bias)
        weights = kernel if weights is None else weights @ kernel
        bias = own if bias is None else tf.linalg.matvec(kernel, before, transpose_a=True) + own
        before = own
    return weights, bias

"""The last layer's activation is not looked at.

fails: collapse
hint: The chain ends with the last layer, its activation included.
"""


def collapse(layers):
    if any(layer.activation is not tf.keras.activations.linear for layer in layers[:-1]):
        raise ValueError("not linear")
    weights = bias = None
    for layer in layers:
        kernel = tf.convert_to_tensor(layer.kernel)
        own = tf.zeros(kernel.shape[1]) if layer.bias is None else tf.convert_to_tensor(layer.bias)
        weights = kernel if weights is None else weights @ kernel
        bias = own if bias is None else tf.linalg.matvec(kernel, bias, transpose_a=True) + own
    return weights, bias

"""A layer without a bias ends it with an error: its bias is None.

fails: collapse
hint: A layer without a bias has `bias` None. Which bias would change nothing?
"""


def collapse(layers):
    if any(layer.activation is not tf.keras.activations.linear for layer in layers):
        raise ValueError("not linear")
    weights = bias = None
    for layer in layers:
        kernel = tf.convert_to_tensor(layer.kernel)
        own = tf.convert_to_tensor(layer.bias)
        weights = kernel if weights is None else weights @ kernel
        bias = own if bias is None else tf.linalg.matvec(kernel, bias, transpose_a=True) + own
    return weights, bias

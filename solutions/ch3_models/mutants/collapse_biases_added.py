"""The biases are added up as they are, without going through the layers that come after.

fails: collapse
hint: To the second layer the first bias is an input like any other. What happens to inputs there?
"""


def collapse(layers):
    if any(layer.activation is not tf.keras.activations.linear for layer in layers):
        raise ValueError("not linear")
    weights = bias = None
    for layer in layers:
        kernel = tf.convert_to_tensor(layer.kernel)
        own = None if layer.bias is None else tf.convert_to_tensor(layer.bias)
        weights = kernel if weights is None else weights @ kernel
        bias = own if bias is None else bias if own is None else bias + own
    return weights, tf.zeros(weights.shape[1]) if bias is None else bias

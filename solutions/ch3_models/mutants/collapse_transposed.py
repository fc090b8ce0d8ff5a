"""W comes out transposed, with a row for each output.

fails: collapse
hint: `x @ W` has to work. How many rows does W need?
"""


def collapse(layers):
    if any(layer.activation is not tf.keras.activations.linear for layer in layers):
        raise ValueError("not linear")
    weights = bias = None
    for layer in layers:
        kernel = tf.convert_to_tensor(layer.kernel)
        own = tf.zeros(kernel.shape[1]) if layer.bias is None else tf.convert_to_tensor(layer.bias)
        weights = kernel if weights is None else weights @ kernel
        bias = own if bias is None else tf.linalg.matvec(kernel, bias, transpose_a=True) + own
    return tf.transpose(weights), bias

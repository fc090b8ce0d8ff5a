"""Only a ReLU is recognised as an activation; others are passed over.

fails: collapse
hint: Ask what the activation is, not what it is not: only one function is linear here.
"""


def collapse(layers):
    if any(layer.activation is tf.keras.activations.relu for layer in layers):
        raise ValueError("not linear")
    weights = bias = None
    for layer in layers:
        kernel = tf.convert_to_tensor(layer.kernel)
        own = tf.zeros(kernel.shape[1]) if layer.bias is None else tf.convert_to_tensor(layer.bias)
        weights = kernel if weights is None else weights @ kernel
        bias = own if bias is None else tf.linalg.matvec(kernel, bias, transpose_a=True) + own
    return weights, bias

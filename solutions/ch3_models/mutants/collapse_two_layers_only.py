"""It takes exactly two layers.

fails: collapse
hint: If you can put two layers together, you can put a third to the result. What is the result for one layer
  alone?
"""


def collapse(layers):
    if any(layer.activation is not tf.keras.activations.linear for layer in layers):
        raise ValueError("not linear")
    first, second = layers
    weights = bias = None
    for layer in layers:
        kernel = tf.convert_to_tensor(layer.kernel)
        own = tf.zeros(kernel.shape[1]) if layer.bias is None else tf.convert_to_tensor(layer.bias)
        weights = kernel if weights is None else weights @ kernel
        bias = own if bias is None else tf.linalg.matvec(kernel, bias, transpose_a=True) + own
    return weights, bias

"""Reads a file outside from within a graph, with `tf.py_function`.

number = 21
defence = "what is not in the sandbox cannot be opened, by whatever road"
outcome = {quantize = "error", fit_linear = "error"}
says = "UnknownError|FileNotFoundError"

[control]
prize = "secret"
"""

import tensorflow as tf


@tf.function
def _steal():
    return tf.py_function(lambda: open("@SOLUTION@").read(), [], tf.string)


raise ValueError(_steal().numpy().decode())

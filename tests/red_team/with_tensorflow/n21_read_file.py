"""Reads a file outside with `tf.io.read_file`.

number = 21
defence = "what is not in the sandbox cannot be opened, by whatever road"
outcome = {quantize = "error", fit_linear = "error"}
says = "NotFoundError"

[control]
prize = "secret"
"""

import tensorflow as tf

raise ValueError(tf.io.read_file("@SOLUTION@").numpy().decode())

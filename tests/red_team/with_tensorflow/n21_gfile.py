"""Reads a file outside with `tf.io.gfile`.

number = 21
defence = "what is not in the sandbox cannot be opened, by whatever road"
outcome = {quantize = "error", fit_linear = "error"}
says = "NotFoundError"

[control]
prize = "secret"
"""

import tensorflow as tf

with tf.io.gfile.GFile("@SOLUTION@") as _file:
    raise ValueError(_file.read())

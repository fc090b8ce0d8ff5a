"""Writes files outside with a summary writer.

number = 21
defence = "everything but the scratch is mounted read-only, or is not there"
outcome = {quantize = "error", fit_linear = "error"}

[control]
prize = "planted"
"""

import tensorflow as tf

with tf.summary.create_file_writer("@PLANT@").as_default():
    tf.summary.scalar("x", 1.0, step=1)
    tf.summary.flush()

"""Writes a model outside.

number = 21
defence = "everything but the scratch is mounted read-only, or is not there"
says = "Error|an exception"

[control]
prize = "planted"
"""

import tensorflow as tf

tf.saved_model.save(tf.Module(), "@PLANT@")

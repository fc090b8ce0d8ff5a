"""Writes files outside with the debugger's dump.

number = 21
defence = "everything but the scratch is mounted read-only, or is not there"
outcome = {quantize = "missing", fit_linear = "missing"}

[control]
prize = "planted"
"""

import tensorflow as tf

tf.debugging.experimental.enable_dump_debug_info("@PLANT@", tensor_debug_mode="FULL_HEALTH")
tf.constant(1.0) + 1
tf.debugging.experimental.disable_dump_debug_info()

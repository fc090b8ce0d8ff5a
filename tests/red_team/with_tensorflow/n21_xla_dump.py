"""Has the compiler dump its programs outside.

number = 21
defence = "everything but the scratch is mounted read-only, or is not there"
outcome = {quantize = "missing", fit_linear = "missing"}

[control]
prize = "planted"
"""

import os

import tensorflow as tf

os.environ["XLA_FLAGS"] = "--xla_dump_to=@PLANT@"


@tf.function(jit_compile=True)
def _double(x):
    return 2 * x


_double(tf.constant(1.0))

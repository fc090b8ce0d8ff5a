"""Writes a file outside with `tf.io.write_file`.

number = 21
defence = "everything but the scratch is mounted read-only, or is not there"
says = "NotFoundError|PermissionDeniedError|FailedPreconditionError|an exception"

[control]
prize = "planted"
"""

import tensorflow as tf

tf.io.write_file("@PLANT@", "here")

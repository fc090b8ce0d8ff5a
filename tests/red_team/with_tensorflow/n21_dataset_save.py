"""Writes files outside with `Dataset.save`.

number = 21
defence = "a path that looks like one outside leads into the sandbox's own scratch"
outcome = {quantize = "missing", fit_linear = "missing"}

[control]
prize = "planted"
"""

import tensorflow as tf

tf.data.Dataset.range(3).save("@PLANT@")

"""Loads a shared library whose first act is to write a file outside.

number = 21
defence = "native code is confined like any other: namespaces and the filter hold for the process"
outcome = {quantize = "error", fit_linear = "error"}
compiles = true
says = "loaded"

[control]
prize = "planted"
"""

import tensorflow as tf

with open("ops.so", "wb") as _file:
    _file.write(bytes.fromhex("@LIBRARY@"))
try:
    tf.load_op_library("./ops.so")
finally:
    raise ValueError("loaded: " + str("ops.so" in open("/proc/self/maps").read()))

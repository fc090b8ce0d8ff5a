"""The line is written by Python's `print`, while tracing.

fails: escape
hint: `print` runs once and sees a tensor without a value. `tf.print` is an operation and runs whenever the graph does.
"""


def log_value(x, path):
    with open(path, "a") as log:
        print(x, file=log)
    return x

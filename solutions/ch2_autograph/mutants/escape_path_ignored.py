"""`tf.print` is not told where to write, and the file stays empty.

fails: escape
hint: Without `output_stream` it writes to the standard error stream. A file is named `"file://" + path`.
"""


def log_value(x, path):
    tf.print(x)
    return x

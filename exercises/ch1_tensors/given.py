"""What the tasks of this chapter may use and need not write."""

import numpy as np
import tensorflow as tf


def describe(**values):
    """One line a value: its kind, shape and dtype, and, where it is small, its numbers.

    Args:
        **values: tensors, variables or arrays by the name to be shown.

    Returns:
        The lines as one string, to be printed.
    """
    width = max(map(len, values), default=0)
    lines = []
    for name, value in values.items():
        kind = "variable" if isinstance(value, tf.Variable) else "tensor"
        tensor = tf.convert_to_tensor(value)
        small = tensor.shape.num_elements() <= 12
        numbers = np.array2string(tensor.numpy(), precision=4, separator=", ") if small else "..."
        numbers = " ".join(numbers.split())
        shape = str(tensor.shape.as_list())
        lines.append(f"{name:{width}}  {kind:8}  {shape:10} {tensor.dtype.name:8} {numbers}")
    return "\n".join(lines)

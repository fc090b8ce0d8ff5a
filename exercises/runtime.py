"""How TensorFlow is set up where submissions run: on a CPU or a GPU, repeatable from probe to probe.

A worker imports this file before TensorFlow, calls `configure` once, forks, and in the fork calls `warm` once
and `reseed` before every probe. `configure` must start no thread and run no op: neither survives a fork.
"""

import os
import random
import re
from collections.abc import Iterator

# Read by the libraries when they are imported, so they stand before the imports.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # OpenBLAS starts its threads at import

import numpy as np
import tensorflow as tf

_wanted = "cpu"
_generator: tf.random.Generator | None = None


def configure(device: str, threads: int, seed: int) -> None:
    """Fixes device, threads, precision and seeds; runs no op and starts no thread.

    Args:
        device: "cpu" or "cuda".
        threads: how many threads one op may use, and how many ops may run side by side.
        seed: for every random generator.

    Raises:
        ValueError: an unknown device, or fewer threads than one.
    """
    global _wanted
    if device not in ("cpu", "cuda"):
        raise ValueError(f"device must be 'cpu' or 'cuda', not {device!r}")
    if threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    _wanted = device
    if device == "cpu":
        # Not tf.config.set_visible_devices: that lists the devices, and CUDA does not survive a fork.
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    else:
        os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"  # else each process takes the whole memory
        os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    tf.config.experimental.enable_op_determinism()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    if os.environ.get("COURSE_GRAPHS") == "off":
        tf.config.run_functions_eagerly(True)
    if os.environ.get("COURSE_PRECISION") == "float64":
        _double()
    _seed(seed)


def settings() -> dict[str, str]:
    """What the numbers depend on besides versions and device, as reports name it; runs no op."""
    tf32 = tf.config.experimental.tensor_float_32_execution_enabled()
    return {"tf32": "on" if tf32 else "off", "deterministic": "on"}


def warm() -> Iterator[None]:
    """Pays once for what the first op, the first Keras layer and the first graph cost, step by step.

    Whoever has a submission waiting stops after any of them: nothing but time depends on it.

    Raises:
        RuntimeError: a GPU was asked for and TensorFlow sees none.
    """
    if _wanted == "cuda" and not tf.config.list_physical_devices("GPU"):
        raise RuntimeError("device 'cuda' was asked for, and TensorFlow sees no GPU")
    _run_ops_directly()
    reseed(0)
    x = tf.constant([[1.0, 2.0]])
    yield
    layer = tf.keras.layers.Dense(1)
    layer(x)
    yield

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(layer(x)))
        for g, v in zip(tape.gradient(loss, layer.trainable_variables), layer.trainable_variables, strict=True):
            v.assign_add(-0.1 * g)
        return loss

    step(x)


def reseed(seed: int) -> None:
    """Makes every probe start alike: all generators seeded, Keras' counters and generators forgotten."""
    global _generator
    tf.keras.utils.clear_session(free_memory=False)  # a full garbage collection costs more than a probe
    _seed(seed)
    if _generator is None:  # made once, its state set outright: a new one costs more than most probes
        _generator = tf.random.Generator.from_seed(0)
    _generator.reset(np.array([seed, 0, 0], dtype="int64"))
    tf.random.set_global_generator(_generator)


def frames(error: BaseException) -> list[tuple[str, int]]:
    """Where an exception arose in code that AutoGraph has rewritten: file and line as the author wrote them.

    Args:
        error: what a probe raised.

    Returns:
        Pairs of file name and line, innermost first; empty where AutoGraph had no part in it.
    """
    metadata = getattr(error, "ag_error_metadata", None)
    return [(frame.filename, frame.lineno) for frame in getattr(metadata, "translated_stack", ())]


def message(error: BaseException) -> str:
    """What an exception says, without the paths, node names and arguments that TensorFlow and Keras wrap around it."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()  # Keras sets its own words in bold
    if text.startswith("in user code:"):
        text = text.rsplit("\n\n", 1)[-1].strip().removeprefix(f"{type(error).__name__}: ")
    if text.startswith("Graph execution error:"):  # then where each node was made, and the reason at the end
        text = re.sub(r"\nStack trace for op definition:.*", "", text, flags=re.DOTALL).rsplit("\n\n", 1)[-1]
    text = re.sub(r"^Exception encountered when calling (\S+)\.\s+", r"in \1: ", text)
    text = re.sub(r"\s+Arguments received by \S+:\s.*", "", text, flags=re.DOTALL)
    text = re.sub(r"\{\{function_node [^}]*\}\} ?", "", text)
    return re.sub(r"\s*(\[\[\{\{node [^}]*\}\}\]\])?\s*\[Op:[^\]]*\]( name: ?\S*)?\s*$", "", text).strip()


def _run_ops_directly() -> None:
    """Ops outside graphs run as they are: no number changes, only time.

    By itself TensorFlow makes a graph of one node of each kind and sends it through its compiler's passes, once more
    after each `reseed`: 0.5 ms a kind instead of 0.05, which most probes spent more time on than on all else.
    """
    from tensorflow.python import pywrap_tfe
    from tensorflow.python.eager import context

    switch = getattr(pywrap_tfe, "TFE_ContextSetRunEagerOpAsFunction", None)
    if switch is not None:  # private: without it all is slower, and the same
        context.context().ensure_initialized()
        switch(context.context()._handle, False)


def _double() -> None:
    """Makes float64 the dtype of all that names none or names `tf.float32`: how exact are float32's last digits?"""
    from tensorflow.python.framework import constant_op

    tf.keras.config.set_floatx("float64")
    plain = constant_op.convert_to_eager_tensor

    def convert(value, ctx, dtype=None):
        tensor = plain(value, ctx, dtype)
        unnamed = dtype is None and not isinstance(value, np.ndarray | np.generic | tf.Tensor)
        return plain(value, ctx, tf.float64) if unnamed and tensor.dtype == single else tensor

    single = tf.float32
    constant_op.convert_to_eager_tensor = convert
    zeros, ones = tf.zeros, tf.ones
    tf.zeros = lambda shape, dtype=tf.float64, name=None: zeros(shape, dtype, name)
    tf.ones = lambda shape, dtype=tf.float64, name=None: ones(shape, dtype, name)
    tf.float32 = tf.float64


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)
    tf.keras.utils.set_random_seed(seed % 2**32)  # TensorFlow's seed too, and Keras' own generator

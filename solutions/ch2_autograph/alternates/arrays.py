"""State in tensors and arrays that are filled, keys as text, sizes as lowest and highest."""

from functools import partial

import numpy as np
import tensorflow as tf


def iterate(step, x, n):
    state = {"left": n, "x": x}

    def turn(state):
        return [{"x": step(state["x"]), "left": state["left"] - 1}]

    return tf.while_loop(lambda state: tf.not_equal(state["left"], 0), turn, [state])[0]["x"]


def choose(pred, on_true, on_false, x):
    return tf.cond(tf.logical_not(pred), partial(on_false, x), partial(on_true, x))


def bisect(f, lo, hi, tol):
    sign = tf.sign(f(lo))
    while tol < hi - lo:
        mid = lo / 2 + hi / 2
        side = sign * f(mid)
        if side > 0:
            lo = mid
        if side <= 0:
            hi = mid
    return lo / 2 + hi / 2


def as_text(argument):
    kind, *rest = argument
    if kind == "py":
        (value,) = rest
        return repr(value) if isinstance(value, str) or value is None else f"number {float(value)}"
    if kind in ("list", "tuple"):
        return kind + "(" + ";".join(as_text(item) for item in rest[0]) + ")"
    dtype, shape = rest
    kind = {"numpy": "tensor"}.get(kind, kind)
    return f"{kind} {dtype} {'x'.join(str(size) for size in shape)}"


def predict_traces(calls):
    texts = []
    for positional, keywords in calls:
        x, y, z, *_ = [*positional, None, None, None]
        x = keywords.get("x", x)
        y = keywords.get("y", y) or ["py", 2]
        z = keywords.get("z", z) or ["py", 3]
        texts.append(" | ".join(map(as_text, (x, y, z))))
    return [i for i, text in enumerate(texts) if text not in texts[:i]]


class OneGraph(tf.Module):
    def __init__(self, fn, *examples):
        super().__init__()
        arrays = [np.asarray(example) for example in examples]
        self.runs = tf.Variable(0.0, trainable=False)
        self.graph = tf.function(
            lambda *tensors: (self.runs.assign_add(1.0), fn(*tensors))[1],
            input_signature=tuple(tf.TensorSpec((None, *array.shape[1:]), array.dtype) for array in arrays),
            autograph=False,
        )

    @property
    def traces(self):
        return self.graph.experimental_get_tracing_count()

    @property
    def calls(self):
        return self.runs

    def __call__(self, *tensors):
        return self.graph(*tensors)


class GraphFactory:
    def __init__(self, fn):
        self.fn = fn
        self.lowest, self.highest, self.graphs = {}, {}, []

    num_graphs = property(lambda self: sum(1 for _ in self.graphs))

    def __call__(self, x):
        x = np.asarray(x)
        kind = f"{x.dtype} {x.ndim}"
        size = np.array(x.shape)
        low = self.lowest[kind] = np.minimum(size, self.lowest.get(kind, size))
        high = self.highest[kind] = np.maximum(size, self.highest.get(kind, size))
        wanted = [int(a) if a == b else None for a, b in zip(low, high)]
        for known, shape, graph in self.graphs:
            if known == kind and shape == wanted:
                return graph(tf.constant(x))
        graph = tf.function(self.fn).get_concrete_function(tf.TensorSpec(wanted, x.dtype))
        self.graphs.append((kind, wanted, graph))
        return graph(tf.constant(x))


class MovingAverage:
    def __init__(self, decay):
        self.decay = decay
        self.kept = []

    @tf.function
    def _towards(self, x, part):
        if not self.kept:
            self.kept.append(tf.Variable(lambda: tf.zeros(x.shape, x.dtype), trainable=False))
        (state,) = self.kept
        state.assign_sub(part * (state - x))
        return 1 * state

    def __call__(self, x):
        return self._towards(x, np.asarray(1.0 - self.decay, x.dtype.as_numpy_dtype))


def scan(step, s, xs):
    states = tf.zeros_like(xs)
    i = 0
    while i < tf.shape(xs)[0]:
        s = step(s, tf.gather(xs, i))
        states = tf.tensor_scatter_nd_update(states, [[i]], s[tf.newaxis])
        i += 1
    return states


def host_call(np_fn, x):
    def run(array):
        return np.asarray(np_fn(array), array.dtype)

    return tf.broadcast_to(tf.numpy_function(run, [x], x.dtype), x.shape)


def noisy(x, generator):
    return tf.add_n([generator.normal(tf.shape(x), dtype=x.dtype), x])


def log_value(x, path):
    with tf.control_dependencies([tf.print(x, output_stream=f"file://{path}", summarize=-1)]):
        return tf.identity(x)


def fit(loss_fn, x, y, weights, schedule):
    @tf.function
    def run(rates):
        losses = tf.zeros_like(rates)
        for i in tf.range(len(schedule)):
            with tf.GradientTape() as tape:
                loss = loss_fn(x, y, weights)
            (gradient,) = tape.gradient(loss, [weights])
            weights.assign_sub(rates[i] * gradient)
            losses = tf.tensor_scatter_nd_update(losses, [[i]], [loss])
        return losses

    return run(np.asarray(schedule, weights.dtype.as_numpy_dtype))

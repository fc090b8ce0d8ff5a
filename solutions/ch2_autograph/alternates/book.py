"""In the book's manner: plain Python and decorators, and AutoGraph does the rest."""

import inspect

import numpy as np
import tensorflow as tf


def iterate(step, x, n):
    def turn(left, state):
        return [left - 1, step(state)]

    def not_done(left, state):
        return left > 0

    return tf.while_loop(not_done, turn, [n, x], maximum_iterations=n)[-1]


def choose(pred, on_true, on_false, x):
    return tf.case([(pred, lambda: on_true(x))], default=lambda: on_false(x))


def bisect(f, lo, hi, tol):
    positive_at_lo = f(lo) > 0
    width = hi - lo
    while width > tol:
        width = width / 2
        if (f(lo + width) > 0) == positive_at_lo:
            lo = lo + width
    return lo + width / 2


def predict_traces(calls):
    def f(x, y=("py", 2), z=("py", 3)):
        raise RuntimeError("only its signature is used")

    signature = inspect.signature(f)

    def described(argument):
        what = argument[0]
        if what == "py":
            return (argument[1],)
        if what in ("list", "tuple"):
            return (what + " of",) + tuple(described(part) for part in argument[1])
        what = "variable" if what == "variable" else "array"
        return (what, argument[1], *argument[2])

    first_call = {}
    for number, (positional, keywords) in enumerate(calls):
        bound = signature.bind(*positional, **keywords)
        bound.apply_defaults()
        first_call.setdefault(tuple(map(described, bound.args)), number)
    return sorted(first_call.values())


class OneGraph:
    def __init__(self, fn, *examples):
        self._traced = []
        self._runs = tf.Variable(0, dtype=tf.int64)
        shapes = [np.shape(example) for example in examples]

        @tf.function(input_signature=[tf.TensorSpec((None,) + s[1:], e.dtype) for s, e in zip(shapes, examples)])
        def graph(*args):
            self._traced.append(True)
            self._runs.assign(self._runs + 1)
            result = fn(*args)
            return result

        self.__dict__["graph"] = graph

    traces = property(lambda self: len(self._traced))
    calls = property(lambda self: self._runs.numpy())

    def __call__(self, *arguments):
        return self.graph(*arguments)


class GraphFactory:
    def __init__(self, fn):
        self.fn = fn
        self.num_graphs = 0
        self.seen = {}
        self.graphs = {}

    def __call__(self, x):
        x = tf.convert_to_tensor(x)
        family = x.dtype.name + "/" + str(len(x.shape))
        axes = self.seen.setdefault(family, [set() for _ in x.shape])
        for axis, size in zip(axes, x.shape):
            axis.add(size)
        shape = tuple(min(axis) if len(axis) == 1 else None for axis in axes)
        if (family, shape) not in self.graphs:
            self.num_graphs += 1
            function = tf.function(self.fn, input_signature=[tf.TensorSpec(shape, x.dtype)])
            self.graphs[family, shape] = function.get_concrete_function()
        return self.graphs[family, shape](x)


class MovingAverage:
    average = None

    def __init__(self, decay):
        self.decay = decay
        self.step = tf.function(lambda old, new, decay: new + decay * (old - new))

    def __call__(self, x):
        if self.average is None:
            with tf.init_scope():
                self.average = tf.Variable(np.zeros(x.shape, x.dtype.as_numpy_dtype))
        self.average.assign(self.step(self.average, x, tf.convert_to_tensor(self.decay, x.dtype)))
        return self.average + 0


def scan(step, s, xs):
    states = tf.TensorArray(s.dtype, size=0, dynamic_size=True, element_shape=s.shape)
    count = 0
    for x in xs:
        s = step(s, x)
        states = states.write(count, s)
        count += 1
    return states.stack()


def host_call(np_fn, x):
    @tf.numpy_function(Tout=x.dtype)
    def at_run_time(array):
        return np_fn(array)

    return tf.reshape(at_run_time(x), x.shape)


def noisy(x, generator):
    noise = generator.normal(shape=tf.shape(x), dtype=x.dtype)
    return noise + x


def log_value(x, path):
    def write(value):
        with open(path, "a") as log:
            log.write(f"{value}\n")
        return value

    return tf.ensure_shape(tf.numpy_function(write, [x], x.dtype), x.shape)


def fit(loss_fn, x, y, weights, schedule):
    lr = tf.Variable(0, dtype=weights.dtype, trainable=False)

    @tf.function
    def train_step():
        with tf.GradientTape() as tape:
            loss = loss_fn(x, y, weights)
        gradient = tape.gradient(loss, weights)
        weights.assign_add(-lr * gradient)
        return loss

    history = np.zeros(len(schedule), weights.dtype.as_numpy_dtype)
    for step, rate in enumerate(schedule):
        lr.assign(rate)
        history[step] = train_step().numpy()
    return history

"""How the tests drive your code: `(module, inputs) -> values`, run next to it. A probe judges nothing.

`module` is your file. Where a task takes a callable, the probe passes one that counts how often Python ran it
("traced") and how often it was computed ("ran"); see `given.Ticks`.
"""

import contextlib
import tempfile
from pathlib import Path

import given
import numpy as np
import tensorflow as tf

# by this name, since some tasks forbid yours
function = tf.function
WHILE = {"While", "StatelessWhile"}
IF = {"If", "StatelessIf", "Case", "StatelessCase"}


def _line(slope, shift):
    """x -> slope * x + shift, in x's dtype."""
    return lambda x: tf.constant(slope, x.dtype) * x + tf.constant(shift, x.dtype)


def _array(value):
    return np.array(value)


def iterate(module, inputs):
    """Several calls of `iterate` in one graph, without AutoGraph."""
    step = given.Ticks(_line(inputs["slope"], inputs["shift"]))
    x = inputs["x"]
    signature = [tf.TensorSpec(x.shape[1:], x.dtype), tf.TensorSpec([], tf.int32)]
    graph = function(lambda x, n: module.iterate(step.fn, x, n), input_signature=signature, autograph=False)
    values = [_array(graph(tf.constant(row), tf.constant(n))) for row, n in zip(x, inputs["n"], strict=True)]
    return {"values": values, "step": step.report()}


def choose(module, inputs):
    """Several calls of `choose` in one graph, without AutoGraph."""
    on_true, on_false = (given.Ticks(_line(*inputs[name])) for name in ("on_true", "on_false"))
    x = inputs["x"]
    signature = [tf.TensorSpec([], tf.bool), tf.TensorSpec(x.shape[1:], x.dtype)]
    graph = function(
        lambda pred, x: module.choose(pred, on_true.fn, on_false.fn, x), input_signature=signature, autograph=False
    )
    values = [_array(graph(tf.constant(pred), tf.constant(row))) for pred, row in zip(inputs["preds"], x, strict=True)]
    return {"values": values, "on_true": on_true.report(), "on_false": on_false.report()}


def bisect(module, inputs):
    """The roots in several intervals, all found by one graph, and whether it holds a loop and a branch."""
    root = tf.Variable(0.0)
    sign, bend = inputs["sign"], inputs["bend"]

    def curve(t):
        return sign * ((t - root) + bend * (t - root) ** 3)

    f = given.Ticks(curve)

    def find(lo, hi, tol):
        return module.bisect(f.fn, lo, hi, tol)

    graph = function(find).get_concrete_function(*[tf.TensorSpec([], tf.float32)] * 3)
    types = given.op_types(graph.graph)
    roots = []
    for interval in inputs["intervals"]:
        root.assign(interval["root"])
        roots.append(_array(graph(*(tf.constant(interval[name], tf.float32) for name in ("lo", "hi", "tol")))))
    return {"roots": roots, "f": f.report(), "a loop": bool(types & WHILE), "a branch": bool(types & IF)}


def predict(module, inputs):
    """The predictions for several sequences of calls."""
    return [[int(i) for i in list(module.predict_traces(calls))[:99]] for calls in inputs["sequences"]]


def _combine(inputs):
    """The first argument times a factor, plus the means of the others."""
    factor = inputs["factor"]

    def combine(first, *others):
        value = factor * first
        for other in others:
            value += tf.reduce_mean(other)
        return value

    return given.Ticks(combine)


def one_graph(module, inputs):
    """Calls of a OneGraph, its own counters and the probe's."""
    fn = _combine(inputs)
    graph = module.OneGraph(fn.fn, *(tf.constant(example) for example in inputs["examples"]))
    values = [_array(graph(*(tf.constant(value) for value in call))) for call in inputs["calls"]]
    return {"values": values, "traces": int(graph.traces), "calls": int(graph.calls), "fn": fn.report()}


def one_graph_refuses(module, inputs):
    """The name of the exception that an argument of another width or dtype raises, after one that fits."""
    graph = module.OneGraph(_combine(inputs).fn, *(tf.constant(example) for example in inputs["examples"]))
    fitting, other = ([tf.constant(value) for value in call] for call in inputs["calls"])
    value = _array(graph(*fitting))
    try:
        graph(*other)
    except NotImplementedError:
        raise
    except Exception as exception:
        return {"value": value, "raised": type(exception).__name__}
    return {"value": value, "raised": "nothing"}


@contextlib.contextmanager
def _without_reduce_retracing():
    """While it lasts, `tf.function` generalises nothing by itself."""
    original = tf.function

    def plain(*arguments, **settings):
        if settings.get("reduce_retracing") or settings.get("experimental_relax_shapes"):
            raise ValueError("reduce_retracing is what this task asks you to write")
        return original(*arguments, **settings)

    tf.function = plain
    try:
        yield
    finally:
        tf.function = original


class _Traced:
    """x -> factor * x + shift; remembers the static shapes with which it was traced, -1 for a free axis."""

    def __init__(self, factor):
        self.shapes = []
        self.ticks = given.Ticks(self._compute)
        self.factor = factor

    def _compute(self, x):
        self.shapes.append([-1 if size is None else size for size in x.shape])
        return tf.constant(self.factor, x.dtype) * x

    def report(self):
        return {"shapes": self.shapes, **self.ticks.report()}


def factory(module, inputs):
    """Calls of one or more graph factories, taken in turn."""
    fns = [_Traced(factor) for factor in inputs["factors"]]
    with _without_reduce_retracing():
        factories = [module.GraphFactory(fn.ticks.fn) for fn in fns]
        calls = [tf.constant(x) for x in inputs["calls"]] if inputs["tensors"] else inputs["calls"]
        values = [_array(each(x)) for x in calls for each in factories]
    return {
        "values": values,
        "num_graphs": [int(each.num_graphs) for each in factories],
        "fn": [fn.report() for fn in fns],
    }


def average(module, inputs):
    """The averages of one or more instances after each x; on the way, perhaps, another decay."""
    averages = [module.MovingAverage(decay) for decay in inputs["decays"]]
    calls = averages
    if inputs["compiled"]:
        calls = [function(lambda x, each=each: each(x), autograph=False) for each in averages]
    values = []
    for i, x in enumerate(inputs["x"]):
        if i in inputs["changes"]["at"]:
            for each in averages:
                each.decay = inputs["changes"]["to"][inputs["changes"]["at"].index(i)]
        values.append([_array(call(tf.constant(x * (k + 1), x.dtype))) for k, call in enumerate(calls)])
    return values


def scan(module, inputs):
    """Several calls of `scan` in one graph that leaves the number of rows open."""
    a, b, c = inputs["coefficients"]

    def advance(s, x):
        return tf.constant(a, s.dtype) * s + tf.constant(b, s.dtype) * x + tf.constant(c, s.dtype)

    step = given.Ticks(advance)
    d, dtype = len(inputs["s"]), inputs["s"].dtype

    def states(s, xs):
        return module.scan(step.fn, s, xs)

    graph = function(states, input_signature=[tf.TensorSpec([d], dtype), tf.TensorSpec([None, d], dtype)])
    values = [_array(graph(tf.constant(inputs["s"]), tf.constant(xs))) for xs in inputs["xs"]]
    return {"values": values, "step": step.report()}


def host_call(module, inputs):
    """Several runs of a graph with a NumPy function in it."""
    slope, shift = inputs["slope"], inputs["shift"]
    calls, shapes = [], []

    def np_fn(x):
        if not isinstance(x, np.ndarray):
            raise TypeError(f"np_fn was given {type(x).__name__}, not a NumPy array")
        calls.append(x.shape)
        return (np.sort(x) * slope + shift).astype(x.dtype)

    def compute(x):
        y = module.host_call(np_fn, x)
        shapes.append([-1 if size is None else size for size in y.shape] if y.shape.rank is not None else "unknown")
        return y

    graph = function(compute, autograph=False)
    values = [_array(graph(tf.constant(x))) for x in inputs["x"]]
    return {"values": values, "calls of np_fn": len(calls), "static shape": shapes[0]}


def noisy(module, inputs):
    """Several runs of a graph that adds noise."""
    generator = tf.random.Generator.from_seed(inputs["seed"])
    x = inputs["x"]
    length = None if inputs["free"] else len(x[0])
    signature = [tf.TensorSpec([length, x[0].shape[1]], x[0].dtype)]
    graph = function(lambda x: module.noisy(x, generator), input_signature=signature, autograph=False)
    return [_array(graph(tf.constant(value))) for value in x]


def _number(line):
    try:
        return float(line)
    except ValueError:
        return None


def log_value(module, inputs):
    """What several runs of a graph write into a file; a line that is no number comes as None."""
    with tempfile.TemporaryDirectory(dir=tempfile.gettempdir()) as folder:
        path = Path(folder) / "log.txt"
        graph = function(lambda x: module.log_value(x, str(path)), autograph=False)
        values = [_array(graph(tf.constant(x))) for x in inputs["x"]]
        lines = path.read_text().splitlines()[:99] if path.is_file() else []
    return {"values": values, "lines": [_number(line) for line in lines]}


def _squares(x, y, weights):
    return tf.reduce_mean(tf.square(tf.matmul(x, weights) - y))


def fit(module, inputs):
    """One or more fits, one after the other, with the same loss."""
    loss_fn = given.Ticks(_squares)
    answer = {}
    for i, each in enumerate(inputs["fits"], 1):
        weights = tf.Variable(each["weights"])
        losses = module.fit(
            loss_fn.fn, tf.constant(each["x"]), tf.constant(each["y"]), weights, list(inputs["schedule"])
        )
        answer[f"fit {i}"] = {"losses": _array(losses), "weights": _array(weights.numpy())}
    return {**answer, "loss_fn": loss_fn.report()}

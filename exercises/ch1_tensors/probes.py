"""How the tests drive your code: `(module, inputs) -> values`, run next to it. A probe judges nothing.

`module` is your file. Each probe brings its own data and functions, so that one task can be tested without the others.
"""

import gc
import time

import numpy as np
import tensorflow as tf

# Seconds of processor time for what takes a millisecond in one go, and several tenths of a second row by row.
LIMIT = 0.05


def _tensor(values, kind="constant"):
    return tf.Variable(values) if kind == "variable" else tf.constant(values)


def _value(answer):
    """A tensor, variable or array as a plain array, copied; None as it is."""
    if isinstance(answer, tf.Variable):
        return np.array(answer.numpy())
    return None if answer is None else np.array(answer)


def _with_unknown(function, *shapes):
    """A graph of the function, made before the sizes that are None are known."""
    signature = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
    return tf.function(function, input_signature=signature, autograph=False)


def _seconds(call):
    gc.disable()  # a collection takes longer than the call
    try:
        began = time.process_time()
        answer = call()
        return answer, time.process_time() - began
    finally:
        gc.enable()


def _in_time(small, large):
    """What `large` gives, and whether it is quick; `small` goes first and pays what a first call costs."""
    small()
    answer, seconds = _seconds(large)
    if LIMIT <= seconds < 3 * LIMIT:  # perhaps bad luck
        seconds = min(seconds, _seconds(large)[1])
    return answer, seconds < LIMIT


# --- quantize


def to_int8(module, inputs):
    """What `to_int8` makes of x."""
    return _value(module.to_int8(tf.constant(inputs["x"]), inputs["scale"]))


def from_int8(module, inputs):
    """What `from_int8` makes of q, with the dtype asked for, if any."""
    asked = {} if inputs["dtype"] is None else {"dtype": tf.as_dtype(inputs["dtype"])}
    return _value(module.from_int8(tf.constant(inputs["q"]), inputs["scale"], **asked))


# --- pairwise_distances


def distances(module, inputs):
    """The distances between two sets of points; with `unknown`, in a graph that was made for any sizes."""
    a, b = tf.constant(inputs["a"]), tf.constant(inputs["b"])
    function = module.pairwise_distances
    if inputs["unknown"]:
        d = a.shape[1]
        function = _with_unknown(lambda a, b: module.pairwise_distances(a, b), [None, d], [None, d])
    return _value(function(a, b))


def many_distances(module, inputs):
    """Some of the distances of many points to few and back, and whether they come in time."""
    many, few = tf.constant(inputs["many"]), tf.constant(inputs["few"])

    def both(many):
        return module.pairwise_distances(many, few), module.pairwise_distances(few, many)

    (there, back), quick = _in_time(lambda: both(many[:3]), lambda: both(many))
    return {"in time": quick, "there": _value(there)[::197], "back": _value(back)[:, ::197]}


# --- split_heads


def split_heads(module, inputs):
    """x cut into heads; with `unknown`, in a graph that was made for any batch and length."""
    x, heads = tf.constant(inputs["x"]), inputs["heads"]
    if inputs["unknown"]:
        return _value(_with_unknown(lambda x: module.split_heads(x, heads), [None, None, x.shape[2]])(x))
    return _value(module.split_heads(x, heads))


def merge_heads(module, inputs):
    """Heads put together again; with `unknown`, in a graph that was made for any batch and length."""
    x = tf.constant(inputs["x"])
    if inputs["unknown"]:
        shape = [None, x.shape[1], None, x.shape[3]]
        return _value(_with_unknown(lambda x: module.merge_heads(x), shape)(x))
    return _value(module.merge_heads(x))


def scores(module, inputs):
    """The scores of queries and keys."""
    return _value(module.scores(tf.constant(inputs["q"]), tf.constant(inputs["k"])))


# --- group_mean


def group_mean(module, inputs):
    """The means of the groups, with the default asked for, if any."""
    asked = {} if inputs["default"] is None else {"default": inputs["default"]}
    values, groups = tf.constant(inputs["values"]), tf.constant(inputs["groups"])
    return _value(module.group_mean(values, groups, inputs["num_groups"], **asked))


def many_groups(module, inputs):
    """The means of groups with many rows, and whether they come in time."""
    values, groups = tf.constant(inputs["values"]), tf.constant(inputs["groups"])

    def means(values, groups):
        return module.group_mean(values, groups, inputs["num_groups"])

    answer, quick = _in_time(lambda: means(values[-3:], groups[-3:]), lambda: means(values, groups))
    return {"in time": quick, "means": _value(answer)}


# --- masked_top_k


def _top_k(answer):
    """The two parts of an answer; anything else as it is, for the test to see."""
    if isinstance(answer, (list, tuple)) and len(answer) == 2:
        return {"values": _value(answer[0]), "indices": _value(answer[1])}
    return {"the answer is a": type(answer).__name__}


def masked_top_k(module, inputs):
    """Values and indices of the best."""
    return _top_k(module.masked_top_k(tf.constant(inputs["scores"]), tf.constant(inputs["mask"]), inputs["k"]))


def many_top_k(module, inputs):
    """Some of the best of many rows, and whether they come in time."""
    scores, mask = tf.constant(inputs["scores"]), tf.constant(inputs["mask"])

    def best(scores, mask):
        return module.masked_top_k(scores, mask, inputs["k"])

    answer, quick = _in_time(lambda: best(scores[:3], mask[:3]), lambda: best(scores, mask))
    parts = {name: part[::197] if isinstance(part, np.ndarray) else part for name, part in _top_k(answer).items()}
    return {"in time": quick, **parts}


# --- running_stats


def _result(stats):
    mean, variance = stats.result()
    return {"mean": _value(mean), "variance": _value(variance)}


def _fed(module, batches):
    stats = module.RunningStats(batches[0].shape[1])
    for batch in batches:
        stats.update(tf.constant(batch))
    return stats


def _same_objects(first, second):
    return len(first) == len(second) and all(a is b for a, b in zip(first, second, strict=True))


def stats(module, inputs):
    """Mean and variance after all batches."""
    return _result(_fed(module, inputs["batches"]))


def stats_new(module, inputs):
    """Mean and variance before any row has come."""
    return _result(module.RunningStats(inputs["d"]))


def stats_reset(module, inputs):
    """All batches, a reset, the first batch alone; and whether the variables stay the same objects."""
    stats = _fed(module, inputs["batches"])
    before = list(stats.variables)[:9]
    stats.reset()
    empty = _result(stats)
    stats.update(tf.constant(inputs["batches"][0]))
    same = _same_objects(before, list(stats.variables)[:9])
    return {"after the reset": empty, "one batch later": _result(stats), "same variables": same}


def stats_restored(module, inputs):
    """The values of the variables are saved after one batch, the others come in, the values are put back."""
    first, *others = inputs["batches"]
    stats = _fed(module, [first])
    variables = list(stats.variables)[:9]
    if not variables or not all(isinstance(variable, tf.Variable) for variable in variables):
        return {"all are variables": False, "same variables": False, "put back": None}
    saved = [np.array(variable.numpy()) for variable in variables]
    for batch in others:
        stats.update(tf.constant(batch))
    later = list(stats.variables)[:9]
    for variable, value in zip(variables, saved, strict=True):
        variable.assign(value)
    return {
        "all are variables": True,
        "same variables": _same_objects(variables, later),
        "put back": _result(stats),
    }


def stats_kept(module, inputs):
    """What the result of the first batch says after the others have come in."""
    first, *others = inputs["batches"]
    stats = _fed(module, [first])
    mean, variance = stats.result()
    for batch in others:
        stats.update(tf.constant(batch))
    return {"mean": _value(mean), "variance": _value(variance)}


# --- jacobian


def jacobian(module, inputs):
    """The Jacobian of x -> tanh(a x) + b x**2, or of a function that is the same everywhere."""
    a, b = tf.constant(inputs["a"]), tf.constant(inputs["b"])

    def f(x):
        if inputs["flat"]:
            return tf.reduce_sum(b, axis=1)
        return tf.tanh(tf.linalg.matvec(a, x)) + tf.linalg.matvec(b, tf.square(x))

    return _value(module.jacobian(f, _tensor(inputs["x"], inputs["kind"])))


def hvp(module, inputs):
    """The Hessian of x -> sum c exp(m x), or of x -> sum c x, times v."""
    m, c = tf.constant(inputs["m"]), tf.constant(inputs["c"])

    def f(x):
        return tf.reduce_sum(c * (x if inputs["linear"] else tf.exp(tf.linalg.matvec(m, x))))

    return _value(module.hvp(f, _tensor(inputs["x"], inputs["kind"]), tf.constant(inputs["v"])))


# --- straight_through


def _value_and_gradient(function, inputs):
    x = tf.constant(inputs["x"])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    gradient = tape.gradient(y, x, output_gradients=tf.constant(inputs["upstream"]))
    return {"value": _value(y), "gradient": _value(gradient)}


def round_ste(module, inputs):
    """The rounded numbers, and the gradient that comes out when `upstream` comes in."""
    return _value_and_gradient(module.round_ste, inputs)


def log_or_zero(module, inputs):
    """The logarithms, and their gradient."""
    return _value_and_gradient(module.log_or_zero, inputs)


# --- fit_linear


def fit(module, inputs):
    """The losses that `fit_linear` tells, and what it leaves in the variable that it was handed."""
    weights = tf.Variable(inputs["weights"])
    x, y = tf.constant(inputs["x"]), tf.constant(inputs["y"])
    losses = module.fit_linear(x, y, weights, inputs["lr"], inputs["steps"])
    return {"losses": _value(losses), "weights": _value(weights)}


recover = fit


def _data(module, inputs, seed):
    x, y, w = module.make_data(inputs["n"], inputs["d"], inputs["noise"], seed)
    return {"x": _value(x), "y": _value(y), "w": _value(w)}


def data(module, inputs):
    """What `make_data` makes."""
    return _data(module, inputs, inputs["seed"])


def data_again(module, inputs):
    """The same seed twice, then another."""
    seeds = {"first": inputs["seed"], "again": inputs["seed"], "another seed": inputs["seed"] + 1}
    return {name: _data(module, inputs, seed) for name, seed in seeds.items()}


def data_between(module, inputs):
    """Data and global draws: each alone, and the draws with `make_data` in between."""

    def draws(between):
        tf.random.set_seed(inputs["n"])
        np.random.seed(inputs["n"])
        first = [_value(tf.random.uniform([4])), np.random.uniform(size=4)]
        made = between()
        return [*first, _value(tf.random.uniform([4])), np.random.uniform(size=4)], made

    alone, _ = draws(lambda: None)
    around, _ = draws(lambda: _data(module, inputs, inputs["seed"]))
    return {"draws alone": alone, "draws with data between": around}

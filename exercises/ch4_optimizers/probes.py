"""How the tests drive your code: `(module, inputs) -> values`, run next to it. A probe judges nothing.

`module` is your file. Each probe brings its own variables, gradients, model, data and optimizer, so that
one task can be tested without the others.
"""

import itertools
import json
import tempfile
import types
from pathlib import Path

import given
import numpy as np
import pandas as pd
import tensorflow as tf


class Owner(tf.keras.Model):
    """A Keras model that only owns variables, all of the same name."""

    def __init__(self, values):
        super().__init__()
        for value in values:
            self.add_weight(shape=value.shape, initializer="zeros", name="w").assign(value)


class _Still:
    """An optimizer that does nothing."""

    def apply_gradients(self, pairs):
        """Walks over the pairs."""
        list(pairs)


def warm():
    """Converts and traces once what all compiled steps share; called before your file is there."""
    one = np.ones(1, "float32")
    common = {"optimizer": "GradientDescent", "settings": {}, "start": [one], "kind": "variable", "compiled": True}
    _run(types.SimpleNamespace(GradientDescent=_Still), {**common, "pairs": "zip"}, [_tensors([one])])


def _variables(values, kind):
    """Variables with these values; what keeps them alive comes along."""
    if kind == "keras":
        owner = Owner(values)
        return owner.trainable_variables, owner
    return [tf.Variable(value) for value in values], None


def _tensors(row):
    return [None if g is None else tf.constant(g) for g in row]


def _values(variables):
    return {f"variable {i}": np.array(v.numpy()) for i, v in enumerate(variables, 1)}


def _run(module, inputs, gradients, **changed):
    """The variables after each step of one of the plain optimizers."""
    variables, _owner = _variables(inputs["start"], inputs["kind"])
    optimizer = getattr(module, inputs["optimizer"])(**{**inputs["settings"], **changed})
    if inputs["optimizer"] != "GradientDescent":
        optimizer.init_moments(variables)

    def step(gradients):
        pairs = zip(gradients, variables, strict=True)
        optimizer.apply_gradients(list(pairs) if inputs["pairs"] == "list" else pairs)

    if inputs["compiled"]:
        step = tf.function(step)
    history = {}
    for i, row in enumerate(gradients, 1):
        step(row)
        history[f"step {i}"] = _values(variables)
    return history


def trajectory(module, inputs):
    """The variables after each step of GradientDescent, Momentum or Adam, for given gradients."""
    return _run(module, inputs, [_tensors(row) for row in inputs["gradients"]])


def descent(module, inputs):
    """The way of an optimizer down a bowl: the start, and where each step leads."""
    keras = inputs["optimizer"] == "KerasAdam"
    (theta,), _owner = _variables([inputs["start"]], "keras" if keras else "variable")
    optimizer = getattr(module, inputs["optimizer"])(**inputs["settings"])
    if keras:
        optimizer.build([theta])
    elif inputs["optimizer"] != "GradientDescent":
        optimizer.init_moments([theta])
    curvature = tf.constant(inputs["curvature"])
    path = [np.array(theta.numpy())]
    for _ in range(inputs["steps"]):
        optimizer.apply_gradients([(tf.linalg.matvec(curvature, tf.convert_to_tensor(theta)), theta)])
        path.append(np.array(theta.numpy()))
    return {"path": np.stack(path)}


def clipped(module, inputs):
    """The same steps twice: the optimizer clips, and your `clip` has clipped before it."""
    rows = [_tensors(row) for row in inputs["gradients"]]
    shorter = [[module.clip(g, inputs["settings"]["clipnorm"]) for g in row] for row in rows]
    return {
        "clipped by the optimizer": _run(module, inputs, rows),
        "clipped before": _run(module, inputs, shorter, clipnorm=None),
    }


def clip(module, inputs):
    """What `clip` makes of one gradient."""
    return np.asarray(module.clip(tf.constant(inputs["gradient"]), inputs["clipnorm"]))


def _dataset(module, inputs, **settings):
    tensors = [tf.constant(rows) for rows in inputs["tensors"]]
    holds = inputs.get("holds", "tuple")
    data = tensors[0] if holds == "lone" else tensors if holds == "list" else tuple(tensors)
    return module.Dataset(data, batch_size=inputs["batch_size"], **settings)


def epochs(module, inputs):
    """All batches of some passes over a Dataset."""
    dataset = _dataset(module, inputs, shuffle=inputs["shuffle"])
    at_most = len(inputs["tensors"][0]) + 1
    history = {}
    for epoch in range(1, inputs["passes"] + 1):
        batches = itertools.islice(dataset, at_most)
        history[f"epoch {epoch}"] = [_parts(batch) for batch in batches]
    return history


def _parts(batch):
    """The tensors of a batch, which is a tuple; a list may pass for one."""
    if not isinstance(batch, (tuple, list)):
        return {"a batch is a": type(batch).__name__}
    return [np.asarray(part) for part in batch[:9]]


def mismatch(module, inputs):
    """The name of the exception that tensors of different lengths raise."""
    module.Dataset  # noqa: B018  where it is absent, that is the answer
    try:
        for _ in itertools.islice(_dataset(module, inputs), 99):
            pass
    except NotImplementedError:
        raise
    except Exception as exception:
        return {"raised": type(exception).__name__}
    return {"raised": "nothing"}


def _run_keras(optimizer, variables, inputs):
    """Steps of a Keras optimizer; returns the variables after each."""
    history = {}
    for i, row in enumerate(inputs["gradients"]):
        half_way = i == len(inputs["gradients"]) // 2
        if half_way and inputs.get("change"):
            optimizer.learning_rate = inputs["change"]
        if half_way and inputs.get("rebuilt"):
            optimizer.build(variables)
        pairs = list(zip(_tensors(row), variables, strict=True))
        if inputs.get("shuffled") and i % 2:
            pairs.reverse()
        optimizer.apply_gradients(pairs)
        history[f"step {i + 1}"] = _values(variables)
    return history


def keras_steps(module, inputs):
    """The variables after each step of KerasAdam, and how many variables it has before and after."""
    settings = dict(inputs["settings"])
    if inputs["schedule"]:
        settings["learning_rate"] = tf.keras.optimizers.schedules.ExponentialDecay(
            inputs["schedule"]["initial"], decay_steps=1, decay_rate=inputs["schedule"]["rate"]
        )
    variables, _owner = _variables(inputs["start"], "keras")
    optimizer = module.KerasAdam(**settings)
    optimizer.build(variables)
    first = len(optimizer.variables)
    history = _run_keras(optimizer, variables, inputs)
    return {"steps": history, "grown by": len(optimizer.variables) - first}


def keras_config(module, inputs):
    """The same steps by an optimizer and by its copy, made by way of JSON."""
    optimizer = module.KerasAdam(**inputs["settings"])
    text = json.dumps(tf.keras.optimizers.serialize(optimizer))
    copy = tf.keras.optimizers.deserialize(json.loads(text), custom_objects={"KerasAdam": module.KerasAdam})
    answer = {"config": {}}
    config = copy.get_config()
    for name in ("learning_rate", "beta_1", "beta_2", "epsilon"):
        answer["config"][name] = float(config[name]) if name in config else None
    for name, each in (("original", optimizer), ("copy", copy)):
        variables, _owner = _variables(inputs["start"], "keras")
        answer[name] = _run_keras(each, variables, inputs)
    return answer


def _compiled(module, inputs, **how):
    first, second = inputs["weights"][0], inputs["weights"][2]
    model = tf.keras.Sequential(
        [
            tf.keras.Input((first.shape[0],)),
            tf.keras.layers.Dense(first.shape[1], activation="tanh"),
            tf.keras.layers.Dense(second.shape[1]),
        ]
    )
    model.set_weights(inputs["weights"])
    # XLA would take longer to compile than all the rest
    model.compile(optimizer=module.KerasAdam(**inputs["settings"]), loss="mse", jit_compile=False, **how)
    return model


def _weights(model):
    return [np.array(value) for value in model.get_weights()]


def keras_fit(module, inputs):
    """The losses and the weights of `model.compile(KerasAdam(...))` and `fit`."""
    model = _compiled(module, inputs)
    history = model.fit(inputs["x"], inputs["y"], epochs=2, batch_size=5, shuffle=False, verbose=0)
    return {"losses": [float(loss) for loss in history.history["loss"]], "weights": _weights(model)}


def keras_save(module, inputs):
    """Weights after some steps, and after some more: in one go, and saved and loaded in between."""
    model = _compiled(module, inputs, run_eagerly=True)

    def learn(model):
        for i in range(0, len(inputs["x"]), 2):
            model.train_on_batch(inputs["x"][i : i + 2], inputs["y"][i : i + 2])

    learn(model)
    saved = _weights(model)
    with tempfile.TemporaryDirectory(dir=tempfile.gettempdir()) as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        loaded = tf.keras.models.load_model(path, custom_objects={"KerasAdam": module.KerasAdam})
    for each in (model, loaded):
        learn(each)
    return {
        "saved": saved,
        "in one go": _weights(model),
        "saved and loaded": _weights(loaded),
        "steps counted": int(loaded.optimizer.iterations),
    }


class _Descent:
    """The plain gradient descent that the training probes bring."""

    def __init__(self, lr):
        self.lr = lr

    def apply_gradients(self, grads_and_vars):
        for g, v in grads_and_vars:
            v.assign_add(-self.lr * g)


class _LazyMomentum:
    """Makes its velocities when it first sees the variables, as a Keras optimizer does."""

    def __init__(self, lr):
        self.lr = lr
        self.velocities = None

    def apply_gradients(self, grads_and_vars):
        pairs = list(grads_and_vars)
        if self.velocities is None:
            self.velocities = [tf.Variable(tf.zeros(v.shape)) for _, v in pairs]
        for m, (g, v) in zip(self.velocities, pairs, strict=True):
            m.assign(0.5 * m - self.lr * g)
            v.assign_add(m)


class _Batches:
    """Batches that can be walked again and again, always in the same order."""

    def __init__(self, x, y, batch_size):
        self.batches = [
            (tf.constant(x[i : i + batch_size]), tf.constant(y[i : i + batch_size]))
            for i in range(0, len(x) - batch_size + 1, batch_size)
        ]

    def __iter__(self):
        return iter(self.batches)


def _batches(inputs):
    if inputs["boston"]:
        x_train, y_train, x_test, y_test = given.load_boston()
    else:
        (x_train, y_train), (x_test, y_test) = ((inputs[n]["x"], inputs[n]["y"]) for n in ("train", "test"))
    train = _Batches(x_train, y_train, inputs["batch_size"])
    return train, _Batches(x_test, y_test, inputs["test_batch_size"])


def _network(weights, boston=False):
    """A built network with these weights."""
    *hidden, last = (kernel.shape[1] for kernel in weights[::2])
    model = given.MLP(hidden, last, hidden_activation="relu" if boston else "tanh")
    model(tf.zeros((1, weights[0].shape[0])))
    model.set_weights(weights)
    return model


def _table(history):
    """The columns of a history that the tests look at, as plain numbers."""
    if not isinstance(history, pd.DataFrame):
        return {"the history is a": type(history).__name__}
    table = {}
    for name, number in (("epoch", int), ("training_loss", float), ("testing_loss", float), ("lr", float)):
        if name in history.columns:
            table[name] = [number(value) for value in history[name]]
    return table


def _train(module, model, inputs):
    train, test = _batches(inputs)
    returned, history = module.train(
        model, _Descent(inputs["lr"]), train, test, inputs["n_epochs"], his_freq=inputs["his_freq"]
    )
    return {
        "history": _table(history),
        "weights": _weights(model),
        "returns the model": returned is model,
    }


def training(module, inputs):
    """The history and the weights that `train` leaves behind."""
    return _train(module, _network(inputs["weights"], inputs["boston"]), inputs)


class Ticking(tf.keras.Model):
    """Counts how often Python runs its code, and how often it is computed: on training batches and on others."""

    def __init__(self, inner, test_size):
        super().__init__()
        self.inner = inner
        self.test_size = test_size
        self.forget()

    def forget(self):
        self.python = {"training": 0, "testing": 0}
        self.runs = {name: tf.Variable(0) for name in self.python}

    @tf.autograph.experimental.do_not_convert
    def call(self, x):
        self.python["testing" if x.shape[0] == self.test_size else "training"] += 1
        testing = tf.cast(tf.shape(x)[0] == self.test_size, tf.int32)
        self.runs["testing"].assign_add(testing)
        self.runs["training"].assign_add(1 - testing)
        return self.inner(x)


def tracing(module, inputs):
    """How often Python ran the code of the model in `train`, and how often it was computed."""
    model = Ticking(_network(inputs["weights"]), inputs["test_batch_size"])
    model(tf.zeros((1, inputs["weights"][0].shape[0])))
    model.forget()
    answer = _train(module, model, inputs)
    runs = {name: int(count) for name, count in model.runs.items()}
    return {"weights": answer["weights"], "python": dict(model.python), "runs": runs}


class Late(tf.keras.Model):
    """Has no variables until it is first called, and then these."""

    def __init__(self, weights):
        super().__init__()
        kernel, bias, last_kernel, last_bias = (self._fixed(value) for value in weights)
        self.hidden = tf.keras.layers.Dense(
            weights[1].shape[0], activation="tanh", kernel_initializer=kernel, bias_initializer=bias
        )
        self.last = tf.keras.layers.Dense(
            weights[3].shape[0], kernel_initializer=last_kernel, bias_initializer=last_bias
        )

    @staticmethod
    def _fixed(value):
        return lambda shape, dtype=None, **kwargs: tf.constant(value, dtype)

    def call(self, x):
        return self.last(self.hidden(x))


def unbuilt(module, inputs):
    """What `train` makes of models that have no variables yet, one after the other."""
    return {f"model {i}": _train(module, Late(weights), inputs) for i, weights in enumerate(inputs["weights"], 1)}


def experiments(module, inputs):
    """The table of `lr_experiments`, and how it called `make_model` and `make_optimizer`."""
    models, rates = [], []

    def make_model():
        models.append(_network(inputs["weights"], inputs["boston"]))
        return models[-1]

    def make_optimizer(lr):
        rates.append(float(lr))
        return (_LazyMomentum if inputs["lazy"] else _Descent)(lr)

    train, test = _batches(inputs)
    table = module.lr_experiments(
        list(inputs["rates"]), make_model, make_optimizer, train, test, inputs["n_epochs"], his_freq=inputs["his_freq"]
    )
    return {"models made": len(models), "rates asked for": rates, "table": _table(table)}

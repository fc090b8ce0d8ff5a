"""How the tests drive your code: `(module, inputs) -> values`, run next to it. A probe judges nothing.

`module` is your file. Each probe brings its own data, weights and, where the task is not to write one, its own
model or layers, so that one task can be tested without the others.
"""

import given
import numpy as np
import pandas as pd
import tensorflow as tf


def _put(variables, values):
    """Gives variables their values: to each value the first free variable of its shape, else of as many numbers."""
    free = list(variables)
    for value in values:
        fits = [v for v in free if tuple(v.shape) == value.shape]
        fits = fits or [v for v in free if int(np.prod(tuple(v.shape))) == value.size]
        if fits:
            fits[0].assign(np.reshape(value, tuple(fits[0].shape)))
            free = [v for v in free if v is not fits[0]]


def _shapes(variables):
    """The shapes of variables as lists, whatever their order."""
    return sorted([int(n) for n in v.shape] for v in variables)


def _values(variables):
    """The values of variables, by their shapes, whatever their order."""
    return [np.array(v.numpy()) for v in sorted(variables, key=lambda v: [int(n) for n in v.shape])]


# --- linear_regression


def model_variables(module, inputs):
    """The shapes of the variables that a model has when it is made, and how many of them are trainable."""
    model = getattr(module, inputs["kind"])(inputs["num_parameters"])
    return {"shapes": _shapes(model.variables), "trainable": len(model.trainable_variables)}


def model_start(module, inputs):
    """What a model that was just made predicts for a row of zeros."""
    model = getattr(module, inputs["kind"])(inputs["num_parameters"])
    prediction = np.asarray(model(tf.zeros((1, inputs["num_parameters"]))))
    return {"prediction for zeros": [float(value) for value in prediction.ravel()]}


def _model(module, inputs):
    model = getattr(module, inputs["kind"])(int(inputs["x"].shape[1]))
    _put(model.variables, inputs["weights"])
    return model


def predictions(module, inputs):
    """What a model with these weights predicts, asked twice."""
    model = _model(module, inputs)
    x = tf.constant(inputs["x"])
    return {"first": np.asarray(model(x)), "second": np.asarray(model(x))}


def fitted(module, inputs):
    """The losses and the weights of `compile` and `fit`."""
    model = _model(module, inputs)
    optimizer = tf.keras.optimizers.SGD(inputs["learning_rate"])
    # XLA would take longer to compile than all the rest
    model.compile(optimizer=optimizer, loss="mse", jit_compile=False)
    x, y = inputs["x"], inputs["y"]
    history = model.fit(x, y, epochs=inputs["epochs"], batch_size=len(x), shuffle=False, verbose=0)
    weights = [np.ravel(value) for value in _values(model.variables)]
    return {"losses": [float(loss) for loss in history.history["loss"]], "weights": weights}


# --- train_step


class Ticking(tf.keras.Model):
    """A model that counts how often Python runs its code, and how often it is computed."""

    def __init__(self, weights, frozen):
        super().__init__()
        self.values = [self._made(value) for value in weights]
        self.scales = [self._made(value, trainable=False) for value in frozen]
        self.forget()

    def _made(self, value, **how):
        weight = self.add_weight(shape=value.shape, initializer="zeros", **how)
        weight.assign(value)
        return weight

    def forget(self):
        self.python = 0
        self.runs = tf.Variable(0)

    @tf.autograph.experimental.do_not_convert
    def call(self, x):
        self.python += 1
        self.runs.assign_add(1)
        for scale in self.scales:
            x = x * scale
        if len(self.values) == 4:
            x = tf.tanh(tf.matmul(x, self.values[0]) + self.values[1])
        x = tf.matmul(x, self.values[-2 if len(self.values) > 1 else -1])
        return x + self.values[-1] if len(self.values) > 1 else x


def _ticking(inputs):
    models = []
    for spec in inputs["models"]:
        model = Ticking(spec["weights"], spec["frozen"])
        model(tf.constant(inputs["x"][:1]))
        model.forget()
        models.append(model)
    return models


def _turns(step, models, inputs):
    x, y = tf.constant(inputs["x"]), tf.constant(inputs["y"])
    return [np.asarray(step(models[i], x, y)) for i in inputs["order"]]


def _after(models):
    return {f"model {i}": [np.array(v.numpy()) for v in model.weights] for i, model in enumerate(models, 1)}


def _ticks(models):
    """How often Python ran the models' code, and how often it was computed."""
    return {"traced": sum(int(m.python) for m in models), "run": sum(int(m.runs.numpy()) for m in models)}


def steps(module, inputs):
    """The losses of some steps of `train_step` on one model, and its weights afterwards."""
    models = _ticking(inputs)
    return {"losses": _turns(module.train_step, models, inputs), "weights": _after(models)}


def interleaved(module, inputs):
    """Models that take turns in `train_step`: their weights afterwards, and how often they were traced and run."""
    models = _ticking(inputs)
    losses = _turns(module.train_step, models, inputs)
    return {"losses": losses, "weights": _after(models), "ticks": _ticks(models)}


def tests(module, inputs):
    """What `test_step` says about a model, asked again and again, and the model's weights afterwards."""
    models = _ticking(inputs)
    return {"losses": _turns(module.test_step, models, inputs), "weights": _after(models)}


def tested(module, inputs):
    """Models that take turns in `test_step`: the losses, and how often they were traced and run."""
    models = _ticking(inputs)
    return {"losses": _turns(module.test_step, models, inputs), "ticks": _ticks(models)}


# --- linear


def layer_life(module, inputs):
    """How many variables a layer has before data, and which afterwards."""
    rows, width, units = inputs["sizes"]
    layer = module.Linear(units) if inputs["use_bias"] else module.Linear(units, use_bias=False)
    before = len(layer.variables)
    x = tf.ones((rows, width))
    layer(x)
    after = {"shapes": _shapes(layer.variables), "trainable": len(layer.trainable_variables)}
    layer(x)
    return {"before data": before, "after data": after, "after a second call": len(layer.variables)}


def _weighted(layer, inputs):
    layer(tf.constant(inputs["x"]))
    layer.kernel.assign(inputs["kernel"])
    if inputs.get("use_bias", True):
        layer.bias.assign(inputs["bias"])
    return np.asarray(layer(tf.constant(inputs["x"])))


def layer_output(module, inputs):
    """What a layer with these weights makes of these data."""
    settings = {} if inputs["activation"] == "linear" else {"activation": inputs["activation"]}
    if not inputs["use_bias"]:
        settings["use_bias"] = False
    layer = module.Linear(int(inputs["kernel"].shape[1]), **settings)
    return _weighted(layer, inputs)


def layer_dtype(module, inputs):
    """The same for a layer that was given a name and a dtype."""
    layer = module.Linear(int(inputs["kernel"].shape[1]), dtype="float64", name="own_name")
    return {"output": _weighted(layer, inputs), "name": str(layer.name)}


class Two(tf.keras.Model):
    """A model of two layers."""

    def __init__(self, first, second):
        super().__init__()
        self.first, self.second = first, second

    def call(self, x):
        return self.second(self.first(x))


def layer_model(module, inputs):
    """What a model of two layers makes of the same data with one set of weights, and then with another."""
    weights = inputs["weights"][0]
    first = module.Linear(int(weights[1].shape[0]))
    second = module.Linear(int(weights[3].shape[0]))
    model = Two(first, second)
    x = tf.constant(inputs["x"])
    model(x)
    answer = {}
    for name, values in zip(("one", "other"), inputs["weights"], strict=True):
        for layer, kernel, bias in ((first, *values[:2]), (second, *values[2:])):
            layer.kernel.assign(kernel)
            layer.bias.assign(bias)
        answer[name] = np.asarray(model(x))
    return answer


# --- collapse


def _dense(kernel, bias, activation=None):
    layer = tf.keras.layers.Dense(int(kernel.shape[1]), activation=activation, use_bias=bias is not None)
    layer.build((None, int(kernel.shape[0])))
    layer.kernel.assign(kernel)
    if bias is not None:
        layer.bias.assign(bias)
    return layer


def collapsed(module, inputs):
    """The weights of the one layer that a chain of linear layers amounts to."""
    weights, bias = module.collapse([_dense(*layer) for layer in inputs["layers"]])
    return {"W": np.asarray(tf.convert_to_tensor(weights)), "b": np.asarray(tf.convert_to_tensor(bias))}


def not_collapsible(module, inputs):
    """The name of the exception for a chain with an activation in it."""
    collapse = module.collapse
    layers = [
        _dense(*layer, activation=inputs["activation"] if i == inputs["at"] else None)
        for i, layer in enumerate(inputs["layers"])
    ]
    try:
        collapse(layers)
    except NotImplementedError:
        raise
    except Exception as exception:
        return {"raised": type(exception).__name__}
    return {"raised": "nothing"}


# --- activations and softmax


def activation(module, inputs):
    """An activation's values at some points, and its gradients there."""
    function = getattr(module, inputs["name"])
    x = tf.constant(inputs["x"])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x, **inputs["settings"])
    gradient = tape.gradient(y, x)
    answer = {"value": np.asarray(y), "gradient": None if gradient is None else np.asarray(gradient)}
    if inputs["magnified"]:
        answer["value times 1e9"] = 1e9 * np.asarray(y, "float64")
    return answer


def soft(module, inputs):
    """The values of softmax and log_softmax, and the gradients of a weighted sum of each."""
    settings = {} if inputs["axis"] is None else {"axis": inputs["axis"]}
    answer = {}
    for name in ("softmax", "log_softmax"):
        x = tf.constant(inputs["x"])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = getattr(module, name)(x, **settings)
            total = tf.reduce_sum(y * tf.cast(inputs["weights"], y.dtype))
        gradient = tape.gradient(total, x)
        answer[name] = {"value": np.asarray(y), "gradient": None if gradient is None else np.asarray(gradient)}
    return answer


# --- mlp


class Squashed(tf.keras.layers.Layer):
    """A layer with a given kernel, and a tanh."""

    def __init__(self, kernel):
        super().__init__()
        self.start = kernel

    def build(self, input_shape):
        # not assigned afterwards: what is assigned while a model is being built is lost
        self.kernel = self.add_weight(
            shape=self.start.shape, initializer=lambda shape, dtype=None, **kwargs: tf.constant(self.start, dtype)
        )

    def call(self, x):
        return tf.tanh(tf.matmul(x, self.kernel))


def chain(module, inputs):
    """What a Sequential of some layers makes of the data, and how many variables it tracks."""
    layers = [Squashed(kernel) for kernel in inputs["kernels"]]
    model = module.Sequential(layers)
    output = np.asarray(model(tf.constant(inputs["x"])))
    return {"output": output, "variables": len(model.trainable_variables)}


def _mlp(module, inputs):
    units = inputs["units"]
    units = int(units) if isinstance(units, int) else [int(n) for n in units]
    model = module.MLP(units, inputs["targets"], **inputs["settings"])
    x = tf.constant(inputs["x"])
    model(x)
    return model, x


def network(module, inputs):
    """What an MLP with these weights predicts."""
    model, x = _mlp(module, inputs)
    _put(model.variables, inputs["weights"])
    return np.asarray(model(x))


def network_variables(module, inputs):
    """The shapes of an MLP's variables."""
    model, _ = _mlp(module, inputs)
    return {"shapes": _shapes(model.trainable_variables)}


def network_follows(module, inputs):
    """What an MLP predicts for the same data with one set of weights, and then with another."""
    model, x = _mlp(module, inputs)
    answer = {}
    for name in ("weights", "others"):
        _put(model.variables, inputs[name])
        answer[name] = np.asarray(model(x))
    return answer


# --- train


def boston(module, inputs):
    """The arrays of `load_boston`."""
    arrays = list(module.load_boston(given.BOSTON))
    return {f"part {i}": np.asarray(array) for i, array in enumerate(arrays, 1)}


class Late(tf.keras.Model):
    """A network that has no variables until it is first called, and then these."""

    def __init__(self, weights, activation):
        super().__init__()
        kernel, bias, last_kernel, last_bias = (self._fixed(value) for value in weights)
        self.hidden = tf.keras.layers.Dense(
            int(weights[1].shape[0]), activation=activation, kernel_initializer=kernel, bias_initializer=bias
        )
        self.last = tf.keras.layers.Dense(
            int(weights[3].shape[0]), kernel_initializer=last_kernel, bias_initializer=last_bias
        )

    @staticmethod
    def _fixed(value):
        return lambda shape, dtype=None, **kwargs: tf.constant(value, dtype)

    def call(self, x):
        return self.last(self.hidden(x))


def _data(inputs):
    if inputs["boston"]:
        rows = np.loadtxt(given.BOSTON, delimiter=",", skiprows=2, dtype="float32")
        return [tf.constant(part) for part in (rows[:404, :-1], rows[:404, -1:], rows[404:, :-1], rows[404:, -1:])]
    return [tf.constant(part) for part in inputs["data"]]


def _table(history):
    """The columns of a history, as plain numbers."""
    if not isinstance(history, pd.DataFrame):
        return {"the history is a": type(history).__name__}
    table = {}
    for name, number in (("iteration", int), ("training_loss", float), ("testing_loss", float)):
        if name in history.columns:
            table[name] = [number(value) for value in history[name]]
    return table


def _trained(module, model, inputs):
    settings = {} if inputs["his_freq"] is None else {"his_freq": inputs["his_freq"]}
    returned, history = module.train(model, tuple(_data(inputs)), inputs["n_epochs"], **settings)
    return {
        "history": _table(history),
        "weights": [np.array(value) for value in model.get_weights()],
        "returns the model": returned is model,
    }


def _late(inputs, weights):
    return Late(weights, "relu" if inputs["boston"] else "tanh")


def training(module, inputs):
    """The history and the weights that `train` leaves behind, for a model that has its variables."""
    model = _late(inputs, inputs["weights"][0])
    model(tf.zeros((1, int(inputs["weights"][0][0].shape[0]))))
    return _trained(module, model, inputs)


def unbuilt(module, inputs):
    """The same for models that have no variables yet, one after the other."""
    return {
        f"model {i}": _trained(module, _late(inputs, weights), inputs) for i, weights in enumerate(inputs["weights"], 1)
    }


def train_tracing(module, inputs):
    """How often Python ran the code of the model in `train`, and how often it was computed."""
    model = Ticking(inputs["weights"][0], [])
    model(tf.zeros((1, int(inputs["weights"][0][0].shape[0]))))
    model.forget()
    answer = _trained(module, model, inputs)
    return {"weights": answer["weights"], **_ticks([model])}

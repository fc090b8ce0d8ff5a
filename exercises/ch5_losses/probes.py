"""How the tests drive your code: `(module, inputs) -> values`, run next to it. A probe judges nothing.

`module` is your file. Most probes give back a loss and its gradient with respect to what a network would give: the
one can be right and the other wrong.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf


def _array(x):
    return None if x is None else np.asarray(x)


def _loss_and_gradient(loss, x):
    """The value of `loss(x)`, and the gradient of the sum of its elements."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = tf.convert_to_tensor(loss(x))
    return {"loss": _array(value), "gradient": _array(tape.gradient(value, x))}


def regression(module, inputs):
    """One of the losses for regression."""
    function, y = getattr(module, inputs["function"]), tf.constant(inputs["y_true"])
    return _loss_and_gradient(lambda x: function(y, x, **inputs["settings"]), inputs["y_pred"])


def binary(module, inputs):
    """The binary cross-entropy."""
    y = tf.constant(inputs["y_true"])
    settings = {"from_logits": True} if inputs["from_logits"] else {}
    return _loss_and_gradient(lambda x: module.binary_crossentropy(y, x, **settings), inputs["y_pred"])


def categorical(module, inputs):
    """The cross-entropy with distributions."""
    y, settings = tf.constant(inputs["y_true"]), inputs["settings"]
    return _loss_and_gradient(lambda x: module.categorical_crossentropy(y, x, **settings), inputs["logits"])


def sparse(module, inputs):
    """The cross-entropy with class numbers."""
    labels = tf.constant(inputs["labels"])
    return _loss_and_gradient(lambda x: module.sparse_categorical_crossentropy(labels, x), inputs["logits"])


def divergence(module, inputs):
    """The Kullback-Leibler divergence, and its gradient with respect to q."""
    p = tf.constant(inputs["p"])
    return _loss_and_gradient(lambda q: module.kl_divergence(p, q), inputs["q"])


def focal(module, inputs):
    """The focal loss."""
    y = tf.constant(inputs["y"])
    return _loss_and_gradient(lambda x: module.focal(y, x, **inputs["settings"]), inputs["logits"])


def hinge(module, inputs):
    """The hinge loss."""
    y = tf.constant(inputs["y"])
    return _loss_and_gradient(lambda x: module.hinge(y, x), inputs["score"])


def reduced(module, inputs):
    """What `reduce_loss` makes of some losses, and the gradient with respect to them."""
    given = {name: tf.constant(inputs[name]) for name in ("sample_weight", "mask") if inputs[name] is not None}
    return _loss_and_gradient(lambda x: module.reduce_loss(x, reduction=inputs["reduction"], **given), inputs["values"])


def unknown_reduction(module, inputs):
    """The name of the exception that a reduction nobody knows raises."""
    module.reduce_loss  # noqa: B018  where it is absent, that is the answer
    try:
        module.reduce_loss(tf.constant(inputs["values"]), reduction=inputs["reduction"])
    except NotImplementedError:
        raise
    except Exception as exception:
        return {"raised": type(exception).__name__}
    return {"raised": "nothing"}


def _waves(x, a):
    return tf.reduce_sum(tf.sin(a * x)) + 0.5 * tf.square(tf.reduce_sum(x))


def _cubic(x, a):
    return tf.reduce_sum(a * x**3)


def _last_axis(x, a):
    return tf.reduce_sum(tf.reduce_prod(a * x, axis=-1))


def differences(module, inputs):
    """Your numerical gradient of a function, and how often you called it."""
    function = {"waves": _waves, "cubic": _cubic, "last axis": _last_axis}[inputs["function"]]
    a = tf.constant(inputs["a"])
    calls = []

    def f(x):
        calls.append(1)
        x = tf.convert_to_tensor(x)
        x.shape.assert_is_compatible_with(a.shape)
        return function(tf.cast(x, tf.float64), a)

    gradient = module.numerical_gradient(f, tf.constant(inputs["x"]), **inputs["settings"])
    return {"gradient": np.array(gradient), "calls": len(calls)}


def loss_object(module, inputs):
    """What a HuberLoss gives when it is called, and its name."""
    loss = module.HuberLoss(**inputs["arguments"])
    weight = inputs["sample_weight"]
    value = loss(
        tf.constant(inputs["y_true"]),
        tf.constant(inputs["y_pred"]),
        **({} if weight is None else {"sample_weight": tf.constant(weight)}),
    )
    return {"loss": _array(value), "name": str(loss.name)}


def loss_config(module, inputs):
    """The same loss by an object and by its copy, made by way of JSON."""
    loss = module.HuberLoss(**inputs["arguments"])
    text = json.dumps(tf.keras.losses.serialize(loss))
    copy = tf.keras.losses.deserialize(json.loads(text), custom_objects={"HuberLoss": module.HuberLoss})
    config = copy.get_config()
    answer = {"config": {name: config.get(name) for name in ("delta", "reduction", "name")}}
    for name, each in (("original", loss), ("copy", copy)):
        answer[name] = _array(each(tf.constant(inputs["y_true"]), tf.constant(inputs["y_pred"])))
    return answer


def _compiled(module, inputs):
    kernel = inputs["weights"][0]
    model = tf.keras.Sequential([tf.keras.Input((kernel.shape[0],)), tf.keras.layers.Dense(kernel.shape[1])])
    model.set_weights(inputs["weights"])
    # XLA would take longer to compile than all the rest
    optimizer = tf.keras.optimizers.SGD(0.1)
    model.compile(optimizer=optimizer, loss=module.HuberLoss(**inputs["arguments"]), jit_compile=False)
    return model


def loss_fit(module, inputs):
    """The losses and weights of `fit` with a HuberLoss."""
    model = _compiled(module, inputs)
    history = model.fit(inputs["x"], inputs["y"], epochs=2, batch_size=4, shuffle=False, verbose=0)
    losses = [float(loss) for loss in history.history["loss"]]
    return {"losses": losses, "weights": [np.array(w) for w in model.get_weights()]}


def loss_save(module, inputs):
    """The loss of a compiled model, and of the same model saved and loaded."""
    model = _compiled(module, inputs)
    with tempfile.TemporaryDirectory(dir=tempfile.gettempdir()) as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        loaded = tf.keras.models.load_model(path, custom_objects={"HuberLoss": module.HuberLoss})
    losses = [float(each.test_on_batch(inputs["x"], inputs["y"])) for each in (model, loaded)]
    return {"compiled": losses[0], "saved and loaded": losses[1]}


def likelihood(module, inputs):
    """The negative log-likelihoods, and the gradient of their mean with respect to each parameter."""
    function, y = getattr(module, inputs["function"]), tf.constant(inputs["y"])
    parameters = [tf.constant(p) for p in inputs["parameters"]]
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        value = tf.convert_to_tensor(function(y, *parameters))
        mean = tf.reduce_mean(value)
    return {"nll": _array(value), "gradients": [_array(g) for g in tape.gradient(mean, parameters)]}


def _squares(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_pred - y_true), axis=-1)


def _charbonnier(y_true, y_pred):
    """Like the squares for small errors and like a straight line for large ones, but not Huber's."""
    return tf.reduce_mean(tf.sqrt(1.0 + tf.square(y_pred - y_true)) - 1.0, axis=-1)


def _slanted(y_true, y_pred):
    """A prediction that is too low costs more than one that is too high."""
    return tf.reduce_mean(tf.math.softplus(2.0 * (y_true - y_pred)), axis=-1)


def line(module, inputs):
    """The line that `fit_line` finds, and the losses on the way."""
    loss = {"squares": _squares, "charbonnier": _charbonnier, "slanted": _slanted}[inputs["loss"]]
    x, y = tf.constant(inputs["x"]), tf.constant(inputs["y"])
    w, b, losses = module.fit_line(x, y, loss, inputs["lr"], inputs["steps"])
    return {"w": _array(w), "b": _array(b), "losses": _array(losses)}

"""The book's printed results as experiments: each gives numbers for a seed, in today's TensorFlow.

Imported only where TensorFlow may be; `book.figures` runs them over many seeds. The optimizers are the course's own
reference solutions, the network and the data chapter 4's `given.py`.
"""

from __future__ import annotations

import functools
import importlib.util
import sys
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

ROOT = Path(__file__).parent.parent
Numbers = dict[str, float]


def _module(path: Path) -> types.ModuleType:
    name = f"_book_{path.parent.name}_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@functools.cache
def _boston() -> tuple[tf.Tensor, ...]:
    given = _module(ROOT / "exercises" / "ch4_optimizers" / "given.py")
    return tuple(tf.constant(part) for part in given.load_boston())


def _mlp() -> tf.keras.Model:
    model = _module(ROOT / "exercises" / "ch4_optimizers" / "given.py").MLP(4, 1)
    model(tf.zeros((1, 13)))
    return model


def _optimizers() -> types.ModuleType:
    return _module(ROOT / "solutions" / "ch4_optimizers" / "optimizers.py")


def linear_regression(_: int) -> Numbers:
    """Chapter 1: weights 0 to 4 from 32 rows, learning rate 0.05, 1001 iterations."""
    truth = tf.range(5, dtype=tf.float32)[:, tf.newaxis]
    x = tf.random.uniform((32, 5))
    y = x @ truth
    weights = tf.Variable(tf.random.uniform((5, 1)))
    numbers = {}

    @tf.function
    def step() -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y - x @ weights))
        weights.assign_sub(0.05 * tape.gradient(loss, weights))
        return loss

    for iteration in range(1001):
        loss = float(step())
        if iteration % 100 == 0:
            numbers[f"loss at iteration {iteration}"] = loss
    for i, weight in enumerate(weights.numpy().ravel()):
        numbers[f"weight {i}"] = float(weight)
    return numbers


def _chain(layers: list[tf.keras.layers.Layer]) -> tuple[tf.keras.Sequential, tf.Tensor]:
    """Trains a chain of layers on the linear data of chapter 3; the chain and its mean absolute error."""
    x = tf.random.uniform((32, 5))
    y = x @ tf.range(5, dtype=tf.float32)[:, tf.newaxis]
    model = tf.keras.Sequential([tf.keras.Input((5,)), *layers])

    @tf.function
    def steps(n: int) -> None:
        for _ in tf.range(n):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(y - model(x)))
            for g, v in zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables):
                v.assign_sub(0.05 * g)

    steps(1001)
    return model, tf.reduce_mean(tf.abs(y - model(x)))


def two_linear_layers(_: int) -> Numbers:
    """Chapter 3: a chain of two layers without bias or activation, and the one matrix that it amounts to."""
    dense = functools.partial(tf.keras.layers.Dense, use_bias=False)
    model, error = _chain([dense(3), dense(1)])
    reduced = (model.layers[0].kernel @ model.layers[1].kernel).numpy().ravel()
    return {"mean absolute error": float(error), **{f"reduced weight {i}": float(w) for i, w in enumerate(reduced)}}


def relu_between(_: int) -> Numbers:
    """Chapter 3: the same chain with a ReLU between the layers."""
    dense = functools.partial(tf.keras.layers.Dense, use_bias=False)
    return {"mean absolute error": float(_chain([dense(3, activation="relu"), dense(1)])[1])}


def relu_and_bias(_: int) -> Numbers:
    """Chapter 3: the same with biases that start at 1."""
    dense = functools.partial(tf.keras.layers.Dense, bias_initializer="ones")
    return {"mean absolute error": float(_chain([dense(3, activation="relu"), dense(1)])[1])}


def _full_batch(
    lr: float, clipnorm: float | None, epochs: int, every: int
) -> tuple[tf.keras.Model, list[float], float]:
    """Gradient descent on all training rows; the test losses after every so many epochs, the last training loss."""
    x, y, x_test, y_test = _boston()
    model, optimizer = _mlp(), _optimizers().GradientDescent(lr, clipnorm)
    variables = model.trainable_variables
    training = tf.Variable(0.0)

    @tf.function
    def several() -> tf.Tensor:
        for _ in tf.range(every):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(y - model(x)))
            training.assign(loss)
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return tf.reduce_mean(tf.square(y_test - model(x_test)))

    losses = [float(several()) for _ in range(epochs // every)]
    return model, losses, float(training)


def _least(losses: list[float]) -> float:
    finite = [loss for loss in losses if np.isfinite(loss)]
    return min(finite) if finite else float("nan")


def boston_in_chapter_3(_: int) -> Numbers:
    """Chapter 3: the network on Boston housing, learning rate 0.01, 1000 iterations on all rows."""
    _, losses, training = _full_batch(0.01, None, 1000, 10)
    return {"training loss": training, "testing loss": losses[-1]}


def best_constant(_: int) -> Numbers:
    """Chapter 3: the variance of the test targets, which is the error of the best constant."""
    return {"variance": float(tf.math.reduce_variance(_boston()[3]))}


def learning_rates(_: int) -> Numbers:
    """Chapter 4: the least test error in 10 000 epochs of gradient descent, for seven learning rates."""
    return {f"lr 1e-{i}": _least(_full_batch(10.0**-i, None, 10_000, 100)[1]) for i in range(3, 10)}


def dead_relu(_: int) -> Numbers:
    """Chapter 4: the share of hidden activations on the test set that are 0 after training with learning rate 1e-3."""
    model, _, _ = _full_batch(1e-3, None, 10_000, 100)
    hidden = model.hidden[0](_boston()[2])
    return {"share of zeros": float(tf.reduce_mean(tf.cast(hidden == 0, tf.float32)))}


def clipped(_: int) -> Numbers:
    """Chapter 4: gradient descent with learning rate 1e-3 and clipnorm 2, 10 000 epochs."""
    return {"least test error": _least(_full_batch(1e-3, 2.0, 10_000, 100)[1])}


def _batches(optimizer: object, epochs: int, *, moments: bool) -> Numbers:
    """Training in shuffled batches of 32; the least test error, looked at after every tenth epoch."""
    x, y, x_test, y_test = _boston()
    model = _mlp()
    variables = model.trainable_variables
    if moments:
        optimizer.init_moments(variables)  # type: ignore[attr-defined]
    elif hasattr(optimizer, "build"):
        optimizer.build(variables)

    @tf.function
    def ten_epochs() -> tf.Tensor:
        for _ in tf.range(10):
            order = tf.random.shuffle(tf.range(404))
            for i in tf.range(404 // 32):
                rows = order[i * 32 : (i + 1) * 32]
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean(tf.square(tf.gather(y, rows) - model(tf.gather(x, rows))))
                optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))  # type: ignore[attr-defined]
        return tf.reduce_mean(tf.square(y_test - model(x_test)))

    return {"least test error": _least([float(ten_epochs()) for _ in range(epochs // 10)])}


def momentum(_: int) -> Numbers:
    """Chapter 4: momentum with learning rate 1e-3, beta 0.98, clipnorm 2, 1000 epochs."""
    return _batches(_optimizers().Momentum(1e-3, 0.98, 2.0), 1000, moments=True)


def adam(_: int) -> Numbers:
    """Chapter 4: Adam with learning rate 1e-3, clipnorm 2, 1000 epochs."""
    return _batches(_optimizers().Adam(1e-3, clipnorm=2.0), 1000, moments=True)


def keras_adam(_: int) -> Numbers:
    """Chapter 4: Adam as a Keras optimizer, learning rate 1e-3, 1000 epochs."""
    return _batches(_optimizers().KerasAdam(1e-3), 1000, moments=False)


EXPERIMENTS: dict[str, Callable[[int], Numbers]] = {
    function.__name__: function
    for function in (
        linear_regression,
        two_linear_layers,
        relu_between,
        relu_and_bias,
        boston_in_chapter_3,
        best_constant,
        learning_rates,
        dead_relu,
        clipped,
        momentum,
        adam,
        keras_adam,
    )
}


def run(name: str, seed: int) -> Numbers:
    """One experiment with one seed."""
    tf.keras.utils.set_random_seed(seed)
    return EXPERIMENTS[name](seed)

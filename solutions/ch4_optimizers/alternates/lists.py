"""State in lists, found by position; NumPy where it is at hand; the learning rate outside the velocity."""

import math

import numpy as np
import pandas as pd
import tensorflow as tf


def position(variables, wanted):
    """Where `wanted` itself, not one that looks like it, stands in the list."""
    for i, variable in enumerate(variables):
        if variable is wanted:
            return i
    raise ValueError("init_moments has not seen this variable")


def clip(g, clipnorm):
    norm = tf.norm(g)
    return tf.cond(norm > clipnorm, lambda: g * (clipnorm / norm), lambda: tf.identity(g))


class GradientDescent:
    def __init__(self, lr=0.01, clipnorm=None):
        self.lr = lr
        self.clipnorm = clipnorm

    def apply_gradients(self, grads_and_vars):
        grads, variables = zip(*grads_and_vars)
        for i in range(len(variables)):
            if grads[i] is None:
                continue
            g = grads[i] if self.clipnorm is None else clip(grads[i], self.clipnorm)
            variables[i].assign(variables[i] - self.lr * g)


class Dataset:
    def __init__(self, tensors, batch_size=32, shuffle=True):
        self.arrays = [np.asarray(t) for t in (tensors if type(tensors) in (list, tuple) else [tensors])]
        for array in self.arrays[1:]:
            if len(array) != len(self.arrays[0]):
                raise ValueError(f"{len(array)} rows do not go with {len(self.arrays[0])}")
        self.batch_size = batch_size
        self.shuffle = shuffle

    def __len__(self):
        return len(self.arrays[0]) // self.batch_size

    def __iter__(self):
        rows = np.arange(len(self.arrays[0]))
        if self.shuffle:
            np.random.shuffle(rows)
        batches = []
        for i in range(len(self)):
            chosen = rows[i * self.batch_size : (i + 1) * self.batch_size]
            batches.append(tuple(tf.constant(array[chosen]) for array in self.arrays))
        return iter(batches)


class Momentum:
    def __init__(self, lr=0.01, beta=0.9, clipnorm=None):
        self.lr = lr
        self.beta = beta
        self.clipnorm = clipnorm

    def init_moments(self, var_list):
        self.variables = list(var_list)
        self.velocities = []
        for variable in self.variables:
            self.velocities.append(tf.Variable(tf.zeros_like(variable)))

    def apply_gradients(self, grads_and_vars):
        for g, variable in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            velocity = self.velocities[position(self.variables, variable)]
            velocity.assign(self.beta * velocity + g)
            variable.assign_sub(self.lr * velocity)


class Adam:
    def __init__(self, lr=0.01, beta_1=0.9, beta_2=0.999, epsilon=1e-8, clipnorm=None):
        self.lr = lr
        self.betas = (beta_1, beta_2)
        self.epsilon = epsilon
        self.clipnorm = clipnorm

    def init_moments(self, var_list):
        self.variables = list(var_list)
        self.first = [tf.Variable(tf.zeros_like(variable)) for variable in var_list]
        self.second = [tf.Variable(tf.zeros_like(variable)) for variable in var_list]
        self.steps = tf.Variable(0)

    def apply_gradients(self, grads_and_vars):
        beta_1, beta_2 = self.betas
        self.steps.assign_add(1)
        t = tf.cast(self.steps, tf.float64)
        missing_1 = 1 - beta_1**t
        missing_2 = tf.sqrt(1 - beta_2**t)
        for g, variable in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            i = position(self.variables, variable)
            self.first[i].assign(beta_1 * self.first[i] + (1 - beta_1) * g)
            self.second[i].assign(beta_2 * self.second[i] + (1 - beta_2) * g * g)
            # The hats of the paper, with an epsilon that grows by the same correction.
            m_hat = self.first[i] / tf.cast(missing_1, g.dtype)
            root = tf.sqrt(self.second[i]) / tf.cast(missing_2, g.dtype)
            epsilon_hat = self.epsilon / tf.cast(missing_2, g.dtype)
            variable.assign_sub(self.lr * m_hat / (root + epsilon_hat))


class KerasAdam(tf.keras.optimizers.Optimizer):
    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, name="keras_adam", **kwargs
    ):
        super().__init__(learning_rate, name=name, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.first, self.second = self.add_optimizer_variables(variables, ["first", "second"])

    def update_step(self, gradient, variable, learning_rate):
        ops = tf.keras.ops
        i = self._get_variable_index(variable)
        m, v = self.first[i], self.second[i]
        t = ops.cast(self.iterations, variable.dtype) + 1
        self.assign_add(m, (gradient - m) * (1 - self.beta_1))
        self.assign_add(v, (ops.square(gradient) - v) * (1 - self.beta_2))
        missing_1 = 1 - ops.power(ops.cast(self.beta_1, variable.dtype), t)
        missing_2 = ops.sqrt(1 - ops.power(ops.cast(self.beta_2, variable.dtype), t))
        step = (m / missing_1) / (ops.sqrt(v) / missing_2 + self.epsilon / missing_2)
        self.assign_sub(variable, ops.cast(learning_rate, variable.dtype) * step)

    def get_config(self):
        config = super().get_config()
        for name in ("beta_1", "beta_2", "epsilon"):
            config[name] = getattr(self, name)
        return config


def train(model, optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    if not model.built:
        model(next(iter(train_dataset))[0])
    weights = model.trainable_variables
    squared_error = tf.keras.losses.MeanSquaredError()

    def step(x, y):
        with tf.GradientTape() as tape:
            loss = squared_error(y, model(x))
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return loss

    step = tf.function(step)
    epochs, training, testing = [], [], []
    for epoch in range(1, n_epochs + 1):
        total, batches = 0.0, 0
        for x, y in train_dataset:
            total += step(x, y).numpy()
            batches += 1
        if epoch % his_freq:
            continue
        epochs.append(epoch)
        training.append(total / batches)
        errors = [squared_error(y, model(x)).numpy() for x, y in test_dataset]
        testing.append(math.fsum(errors) / len(errors))
    return model, pd.DataFrame({"epoch": epochs, "training_loss": training, "testing_loss": testing})


def lr_experiments(
    learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10
):
    rows = []
    for lr in learning_rates:
        model = make_model()
        optimizer = make_optimizer(lr)
        history = train(model, optimizer, train_dataset, test_dataset, n_epochs, his_freq)[1]
        for row in history.to_dict("records"):
            row["lr"] = lr
            rows.append(row)
    return pd.DataFrame(rows)

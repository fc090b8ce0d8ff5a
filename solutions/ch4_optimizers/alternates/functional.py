"""Closures and comprehensions: each variable gets a function of its own, batches are cut in one go, an epoch is a stream."""

import functools
import itertools

import pandas as pd
import tensorflow as tf


def clip(g, clipnorm):
    return g / tf.maximum(tf.linalg.global_norm([g]) / clipnorm, 1.0)


def prepared(grads_and_vars, clipnorm):
    """The pairs that have something to do, their gradients clipped where that is wanted."""
    limit = functools.partial(clip, clipnorm=clipnorm) if clipnorm is not None else tf.identity
    return ((limit(g), theta) for g, theta in grads_and_vars if g is not None)


class GradientDescent:
    def __init__(self, lr=0.01, clipnorm=None):
        self.lr, self.clipnorm = lr, clipnorm

    def apply_gradients(self, grads_and_vars):
        updates = [theta.assign_sub(self.lr * g) for g, theta in prepared(grads_and_vars, self.clipnorm)]
        return tf.group(*(tf.convert_to_tensor(update) for update in updates))


class Dataset:
    def __init__(self, tensors, batch_size=32, shuffle=True):
        self.tensors = list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
        counts = {len(tensor) for tensor in self.tensors}
        if len(counts) > 1:
            raise ValueError("all tensors must have the same number of rows, not " + str(sorted(counts)))
        (self.total,) = counts
        self.batch_size, self.shuffle = batch_size, shuffle

    def __iter__(self):
        n = self.total // self.batch_size
        order = tf.argsort(tf.random.uniform([self.total])) if self.shuffle else tf.range(self.total)
        grid = tf.reshape(order[: n * self.batch_size], [n, self.batch_size])
        return zip(*(tf.unstack(tf.gather(tensor, grid), num=n) for tensor in self.tensors))


class Momentum:
    def __init__(self, lr=0.01, beta=0.9, clipnorm=None):
        self.lr, self.beta, self.clipnorm = lr, beta, clipnorm

    def mover(self, theta):
        m = tf.Variable(tf.zeros(theta.shape, theta.dtype))

        @tf.function
        def move(g):
            theta.assign_add(m.assign(self.beta * m - self.lr * g))

        return move

    def init_moments(self, var_list):
        self.movers = [(theta, self.mover(theta)) for theta in var_list]

    def apply_gradients(self, grads_and_vars):
        for g, theta in prepared(grads_and_vars, self.clipnorm):
            (move,) = (move for owner, move in self.movers if owner is theta)
            move(g)


class Adam:
    def __init__(self, lr=0.01, beta_1=0.9, beta_2=0.999, epsilon=1e-8, clipnorm=None):
        self.lr, self.beta_1, self.beta_2, self.epsilon = lr, beta_1, beta_2, epsilon
        self.clipnorm = clipnorm

    def init_moments(self, var_list):
        # One pair of long vectors for everything; each variable owns a stretch of them.
        self.variables = list(var_list)
        sizes = [theta.shape.num_elements() for theta in map(tf.convert_to_tensor, var_list)]
        ends = list(itertools.accumulate(sizes))
        self.stretches = [slice(end - size, end) for end, size in zip(ends, sizes)]
        self.m = tf.Variable(tf.zeros(ends[-1]))
        self.v = tf.Variable(tf.zeros(ends[-1]))
        # Powers of the betas, multiplied up in float64: in float32 the rounding would show.
        self.powers = tf.Variable([1.0, 1.0], dtype=tf.float64)

    def apply_gradients(self, grads_and_vars):
        betas = tf.constant([self.beta_1, self.beta_2], tf.float64)
        missing = tf.cast(1 - self.powers.assign(self.powers * betas), self.m.dtype)
        lr_t = self.lr * tf.sqrt(missing[1]) / missing[0]
        for g, theta in prepared(grads_and_vars, self.clipnorm):
            (mine,) = (s for owner, s in zip(self.variables, self.stretches) if owner is theta)
            g = tf.reshape(g, [-1])
            m = self.beta_1 * self.m[mine] + (1 - self.beta_1) * g
            v = self.beta_2 * self.v[mine] + (1 - self.beta_2) * g**2
            self.m[mine].assign(m)
            self.v[mine].assign(v)
            theta.assign_sub(tf.reshape(lr_t * m / (tf.sqrt(v) + self.epsilon), theta.shape))


class KerasAdam(tf.keras.optimizers.Optimizer):
    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, name="keras_adam", **kwargs
    ):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.options = {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.pairs = [
            tuple(self.add_variable(shape=theta.shape, dtype=theta.dtype, name=name) for name in "mv")
            for theta in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        beta_1, beta_2, epsilon = self.options.values()
        (m, v) = self.pairs[self._get_variable_index(variable)]
        t = tf.cast(self.iterations, tf.float64) + 1
        lr_t = tf.cast(learning_rate, tf.float64) * tf.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        new_m = tf.add(beta_1 * m, (1 - beta_1) * gradient)
        new_v = tf.add(beta_2 * v, (1 - beta_2) * gradient**2)
        step = tf.cast(lr_t, new_m.dtype) * tf.math.divide(new_m, tf.sqrt(new_v) + epsilon)
        for target, value in ((m, new_m), (v, new_v), (variable, variable - step)):
            self.assign(target, value)

    def get_config(self):
        return dict(super().get_config(), **self.options)


def train(model, optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    def error(x, y):
        return tf.reduce_mean(tf.math.squared_difference(model(x), y))

    @tf.function
    def learn(x, y):
        with tf.GradientTape() as tape:
            loss = error(x, y)
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply_gradients(list(zip(gradients, model.trainable_weights)))
        return loss

    def mean(step, batches):
        return tf.reduce_mean([step(*batch) for batch in batches]).numpy()

    test = tf.function(error)
    for batch in itertools.islice(train_dataset, 1):
        error(*batch)  # makes the weights
    losses = ((epoch, mean(learn, train_dataset)) for epoch in range(1, n_epochs + 1))
    history = [
        {"epoch": epoch, "training_loss": loss, "testing_loss": mean(test, test_dataset)}
        for epoch, loss in losses
        if epoch % his_freq == 0
    ]
    return model, pd.DataFrame.from_records(history, columns=["epoch", "training_loss", "testing_loss"])


def lr_experiments(
    learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10
):
    def histories():
        for lr in learning_rates:
            yield train(make_model(), make_optimizer(lr), train_dataset, test_dataset, n_epochs, his_freq)[1]

    stacked = pd.concat(histories(), keys=range(len(learning_rates)))
    which = stacked.index.get_level_values(0)
    return stacked.reset_index(drop=True).assign(lr=[learning_rates[i] for i in which])

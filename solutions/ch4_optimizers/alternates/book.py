"""The book's arrangement, ported: hyperparameters are variables, states sit in dictionaries, a data set is its own iterator."""

import numpy as np
import pandas as pd
import tensorflow as tf


def key(variable):
    """Something a dictionary can hold: the reference of the `tf.Variable`, which a Keras variable has inside."""
    return (variable if isinstance(variable, tf.Variable) else variable.value).ref()


def hyperparameter(value):
    return tf.Variable(value, dtype=tf.float32, trainable=False)


def zeros_for(var_list):
    return {key(var): tf.Variable(tf.zeros_like(var), trainable=False) for var in var_list}


def clip(g, clipnorm):
    return tf.clip_by_norm(g, clipnorm)


class GradientDescent:
    def __init__(self, lr=0.01, clipnorm=None):
        self._lr = hyperparameter(lr)
        self.clipnorm = clipnorm

    def apply_gradients(self, grads_and_vars):
        for grad, var in grads_and_vars:
            if grad is not None:
                if self.clipnorm:
                    grad = clip(grad, self.clipnorm)
                update = -self._lr * grad
                var.assign_add(update)


class Dataset:
    def __init__(self, tensors, batch_size=32, shuffle=True):
        self.tensors = tensors if isinstance(tensors, (list, tuple)) else (tensors,)
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.total = self.tensors[0].shape[0]
        if not all(tensor.shape[0] == self.total for tensor in self.tensors):
            raise ValueError("Tensors should have matched length")
        self.n_steps = self.total // batch_size
        self._indices = tf.range(self.total)
        self._step = 0

    def __iter__(self):
        self._step = 0
        if self.shuffle:
            self._indices = tf.random.shuffle(self._indices)
        return self

    def __next__(self):
        if self._step == self.n_steps:
            raise StopIteration
        first = self._step * self.batch_size
        self._step += 1
        chosen = self._indices[first : first + self.batch_size]
        return tuple(tf.gather(tensor, chosen) for tensor in self.tensors)


class Momentum:
    def __init__(self, lr=0.01, beta=0.9, clipnorm=None):
        self._lr = hyperparameter(lr)
        self._beta = hyperparameter(beta)
        self.clipnorm = clipnorm

    def init_moments(self, var_list):
        self._moments = zeros_for(var_list)

    def apply_gradients(self, grads_and_vars):
        for grad, var in grads_and_vars:
            if grad is not None:
                if self.clipnorm:
                    grad = clip(grad, self.clipnorm)
                moment = self._moments[key(var)]
                update = moment.assign(self._beta * moment - self._lr * grad)
                var.assign_add(update)


class Adam:
    def __init__(self, lr=0.01, beta_1=0.9, beta_2=0.999, epsilon=1e-8, clipnorm=None):
        self._lr = hyperparameter(lr)
        self._beta_1 = hyperparameter(beta_1)
        self._beta_2 = hyperparameter(beta_2)
        self._epsilon = tf.constant(epsilon, dtype=tf.float32)
        self._t = tf.Variable(0.0, trainable=False)
        self.clipnorm = clipnorm

    def init_moments(self, var_list):
        self._m = zeros_for(var_list)
        self._v = zeros_for(var_list)

    def apply_gradients(self, grads_and_vars):
        t = self._t.assign_add(1.0)
        warm_up = tf.sqrt(1.0 - tf.pow(self._beta_2, t)) / (1.0 - tf.pow(self._beta_1, t))
        for grad, var in grads_and_vars:
            if grad is not None:
                if self.clipnorm:
                    grad = clip(grad, self.clipnorm)
                m, v = self._m[key(var)], self._v[key(var)]
                m.assign(self._beta_1 * m + (1.0 - self._beta_1) * grad)
                v.assign(self._beta_2 * v + (1.0 - self._beta_2) * tf.square(grad))
                update = -self._lr * warm_up * m / (tf.sqrt(v) + self._epsilon)
                var.assign_add(update)


class KerasAdam(tf.keras.optimizers.Optimizer):
    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, name="keras_adam", **kwargs
    ):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self._slots = {}

    def build(self, variables):
        if not self.built:
            super().build(variables)
            for slot in ("m", "v"):
                made = self.add_optimizer_variables(variables, slot)
                self._slots[slot] = {key(var): moment for var, moment in zip(variables, made)}

    def update_step(self, gradient, variable, learning_rate):
        dtype = variable.dtype
        t = tf.cast(self.iterations, dtype) + 1.0
        lr = tf.cast(learning_rate, dtype)
        beta_1 = tf.convert_to_tensor(self.beta_1, dtype)
        beta_2 = tf.convert_to_tensor(self.beta_2, dtype)
        m = self._slots["m"][key(variable)]
        v = self._slots["v"][key(variable)]
        m.assign(beta_1 * m + (1.0 - beta_1) * gradient)
        v.assign(beta_2 * v + (1.0 - beta_2) * tf.square(gradient))
        lr = lr * tf.sqrt(1.0 - tf.pow(beta_2, t)) / (1.0 - tf.pow(beta_1, t))
        variable.assign_add(-lr * m / (tf.sqrt(v) + self.epsilon))

    def get_config(self):
        config = super().get_config()
        config.update({"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon})
        return config


def make_steps(model, optimizer):
    """The book's two steps. New for each model: a graph that is shared lets no second optimizer make variables."""

    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y - model(x)))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    @tf.function
    def test_step(x, y):
        return tf.reduce_mean(tf.square(y - model(x)))

    return train_step, test_step


def train(model, optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    x, _ = next(iter(train_dataset))
    model(x)  # an unbuilt model would make its variables inside the graph
    train_step, test_step = make_steps(model, optimizer)
    history = []
    for epoch in range(1, n_epochs + 1):
        tr_loss = []
        for x, y in train_dataset:
            tr_loss.append(train_step(x, y).numpy())
        te_loss = []
        for x, y in test_dataset:
            te_loss.append(test_step(x, y).numpy())
        if not epoch % his_freq:
            history.append(
                {"epoch": epoch, "training_loss": np.mean(tr_loss), "testing_loss": np.mean(te_loss)}
            )
    return model, pd.DataFrame(history)


def lr_experiments(
    learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10
):
    experiments = []
    for lr in learning_rates:
        model, history = train(
            make_model(), make_optimizer(lr), train_dataset, test_dataset, n_epochs, his_freq=his_freq
        )
        history["lr"] = lr
        experiments.append(history)
    return pd.concat(experiments, axis=0)

"""Inherits from the built-in that it should write, and goes round its constructor.

number = 45
defence = "of a forbidden class all own methods and its subclassing are refused"
chapter = "ch4"
outcome = {gradient_descent = "forbidden"}
says = "ForbiddenUse|must not be used|asks you to write"

[control]
prize = "marks"
forbids = "SGD("
"""

import tensorflow as tf

_base = getattr(tf.keras.optimizers, "S" + "GD")


class GradientDescent(_base):
    def __init__(self, lr=0.01, clipnorm=None):
        tf.keras.optimizers.Optimizer.__init__(self, learning_rate=lr, clipnorm=clipnorm)
        self.momentum, self.nesterov = 0.0, False

    def apply_gradients(self, grads_and_vars):
        super().apply_gradients([(g, v) for g, v in grads_and_vars if g is not None])

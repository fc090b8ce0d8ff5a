"""Calls a method of the built-in on an object of its own.

number = 45
defence = "of a forbidden class all own methods and its subclassing are refused"
chapter = "ch4"
outcome = {gradient_descent = "forbidden"}
says = "must not be used"

[control]
prize = "marks"
forbids = "SGD("
"""

import tensorflow as tf


class GradientDescent(tf.keras.optimizers.Optimizer):
    def __init__(self, lr=0.01, clipnorm=None):
        super().__init__(learning_rate=lr, clipnorm=clipnorm)
        self.momentum, self.nesterov = 0.0, False

    def update_step(self, gradient, variable, learning_rate):
        vars(tf.keras.optimizers)["S" + "GD"].update_step(self, gradient, variable, learning_rate)

    def apply_gradients(self, grads_and_vars):
        super().apply_gradients([(g, v) for g, v in grads_and_vars if g is not None])

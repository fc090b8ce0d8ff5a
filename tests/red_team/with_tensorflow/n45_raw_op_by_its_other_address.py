"""Calls the op under the built-in by the module that defines it.

number = 45
defence = "the raw ops are patched as well, by each of their addresses"
chapter = "ch4"
outcome = {gradient_descent = "forbidden"}
says = "must not be used"

[control]
prize = "marks"
forbids = "ResourceApplyGradientDescent"
"""

import importlib

_ops = importlib.import_module("tensorflow.python.ops.gen_" + "training_ops")


class GradientDescent:
    def __init__(self, lr=0.01, clipnorm=None):
        self._lr = lr

    def apply_gradients(self, grads_and_vars):
        for g, v in grads_and_vars:
            if g is not None:
                _ops.resource_apply_gradient_descent(v.handle, self._lr, g)

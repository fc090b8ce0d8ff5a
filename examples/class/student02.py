# %% [markdown]
# # Chapter 4: optimizers
#
# An optimizer turns gradients into steps. Here you write four of them, the data pipeline that feeds
# them, and the loop that ties it all together. Replace each `raise NotImplementedError(...)` by your
# code, then run `make test-ch4`; `make test-ch4 TASK=momentum` looks at one task alone.
#
# In every formula `g` is the gradient of the loss with respect to one variable `theta`.

# %%
import pandas as pd
import tensorflow as tf

# %% [markdown]
# ## Gradient descent
#
# `theta <- theta - lr * g`, in place, for each variable. A gradient that is `None` (a variable the
# loss does not depend on) is skipped. Variables are `tf.Variable` or those of a Keras model: both
# have `assign_add`, neither can be a key of a dictionary.


# %%
class GradientDescent:
    """Steps against the gradient: `theta <- theta - lr * g`.

    Args:
        lr: the learning rate, a positive float.
        clipnorm: the largest norm a variable's gradient may have, or None for no limit.
    """

    def __init__(self, lr=0.01, clipnorm=None):
        self._lr = lr
        self.clipnorm = clipnorm

    def apply_gradients(self, grads_and_vars):
        """Moves each variable by one step, in place.

        Args:
            grads_and_vars: an iterable of pairs (gradient or None, variable); it can be walked only once.
        """
        raise NotImplementedError("gradient_descent: apply_gradients is not written yet")


# %% [markdown]
# ## Clipping
#
# A gradient that is far too long throws the network away. Keep its direction, limit its length:
# `g * c / max(norm(g), c)`, for each variable on its own. Write `clip`, then use it in
# `GradientDescent`, `Momentum` and `Adam`: the gradient is clipped first, where `clipnorm` is set.


# %%
def clip(g, clipnorm):
    """The gradient, no longer than `clipnorm`, in the same direction.

    Args:
        g: a gradient, float tensor of any shape.
        clipnorm: the largest Euclidean norm over all elements, a positive float.

    Returns:
        A tensor of g's shape and dtype; g itself where it is short enough.
    """
    raise NotImplementedError("clipping: clip is not written yet")


# %% [markdown]
# ## Mini-batches
#
# `for x, y in Dataset((x_train, y_train), batch_size=32)` walks once over the data in batches. Rows
# that belong together stay together, the order is a new one in each epoch, and a last batch that is
# not full is dropped.


# %%
class Dataset:
    """An iterable of mini-batches: each pass is one epoch.

    Args:
        tensors: a tensor, or a list or tuple of tensors with the same first dimension.
        batch_size: rows in a batch.
        shuffle: whether each epoch goes through the rows in a new random order.

    Raises:
        ValueError: the tensors differ in length.
    """

    def __init__(self, tensors, batch_size=32, shuffle=True):
        raise NotImplementedError("dataset: init is not written yet")

    def __iter__(self):
        """One epoch: yields tuples, one part for each tensor, with `batch_size` rows each.

        Of a lone tensor it yields tuples of one.
        """
        raise NotImplementedError("dataset: iter is not written yet")


# %% [markdown]
# ## Momentum
#
# A ball that rolls down a slope gathers speed: `m <- beta * m - lr * g`, then `theta <- theta + m`.
# Each variable has a velocity `m` of its own, which starts at zero. The learning rate stands inside
# the velocity here; other texts put it outside.


# %%
class Momentum:
    """Heavy-ball momentum: `m <- beta * m - lr * g`, `theta <- theta + m`.

    Args:
        lr: the learning rate.
        beta: how much of the last velocity is kept, in [0, 1).
        clipnorm: the largest norm a variable's gradient may have, or None.
    """

    def __init__(self, lr=0.01, beta=0.9, clipnorm=None):
        self._lr = lr
        self._beta = beta
        self.clipnorm = clipnorm

    def init_moments(self, var_list):
        """Makes a velocity of zeros for each variable; called once, before the first step.

        Args:
            var_list: the variables that will be trained.
        """
        raise NotImplementedError("momentum: init_moments is not written yet")

    def apply_gradients(self, grads_and_vars):
        """Updates each variable's velocity, then the variable, in place.

        Args:
            grads_and_vars: an iterable of pairs (gradient or None, variable).
        """
        raise NotImplementedError("momentum: apply_gradients is not written yet")


# %% [markdown]
# ## Adam
#
# Two running averages, of the gradient and of its square, both starting at zero and therefore too
# small at first; at step `t` (1, 2, 3 ...) the learning rate makes up for that:
#
# - `m <- beta_1 * m + (1 - beta_1) * g`
# - `v <- beta_2 * v + (1 - beta_2) * g ** 2`
# - `lr_t = lr * sqrt(1 - beta_2 ** t) / (1 - beta_1 ** t)`
# - `theta <- theta - lr_t * m / (sqrt(v) + epsilon)`


# %%
class Adam:
    """Adam; epsilon is added to the root of the uncorrected `v`.

    Args:
        lr: the learning rate.
        beta_1: decay of the average of the gradients.
        beta_2: decay of the average of the squared gradients.
        epsilon: keeps the division away from zero.
        clipnorm: the largest norm a variable's gradient may have, or None.
    """

    def __init__(self, lr=0.01, beta_1=0.9, beta_2=0.999, epsilon=1e-8, clipnorm=None):
        self._lr = lr
        self._beta_1 = beta_1
        self._beta_2 = beta_2
        self._epsilon = epsilon
        self.clipnorm = clipnorm

    def init_moments(self, var_list):
        """Makes the step counter, and two averages of zeros for each variable.

        Args:
            var_list: the variables that will be trained.
        """
        raise NotImplementedError("adam: init_moments is not written yet")

    def apply_gradients(self, grads_and_vars):
        """One step of Adam for all variables, in place.

        Args:
            grads_and_vars: an iterable of pairs (gradient or None, variable).
        """
        raise NotImplementedError("adam: apply_gradients is not written yet")


# %% [markdown]
# ## Adam as a Keras optimizer
#
# The same formula as a subclass of `tf.keras.optimizers.Optimizer`, so that `model.compile` takes it
# and a saved model brings its state along. `build` makes the state, `update_step` moves one variable,
# `get_config` says how to make the optimizer again. Keras counts the steps in `self.iterations`,
# which is still 0 during the first.


# %%
class KerasAdam(tf.keras.optimizers.Optimizer):
    """Adam for Keras.

    Args:
        learning_rate: a float or a schedule.
        beta_1: decay of the average of the gradients.
        beta_2: decay of the average of the squared gradients.
        epsilon: keeps the division away from zero.
        name: the optimizer's name.
        **kwargs: what the base class takes (clipnorm, weight_decay ...).
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, name="keras_adam", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables):
        """Makes two averages of zeros for each variable, tracked by Keras; a second call changes nothing.

        Args:
            variables: the variables that will be trained.
        """
        raise NotImplementedError("keras_adam: build is not written yet")

    def update_step(self, gradient, variable, learning_rate):
        """Moves one variable by one step of Adam.

        Args:
            gradient: the gradient, already clipped where the base class was told to.
            variable: the variable to move (Keras hands over the `tf.Variable` inside its own).
            learning_rate: this step's learning rate, a scalar tensor.
        """
        raise NotImplementedError("keras_adam: update_step is not written yet")

    def get_config(self):
        """The arguments that make this optimizer again: a dictionary that JSON can hold."""
        raise NotImplementedError("keras_adam: get_config is not written yet")


# %% [markdown]
# ## Training
#
# One epoch: for each training batch the mean squared error, its gradients, one step; then the error
# on the test batches, without a step.


# %%
def train(model, optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    """Trains a model with the mean squared error and keeps a history.

    The step is a `tf.function`, traced once. A model that is not built yet is built first.

    Args:
        model: a Keras model.
        optimizer: has `apply_gradients(grads_and_vars)`; its moments, if any, are ready.
        train_dataset: an iterable of batches (x, y), walked once an epoch.
        test_dataset: the same, never trained on.
        n_epochs: how many epochs.
        his_freq: a row of history after every so many epochs.

    Returns:
        The model, and a DataFrame with columns `epoch` (1, 2, ...), `training_loss` (mean of the batch losses,
        each before its update) and `testing_loss` (mean of the losses of the test batches, measured when the epoch
        is over).
    """
    raise NotImplementedError("train: train is not written yet")


# %% [markdown]
# ## One model, many learning rates


# %%
def lr_experiments(learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    """Trains a fresh model with each learning rate and puts the histories together.

    Args:
        learning_rates: floats, in the order to try them.
        make_model: called without arguments, returns a new model.
        make_optimizer: called with a learning rate, returns a new optimizer that can be used at once: do not call
            `init_moments`.
        train_dataset: as in `train`.
        test_dataset: as in `train`.
        n_epochs: as in `train`.
        his_freq: as in `train`.

    Returns:
        A DataFrame: the columns of `train`'s history and `lr`, the rows of the first rate first.
    """
    raise NotImplementedError("lr_experiments: lr_experiments is not written yet")

# %% [markdown]
# # Chapter 5: losses
#
# A loss says in one number how wrong a prediction is, and its gradient says what to do about it. Here you
# write the ones in common use so that they hold for any input: no overflow, no 0 times infinity, and a
# gradient that is right even where the value is large or zero. Replace each `raise NotImplementedError(...)`
# by your code, then run `make test-ch5`; `make test-ch5 TASK=regression_losses` looks at one task alone.
#
# Unless a task says otherwise, `y_true` and `y_pred` have the same shape and the same float dtype, the result
# has that dtype too, and it is **one number for each sample**: the last axis is averaged away, all axes before
# it stay. So `[n, d]` gives `[n]`, and `[n, m, d]` gives `[n, m]`.

# %%
import math

import tensorflow as tf

# %% [markdown]
# ## Losses for regression
#
# With the error `e = y_pred - y_true` of each element:
#
# - `mse`: `e ** 2`
# - `mae`: `|e|`
# - `log_cosh`: `log(cosh(e))`, which is `e ** 2 / 2` for small errors and `|e| - log(2)` for large ones
# - `huber`: `e ** 2 / 2` where `|e| <= delta`, and `delta * |e| - delta ** 2 / 2` beyond
#
# `cosh(1000)` is no float32, yet the loss of an error of 1000 is an ordinary number, about 999.3.


# %%
def mse(y_true, y_pred):
    """The mean squared error of each sample.

    Args:
        y_true: targets, float tensor [..., d].
        y_pred: predictions, of the same shape and dtype.

    Returns:
        A tensor [...] of the same dtype.
    """
    #: begin regression_losses.mse
    return tf.reduce_mean(tf.square(y_pred - y_true), axis=-1)
    #: end regression_losses.mse


def mae(y_true, y_pred):
    """The mean absolute error of each sample; shapes and dtypes as in `mse`. Its gradient is finite everywhere."""
    #: begin regression_losses.mae
    return tf.reduce_mean(tf.abs(y_pred - y_true), axis=-1)
    #: end regression_losses.mae


def log_cosh(y_true, y_pred):
    """The mean of `log(cosh(error))` of each sample; shapes and dtypes as in `mse`. Finite for any finite error."""
    #: begin regression_losses.log_cosh
    size = tf.abs(y_pred - y_true)
    # cosh(e) = exp(|e|) * (1 + exp(-2|e|)) / 2
    return tf.reduce_mean(size + tf.math.softplus(-2.0 * size) - math.log(2.0), axis=-1)
    #: end regression_losses.log_cosh


def huber(y_true, y_pred, delta=1.0):
    """The mean Huber loss of each sample: a parabola up to `delta`, a straight line beyond.

    Args:
        y_true: targets, float tensor [..., d].
        y_pred: predictions, of the same shape and dtype.
        delta: where the parabola ends, a positive float.

    Returns:
        A tensor [...] of the same dtype.
    """
    #: begin regression_losses.huber
    e = y_pred - y_true
    size = tf.abs(e)
    line = delta * size - 0.5 * delta**2
    return tf.reduce_mean(tf.where(size <= delta, 0.5 * tf.square(e), line), axis=-1)
    #: end regression_losses.huber


# %% [markdown]
# ## Two classes
#
# `-(y * log(p) + (1 - y) * log(1 - p))`. A network that gives probabilities may say 0 or 1, so `p` is clipped to
# `[1e-7, 1 - 1e-7]` first, and the loss is never more than 16.12. From a logit `z`, with `p = sigmoid(z)`, there
# is nothing to clip: write the loss in terms of `z` itself. It is then 1000 for `z = 1000, y = 0`, and its gradient
# is `sigmoid(z) - y` everywhere.


# %%
def binary_crossentropy(y_true, y_pred, from_logits=False):
    """The binary cross-entropy of each sample, averaged over the last axis.

    Args:
        y_true: labels in [0, 1] (0, 1 or between), float tensor [..., d].
        y_pred: probabilities, or logits, of the same shape and dtype.
        from_logits: whether `y_pred` holds logits; probabilities are clipped to [1e-7, 1 - 1e-7], logits are not.

    Returns:
        A tensor [...] of the same dtype.
    """
    #: begin binary_crossentropy.loss
    if from_logits:
        return tf.reduce_mean(tf.math.softplus(y_pred) - y_true * y_pred, axis=-1)
    p = tf.clip_by_value(y_pred, 1e-7, 1.0 - 1e-7)
    return -tf.reduce_mean(y_true * tf.math.log(p) + (1.0 - y_true) * tf.math.log(1.0 - p), axis=-1)
    #: end binary_crossentropy.loss


# %% [markdown]
# ## Many classes
#
# For logits `z`, `log p_i = z_i - log(sum_j exp(z_j))`, and the loss of a sample is `-sum_i y_i * log p_i`: a **sum**
# over the classes, which are the last axis. Subtracting the same number from all logits of a sample changes nothing, so
# subtract one that keeps `exp` in range. Label smoothing replaces `y` by `(1 - s) * y + s / c` for `c` classes. With
# sparse labels a sample's target is the number of its class.


# %%
def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    """The cross-entropy of each sample with a distribution over classes.

    Args:
        y_true: for each sample a distribution (often one-hot), float tensor [..., c].
        logits: of the same shape and dtype.
        label_smoothing: how much of each target is spread evenly over all c classes, in [0, 1).

    Returns:
        A tensor [...] of the same dtype, finite for any finite logits.
    """
    #: begin categorical_crossentropy.dense
    classes = tf.cast(tf.shape(logits)[-1], logits.dtype)
    y = (1.0 - label_smoothing) * y_true + label_smoothing / classes
    z = logits - tf.reduce_max(logits, axis=-1, keepdims=True)
    log_p = z - tf.math.log(tf.reduce_sum(tf.exp(z), axis=-1, keepdims=True))
    return -tf.reduce_sum(y * log_p, axis=-1)
    #: end categorical_crossentropy.dense


def sparse_categorical_crossentropy(labels, logits):
    """The cross-entropy of each sample whose target is a class number.

    Args:
        labels: class numbers from 0 on, int32 or int64 tensor [...].
        logits: float tensor [..., c].

    Returns:
        A tensor [...] of the logits' dtype, finite for any finite logits.
    """
    #: begin categorical_crossentropy.sparse
    z = logits - tf.reduce_max(logits, axis=-1, keepdims=True)
    chosen = tf.gather(z, labels, batch_dims=labels.shape.rank)
    return tf.math.log(tf.reduce_sum(tf.exp(z), axis=-1)) - chosen
    #: end categorical_crossentropy.sparse


# %% [markdown]
# ## Divergence, focal loss, hinge
#
# - `kl_divergence`: `sum_i p_i * log(p_i / q_i)`, a sum over the last axis, where `0 * log(0)` counts as 0
# - `focal`: with `p_t` the probability given to the right one of two classes, `-(1 - p_t) ** gamma * log(p_t)`: easy
#   samples count less. Where `p_t` is 1 to the last digit, a power of `1 - p_t` has trouble with its gradient.
# - `hinge`: `max(0, 1 - y * score)` for labels -1 and 1; yours come as 0 and 1


# %%
def kl_divergence(p, q):
    """How far the distribution `q` is from the distribution `p`, for each sample.

    Args:
        p: distributions, float tensor [..., c]; may hold zeros, which add nothing to the sum, nor to a gradient.
        q: of the same shape and dtype; positive wherever `p` is.

    Returns:
        A tensor [...] of the same dtype; its gradient with respect to `q` is finite.
    """
    #: begin kl_focal_hinge.kl_divergence
    return tf.reduce_sum(tf.math.xlogy(p, p) - tf.math.xlogy(p, q), axis=-1)
    #: end kl_focal_hinge.kl_divergence


def focal(y, logits, gamma=2.0):
    """The focal loss of each sample, averaged over the last axis.

    Args:
        y: labels 0 and 1, float tensor [..., d].
        logits: of the same shape and dtype.
        gamma: how much easy samples are played down, a float from 0 (not at all: binary cross-entropy) on.

    Returns:
        A tensor [...] of the same dtype; it and its gradient are finite for any finite logits.
    """
    #: begin kl_focal_hinge.focal
    s = (2.0 * y - 1.0) * logits  # the logit of the right class
    # log(p_t) = -softplus(-s) and log(1 - p_t) = -softplus(s)
    return tf.reduce_mean(tf.exp(-gamma * tf.math.softplus(s)) * tf.math.softplus(-s), axis=-1)
    #: end kl_focal_hinge.focal


def hinge(y, score):
    """The hinge loss of each sample, averaged over the last axis.

    Args:
        y: labels 0 and 1, float tensor [..., d].
        score: of the same shape and dtype; positive for class 1.

    Returns:
        A tensor [...] of the same dtype.
    """
    #: begin kl_focal_hinge.hinge
    return tf.reduce_mean(tf.nn.relu(1.0 - (2.0 * y - 1.0) * score), axis=-1)
    #: end kl_focal_hinge.hinge


# %% [markdown]
# ## From many numbers to one
#
# Losses `v`, a weight `w` for each sample (the first axis), and a mask that says which elements are there at all:
#
# - `"none"`: `w * v`, and 0 where the mask is False
# - `"sum"`: the sum of these
# - `"mean"`: the sum over the **number** of elements that are there; weights do not change the divisor (in Keras:
#   `sum_over_batch_size`)
# - `"weighted_mean"`: the sum over the sum of the weights of the elements that are there (in Keras:
#   `mean_with_sample_weight`)
#
# What is masked may be anything, even NaN. If nothing is there, or all that is there has no weight, a mean is 0, and so
# is its gradient.


# %%
def reduce_loss(values, sample_weight=None, mask=None, reduction="mean"):
    """Weighs, masks and reduces losses.

    Args:
        values: losses, float tensor [n, ...].
        sample_weight: weights not below 0, tensor [n] of the same dtype; None: all 1.
        mask: bool tensor of the shape of `values`, True where an element counts; None: all True.
        reduction: "none", "sum", "mean" or "weighted_mean".

    Returns:
        A tensor of the same dtype: of the shape of `values` for "none", a scalar otherwise.

    Raises:
        ValueError: another reduction.
    """
    #: begin reduce_loss.reduce_loss
    if reduction not in ("none", "sum", "mean", "weighted_mean"):
        raise ValueError(f"unknown reduction {reduction!r}")
    there = tf.ones_like(values)
    if mask is not None:
        there = tf.cast(mask, values.dtype)
        values = tf.where(mask, values, tf.zeros_like(values))
    weights = there
    if sample_weight is not None:
        weights = there * tf.reshape(sample_weight, [-1] + [1] * (values.shape.rank - 1))
    weighted = values * weights
    if reduction == "none":
        return weighted
    total = tf.reduce_sum(weighted)
    if reduction == "sum":
        return total
    return tf.math.divide_no_nan(total, tf.reduce_sum(there if reduction == "mean" else weights))
    #: end reduce_loss.reduce_loss


# %% [markdown]
# ## Is the gradient right?
#
# Ask the function itself. For each element `i`, with all others as they are,
# `(f(x + h e_i) - f(x - h e_i)) / (2 h)` is the slope up to an error of the order of `h ** 2`. A step that is too long
# sees the curvature, one that is too short sees only rounding; in float64 1e-5 is a good length, in float32 none is.


# %%
def numerical_gradient(f, x, h=1e-5):
    """The gradient of `f` at `x` by central differences, in float64.

    Args:
        f: takes a float64 tensor of the shape of `x`, returns a float64 scalar tensor; called exactly twice for each
            element of `x`, and never with two elements moved at once.
        x: float64 tensor [...] of any shape.
        h: how far each element is moved to either side.

    Returns:
        A float64 tensor of the shape of `x`.
    """
    #: begin check_gradient.numerical_gradient
    size = math.prod(x.shape)
    slopes = []
    for i in range(size):
        step = tf.reshape(tf.one_hot(i, size, on_value=h, off_value=0.0, dtype=tf.float64), x.shape)
        slopes.append((f(x + step) - f(x - step)) / (2.0 * h))
    return tf.reshape(tf.stack(slopes), x.shape)
    #: end check_gradient.numerical_gradient


# %% [markdown]
# ## A loss that Keras takes
#
# A subclass of `tf.keras.losses.Loss` writes `call`, one loss for each sample; the base class weighs and reduces,
# in its own `__call__`. `get_config` says how to make the object again, so that a saved model keeps its loss.


# %%
class HuberLoss(tf.keras.losses.Loss):
    """The Huber loss for `model.compile`, built on `huber`.

    Args:
        delta: where the parabola ends, a positive float.
        **kwargs: what the base class takes (`reduction`, `name`, `dtype`).
    """

    def __init__(self, delta=1.0, **kwargs):
        #: begin huber_loss.init
        super().__init__(**kwargs)
        self.delta = delta
        #: end huber_loss.init

    def call(self, y_true, y_pred):
        """The Huber loss of each sample: from two tensors [..., d] to one [...]."""
        #: begin huber_loss.call
        return huber(y_true, y_pred, self.delta)
        #: end huber_loss.call

    def get_config(self):
        """The arguments that make this loss again: a dictionary that JSON can hold."""
        #: begin huber_loss.get_config
        return {**super().get_config(), "delta": self.delta}
        #: end huber_loss.get_config


# %% [markdown]
# ## Which loss for which noise?
#
# A loss is a statement about the noise: the negative logarithm of the density that the data would have. Parameters
# that must be positive come as logarithms, so that any number is allowed.
#
# - Gaussian: `(log(2 pi) + log_var + (y - mean) ** 2 / var) / 2`, best at the mean and the variance
# - Laplace: `log(2) + log_scale + |y - loc| / scale`, best at the median and the mean distance from it
# - Poisson: `rate - y * log_rate + log(y!)`, best at the mean
#
# These three are **elementwise**: the result has the shape of the arguments, broadcast. `fit_line` then brings all of
# the course together: a line, a loss, a tape, and steps downhill.


# %%
def gaussian_nll(y, mean, log_var):
    """The negative log-density of a normal distribution, elementwise.

    Args:
        y: float tensor of any shape.
        mean: of the same dtype, of a shape that broadcasts with it.
        log_var: the logarithm of the variance, likewise.

    Returns:
        A tensor of the broadcast shape and the same dtype.
    """
    #: begin max_likelihood.gaussian_nll
    return 0.5 * (math.log(2.0 * math.pi) + log_var + tf.square(y - mean) * tf.exp(-log_var))
    #: end max_likelihood.gaussian_nll


def laplace_nll(y, loc, log_scale):
    """The negative log-density of a Laplace distribution, elementwise; arguments as in `gaussian_nll`."""
    #: begin max_likelihood.laplace_nll
    return math.log(2.0) + log_scale + tf.abs(y - loc) * tf.exp(-log_scale)
    #: end max_likelihood.laplace_nll


def poisson_nll(y, log_rate):
    """The negative log-probability of a count `y` (0., 1., 2. ...), elementwise; `log(y!)` is `lgamma(y + 1)`."""
    #: begin max_likelihood.poisson_nll
    return tf.exp(log_rate) - y * log_rate + tf.math.lgamma(y + 1.0)
    #: end max_likelihood.poisson_nll


def fit_line(x, y, loss, lr, steps):
    """Fits `y = w * x + b` by gradient descent on the mean loss, from w = b = 0.

    Args:
        x: float tensor [n, 1].
        y: of the same shape and dtype.
        loss: `(y_true, y_pred) -> losses`, from two tensors [n, 1] to one [n], such as `mse` or `huber`.
        lr: the learning rate, a float.
        steps: how many steps, at least 1.

    Returns:
        w and b, scalar tensors, and the mean losses, a tensor [steps]: each before the step that it leads to.
    """
    #: begin max_likelihood.fit_line
    w, b = (tf.Variable(tf.zeros([], x.dtype)) for _ in range(2))
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            mean = tf.reduce_mean(loss(y, w * x + b))
        losses.append(mean)
        for g, v in zip(tape.gradient(mean, [w, b]), [w, b], strict=True):
            v.assign_sub(lr * g)
    return tf.convert_to_tensor(w), tf.convert_to_tensor(b), tf.stack(losses)
    #: end max_likelihood.fit_line

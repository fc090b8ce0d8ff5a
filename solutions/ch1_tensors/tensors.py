# %% [markdown]
# # Chapter 1: tensors, operations, variables, automatic differentiation
#
# Nine small programs that use nothing but tensors. Replace each `raise NotImplementedError(...)` by
# your code, then run `make test-ch1`; `make test-ch1 TASK=quantize` looks at one task alone.
#
# Shapes stand in brackets: `x [n, d]` has n rows and d columns. Floats are float32 unless a task says
# otherwise. Where a task speaks of many rows, let operations go through them: a Python loop over rows
# is too slow to pass.

# %%
import tensorflow as tf

# %% [markdown]
# ## There and back in eight bits
#
# A network that is to be small stores its numbers as 8-bit integers: `q = x / scale`, rounded to the
# nearest integer (halves to the even one) and kept within -128 to 127. On the way back
# `x' = q * scale`, at most half a scale away from x, unless x lay outside the range.


# %%
def to_int8(x, scale):
    """Quantizes: `x / scale`, rounded half to even, saturated at -128 and 127.

    Args:
        x: a float tensor of any shape, float32 or float64.
        scale: the width of one step, a positive Python float.

    Returns:
        An int8 tensor of x's shape.
    """
    #: begin quantize.to_int8
    steps = tf.round(x / scale)
    return tf.cast(tf.clip_by_value(steps, -128, 127), tf.int8)
    #: end quantize.to_int8


# %%
def from_int8(q, scale, dtype=tf.float32):
    """Goes back from integers to real numbers: `q * scale`.

    Args:
        q: an int8 tensor of any shape.
        scale: the width of one step, a positive Python float.
        dtype: of the answer, tf.float32 or tf.float64.

    Returns:
        A tensor of q's shape and that dtype.
    """
    #: begin quantize.from_int8
    return tf.cast(q, dtype) * scale
    #: end quantize.from_int8


# %% [markdown]
# ## All distances at once
#
# `D[i, j] = sqrt(sum_k (a[i, k] - b[j, k]) ** 2)`: how far each row of a is from each row of b. No
# loop, and right also for points that lie close together and far from the origin.


# %%
def pairwise_distances(a, b):
    """The Euclidean distance between each row of a and each row of b.

    Args:
        a: float tensor [n, d]; n may be unknown when a graph is made.
        b: float tensor [m, d] of the same dtype; so may m.

    Returns:
        A tensor [n, m] of their dtype.
    """
    #: begin pairwise_distances.distances
    difference = a[:, tf.newaxis, :] - b[tf.newaxis, :, :]
    return tf.sqrt(tf.reduce_sum(tf.square(difference), axis=-1))
    #: end pairwise_distances.distances


# %% [markdown]
# ## Heads of attention
#
# Attention cuts the features of every word into h heads: of the h*d numbers at a place, the first d
# belong to head 0, the next d to head 1, and so on. Then each head compares all places with one another.


# %%
def split_heads(x, h):
    """Cuts the last axis into h heads, which come before the places.

    Args:
        x: float tensor [b, t, h*d]; b and t may be unknown when a graph is made.
        h: how many heads.

    Returns:
        A tensor [b, h, t, d].
    """
    #: begin split_heads.split
    b, t = tf.shape(x)[0], tf.shape(x)[1]
    return tf.transpose(tf.reshape(x, [b, t, h, x.shape[-1] // h]), [0, 2, 1, 3])
    #: end split_heads.split


# %%
def merge_heads(x):
    """Undoes `split_heads`.

    Args:
        x: float tensor [b, h, t, d]; b and t may be unknown when a graph is made.

    Returns:
        A tensor [b, t, h*d].
    """
    #: begin split_heads.merge
    b, t = tf.shape(x)[0], tf.shape(x)[2]
    return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [b, t, x.shape[1] * x.shape[3]])
    #: end split_heads.merge


# %%
def scores(q, k):
    """How well each query fits each key, head by head: the dot product over `sqrt(d)`.

    Args:
        q: queries, float tensor [b, h, t, d].
        k: keys, float tensor [b, h, s, d].

    Returns:
        A tensor [b, h, t, s].
    """
    #: begin split_heads.scores
    d = tf.cast(tf.shape(q)[-1], q.dtype)
    return tf.matmul(q, k, transpose_b=True) / tf.sqrt(d)
    #: end split_heads.scores


# %% [markdown]
# ## The mean of each group
#
# Row i belongs to group `groups[i]`. The numbers come in any order, some may never come at all; those
# groups get `default`.


# %%
def group_mean(values, groups, num_groups, default=0.0):
    """The mean of the rows of each group.

    Args:
        values: float tensor [n, d], float32 or float64.
        groups: int32 tensor [n] with numbers from 0 to num_groups - 1, in any order.
        num_groups: how many groups there are, with those that have no row.
        default: what a group without rows gets, a Python float.

    Returns:
        A tensor [num_groups, d] of the dtype of values.
    """
    #: begin group_mean.mean
    sums = tf.math.unsorted_segment_sum(values, groups, num_groups)
    counts = tf.math.bincount(groups, minlength=num_groups, maxlength=num_groups)[:, tf.newaxis]
    means = sums / tf.cast(tf.maximum(counts, 1), values.dtype)
    return tf.where(counts > 0, means, tf.constant(default, values.dtype))
    #: end group_mean.mean


# %% [markdown]
# ## The best of those that count
#
# Per row the k largest scores among those that the mask lets through, the largest first, and where
# they stand. A row that has fewer than k gets holes at its end: value 0 and index -1.


# %%
def masked_top_k(scores, mask, k):
    """The k largest scores of each row among those whose mask is True.

    Args:
        scores: float tensor [b, n]; any finite numbers.
        mask: bool tensor [b, n].
        k: how many, from 1 to n.

    Returns:
        values [b, k] of the scores' dtype and indices [b, k], int32, from the largest down; of equal
        scores the one with the lower index comes first. Holes are 0 and -1.
    """
    #: begin masked_top_k.top_k
    filled = tf.where(mask, scores, -float("inf"))
    values, indices = tf.math.top_k(filled, k)
    real = tf.gather(mask, indices, batch_dims=1)
    return tf.where(real, values, tf.zeros_like(values)), tf.where(real, indices, -1)
    #: end masked_top_k.top_k


# %% [markdown]
# ## Mean and variance as the data come
#
# Data that do not fit into memory come in batches of any size. A few variables remember what is
# needed, so that mean and variance of all rows so far can be told at any time. Variables are made
# once: whoever saves their values and puts them back has saved everything.


# %%
class RunningStats:
    """Mean and variance, column by column, of all rows seen since the last reset.

    The variance is that of the rows themselves: the mean of `(x - mean) ** 2`, divided by n, not n - 1.

    Args:
        d: how many columns.
    """

    def __init__(self, d):
        #: begin running_stats.init
        self._count = tf.Variable(0.0)
        self._mean = tf.Variable(tf.zeros([d]))
        self._squares = tf.Variable(tf.zeros([d]))  # sum of (x - mean) ** 2
        #: end running_stats.init

    @property
    def variables(self):
        """The `tf.Variable`s that hold all that is remembered: a list or tuple, always of the same objects."""
        #: begin running_stats.variables
        return (self._count, self._mean, self._squares)
        #: end running_stats.variables

    def update(self, x):
        """Takes in some more rows.

        Args:
            x: float32 tensor [n, d], n at least 1, another one in each call.
        """
        #: begin running_stats.update
        n = tf.cast(tf.shape(x)[0], tf.float32)
        mean = tf.reduce_mean(x, axis=0)
        squares = tf.reduce_sum(tf.square(x - mean), axis=0)
        total = self._count + n
        gap = mean - self._mean
        self._squares.assign_add(squares + tf.square(gap) * self._count * n / total)
        self._mean.assign_add(gap * n / total)
        self._count.assign(total)
        #: end running_stats.update

    def result(self):
        """Mean and variance so far: two float32 tensors [d] that later updates do not change; 0 before any row."""
        #: begin running_stats.result
        return tf.identity(self._mean), self._squares / tf.maximum(self._count, 1.0)
        #: end running_stats.result

    def reset(self):
        """Forgets all rows; the variables stay the same objects."""
        #: begin running_stats.reset
        for variable in self.variables:
            variable.assign(tf.zeros_like(variable))
        #: end running_stats.reset


# %% [markdown]
# ## Jacobian, and Hessian times vector
#
# - `J[i, j] = d f_i / d x_j` for a function from vectors to vectors, without `tape.jacobian`; the rows of
#   outputs that do not depend on x are zeros;
# - `H v`, where `H[i, j] = d^2 f / (d x_i d x_j)`, for a function from vectors to numbers, without
#   ever making H. A function without curvature has a Hessian of zeros.


# %%
def jacobian(f, x):
    """The Jacobian of f at x.

    Args:
        f: a function from a tensor [n] to a tensor [m].
        x: float tensor or variable [n].

    Returns:
        A tensor [m, n]; zeros where f does not depend on x.
    """
    #: begin jacobian.jacobian
    x = tf.convert_to_tensor(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        outputs = tf.unstack(f(x))
    rows = [tape.gradient(output, x, unconnected_gradients="zero") for output in outputs]
    del tape
    return tf.stack(rows)
    #: end jacobian.jacobian


# %%
def hvp(f, x, v):
    """The Hessian of f at x, times v.

    Args:
        f: a function from a tensor [n] to a scalar.
        x: float tensor or variable [n].
        v: float tensor [n].

    Returns:
        A tensor [n]; zeros where f has no curvature.
    """
    #: begin jacobian.hvp
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        gradient = inner.gradient(y, x)
    return outer.gradient(gradient, x, output_gradients=v, unconnected_gradients="zero")
    #: end jacobian.hvp


# %% [markdown]
# ## A gradient of one's own choice
#
# - Rounding has no useful gradient. Let it have 1, as if it were not there: the "straight-through
#   estimator", with which quantized networks are trained.
# - `log x` has no value at 0 and below. Let it be 0 there, with gradient 0, and nowhere NaN.


# %%
def round_ste(x):
    """Rounds, half to even, and lets gradients through unchanged.

    Args:
        x: float tensor of any shape.

    Returns:
        A tensor of x's shape and dtype. The gradient with respect to x is the one that comes in.
    """
    #: begin straight_through.round_ste
    return x + tf.stop_gradient(tf.round(x) - x)
    #: end straight_through.round_ste


# %%
def log_or_zero(x):
    """The natural logarithm where x > 0, else 0; the gradient is 1/x or 0.

    Args:
        x: float tensor of any shape.

    Returns:
        A tensor of x's shape and dtype, finite for every finite x, and so is its gradient for x = 0 and below.
    """
    #: begin straight_through.log_or_zero
    positive = x > 0
    safe = tf.where(positive, x, tf.ones_like(x))
    return tf.where(positive, tf.math.log(safe), tf.zeros_like(x))
    #: end straight_through.log_or_zero


# %% [markdown]
# ## Linear regression
#
# All together: data whose truth is known, and gradient descent that finds it. The loss is the mean of
# `(x @ weights - y) ** 2`; each step is `weights <- weights - lr * gradient`.


# %%
def make_data(n, d, noise, seed):
    """Data of a linear law, the same for the same seed, whatever else has been drawn before or is drawn after.

    Args:
        n: rows.
        d: columns.
        noise: the standard deviation of the normal noise on y; 0 for none.
        seed: an int.

    Returns:
        x [n, d], uniform between 0 and 1; y [n, 1] = x @ w + noise; w [d, 1] = 0, 1, ... d-1. All float32.
        Neither reads nor changes the global seeds and generators of TensorFlow and NumPy.
    """
    #: begin fit_linear.make_data
    w = tf.range(d, dtype=tf.float32)[:, tf.newaxis]
    x = tf.random.stateless_uniform([n, d], seed=[seed, 0])
    y = x @ w + noise * tf.random.stateless_normal([n, 1], seed=[seed, 1])
    return x, y, w
    #: end fit_linear.make_data


# %%
def fit_linear(x, y, weights, lr, steps):
    """Gradient descent on the mean squared error of a linear model.

    Args:
        x: float32 tensor [n, d].
        y: float32 tensor [n, 1].
        weights: a `tf.Variable` [d, 1], changed in place.
        lr: the learning rate, a Python float.
        steps: how many updates, at least 1.

    Returns:
        A float32 tensor [steps]: the loss before each update.
    """
    #: begin fit_linear.fit
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ weights - y))
        losses.append(loss)
        weights.assign_sub(lr * tape.gradient(loss, weights))
    return tf.stack(losses)
    #: end fit_linear.fit

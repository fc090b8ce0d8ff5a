# %% [markdown]
# # Chapter 2: AutoGraph
#
# A `tf.function` runs your Python once, while it is traced, and then a graph as often as it is called. Here you
# write both sides of that: loops and branches that end up in the graph, and code that stays right although Python
# is no longer there when it runs. Replace each `raise NotImplementedError(...)` by your code, then run
# `make test-ch2`; `make test-ch2 TASK=bisect` looks at one task alone.
#
# Nearly every task is judged by two numbers as well as by its values: how often Python ran a piece of code (it was
# **traced**), and how often the computation took place (it **ran**). Right is "traced once, ran n times".

# %%
import tensorflow as tf

# %% [markdown]
# ## Control flow by hand
#
# What AutoGraph makes of a `for` and of an `if`, written by yourself. Both functions are called inside a
# `tf.function(autograph=False)`, with tensors that have no value yet: a Python loop or `if` cannot work there.


# %%
def iterate(step, x, n):
    """`step(step(... step(x)))`, n times, as one loop in the graph.

    Args:
        step: a callable from a tensor to one of the same shape and dtype.
        x: a float tensor of any shape.
        n: how often, an int tensor of shape [], at least 0; its value is known only when the graph runs.

    Returns:
        A tensor of x's shape and dtype; x itself for n = 0. `step` is traced once and runs n times.
    """
    raise NotImplementedError("by_hand: iterate is not written yet")


def choose(pred, on_true, on_false, x):
    """`on_true(x)` where pred holds, else `on_false(x)`, decided when the graph runs.

    Args:
        pred: a bool tensor of shape [].
        on_true, on_false: callables from a tensor to one of the same shape and dtype.
        x: a float tensor of any shape.

    Returns:
        A tensor of x's shape and dtype. Only the branch that is taken runs.
    """
    raise NotImplementedError("by_hand: choose is not written yet")


# %% [markdown]
# ## Bisection
#
# Now the same by AutoGraph: write plain Python, a `while` and an `if`, and let it be converted. The function is
# called inside a `tf.function`, so how many iterations the loop makes depends on values that Python never sees.


# %%
def bisect(f, lo, hi, tol):
    """A root of f between lo and hi, by halving.

    While `hi - lo > tol`, the interval is replaced by the half in which f changes its sign: with `mid` its middle,
    by [mid, hi] where f(mid) has the sign of f(lo), else by [lo, mid].

    Args:
        f: a callable from a float tensor [] to one; it changes its sign once between lo and hi, upwards or
            downwards. It is computed once at the first lo, then once a halving.
        lo, hi: float tensors [], lo < hi.
        tol: a positive float tensor [].

    Returns:
        The middle of the last interval, a float tensor []. The graph holds one loop and one branch.
    """
    raise NotImplementedError("bisect: bisect is not written yet")


# %% [markdown]
# ## Which calls trace?
#
# `@tf.function def f(x, y=2, z=3)` is called again and again. Which calls make it trace a new graph? Write down
# the rule, without TensorFlow.
#
# A call is a pair `[positional, keywords]`, a list and a dictionary of arguments; an argument is one of
#
# - `["py", value]`: a Python number, bool or string;
# - `["tensor", dtype, shape]`, `["numpy", dtype, shape]`, `["variable", dtype, shape]`: a `tf.Tensor`, a NumPy
#   array, a `tf.Variable` (another one in each call), as in `["tensor", "float32", [2, 3]]`;
# - `["list", arguments]` or `["tuple", arguments]`: several of these in a Python list or tuple.


# %%
def predict_traces(calls):
    """The positions, from 0, of those calls of `f(x, y=2, z=3)` that trace a new graph.

    Args:
        calls: a list of calls as above, in their order.

    Returns:
        A list of ints in ascending order. The first call always traces.
    """

    raise NotImplementedError("predict_traces: predict_traces is not written yet")


# %% [markdown]
# ## One graph for all lengths
#
# Batches come in all lengths; the graph should be made once. And two counters, each of which must be right: how
# often Python traced, and how often the graph ran. One of them belongs in Python, the other in the graph.


# %%
class OneGraph:
    """A function with a single graph, whatever the lengths of its arguments.

    Calling it computes `fn` in a graph that is traced once. An argument may have any length along its first axis;
    its other axes and its dtype are those of its example.

    Args:
        fn: a callable of as many tensors as there are examples.
        examples: arrays or tensors, each of rank 1 or more.

    Attributes:
        traces: how often fn has been traced, an int (or a scalar that `int` takes).
        calls: how often the graph has run, likewise.

    Raises:
        TypeError: when called with a tensor of another width or dtype than the example's.
    """

    def __init__(self, fn, *examples):
        raise NotImplementedError("one_graph: init is not written yet")

    def __call__(self, *arguments):
        """What fn returns for these tensors."""
        raise NotImplementedError("one_graph: call is not written yet")


# %% [markdown]
# ## A graph factory
#
# A `tf.function` keeps a cache of graphs and can generalise them (`reduce_retracing=True`, not allowed here). Build
# both on top of `tf.function(fn).get_concrete_function(tf.TensorSpec(...))`, which makes one graph for one spec.
#
# For each dtype and rank remember the sizes that have been seen. The first tensor gets a graph for exactly its
# shape. An axis on which a second size is seen becomes free (`None`) and stays free; the others stay as they are.
# Lengths 3, 5, 9, 3 of float32 `[n, 2]`, then a float64 `[4, 2]`, then a float32 `[6, 2]` make three graphs:
# `[3, 2]`, `[None, 2]`, and `[4, 2]` for float64.


# %%
class GraphFactory:
    """A function of one tensor with a cache of graphs of its own.

    Args:
        fn: a callable from a tensor to a tensor.

    Attributes:
        num_graphs: how many graphs have been made, an int.
    """

    def __init__(self, fn):
        raise NotImplementedError("graph_factory: init is not written yet")

    def __call__(self, x):
        """What fn returns for x, an array or tensor of any shape and dtype, computed by a graph."""
        raise NotImplementedError("graph_factory: call is not written yet")


# %% [markdown]
# ## A moving average
#
# `m <- decay * m + (1 - decay) * x`, with m = 0 before the first call. The shape of x is known only then, so that
# is where the state is made: once, although Python passes that line again whenever it traces.


# %%
class MovingAverage:
    """An exponential moving average that also works inside a `tf.function`.

    It works when it is called directly too. Every instance has a state of its own.

    Args:
        decay: how much of the last average is kept, a float in [0, 1).

    Attributes:
        decay: can be set to another float between two calls; the next direct call uses it.
    """

    def __init__(self, decay):
        raise NotImplementedError("moving_average: init is not written yet")

    def __call__(self, x):
        """The average after x.

        Args:
            x: a float32 or float64 tensor, of the same shape and dtype in every call.

        Returns:
            A tensor of x's shape and dtype.
        """
        raise NotImplementedError("moving_average: call is not written yet")


# %% [markdown]
# ## Scan
#
# A loop that keeps every state it goes through. In Python that is a list; in a graph it is not. The function is
# called inside a `tf.function` whose signature leaves the number of rows open. (`tf.scan` is not allowed.)


# %%
def scan(step, s, xs):
    """The states `s_i = step(s_(i-1), xs_i)`, all of them.

    Args:
        step: a callable of a state and a row to the next state, of the state's shape and dtype.
        s: the state before the first step, a float tensor [d].
        xs: the rows, a float tensor [n, d]; n, which may be 0, is known only when the graph runs.

    Returns:
        The states after each step, a tensor [n, d] of s's dtype. `step` is traced once and runs n times.
    """
    raise NotImplementedError("scan: scan is not written yet")


# %% [markdown]
# ## Ways out of the graph
#
# Sometimes Python, or something that changes from run to run, has to come back in: a function that only NumPy has,
# a random number, a line in a log. All three are called inside a `tf.function`.


# %%
def host_call(np_fn, x):
    """`np_fn(x)`, computed by NumPy whenever the graph runs.

    Args:
        np_fn: a callable from an array to an array of the same shape and dtype; it knows nothing of tensors.
        x: a float tensor of a known shape.

    Returns:
        A tensor of x's dtype, with x's static shape.
    """
    raise NotImplementedError("escape: host_call is not written yet")


def noisy(x, generator):
    """x plus standard normal noise, new noise in every run.

    Args:
        x: a float tensor [n, d]; n may be unknown while tracing.
        generator: a `tf.random.Generator`; the noise is what its `normal` draws next, in x's shape and dtype.
    """
    raise NotImplementedError("escape: noisy is not written yet")


def log_value(x, path):
    """Appends a line that holds the value of x and nothing else to a file whenever the graph runs; returns x.

    Args:
        x: a float tensor [].
        path: the file's absolute path, a str. `tf.print` can write to `"file://" + path`.
    """
    raise NotImplementedError("escape: log_value is not written yet")


# %% [markdown]
# ## All together: linear regression revisited
#
# Gradient descent with a learning rate for each step. The loss is traced once, although the rates are Python floats
# that change all the time. Called from plain Python; the function is yours to make.


# %%
def fit(loss_fn, x, y, weights, schedule):
    """Trains weights in place by `weights <- weights - lr * gradient`, one step for each rate of a schedule.

    Args:
        loss_fn: a callable (x, y, weights) -> loss, a float tensor []. It is traced once and runs once a step.
        x, y: tensors [n, d] and [n, 1].
        weights: a `tf.Variable` [d, 1], float32 or float64.
        schedule: the learning rates, a list of Python floats.

    Returns:
        The losses, each before its step, a tensor [len(schedule)] of the weights' dtype.
    """
    raise NotImplementedError("fit: fit is not written yet")

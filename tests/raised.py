"""What TensorFlow, Keras and Python really say: each piece is run, and its exception told. Run in a process of its own.

`python tests/raised.py` prints a JSON object: the number of a piece -> [class, message as the runtime tells it].
"""

# What the student should read of each (a part of it), and code that raises it; `f` makes a graph of a function.
PIECES = [
    # tf.function and AutoGraph
    ("may make variables in its first call only", "f(lambda: tf.Variable(1.0) * 2)()"),
    (
        "may make variables in its first call only",
        """
made = []
@tf.function
def step(x):
    if x.shape[0] > 1:
        made.append(tf.Variable(1.0))
    return x
step(tf.zeros(1)); step(tf.zeros(2))""",
    ),
    (
        "Python's `if`, `while`, `and` or `not`",
        "tf.function(lambda x: 1 if x > 0 else 2, autograph=False)(tf.ones([]))",
    ),
    (
        "cannot be walked over by Python's `for`",
        "tf.function(lambda x: [v for v in x], autograph=False)(tf.ones([3]))",
    ),
    (
        "kept in a Python list or attribute and used outside",
        """
kept = []
@tf.function
def body(x):
    tf.while_loop(lambda i: i < 3, lambda i: (kept.append(i * 2), i + 1)[1:], [0])
    return tf.stack(kept)
body(1)""",
    ),
    ("`.numpy()` works on eager tensors only", "f(lambda x: x.numpy())(tf.ones([]))"),
    ("NumPy was called on a tensor of a graph", "f(lambda x: np.sum(x))(tf.ones([3]))"),
    ("NumPy was called on a tensor of a graph", "v = tf.Variable(1.0)\nf(lambda: v.numpy())()"),
    (
        "`range` and indices of Python want an int",
        "tf.function(lambda n: list(range(n)), autograph=False)(tf.constant(3))",
    ),
    (
        "The arguments do not fit the `input_signature`",
        "tf.function(lambda x: x, input_signature=[tf.TensorSpec([None, 2])])(tf.ones([3, 4]))",
    ),
    (
        "on every path",
        """
@tf.function
def choose(x):
    if x > 0:
        return x
choose(tf.constant(3))""",
    ),
    (
        "another shape after a turn than before it",
        """
@tf.function
def grow(n):
    x = tf.zeros([0])
    for i in tf.range(n):
        x = tf.concat([x, [1.0]], 0)
    return x
grow(tf.constant(3))""",
    ),
    (
        "keeps its dtype and structure through a loop",
        """
@tf.function
def last(n):
    x = tf.constant(0)
    for i in tf.range(n):
        x = tf.cast(i, tf.float32)
    return x
last(tf.constant(3))""",
    ),
    (
        "keeps its dtype and structure through a loop",
        "f(lambda x: tf.cond(x > 0, lambda: 1.0, lambda: 2))(tf.ones([]))",
    ),
    # gradients
    (
        "gives one gradient and is then used up",
        """
x = tf.Variable(1.0)
with tf.GradientTape() as tape:
    y = x * x
tape.gradient(y, x); tape.gradient(y, x)""",
    ),
    (
        "Every gradient is None",
        """
v = tf.Variable(1.0)
tf.keras.optimizers.SGD().apply_gradients([(None, v)])""",
    ),
    ("A None stands where a tensor belongs", "tf.constant(None)"),
    ("A None stands where a tensor belongs", "tf.stack([tf.ones(2), None])"),
    (
        "asked for the gradient of a None",
        """
x = tf.Variable(1.0)
with tf.GradientTape() as tape:
    y = None
tape.gradient(y, x)""",
    ),
    ("Something is None that is indexed here", "None[0]"),
    ("One side of this operation is None", "0.1 * None"),
    ("Something is None whose method", "None.shape"),
    ("can watch tensors and variables only", "\nwith tf.GradientTape() as tape:\n    tape.watch([1.0])"),
    # shapes
    ("seen from the right", "tf.ones([3, 2]) + tf.ones([3])"),
    ("columns of the first", "tf.matmul(tf.ones([2, 3]), tf.ones([2, 3]))"),
    ("A reshape keeps the number of elements", "tf.reshape(tf.ones([3, 4]), [5, 2])"),
    ("want sorted ids", "tf.math.segment_sum(tf.ones([3]), [1, 0, 1])"),
    ("An index points outside of the tensor", "tf.gather(tf.ones([3]), [5])"),
    ("An index points outside of the tensor", "tf.ones([3])[4]"),
    ("An index points outside of the tensor", "tf.gather_nd(tf.ones([2, 3]), [[0, 6]])"),
    ("TensorFlow does not mix dtypes", "tf.ones([2]) + tf.ones([2], tf.float64)"),
    ("keeps one dtype", "tf.TensorArray(tf.float32, 1).write(0, tf.ones([2], tf.float64))"),
    (
        "keeps one dtype",
        """
@tf.function
def states(xs):
    array = tf.TensorArray(tf.float32, 3)
    for i in tf.range(3):
        array = array.write(i, xs[i])
    return array.stack()
states(tf.ones([3, 2], tf.float64))""",
    ),
    ("does not exist for tensors of that dtype", "tf.sqrt(tf.constant([4]))"),
    ("What is stacked or put together", "tf.stack([tf.ones(2), tf.ones(3)])"),
    ("What is stacked or put together", "tf.concat([tf.ones([2, 3]), tf.ones([3, 2])], 0)"),
    ("An axis or a slice is asked for", "tf.reduce_sum(tf.ones([2, 3]), axis=2)"),
    ("TensorFlow or NumPy sees it before", "f(lambda x, y: x + y)(tf.ones([3, 2]), tf.ones([3]))"),
    ("TensorFlow or NumPy sees it before", "np.ones([3, 2]) + np.ones([3])"),
    ("more or fewer axes than this operation takes", "f(lambda x: tf.matmul(x, x))(tf.ones([3]))"),
    ("neither true nor false", "bool(np.ones(2) > 0)"),
    ("the sizes asked for do not multiply", "np.ones(6).reshape(4, 2)"),
    (
        "The static shape is not known",
        "tf.function(lambda x: tf.zeros(x.shape), input_signature=[tf.TensorSpec([None, 2])])(tf.ones([1, 2]))",
    ),
    (
        "the graph leaves it open",
        "f(lambda x: range(x.shape[0]), input_signature=[tf.TensorSpec([None])], autograph=False)(tf.ones(2))",
    ),
    (
        "the graph leaves it open",
        "tf.function(lambda x: tf.reshape(x, [1, x.shape[0], 1]), input_signature=[tf.TensorSpec([None])])(tf.ones(2))",
    ),
    ("A shape is a tuple", "tf.keras.Model().add_weight(shape=('a'))"),
    (
        "of another width than it was built for",
        "layer = tf.keras.layers.Dense(2)\nlayer(tf.ones([1, 3]))\nlayer(tf.ones([1, 4]))",
    ),
    # dtypes
    ("TensorFlow does not mix dtypes", "f(lambda x, y: x * y)(tf.ones([2]), tf.ones([2], tf.float64))"),
    ("does not fit the dtype that is asked for", "tf.constant(0.5, tf.int32)"),
    ("A tensor of one dtype stands where another", "tf.convert_to_tensor(tf.ones([2]), tf.float64)"),
    ("The rows have different lengths", "tf.constant([[1.0], [1.0, 2.0]])"),
    ("The rows have different lengths", "np.array([[1.0], [1.0, 2.0]])"),
    ("This cast does not exist", "tf.cast(tf.constant('one'), tf.float32)"),
    # variables
    ("cannot be keys of a dictionary", "{tf.Variable(1.0): 1}"),
    ("cannot be keys of a dictionary", "{tf.ones([]): 1}"),
    ("only a `tf.Variable` can", "x = tf.Variable(1.0)\nx = x - 0.1\nx.assign(2.0)"),
    ("cannot be changed in place", "x = tf.ones([2])\nx[0] = 1.0"),
    ("another shape than the variable", "tf.Variable(tf.ones([3, 1])).assign(tf.ones([3, 2]))"),
    (
        "another shape than the variable",
        "layer = tf.keras.layers.Dense(2)\nlayer(tf.ones([1, 3]))\nlayer.kernel.assign(np.ones([4, 2]))",
    ),
    # Keras
    (
        "made once, in `build` or `__init__`",
        """
class Linear(tf.keras.layers.Layer):
    def call(self, x):
        return x * self.add_weight(shape=())
layer = Linear()
layer(tf.ones([1, 1])); layer(tf.ones([1, 1]))""",
    ),
    (
        "calls `super().__init__()` before it sets any attribute",
        """
class Linear(tf.keras.layers.Layer):
    def __init__(self):
        self.units = 1
Linear()(tf.ones([1, 1]))""",
    ),
    ("The model has no weights yet", "tf.keras.Sequential([tf.keras.layers.Dense(1)]).count_params()"),
    (
        "built for other variables",
        """
optimizer = tf.keras.optimizers.SGD()
optimizer.apply_gradients([(tf.ones([]), tf.keras.Variable(1.0))])
optimizer.apply_gradients([(tf.ones([]), tf.keras.Variable(1.0))])""",
    ),
    (
        "make the object anew from its config",
        """
class Mine(tf.keras.losses.Loss):
    def __init__(self, delta):
        super().__init__()
    def call(self, y_true, y_pred):
        return y_pred
    def get_config(self):
        return {"delta": 1.0, "other": 2}
text = tf.keras.losses.serialize(Mine(1.0))
tf.keras.losses.deserialize(text, custom_objects={"Mine": Mine})""",
    ),
    (
        "make the object anew from its config",
        """
what = {"class_name": "Nobody", "config": {}, "module": None, "registered_name": "Nobody"}
tf.keras.losses.deserialize(what)""",
    ),
    ("take them as `**kwargs`", "(lambda units: units)(units=1, name='own')"),
    (
        "the class, or you, have yet to write",
        "class Mine(tf.keras.losses.Loss):\n    pass\nMine()(tf.ones([2]), tf.ones([2]))",
    ),
    # Python's own
    ("fewer arguments than it takes", "(lambda a, b: a)(1)"),
    ("more arguments than it takes", "(lambda a: a)(1, 2)"),
    ("an argument by a name that it does not have", "(lambda a: a)(a=1, b=2)"),
    ("Something is called that is no function", "(1)(2)"),
    ("Something is walked over or unpacked", "a, b = 1"),
    ("can be walked once", "len(zip([1], [2]))"),
    ("more or fewer parts than there are names", "a, b = 1, 2, 3"),
    ("have different lengths", "list(zip([1], [1, 2], strict=True))"),
    ("A name is used that has no value here", "nobody"),
    ("is read before it is set", "def g():\n    x += 1\ng()"),
    ("an attribute or method that it does not have", "tf.ones([2]).mean()"),
    ("A dictionary has no such key", "{}['a']"),
    ("no element of that number", "[1][2]"),
    ("Python divides by zero", "1 / 0"),
    ("too large for a float", "import math\nmath.exp(1000)"),
    ("calls itself without end", "def g():\n    return g()\ng()"),
    ("There is no module of that name", "import nobody"),
    ("The module has no such name", "from math import nobody"),
    ("often a colon, a bracket or a quotation mark", "compile('def f(:', 'x', 'exec')"),
    ("A colon `:` is missing", "compile('def f()\\n    return', 'x', 'exec')"),
    ("do not exist here: remove the line", "raise NameError(\"name 'exit' is not defined\")"),  # as without `site`
    ("Nobody can type", "import io, sys\nsys.stdin = io.StringIO()\ninput()"),
    ("There is no debugger", "import bdb\nraise bdb.BdbQuit"),
    ("four for each level", "compile('def f():\\nreturn', 'x', 'exec')"),
    ("Tabs and blanks are mixed", "compile('if 1:\\n\\tx = 1\\n        y = 2\\n', 'x', 'exec')"),
    ("An `assert` in your code does not hold", "assert 1 == 2"),
    ("An iterator has come to its end", "next(iter([]))"),
    # what is left: the class alone
    ("the graph leaves it open", "tf.function(lambda x: len(x), autograph=False)(tf.ones([3]))"),
    ("An operation was given what it cannot work with", "tf.debugging.assert_equal(1, 2)"),
    ("A matrix cannot be inverted", "np.linalg.inv(np.zeros([2, 2]))"),
    ("Something has another type than the function takes", "sorted([1, 'a'])"),
    ("An argument has the right type", "int('a')"),
    ("refused memory", "tf.ones([1 << 24, 1 << 24])"),
]


def told() -> dict[str, list[str]]:
    """Runs every piece; one that raises nothing is told as such."""
    import importlib.util
    from pathlib import Path

    path = Path(__file__).resolve().parent.parent / "exercises" / "runtime.py"
    spec = importlib.util.spec_from_file_location("course_runtime", path)
    assert spec is not None and spec.loader is not None
    runtime = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(runtime)
    import linecache

    import numpy as np
    import tensorflow as tf

    found = {}
    for number, (_, code) in enumerate(PIECES):
        name = f"piece{number}.py"
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)  # AutoGraph reads it there
        try:
            exec(compile(code, name, "exec"), {"tf": tf, "np": np, "f": tf.function, "__name__": "piece"})
        except BaseException as error:
            found[str(number)] = [type(error).__name__, runtime.message(error)[:2000]]
        else:
            found[str(number)] = ["", "nothing was raised"]
    return found


if __name__ == "__main__":
    import json

    print(json.dumps(told()))

"""The visible cases of chapter 2: small round numbers, with values recorded from the reference.

The hidden suite asks the same, and a little more, of drawn numbers.
"""

import pytest

from grader.compare import assert_close, check


def assert_once(actual, what, runs, most=2, kinds=None):
    """What ran so often, and was traced once (or twice, where a loop's variables need it).

    `kinds` is how many different values of what the task is about there were, and what they are called.
    """
    ran, traced = actual["ran"], actual["traced"]
    check(ran == runs, f"tracing: {what} ran {ran} times; {runs} would be right")
    why = ": each time it ran, so no graph was kept" if traced == ran else ""
    if kinds and traced == kinds[0]:
        why = f": once per {kinds[1]}"
    check(1 <= traced <= most, f"tracing: {what} ran {ran} times, traced {traced}{why}; one trace would be right")


# --- by_hand


@pytest.mark.task("by_hand")
def test_halving_five_two_and_no_times(submission, reference, case):
    """x = 64, halved 5, 2 and 0 times by one graph, is 2, 16 and 64; `step` is traced once and runs 7 times."""
    inputs = case("iterate", n=[5, 2, 0], x=[64.0] * 3, slope=0.5, shift=0.0)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_once(value["step"], "step", runs=7)


@pytest.mark.task("by_hand")
def test_three_times_true_twice_false(submission, reference, case):
    """In five runs, three with pred true, `on_true` runs three times and `on_false` twice; neither runs in vain."""
    preds = [True, False, True, True, False]
    inputs = case("choose", preds=preds, x=[1.0, 2.0, 3.0, 4.0, 5.0], on_true=[2.0, 0.0], on_false=[1.0, 100.0])
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_once(value["on_true"], "on_true", runs=3)
    assert_once(value["on_false"], "on_false", runs=2)


# --- bisect


@pytest.mark.task("bisect")
def test_roots_of_a_cubic(submission, reference, case):
    """In [0, 8] and [1, 4] the root is found to a tolerance of 0.01: 10 and 9 halvings, and f once at each lo."""
    inputs = case("bisect", intervals=[[0.0, 8.0, 3.01], [1.0, 4.0, 1.501]])
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["roots"], expected["roots"])
    assert_once(value["f"], "f", runs=21, most=4)
    check(value["a loop"] and value["a branch"], "the graph should hold a While and an If")


# --- predict_traces


def tensor(dtype, *shape):
    """A tensor as an argument of a call."""
    return ["tensor", dtype, list(shape)]


def py(value):
    """A Python value as an argument of a call."""
    return ["py", value]


@pytest.mark.task("predict_traces")
def test_the_quiz(submission, reference, case):
    """The book's quiz: five calls make four graphs, since y=2, z=2.0 is the same as y=2.0, z=2."""
    scalar, vector = tensor("float32"), tensor("float32", 1)
    calls = [
        [[], {"x": vector, "y": vector}],
        [[py(1.0), py(2.0)], {}],
        [[], {"x": scalar, "y": py(2), "z": py(2.0)}],
        [[], {"x": scalar, "y": py(2.0), "z": py(2)}],
        [[], {"x": scalar, "y": py(2.0), "z": py(3.5)}],
    ]
    inputs = case("predict", sequences=[calls])
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("predict_traces")
@pytest.mark.parametrize(
    "arguments",
    [
        [py(1), py(1.0), py(True), py(0)],
        [tensor("float32", 3), tensor("float32", 2), tensor("int32", 3), tensor("float32", 3)],
        [tensor("float32", 3), ["numpy", "float32", [3]], ["variable", "float32", [3]], ["variable", "float32", [3]]],
        [["list", [py(1)]], ["tuple", [py(1)]], ["list", [py(1.0)]], ["list", [py(2)]]],
    ],
    ids=["numbers", "tensors", "kinds", "containers"],
)
def test_f_of_one_argument(submission, reference, case, arguments):
    """Four calls of f with one argument: numbers; tensors; a tensor, an array and two variables; lists and a tuple."""
    inputs = case("predict", sequences=[[[[argument], {}] for argument in arguments]])
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("predict_traces")
def test_defaults_count(submission, reference, case):
    """f(1), f(1, 2), f(1, z=3) and f(x=1, y=2) are the same call, f(1, 3) is another."""
    calls = [[[py(1)], {}], [[py(1), py(2)], {}], [[py(1)], {"z": py(3)}], [[], {"x": py(1), "y": py(2)}]]
    inputs = case("predict", sequences=[[*calls, [[py(1), py(3)], {}]]])
    assert_close(submission(inputs), reference(inputs))


# --- one_graph


@pytest.mark.task("one_graph")
def test_four_calls_of_three_lengths(submission, reference, case):
    """Lengths 3, 5, 9 and 3 by one graph: `fn` and `traces` say 1, the runs and `calls` say 4."""
    inputs = case("one_graph", lengths=[3, 5, 9, 3], widths=[2], factor=2.0, ones=True)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_once(value["fn"], "fn", runs=4, most=1)
    assert_close({"traces": value["traces"], "calls": value["calls"]}, {"traces": 1, "calls": 4})


@pytest.mark.task("one_graph")
def test_a_wrong_width_is_refused(submission, reference, case):
    """After an example of shape [3, 2] a tensor of shape [3, 4] raises a TypeError."""
    inputs = case("one_graph_refuses", width=2)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("one_graph")
def test_two_arguments(submission, reference, case):
    """A matrix and a vector, each with a length of its own."""
    inputs = case("one_graph", lengths=[3, 5], widths=[2, None], factor=2.0, own_lengths=True, ones=True)
    assert_close(submission(inputs)["values"], reference(inputs)["values"])


# --- graph_factory


@pytest.mark.task("graph_factory")
def test_six_calls_make_three_graphs(submission, reference, case):
    """Lengths 3, 5, 9, 3, a float64 of length 4, and 6: graphs for [3, 2], [None, 2] (here -1) and float64 [4, 2]."""
    shapes = [["float32", 3, 2], ["float32", 5, 2], ["float32", 9, 2], ["float32", 3, 2]]
    inputs = case("factory", calls=[*shapes, ["float64", 4, 2], ["float32", 6, 2]])
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_close(value["fn"][0]["shapes"], expected["fn"][0]["shapes"])
    assert_close(value["num_graphs"], expected["num_graphs"])
    assert_close(value["fn"][0]["ran"], expected["fn"][0]["ran"])


# --- moving_average


@pytest.mark.task("moving_average")
@pytest.mark.parametrize("compiled", [False, True])
def test_three_ones(submission, reference, case, compiled):
    """With decay 0.5 the average of 1, 1, 1 is 0.5, 0.75, 0.875: called directly, and inside a `tf.function`."""
    inputs = case("average", decays=[0.5], x=[[1.0, 1.0]] * 3, compiled=compiled)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("moving_average")
def test_two_averages_and_another_decay(submission, reference, case):
    """Two instances with decays 0.5 and 0.75, fed with 8 and 16; before the third call both decays become 0."""
    inputs = case("average", decays=[0.5, 0.75], x=[[8.0, 8.0]] * 3, changes=[[2, 0.0]])
    assert_close(submission(inputs), reference(inputs))


# --- scan


@pytest.mark.task("scan")
def test_running_sums(submission, reference, case):
    """step = s + x from [0, 0]: the running sums of 3 rows, then of 1 row; `step` is traced once and runs 4 times."""
    rows = [[[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]], [[4.0, 40.0]]]
    inputs = case("scan", s=[0.0, 0.0], xs=rows, coefficients=[1.0, 1.0, 0.0])
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_once(value["step"], "step", runs=4)


# --- escape


@pytest.mark.task("escape")
def test_sorted_by_numpy(submission, reference, case):
    """Three vectors are sorted by NumPy, in three runs of one graph; the result has the static shape [3]."""
    x = [[3.0, 1.0, 2.0], [9.0, 8.0, 7.0], [4.0, 6.0, 5.0]]
    inputs = case("host_call", x=x, slope=1.0, shift=0.0)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("escape")
def test_noise_of_a_known_generator(submission, reference, case):
    """Zeros plus noise, three times from a generator with seed 42: three different draws."""
    inputs = case("noisy", x=[[[0.0, 0.0]]] * 3, seed=42)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("escape")
def test_three_lines_in_a_log(submission, reference, case):
    """Three runs with 1, 2.5 and 4 write three lines."""
    inputs = case("log_value", x=[1.0, 2.5, 4.0])
    assert_close(submission(inputs), reference(inputs))


# --- fit


@pytest.mark.task("fit")
def test_seven_steps_with_four_rates(submission, reference, case):
    """Seven steps with four different rates: the loss is traced once and runs seven times."""
    data = [[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [[1.0], [2.0], [3.0]], [[0.0], [0.0]]]
    inputs = case("fit", schedule=[0.5, 0.5, 0.25, 0.1, 0.25, 0.05, 0.5], data=data)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["fit 1"], expected["fit 1"], rtol=1e-4, atol=1e-5)
    assert_once(value["loss_fn"], "loss_fn", runs=7, kinds=(4, "rate"))


@pytest.mark.task("fit")
def test_two_fits_in_a_row(submission, reference, case):
    """Two fits with the same loss function, each to data and weights of its own."""
    inputs = case("fit", fits=2, schedule=[0.1, 0.05, 0.1])
    value, expected = submission(inputs), reference(inputs)
    for name in ("fit 1", "fit 2"):
        assert_close(value[name], expected[name], rtol=1e-4, atol=1e-5)

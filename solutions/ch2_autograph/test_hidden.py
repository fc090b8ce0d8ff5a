"""The hidden suite of chapter 2: each function is one claim, worth an equal share of its task's points.

Where counts are claimed, the values that belong to them are claimed with them, all or nothing: a count alone could
be made up. Right programs may trace a piece of code once or, where a loop's variables need it, twice.
"""

import pytest

from grader.compare import assert_close, check


def times(count):
    """A number of times, in words."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def assert_ticks(actual, expected, what, most=2, kinds=None):
    """It ran as often as it must, and Python met it a few times only, while it was traced.

    `kinds` is how many different values of what the task is about there were, and what they are called.
    """
    assert_close(sorted(actual), sorted(expected))
    ran, traced = actual["ran"], actual["traced"]
    check(ran == expected["ran"], f"tracing: {what} ran {times(ran)}; {times(expected['ran'])} would be right")
    why = ": each time it ran, so no graph was kept" if traced == ran else ""
    if kinds and traced == kinds[0]:
        why = f": once per {kinds[1]}"
    check(
        1 <= traced <= most, f"tracing: {what} ran {times(ran)}, traced {times(traced)}{why}; one trace would be right"
    )


# --- by_hand


@pytest.mark.task("by_hand")
def test_one_loop_for_every_count(submission, reference, case):
    """`step` is traced once, as the body of one loop; how often it runs, n times, is decided by the graph.

    Hint: What loops: Python while the function is traced, or the graph while it runs?
    """
    inputs = case("iterate")
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_ticks(value["step"], expected["step"], "step")


@pytest.mark.task("by_hand")
def test_no_turn_for_zero(submission, reference, case):
    """For n = 0 the loop's body does not run at all, and x comes back as it was.

    Hint: Is the condition asked before the first iteration?
    """
    inputs = case("iterate", n=[0, 0])
    assert_close(submission(inputs)["values"], reference(inputs)["values"])


@pytest.mark.task("by_hand")
def test_only_the_branch_that_is_taken_runs(submission, reference, case):
    """One graph holds both branches, and in each run only the one that is taken computes anything.

    Hint: Are both results computed before one is chosen?
    """
    inputs = case("choose")
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    for name in ("on_true", "on_false"):
        assert_ticks(value[name], expected[name], name)


@pytest.mark.task("by_hand")
@pytest.mark.parametrize("name", ["iterate", "choose"])
def test_shape_and_dtype_are_kept(submission, reference, case, name):
    """x may have any shape and any float dtype: the loop and the branch keep both.

    Hint: Look for a shape, a rank or a dtype that is written down.
    """
    inputs = case(name, shape=[3, 2], dtype="float64")
    assert_close(submission(inputs)["values"], reference(inputs)["values"])


# --- bisect


@pytest.mark.task("bisect")
def test_f_is_computed_once_a_halving(submission, reference, case):
    """f is computed once at lo and once a halving, and the interval says when that is enough, not a fixed number.

    Hint: Count the calls of f in one iteration of your loop, and before it.
    """
    inputs = case("bisect")
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["roots"], expected["roots"])
    assert_ticks(value["f"], expected["f"], "f", most=4)


@pytest.mark.task("bisect")
def test_a_loop_and_a_branch_are_in_the_graph(submission, reference, case):
    """The Python `while` is a While in the graph, and the Python `if` an If.

    Hint: AutoGraph turns only what depends on a tensor into the graph: does your condition?
    """
    inputs = case("bisect")
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["roots"], expected["roots"])
    check(value["a loop"], "the graph holds no While: what turned the loop?")
    check(value["a branch"], "the graph holds no If: was the half chosen by an operation on both?")


@pytest.mark.task("bisect")
def test_a_falling_function_has_a_root_too(submission, reference, case):
    """f may go down through its root as well as up: what counts is where its sign changes.

    Hint: Compare the sign of f in the middle with the sign at lo, not with 0.
    """
    inputs = case("bisect", rising=False)
    assert_close(submission(inputs)["roots"], reference(inputs)["roots"])


@pytest.mark.task("bisect")
def test_a_short_interval_is_not_halved(submission, reference, case):
    """An interval that is no longer than `tol` is not halved any more: its middle is the answer.

    Hint: When is the condition of the loop asked for the first time?
    """
    inputs = case("bisect", halvings=[0, 0])
    assert_close(submission(inputs)["roots"], reference(inputs)["roots"])


@pytest.mark.task("bisect")
def test_as_wide_as_tol_is_short_enough(submission, reference, case):
    """Halving goes on while the interval is longer than `tol`: one that is exactly as long is not halved any more.

    Hint: Is an interval that is exactly `tol` wide halved once more?
    """
    inputs = case("bisect", tol=0.25, intervals=[[1.0, 2.0, 1.4], [-3.0, -1.0, -1.6]])
    assert_close(submission(inputs)["roots"], reference(inputs)["roots"])


# --- predict_traces


@pytest.mark.task("predict_traces")
def test_python_values_are_compared_by_equality(submission, reference, case):
    """A Python value is part of the key, and compared by `==`: another number traces, the same as a float does not.

    Hint: What does Python say to `1 == 1.0 == True`? Does your key say the same?
    """
    inputs = case("predict", about="values")
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("predict_traces")
@pytest.mark.parametrize("about", ["dtypes", "shapes"])
def test_tensors_count_by_dtype_and_shape(submission, reference, case, about):
    """Of a tensor the dtype and the shape are part of the key; its values are not.

    Hint: What of a tensor is in your key? Its values must not be.
    """
    inputs = case("predict", about=about)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("predict_traces")
def test_arguments_are_bound_before_they_are_compared(submission, reference, case):
    """By position, by keyword or by default: what counts is the value that each parameter ends up with.

    Hint: Fill in the defaults y=2 and z=3, and the keywords, before you make the key.
    """
    inputs = case("predict", about="defaults")
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("predict_traces")
def test_numpy_arrays_are_tensors(submission, reference, case):
    """A NumPy array becomes a tensor before the key is made.

    Hint: Give an array the key of a tensor of its dtype and shape.
    """
    inputs = case("predict", about="numpy")
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("predict_traces")
def test_variables_are_no_tensors(submission, reference, case):
    """A variable and a tensor of the same dtype and shape need different graphs; two such variables share one.

    Hint: A variable's key needs a mark that no tensor's has; two variables of one kind share it.
    """
    inputs = case("predict", about="variables")
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("predict_traces")
def test_lists_are_no_tuples(submission, reference, case):
    """A list and a tuple with the same contents need different graphs, and each item counts by its own rule.

    Hint: Is the kind of container part of your key, and each item's own key?
    """
    inputs = case("predict", about="containers")
    assert_close(submission(inputs), reference(inputs))


# --- one_graph


@pytest.mark.task("one_graph")
def test_one_graph_serves_all_lengths(submission, reference, case):
    """`fn` is traced once and runs in every call, however long the argument is.

    Hint: Which sizes does your signature leave open?
    """
    inputs = case("one_graph")
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_ticks(value["fn"], expected["fn"], "fn", most=1)


@pytest.mark.task("one_graph")
def test_two_counters_count_two_things(submission, reference, case):
    """`traces` counts how often Python met the function, `calls` how often the graph ran.

    Hint: A line of Python inside the traced function counts traces; what counts runs has to stand outside, or be a
    variable.
    """
    inputs = case("one_graph", calls=6, different=3)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_close({n: value[n] for n in ("traces", "calls")}, {n: expected[n] for n in ("traces", "calls")})


@pytest.mark.task("one_graph")
@pytest.mark.parametrize("wrong", ["width", "dtype"])
def test_another_width_or_dtype_is_refused(submission, reference, case, wrong):
    """Only the first axis is free: an argument of another width or dtype than the example raises a TypeError.

    Hint: Is anything but the first axis left open in your signature, or cast on the way?
    """
    inputs = case("one_graph_refuses", wrong=wrong)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("one_graph")
def test_every_argument_has_a_length_of_its_own(submission, reference, case):
    """With several arguments the first axis of each is free, the second axis of each as wide as in its example.

    Hint: Make one specification for each example.
    """
    inputs = case("one_graph", widths=[2, 4, None], own_lengths=True)
    assert_close(submission(inputs)["values"], reference(inputs)["values"])


@pytest.mark.task("one_graph")
def test_the_dtype_is_the_examples(submission, reference, case):
    """An argument has the dtype of its example, float64 here, and so has what comes out.

    Hint: What does the signature say of the dtype? Take it from the example.
    """
    inputs = case("one_graph", dtype="float64")
    assert_close(submission(inputs)["values"], reference(inputs)["values"])


# --- graph_factory


@pytest.mark.task("graph_factory")
def test_a_second_length_frees_the_axis(submission, reference, case):
    """The second length of an axis makes the second and last graph: it serves every other length.

    Hint: After a second size, what do you keep: a graph for each size, or one with None?
    """
    inputs = case("factory", kind="lengths")
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    (fn,), (right,) = value["fn"], expected["fn"]
    check(fn["ran"] == right["ran"], f"fn ran {times(fn['ran'])}; {times(right['ran'])} would be right")
    words = f"for {fn['ran']} calls {fn['traced']} graphs were traced; {right['traced']} would be right"
    check(fn["traced"] == right["traced"], words)


@pytest.mark.task("graph_factory")
def test_only_that_axis_becomes_free(submission, reference, case):
    """An axis on which one size was seen stays fixed: code that needs to know it while tracing can.

    Hint: Compare the two shapes axis by axis: which sizes differ?
    """
    inputs = case("factory", kind="lengths")
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_close(value["fn"][0]["shapes"], expected["fn"][0]["shapes"])


@pytest.mark.task("graph_factory")
@pytest.mark.parametrize("kind", ["widths", "axes"])
def test_any_axis_can_become_free(submission, reference, case, kind):
    """Not only the first axis: each is freed by a second size of its own.

    Hint: Do you look at the first axis alone?
    """
    inputs = case("factory", kind=kind)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_close(value["fn"][0]["shapes"], expected["fn"][0]["shapes"])


@pytest.mark.task("graph_factory")
def test_each_dtype_and_rank_has_graphs_of_its_own(submission, reference, case):
    """Another dtype or another number of axes starts anew, with a graph for exactly that shape.

    Hint: Are dtype and number of axes part of your key?
    """
    inputs = case("factory", kind="dtypes")
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_close(value["fn"][0]["shapes"], expected["fn"][0]["shapes"])


@pytest.mark.task("graph_factory")
def test_num_graphs_counts_what_was_made(submission, reference, case):
    """`num_graphs` is the number of graphs that have been made, those included that are no longer used.

    Hint: Count when a graph is made, not what is in the cache now.
    """
    inputs = case("factory", kind="lengths")
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_close(value["num_graphs"], expected["num_graphs"])


@pytest.mark.task("graph_factory")
def test_arrays_come_as_well_as_tensors(submission, reference, case):
    """x may be an array: it has the values, the dtype and the shape of the tensor that is made of it.

    Hint: Make a tensor of x first: then there is one kind of argument to look at.
    """
    inputs = case("factory", kind="lengths", tensors=False)
    assert_close(submission(inputs)["values"], reference(inputs)["values"])


# --- moving_average


@pytest.mark.task("moving_average")
def test_a_new_decay_is_used(submission, reference, case):
    """A decay that is set between two calls is used from the next call on: it is no constant of the graph.

    Hint: A Python number that is read while tracing is frozen. What can be changed afterwards?
    """
    inputs = case("average", change=True)
    assert_close(submission(inputs), reference(inputs), rtol=1e-4, atol=1e-5)


@pytest.mark.task("moving_average")
def test_every_instance_has_its_own_state(submission, reference, case):
    """Two instances, called in turn, do not disturb each other.

    Hint: Where does the state live: on `self`, on the class, or in the module? And the function?
    """
    inputs = case("average", instances=2)
    assert_close(submission(inputs), reference(inputs), rtol=1e-4, atol=1e-5)


@pytest.mark.task("moving_average")
def test_the_state_survives_a_graph(submission, reference, case):
    """Called inside another `tf.function`, the average still moves from call to call: its state is a variable.

    Hint: A tensor under a name of Python is lost when the graph ends: a variable is not.
    """
    inputs = case("average", compiled=True)
    assert_close(submission(inputs), reference(inputs), rtol=1e-4, atol=1e-5)


@pytest.mark.task("moving_average")
def test_the_state_has_the_dtype_of_x(submission, reference, case):
    """The state is made at the first call, and so has the shape and the dtype of x.

    Hint: When do you make the state, and from what?
    """
    inputs = case("average", dtype="float64")
    assert_close(submission(inputs), reference(inputs))


# --- scan


@pytest.mark.task("scan")
def test_every_state_is_kept(submission, reference, case):
    """All the states come back, each after its step, from one graph for every number of rows.

    Hint: Is a state written after its step, and is what `write` returns kept?
    """
    inputs = case("scan")
    assert_close(submission(inputs)["values"], reference(inputs)["values"])


@pytest.mark.task("scan")
def test_a_step_runs_once_for_each_row(submission, reference, case):
    """`step` is traced once and runs once for each row.

    Hint: Is `step` called anywhere besides the loop's body?
    """
    inputs = case("scan")
    value, expected = submission(inputs), reference(inputs)
    assert_close([list(rows.shape) for rows in value["values"]], [list(rows.shape) for rows in expected["values"]])
    assert_close(value["values"][0][0], expected["values"][0][0])
    assert_ticks(value["step"], expected["step"], "step")


@pytest.mark.task("scan")
def test_no_rows_give_no_states(submission, reference, case):
    """No rows give no states: a tensor of shape [0, d].

    Hint: What does your code do before the loop that needs a first row?
    """
    inputs = case("scan", lengths=[0])
    assert_close(submission(inputs)["values"], reference(inputs)["values"])


@pytest.mark.task("scan")
def test_states_keep_their_dtype(submission, reference, case):
    """States of float64 stay float64.

    Hint: Which dtype has the place where you collect the states?
    """
    inputs = case("scan", dtype="float64")
    assert_close(submission(inputs)["values"], reference(inputs)["values"])


# --- escape


@pytest.mark.task("escape")
def test_numpy_runs_whenever_the_graph_does(submission, reference, case):
    """The NumPy function is called anew in every run, with the array of that run.

    Hint: What runs while tracing runs once. How does a graph call back into Python?
    """
    inputs = case("host_call")
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["values"], expected["values"])
    assert_close(value["calls of np_fn"], expected["calls of np_fn"])


@pytest.mark.task("escape")
def test_the_static_shape_is_kept(submission, reference, case):
    """TensorFlow cannot know what shape NumPy returns, so `host_call` says it: the result has x's static shape.

    Hint: What comes back from Python has no shape: `set_shape` or `ensure_shape` says it.
    """
    inputs = case("host_call")
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["static shape"], expected["static shape"])


@pytest.mark.task("escape")
@pytest.mark.parametrize("free", [False, True])
def test_new_noise_in_every_run(submission, reference, case, free):
    """Every run draws new noise from the generator, in the shape that x has in that run.

    Hint: Who draws: NumPy while tracing, or the generator in the graph? And in which shape: the static one, or that
    of the run?
    """
    inputs = case("noisy", free=free)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("escape")
def test_noise_has_the_dtype_of_x(submission, reference, case):
    """The noise for x in float64 is drawn in float64.

    Hint: The generator draws float32 unless it is told otherwise.
    """
    inputs = case("noisy", dtype="float64")
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("escape")
def test_a_line_for_every_run(submission, reference, case):
    """Every run of the graph writes a line with nothing but the value that x has in that run, and x comes back.

    Hint: `print` writes while tracing. Which operation writes when the graph runs, and where to?
    """
    inputs = case("log_value")
    assert_close(submission(inputs), reference(inputs))


# --- fit


@pytest.mark.task("fit")
def test_one_trace_for_all_rates(submission, reference, case):
    """The loss is traced once, although the rate changes from step to step, and the weights follow every rate.

    Hint: A Python number is part of the key of a graph. What can carry a rate instead?
    """
    inputs = case("fit", steps=9)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["fit 1"]["weights"], expected["fit 1"]["weights"], rtol=1e-4, atol=1e-5)
    assert_ticks(value["loss_fn"], expected["loss_fn"], "loss_fn", kinds=(4, "rate"))


@pytest.mark.task("fit")
def test_each_loss_is_taken_before_its_step(submission, reference, case):
    """The first loss is that of the weights as they came, before any step, and so on.

    Hint: Compute the loss first, then move the weights, and return the former.
    """
    inputs = case("fit", steps=8)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["fit 1"]["losses"], expected["fit 1"]["losses"], rtol=1e-4, atol=1e-5)


@pytest.mark.task("fit")
def test_a_second_fit_moves_the_second_weights(submission, reference, case):
    """A second fit, of other weights to other data, trains these: no graph of the first is left in its way.

    Hint: Which weights does the graph of the first fit hold? Where is the function made?
    """
    inputs = case("fit", fits=2)
    value, expected = submission(inputs), reference(inputs)
    for name in ("fit 1", "fit 2"):
        assert_close(value[name]["weights"], expected[name]["weights"], rtol=1e-4, atol=1e-5)


@pytest.mark.task("fit")
def test_weights_may_be_float64(submission, reference, case):
    """Weights of float64 are trained in float64: the rates take their dtype.

    Hint: Into which dtype do you turn the rates?
    """
    inputs = case("fit", dtype="float64")
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["fit 1"]["weights"], expected["fit 1"]["weights"], rtol=1e-4, atol=1e-5)

"""The hidden suite of chapter 1: each function is one claim, worth an equal share of its task's points.

A claim about one thing leaves everything else harmless, so that one mistake costs the claims that it breaks and no
others. Wrong programs miss by a factor of 10 or more; the tolerances leave room for other right ways to round.
"""

import numpy as np
import pytest

from grader.compare import assert_close, check


def both(submission, reference, inputs):
    """What the submission gives and what is right, for the same inputs."""
    return submission(inputs), reference(inputs)


def blank(tree):
    """The same tree with every number 0: what is left is structure, dtypes and shapes."""
    if isinstance(tree, dict):
        return {name: blank(part) for name, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [blank(part) for part in tree]
    return np.zeros_like(tree) if isinstance(tree, np.ndarray) else tree


def assert_same_form(actual, expected):
    """Structure, dtypes and shapes agree; the numbers may differ."""
    assert_close(blank(actual), blank(expected))


# --- quantize


@pytest.mark.task("quantize")
def test_numbers_go_to_the_nearest_step(submission, reference, case):
    """Each number goes to the nearest integer multiple of the scale; a cast alone cuts fractions off instead.

    Hint: Round before you cast: what does `tf.cast(1.7, tf.int8)` give?
    """
    assert_close(*both(submission, reference, case("to_int8", where="inside")))


@pytest.mark.task("quantize")
def test_halves_go_to_the_even_step(submission, reference, case):
    """A number halfway between two steps goes to the even one, on both sides of 0.

    Hint: Adding a half and taking the floor sends halves upwards; which operation of TensorFlow rounds them to even?
    """
    assert_close(*both(submission, reference, case("to_int8", where="ties")))


@pytest.mark.task("quantize")
def test_what_is_too_large_stays_at_the_top(submission, reference, case):
    """Numbers above the range become 127; they do not wrap around to other numbers.

    Hint: Print what a cast makes of 300. Something has to happen to large numbers before it.
    """
    assert_close(*both(submission, reference, case("to_int8", where="above")))


@pytest.mark.task("quantize")
def test_the_range_has_128_steps_below_zero(submission, reference, case):
    """The lowest step is -128, and what lies below it becomes -128.

    Hint: An int8 reaches further down than up: which two limits do you clip to?
    """
    assert_close(*both(submission, reference, case("to_int8", where="below")))


@pytest.mark.task("quantize")
def test_integers_are_worth_their_scale(submission, reference, case):
    """An integer stands for itself times the scale, which is a real number and not an integer.

    Hint: In which dtype is the product formed? Integers have to become real numbers first.
    """
    assert_close(*both(submission, reference, case("from_int8")))


@pytest.mark.task("quantize")
def test_the_dtype_is_the_one_asked_for(submission, reference, case):
    """`to_int8` takes float64 as well as float32, and `from_int8` answers in the dtype it is asked for.

    Hint: Look for a float32 that is written down somewhere: a constant, a cast, a default that is not passed on.
    """
    assert_close(*both(submission, reference, case("to_int8", where="above", dtype="float64")))
    assert_close(*both(submission, reference, case("from_int8", dtype="float64")))


# --- pairwise_distances


@pytest.mark.task("pairwise_distances")
def test_every_row_meets_every_row(submission, reference, case):
    """Row i, column j is the root of the sum of squared differences of row i of a and row j of b.

    Hint: Write down the shapes: which axis has to be put in so that (n, d) and (m, d) meet as (n, m, d), and which is
    summed away?
    """
    assert_close(*both(submission, reference, case("distances")))


@pytest.mark.task("pairwise_distances")
def test_far_from_the_origin(submission, reference, case):
    """Distances between near points stay right far from the origin: subtract first, square later.

    Hint: Large squares that nearly cancel lose their digits. Where do you subtract: before or after squaring?
    """
    assert_close(*both(submission, reference, case("distances", offset=1000.0)), rtol=1e-4)


@pytest.mark.task("pairwise_distances")
def test_many_points_in_one_go(submission, reference, case):
    """Thousands of rows go through a few operations at once: no Python loop over the rows of either set.

    Hint: Where does Python walk over rows? One broadcast does it for all.
    """
    assert_close(*both(submission, reference, case("many_distances", rows=4000)))


@pytest.mark.task("pairwise_distances")
def test_distances_in_float64(submission, reference, case):
    """Points in float64 have distances in float64, with all their digits.

    Hint: Look for a constant or a cast that says float32.
    """
    assert_close(*both(submission, reference, case("distances", dtype="float64")), rtol=1e-10, atol=1e-12)


@pytest.mark.task("pairwise_distances")
def test_sizes_may_be_unknown(submission, reference, case):
    """It also works in a graph that is made before the numbers of rows are known, when `a.shape[0]` is None.

    Hint: What is `a.shape[0]` while the graph is made? `tf.shape(a)[0]` is known when it runs.
    """
    assert_same_form(*both(submission, reference, case("distances", unknown=True)))


# --- split_heads


@pytest.mark.task("split_heads")
def test_features_stay_at_their_place(submission, reference, case):
    """Head i of a place holds the i-th part of that place's features: cut the last axis first, then move axes.

    Hint: A reshape reads the memory in order. Cut the last axis in two where it stands, and only then move an axis.
    """
    assert_close(*both(submission, reference, case("split_heads")))


@pytest.mark.task("split_heads")
def test_merging_undoes_splitting(submission, reference, case):
    """Merging moves the axes back before it joins the last two.

    Hint: Do the two steps of splitting backwards, in the opposite order.
    """
    assert_close(*both(submission, reference, case("merge_heads")))


@pytest.mark.task("split_heads")
def test_scores_are_scaled_dot_products(submission, reference, case):
    """A score is the dot product of a query and a key of the same head, over the root of the size of one head.

    Hint: Which axis is summed, and of how many features is the root taken: those of one head, or of all?
    """
    assert_close(*both(submission, reference, case("scores")), rtol=1e-4, atol=1e-5)


@pytest.mark.task("split_heads")
def test_batch_and_length_may_be_unknown(submission, reference, case):
    """Both work in a graph that is made before batch and length are known: `tf.shape(x)` tells them when it runs.

    Hint: Sizes that are None while the graph is made cannot stand in a reshape: ask `tf.shape(x)`, or use -1 once.
    """
    assert_same_form(*both(submission, reference, case("split_heads", unknown=True)))
    assert_same_form(*both(submission, reference, case("merge_heads", unknown=True)))


# --- group_mean


@pytest.mark.task("group_mean")
def test_all_rows_of_a_group_count(submission, reference, case):
    """A group's mean is the sum of all its rows over their number: equal numbers add up, they do not overwrite.

    Hint: Give two rows the same group: does the second add to the first, or take its place?
    """
    assert_close(*both(submission, reference, case("group_mean")))


@pytest.mark.task("group_mean")
def test_rows_come_in_any_order(submission, reference, case):
    """The rows of a group need not stand together.

    Hint: Some operations on segments want sorted ids. Which ones do not?
    """
    assert_close(*both(submission, reference, case("group_mean", order="any")))


@pytest.mark.task("group_mean")
def test_a_single_row_is_a_group(submission, reference, case):
    """A group may have a single row, which is its mean: it is neither empty nor halved.

    Hint: Divide each sum by the count of its own group. What is the mean of one row?
    """
    assert_close(*both(submission, reference, case("group_mean", single=True)))


@pytest.mark.task("group_mean")
def test_empty_groups_have_a_row_too(submission, reference, case):
    """A group without rows has a row of zeros in the answer, wherever it stands, at the end too.

    Hint: How many rows does the answer have if the last groups are empty? `num_groups` says it, not the largest id.
    """
    assert_close(*both(submission, reference, case("group_mean", empty=True)))


@pytest.mark.task("group_mean")
def test_empty_groups_get_the_default(submission, reference, case):
    """`default` goes to the groups without rows, and to no others: a mean may well be 0.

    Hint: How do you know that a group is empty: by its count, or by its mean being 0?
    """
    assert_close(*both(submission, reference, case("group_mean", empty=True, default=7.5)))


@pytest.mark.task("group_mean")
def test_many_rows_in_one_go(submission, reference, case):
    """Thousands of rows are added up in a few operations at once: no Python loop over rows.

    Hint: Where does Python walk over rows? One operation on segments does it for all.
    """
    assert_close(*both(submission, reference, case("many_groups", rows=10000)), rtol=1e-4)


@pytest.mark.task("group_mean")
def test_means_in_float64(submission, reference, case):
    """Rows in float64 have means in float64.

    Hint: In which dtype do you count the rows, and divide?
    """
    assert_close(*both(submission, reference, case("group_mean", dtype="float64")), rtol=1e-10, atol=1e-12)


# --- masked_top_k


@pytest.mark.task("masked_top_k")
def test_the_best_come_first(submission, reference, case):
    """The largest score comes first, the others follow downwards, each with its index.

    Hint: Print values and indices of one row: do both follow the same order?
    """
    assert_close(*both(submission, reference, case("masked_top_k", kind="open")))


@pytest.mark.task("masked_top_k")
def test_what_is_masked_is_never_chosen(submission, reference, case):
    """The best are chosen among those that count: the mask works before the choice, not after it.

    Hint: Something has to stand in for what is masked before the best are chosen.
    """
    assert_close(*both(submission, reference, case("masked_top_k", kind="masked")))


@pytest.mark.task("masked_top_k")
@pytest.mark.parametrize("size", [0.05, 1.0, 1e30])
def test_any_score_may_be_a_real_one(submission, reference, case, size):
    """Scores may be negative and of any size: what stands in for a masked score must lie below all of them.

    Hint: Try a row whose scores are all below your stand-in.
    """
    assert_close(*both(submission, reference, case("masked_top_k", kind="low", size=size)))


@pytest.mark.task("masked_top_k")
def test_rows_with_too_few_have_holes(submission, reference, case):
    """A row in which fewer than k count is filled up with value 0 and index -1.

    Hint: After the choice: which of the k chosen are real? The others become 0 and -1.
    """
    assert_close(*both(submission, reference, case("masked_top_k", kind="few")))


@pytest.mark.task("masked_top_k")
def test_of_equal_scores_the_first_wins(submission, reference, case):
    """Of equal scores the one with the lower index comes first.

    Hint: Try a row of equal scores, and one where the first of them is masked.
    """
    assert_close(*both(submission, reference, case("masked_top_k", kind="ties")))


@pytest.mark.task("masked_top_k")
def test_all_rows_at_once(submission, reference, case):
    """Thousands of rows are sorted in a few operations at once: no Python loop over rows.

    Hint: Where does Python walk over rows? Choosing and gathering work along the last axis for all rows.
    """
    assert_close(*both(submission, reference, case("many_top_k", rows=4000)))


# --- running_stats


@pytest.mark.task("running_stats")
def test_one_batch_is_all_there_is(submission, reference, case):
    """After one batch: its mean, and the mean of the squared distances from it, divided by n.

    Hint: Is the sum of squares divided by n, or by n - 1?
    """
    assert_close(*both(submission, reference, case("stats", sizes=[11])), rtol=1e-4)


@pytest.mark.task("running_stats")
def test_batches_count_by_their_rows(submission, reference, case):
    """Batches of different sizes and means give what all rows at once would give.

    Hint: Feed 1 row, then 3: how much does each batch weigh in your mean?
    """
    assert_close(*both(submission, reference, case("stats", sizes=[32, 7, 50])), rtol=1e-4)


@pytest.mark.task("running_stats")
def test_the_variance_survives_a_large_mean(submission, reference, case):
    """A small variance stays right around a mean of thousands: large squares do not cancel.

    Hint: A sum of squares minus a square of sums cancels. Keep the squared distances from the mean instead.
    """
    inputs = case("stats", sizes=[135, 135], offset=30000.0, spread=[2.2, 3.0])
    assert_close(*both(submission, reference, inputs), rtol=0.045)


@pytest.mark.task("running_stats")
def test_before_any_row_all_is_zero(submission, reference, case):
    """Before any row has come, mean and variance are 0.

    Hint: Call `result` on a fresh object: 0 divided by 0 rows is not 0. What is it?
    """
    assert_close(*both(submission, reference, case("stats_new")))


@pytest.mark.task("running_stats")
def test_a_reset_forgets_in_place(submission, reference, case):
    """A reset sets everything to 0, counts too, in the same variables.

    Hint: `assign` zeros to the variables that are there; is the count among them?
    """
    assert_close(*both(submission, reference, case("stats_reset", sizes=[9])), rtol=1e-4)


@pytest.mark.task("running_stats")
def test_the_variables_hold_everything(submission, reference, case):
    """Who saves the values of `variables` and assigns them again later has restored everything.

    Hint: What does your object remember outside of `variables`? A Python number is not saved.
    """
    assert_close(*both(submission, reference, case("stats_restored", sizes=[6, 6])), rtol=1e-4)


@pytest.mark.task("running_stats")
def test_a_result_stays_as_it_was(submission, reference, case):
    """A result is a tensor: later updates do not change it.

    Hint: Do you hand out the variable itself? A tensor made from it stays.
    """
    assert_close(*both(submission, reference, case("stats_kept", sizes=[6, 6])), rtol=1e-4)


# --- jacobian


@pytest.mark.task("jacobian")
@pytest.mark.parametrize("kind", ["constant", "variable"])
def test_a_row_for_each_output(submission, reference, case, kind):
    """Row i, column j says how output i changes with input j, at a constant and at a variable.

    Hint: A gradient of several outputs is their sum's. How do you get at one output at a time?
    """
    assert_close(*both(submission, reference, case("jacobian", kind=kind)), rtol=1e-4)


@pytest.mark.task("jacobian")
def test_a_constant_function_has_a_jacobian_of_zeros(submission, reference, case):
    """Outputs that do not depend on x have rows of zeros: zeros, not None.

    Hint: What does `tape.gradient` give for an output that x has no part in? It can be told to give zeros.
    """
    assert_close(*both(submission, reference, case("jacobian", flat=True, kind="variable")))


@pytest.mark.task("jacobian")
def test_constants_have_to_be_watched(submission, reference, case):
    """The point may be a constant, which every tape has to be told to watch.

    Hint: Variables are watched by themselves. What about a constant?
    """
    assert_close(*both(submission, reference, case("hvp", ones=True)), rtol=1e-4)


@pytest.mark.task("jacobian")
def test_a_gradient_can_be_taped(submission, reference, case):
    """The Hessian times ones: the first gradient is taken while another tape records it.

    Hint: The inner gradient has to be computed while the outer tape is listening: look at the indentation.
    """
    assert_close(*both(submission, reference, case("hvp", ones=True, kind="variable")), rtol=1e-4)


@pytest.mark.task("jacobian")
def test_the_vector_weighs_the_columns(submission, reference, case):
    """The Hessian times any vector: its entries weigh the columns of the Hessian.

    Hint: Where does v come in: before the second gradient is taken, or after it?
    """
    assert_close(*both(submission, reference, case("hvp", kind="variable")), rtol=1e-4)


@pytest.mark.task("jacobian")
def test_no_curvature_is_zero(submission, reference, case):
    """The Hessian of a linear function is zero, and so is what it makes of a vector: zeros, not None.

    Hint: What does a tape give where nothing depends on x? There is an argument that asks for zeros.
    """
    assert_close(*both(submission, reference, case("hvp", kind="variable", linear=True)))


# --- straight_through


@pytest.mark.task("straight_through")
def test_the_value_is_rounded(submission, reference, case):
    """The values are rounded, halves to the even number.

    Hint: Print the values alone, without the gradient.
    """
    value, expected = both(submission, reference, case("round_ste"))
    assert_close(value["value"], expected["value"])


@pytest.mark.task("straight_through")
def test_gradients_pass_the_rounding(submission, reference, case):
    """Whatever gradient comes in goes out again, as if there were no rounding.

    Hint: Try an upstream gradient that is not 1: does it come out as it went in?
    """
    value, expected = both(submission, reference, case("round_ste", upstream=True))
    assert_close(value["gradient"], expected["gradient"])


@pytest.mark.task("straight_through")
def test_small_numbers_have_a_logarithm(submission, reference, case):
    """Every positive number has its logarithm, however small, and the gradient 1/x.

    Hint: A limit such as 1e-7 changes small numbers; leave every positive number as it is.
    """
    assert_close(*both(submission, reference, case("log_or_zero", where="positive")), rtol=1e-4)


@pytest.mark.task("straight_through")
def test_negative_numbers_have_none(submission, reference, case):
    """Below zero value and gradient are 0, and the numbers beside them keep theirs.

    Hint: What stands in for a negative number before the logarithm is taken?
    """
    assert_close(*both(submission, reference, case("log_or_zero", where="negative")), rtol=1e-4)


@pytest.mark.task("straight_through")
def test_nothing_explodes_at_zero(submission, reference, case):
    """At exactly 0 value and gradient are 0: a number that `tf.where` discards still has a gradient.

    Hint: `tf.where` chooses among values, but gradients come from both sides. What does the side that is not chosen
    compute at 0?
    """
    assert_close(*both(submission, reference, case("log_or_zero", where="zero")), rtol=1e-4)


# --- fit_linear


@pytest.mark.task("fit_linear")
@pytest.mark.properties
def test_the_law_holds(submission, reference, case):
    """Without noise y is x @ w, with w = 0, 1, ... as a column and x spread evenly over 0 to 1.

    Hint: Print w and the range of x: are they what the claim says?
    """
    value, expected = both(submission, reference, case("data", rows=500))
    assert_same_form(value, expected)
    x = value["x"]
    check(x.min() >= 0 and x.max() <= 1, "x leaves the range from 0 to 1")
    check(abs(x.mean() - 0.5) < 0.05 and abs(x.std() - 12**-0.5) < 0.05, "x is not spread evenly over 0 to 1")
    assert_close(value["w"], expected["w"])
    assert_close(value["y"], x @ value["w"], atol=1e-5)


@pytest.mark.task("fit_linear")
@pytest.mark.properties
def test_noise_is_a_standard_deviation(submission, reference, case):
    """`noise` is the standard deviation of what is added to y, and its mean is 0.

    Hint: Compare the standard deviation of `y - x @ w` with `noise`, not its square.
    """
    value, expected = both(submission, reference, case("data", rows=4000, noise=0.25))
    assert_same_form(value, expected)
    rest = value["y"] - value["x"] @ value["w"]
    check(0.22 < rest.std() < 0.28, "the noise on y has another size")
    check(abs(rest.mean()) < 0.03, "the noise on y is not centred at 0")


@pytest.mark.task("fit_linear")
@pytest.mark.properties
def test_noise_knows_nothing_of_the_data(submission, reference, case):
    """The noise is drawn for itself: no part of it follows a column of x.

    Hint: Two stateless draws with the same seed and shape are the same numbers: what seed has each?
    """
    value, expected = both(submission, reference, case("data", rows=4000, noise=1.0))
    assert_same_form(value, expected)
    rest = (value["y"] - value["x"] @ value["w"])[:, 0]
    check(rest.std() > 1e-3, "there is no noise on y")
    follows = [abs(np.corrcoef(column, rest)[0, 1]) for column in value["x"].T]
    check(max(follows) < 0.1, "the noise on y follows a column of x")


@pytest.mark.task("fit_linear")
@pytest.mark.properties
def test_noise_has_random_numbers_of_its_own(submission, reference, case):
    """The noise has a stream of random numbers of its own: it is not made of those that x was made of.

    Hint: A stateless operation gives the same numbers for the same seed. Does the noise have a seed of its own?
    """
    value, expected = both(submission, reference, case("data", rows=400, noise=1.0))
    assert_same_form(value, expected)
    rest = (value["y"] - value["x"] @ value["w"])[:, 0]
    # two normal numbers are made of two uniform ones, u and v: their squares add up to -2 log u
    x = value["x"].reshape(-1)[: len(rest)]
    squares = np.square(rest).reshape(-1, 2).sum(axis=1)
    radius = -2 * np.log(np.maximum(x[::2], 1e-7))
    check(squares.std() > 1e-3, "there is no noise on y")
    check(abs(np.corrcoef(squares, radius)[0, 1]) < 0.6, "the noise on y is made of the random numbers of x")


@pytest.mark.task("fit_linear")
@pytest.mark.properties
def test_the_seed_decides(submission, reference, case):
    """The same seed gives the same data again, another seed gives other data.

    Hint: Does the seed reach every draw?
    """
    value, expected = both(submission, reference, case("data_again", noise=0.5))
    assert_same_form({n: part["x"] for n, part in value.items()}, {n: part["x"] for n, part in expected.items()})
    assert_close(value["again"], value["first"])
    other = np.abs(value["another seed"]["x"] - value["first"]["x"]).max()
    check(other > 1e-3, "another seed gives the same x")


@pytest.mark.task("fit_linear")
@pytest.mark.properties
def test_other_draws_are_left_alone(submission, reference, case):
    """Making data neither seeds nor advances the global generators: what is drawn afterwards is as without it.

    Hint: Which of your calls touches the global generators? The stateless ones do not.
    """
    value, expected = both(submission, reference, case("data_between", noise=0.5))
    assert_same_form(value, expected)
    assert_close(value["draws with data between"], value["draws alone"])


@pytest.mark.task("fit_linear")
def test_the_variable_moves_downhill(submission, reference, case):
    """The variable that was handed over is moved in place, by `lr` times the gradient of the mean of squares.

    Hint: Compute one step by hand: the sign, the factor 2/n, and whether the variable is changed where it stands.
    """
    value, expected = both(submission, reference, case("fit"))
    assert_close(value["weights"], expected["weights"], rtol=1e-4)


@pytest.mark.task("fit_linear")
def test_losses_are_told_before_the_step(submission, reference, case):
    """The losses are those before each step: the first belongs to the weights that were handed over.

    Hint: Print the first loss with weights that fit perfectly: it has to be 0.
    """
    value, expected = both(submission, reference, case("fit"))
    assert_close(value["losses"], expected["losses"], rtol=1e-4)

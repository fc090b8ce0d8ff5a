"""The hidden suite of a small course: it is here to be graded by the engine's own tests."""

import numpy as np
import pytest

from grader.compare import assert_close, check

# float32: right programs differ by a few units in the seventh digit, wrong ones in the first
ROUNDING = {"rtol": 1e-4, "atol": 1e-5}


@pytest.mark.task("center")
@pytest.mark.parametrize("shape", [(5, 3), (2, 4)])
def test_centred_by_column(submission, reference, case, shape):
    """It is the columns that are centred, whatever the shape."""
    inputs = case("centered", n=shape[0], d=shape[1], dtype="float64")
    assert_close(submission(inputs)["result"], reference(inputs)["result"], **ROUNDING)


@pytest.mark.task("center")
def test_argument_is_left_alone(submission, case):
    """The argument is not changed."""
    inputs = case("centered", n=4, d=2)
    assert_close(submission(inputs)["argument"], inputs.values["x"], rtol=0, atol=0)


@pytest.mark.task("center")
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype_is_kept(submission, reference, case, dtype):
    """The result has the dtype of the argument."""
    inputs = case("centered", n=3, d=2, dtype=dtype)
    result = submission(inputs)["result"]
    check(result.dtype == reference(inputs)["result"].dtype, "the result has another dtype than the argument")


@pytest.mark.task("normalise")
@pytest.mark.parametrize("n", [4, 9])
def test_unit_spread(submission, reference, case, n):
    """Columns are divided by the standard deviation over all n rows."""
    inputs = case("normalised", n=n, d=3)
    assert_close(submission(inputs), reference(inputs), **ROUNDING)


@pytest.mark.task("normalise")
def test_constant_column_becomes_zeros(submission, reference, case):
    """A column without spread becomes zeros, not NaN."""
    inputs = case("normalised", n=5, d=2, constant=True)
    column = submission(inputs)[..., 0]
    assert_close(column, reference(inputs)[..., 0], **ROUNDING)


@pytest.mark.task("running_mean")
def test_batches_weigh_by_rows(submission, reference, case):
    """Every row counts the same, so larger batches weigh more."""
    inputs = case("means", steps=5)
    assert_close(submission(inputs), reference(inputs), **ROUNDING)


@pytest.mark.task("running_mean")
def test_objects_are_independent(submission, reference, case):
    """Two running means do not disturb one another.

    Hint: What an object remembers belongs on `self`,
    not in a name at the top of the file.
    """
    inputs = case("two_streams", steps=3)
    assert_close(submission(inputs), reference(inputs), **ROUNDING)


@pytest.mark.task("shuffle_rows")
@pytest.mark.properties
def test_rows_stay_together(submission, case):
    """Each row keeps its own label, and none is lost."""
    inputs = case("shuffled", n=40)
    x, y = submission(inputs)["first"]
    check(np.array_equal(np.sort(y), inputs.values["y"]), "some rows are lost, or there twice")
    assert_close(x, inputs.values["x"][y], rtol=0, atol=0)


@pytest.mark.task("shuffle_rows")
@pytest.mark.properties
def test_order_is_new_each_time(submission, case):
    """The order is random: not the old one, and not the same one twice."""
    inputs = case("shuffled", n=40)
    answer = submission(inputs)
    first, second = answer["first"][1], answer["second"][1]
    check(not np.array_equal(first, inputs.values["y"]), "the rows are in their old order")
    check(not np.array_equal(first, second), "two shuffles gave the same order")

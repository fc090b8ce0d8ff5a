"""The visible cases: the same for everyone, with values that students may see."""

import numpy as np
import pytest

from grader.compare import assert_close, check


@pytest.mark.task("center")
def test_columns_are_centred(submission, reference, case):
    """The mean of each column is taken from it."""
    inputs = case("centered", n=2, d=2)
    assert_close(submission(inputs)["result"], reference(inputs)["result"])


@pytest.mark.task("normalise")
def test_columns_get_unit_spread(submission, reference, case):
    """Each column is divided by its standard deviation."""
    inputs = case("normalised", n=3, d=2)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("running_mean")
def test_one_batch(submission, reference, case):
    """After one batch the running mean is the mean of its rows."""
    inputs = case("means", steps=1)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("shuffle_rows")
@pytest.mark.properties
def test_every_row_is_there(submission, case):
    """After a shuffle each row is still there, once."""
    inputs = case("shuffled", n=12)
    _, y = submission(inputs)["first"]
    check(np.array_equal(np.sort(y), inputs.values["y"]), "some rows are lost, or there twice")

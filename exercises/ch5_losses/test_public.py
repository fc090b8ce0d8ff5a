"""The visible cases of chapter 5: a few numbers that can be checked by hand, with values recorded from the reference.

The hidden suite asks the same, and a little more, of drawn numbers.
"""

import pytest

from grader.compare import assert_close

LINE = [[i / 4 - 2.875] for i in range(24)]  # from -2.875 to 2.875, and no kink among them
CLOSE = {"rtol": 1e-5, "atol": 2e-6}


# --- regression_losses


@pytest.mark.task("regression_losses")
@pytest.mark.parametrize("function", ["mse", "mae", "log_cosh", "huber"])
def test_two_samples_by_hand(submission, reference, case, function):
    """The errors of two samples are [0.5, -3] and [-2, 0.25]: two losses, and a gradient for each error."""
    inputs = case("regression", function=function, y_true=[[1.0, 5.0], [3.0, 4.0]], y_pred=[[1.5, 2.0], [1.0, 4.25]])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("regression_losses")
def test_a_wider_parabola(submission, reference, case):
    """With delta 2 an error of 1 costs 0.5, one of -2 costs 2, and one of 3 costs 4."""
    inputs = case(
        "regression", function="huber", delta=2.0, y_true=[[0.0], [0.0], [0.0]], y_pred=[[1.0], [-2.0], [3.0]]
    )
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("regression_losses")
@pytest.mark.parametrize("function", ["mse", "log_cosh"])
def test_one_large_error(submission, reference, case, function):
    """An error of 1000 costs a million squared, and 999.307 as log-cosh."""
    inputs = case("regression", function=function, y_true=[[0.0]], y_pred=[[1000.0]])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("regression_losses")
@pytest.mark.parametrize("function", ["mse", "mae", "log_cosh", "huber"])
def test_the_curve_of_a_loss(submission, reference, case, function):
    """Errors from -2.875 to 2.875: the curve of the loss, and its slope."""
    inputs = case("regression", function=function, y_true=[[0.0]] * len(LINE), y_pred=LINE)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


# --- binary_crossentropy


@pytest.mark.task("binary_crossentropy")
def test_probabilities_by_hand(submission, reference, case):
    """Half a chance costs log 2 whatever the label, a quarter for the right class log 4."""
    inputs = case("binary", y_true=[[1.0, 0.0], [1.0, 0.0]], y_pred=[[0.5, 0.5], [0.25, 0.75]])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("binary_crossentropy")
def test_logits_by_hand(submission, reference, case):
    """Logits 2 and -1, each with either label."""
    inputs = case("binary", logits=True, y_true=[[1.0, 1.0], [0.0, 0.0]], y_pred=[[2.0, -1.0], [2.0, -1.0]])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("binary_crossentropy")
def test_one_large_logit(submission, reference, case):
    """A logit of 1000 costs 0 if the label is 1 and 1000 if it is 0; the gradients are 0 and 1."""
    inputs = case("binary", logits=True, y_true=[[1.0], [0.0]], y_pred=[[1000.0], [1000.0]])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("binary_crossentropy")
def test_the_curve_of_a_logit(submission, reference, case):
    """Logits from -2.875 to 2.875 for the label 1: the curve of the loss, and its slope."""
    inputs = case("binary", logits=True, y_true=[[1.0]] * len(LINE), y_pred=LINE)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


# --- categorical_crossentropy


@pytest.mark.task("categorical_crossentropy")
@pytest.mark.parametrize("label_smoothing", [None, 0.1])
def test_three_classes_by_hand(submission, reference, case, label_smoothing):
    """Two samples of three classes; with smoothing 0.1 the targets are 0.9333 and 0.0333."""
    y_true, logits = [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], [[2.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    inputs = case("categorical", smoothing=label_smoothing, y_true=y_true, logits=logits)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("categorical_crossentropy")
def test_three_classes_by_number(submission, reference, case):
    """The same two samples, their targets as class numbers 0 and 2."""
    inputs = case("sparse", labels=[0, 2], logits=[[2.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("categorical_crossentropy")
def test_a_class_that_cannot_be(submission, reference, case):
    """Logits 1000 and -1000: the second class costs 2000."""
    inputs = case("sparse", labels=[1], logits=[[1000.0, -1000.0]])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


# --- kl_focal_hinge


@pytest.mark.task("kl_focal_hinge")
@pytest.mark.parametrize("p", [[0.5, 0.5], [0.0, 1.0]])
def test_divergence_by_hand(submission, reference, case, p):
    """From [0.2, 0.8], the divergence of [0.5, 0.5] is 0.2231, and that of [0, 1] is log 1.25."""
    inputs = case("divergence", p=[p], q=[[0.2, 0.8]])
    assert_close(submission(inputs), reference(inputs), rtol=1e-5, atol=1e-5)


@pytest.mark.task("kl_focal_hinge")
def test_focal_by_hand(submission, reference, case):
    """Logit 0 costs a quarter of log 2 with either label; logits 3 and -3 for class 1 cost next to nothing, and 2.766."""
    inputs = case("focal", y=[[1.0], [0.0], [1.0], [1.0]], logits=[[0.0], [0.0], [3.0], [-3.0]])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("kl_focal_hinge")
def test_hinge_by_hand(submission, reference, case):
    """A score of 0.5 costs 0.5 for class 1 and 1.5 for class 0; a score of 2 costs 0 and 3."""
    inputs = case("hinge", y=[[1.0], [0.0], [1.0], [0.0]], score=[[0.5], [0.5], [2.0], [2.0]])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("kl_focal_hinge")
def test_the_curve_of_the_focal_loss(submission, reference, case):
    """Logits from -2.875 to 2.875 for the label 1: the curve of the focal loss, and its slope."""
    inputs = case("focal", y=[[1.0]] * len(LINE), logits=LINE)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("kl_focal_hinge")
def test_the_curve_of_the_hinge_loss(submission, reference, case):
    """Scores from -2.875 to 2.875 for the label 1: the curve of the hinge loss, and its slope."""
    inputs = case("hinge", y=[[1.0]] * len(LINE), score=LINE)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


# --- reduce_loss


@pytest.mark.task("reduce_loss")
@pytest.mark.parametrize("reduction", ["none", "sum", "mean", "weighted_mean"])
def test_two_of_four_have_weight(submission, reference, case, reduction):
    """Losses [1, 4, 9, 16] with weights [1, 0, 0, 1]: the sum is 17, the mean 4.25, the weighted mean 8.5."""
    inputs = case("reduced", reduction=reduction, values=[1.0, 4.0, 9.0, 16.0], sample_weight=[1.0, 0.0, 0.0, 1.0])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("reduce_loss")
def test_one_of_four_is_masked(submission, reference, case):
    """Losses [1, 4, 9, 16] with the mask [yes, yes, no, yes]: the mean is 7."""
    inputs = case("reduced", values=[1.0, 4.0, 9.0, 16.0], mask=[True, True, False, True])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


# --- check_gradient


@pytest.mark.task("check_gradient")
def test_the_slopes_of_a_cubic(submission, reference, case):
    """The slopes of a sum of cubics at [1, -2, 0.5], with two calls for each of the three elements."""
    inputs = case("differences", function="cubic", x=[1.0, -2.0, 0.5])
    assert_close(submission(inputs), reference(inputs), rtol=1e-8, atol=1e-8)


# --- huber_loss


@pytest.mark.task("huber_loss")
@pytest.mark.parametrize("sample_weight", [None, [1.0, 3.0]])
def test_the_object_by_hand(submission, reference, case, sample_weight):
    """The errors [0.5, -3] and [-2, 0.25], without weights and with the second sample counting three times."""
    y_true, y_pred = [[1.0, 5.0], [3.0, 4.0]], [[1.5, 2.0], [1.0, 4.25]]
    inputs = case("loss_object", y_true=y_true, y_pred=y_pred, sample_weight=sample_weight)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("huber_loss")
def test_a_copy_with_the_same_delta(submission, reference, case):
    """A loss with delta 2 and its copy, made from the config, agree."""
    inputs = case("loss_config", delta=2.0, y_true=[[1.0, 5.0]], y_pred=[[1.5, 2.0]])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


# --- max_likelihood


@pytest.mark.task("max_likelihood")
@pytest.mark.parametrize("function", ["gaussian_nll", "laplace_nll"])
def test_a_density_by_hand(submission, reference, case, function):
    """Three numbers, with mean or location 2; the logarithm of the variance or scale is 0.5."""
    inputs = case("likelihood", function=function, y=[1.0, 2.5, 6.0], parameters=[2.0, 0.5])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("max_likelihood")
def test_counts_by_hand(submission, reference, case):
    """The counts 0, 1 and 4, with a rate of exp(1)."""
    inputs = case("likelihood", function="poisson_nll", y=[0.0, 1.0, 4.0], parameters=[1.0])
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("max_likelihood")
def test_three_steps_along_four_points(submission, reference, case):
    """Three steps of 0.1 with the mean squared error on four points, the last far off the line of the others."""
    x, y = [[0.0], [1.0], [2.0], [3.0]], [[1.0], [2.0], [3.0], [10.0]]
    inputs = case("line", lr=0.1, steps=3, x=x, y=y)
    assert_close(submission(inputs), reference(inputs), rtol=1e-5, atol=1e-5)

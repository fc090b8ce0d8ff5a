"""The hidden suite of chapter 5: each function is one claim, worth an equal share of its task's points.

Most probes bring back a loss and its gradient, and both must be right. Right programs round differently by 1e-6 or so;
wrong ones miss by a factor of 10 more, or are not finite.
"""

import numpy as np
import pytest

from grader.compare import assert_close, check

# gradients of float32 losses; softplus(z) - y*z loses a few digits where the loss is small
CLOSE = {"rtol": 4e-5, "atol": 8e-6}
# a gradient of 0.2 as the difference of two of 400
HUGE = {"rtol": 3e-3, "atol": 3e-4}
LOSSES = ["mse", "mae", "log_cosh", "huber"]


def loss_of(value):
    """The loss in a probe's answer; the answer itself where there is none."""
    return value.get("loss", value) if isinstance(value, dict) else value


# --- regression_losses


@pytest.mark.task("regression_losses")
@pytest.mark.parametrize("function", LOSSES)
@pytest.mark.parametrize("rank", [2, 3])
def test_each_sample_has_a_loss_of_its_own(submission, reference, case, function, rank):
    """A loss averages over the last axis and no other: every sample keeps a number of its own.

    Hint: Print the shape of the loss of a [2, 3] input: which axis is averaged?
    """
    inputs = case("regression", function=function, rank=rank)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("regression_losses")
@pytest.mark.parametrize("delta", [None, "drawn"])
def test_parabola_and_line_meet(submission, reference, case, delta):
    """Huber's loss is a parabola up to `delta`, whatever it is, and a line beyond that goes on where the parabola ends.

    Hint: Work out both parts at an error of exactly delta: they have to agree.
    """
    inputs = case("regression", function="huber", errors="both", delta=delta)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("regression_losses")
@pytest.mark.parametrize("function", LOSSES)
def test_large_errors_do_not_overflow(submission, reference, case, function):
    """An error of 1000 gives an ordinary number and an ordinary gradient: nothing on the way overflows.

    Hint: Which intermediate result is larger than the largest float? Write it without.
    """
    inputs = case("regression", function=function, errors="huge")
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("regression_losses")
@pytest.mark.parametrize("function", LOSSES)
def test_no_error_has_a_finite_gradient(submission, reference, case, function):
    """Where a prediction is exactly right the loss has a finite gradient, and where the loss is smooth it is 0 there.

    Hint: What is the slope of your formula at exactly 0? A root has none there.
    """
    inputs = case("regression", function=function, errors="zero")
    value, expected = submission(inputs), reference(inputs)
    assert_close(loss_of(value), loss_of(expected), **CLOSE)
    if function == "mae":  # which has a kink there: any slope between -1 and 1 is right
        gradient = value["gradient"] if isinstance(value, dict) else None
        check(isinstance(gradient, np.ndarray), "there is no gradient")
        bound = np.abs(expected["gradient"]).max() * (1 + 1e-5)
        check(np.all(np.abs(gradient) <= bound), "the gradient is not finite, or steeper than the loss is anywhere")
    else:
        assert_close(value, expected, **CLOSE)


@pytest.mark.task("regression_losses")
@pytest.mark.parametrize("function", LOSSES)
def test_float64_stays_float64(submission, reference, case, function):
    """From float64 comes float64, with all its digits: no constant is float32.

    Hint: Look for a constant or a cast that says float32.
    """
    inputs = case("regression", function=function, dtype="float64")
    assert_close(submission(inputs), reference(inputs), rtol=1e-12, atol=1e-12)


# --- binary_crossentropy


@pytest.mark.task("binary_crossentropy")
@pytest.mark.parametrize("logits", [False, True])
@pytest.mark.parametrize("rank", [2, 3])
def test_both_classes_count(submission, reference, case, logits, rank):
    """Both terms count, each as much as its label says, and labels may lie between 0 and 1.

    Hint: Write down the loss for labels 1, 0 and 0.5.
    """
    inputs = case("binary", logits=logits, soft=True, rank=rank)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("binary_crossentropy")
def test_certain_probabilities_stay_finite(submission, reference, case):
    """Probabilities of 0 and 1 are clipped to 1e-7 and 1 - 1e-7, so that no logarithm is infinite; others are not moved.

    Hint: Which values do you clip to, and do values in between stay as they are?
    """
    inputs = case("binary", kind="edges", dtype="float64")
    assert_close(submission(inputs), reference(inputs), rtol=1e-5, atol=1e-6)


@pytest.mark.task("binary_crossentropy")
def test_large_logits_keep_value_and_gradient(submission, reference, case):
    """A wrong logit of 1000 costs 1000, a right one nothing, and the gradient of the wrong one does not vanish.

    Hint: Do not go by way of the probability: write the loss of a logit directly.
    """
    inputs = case("binary", logits=True, kind="edges")
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("binary_crossentropy")
def test_the_gradient_is_sigmoid_minus_label(submission, reference, case):
    """The gradient with respect to a logit is `sigmoid(z) - y` everywhere: the loss has no kink.

    Hint: Look at the slope at exactly 0: a maximum and an absolute value have corners there.
    """
    inputs = case("binary", logits=True, kind="zero")
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("binary_crossentropy")
@pytest.mark.parametrize("logits", [False, True])
def test_cross_entropy_in_float64(submission, reference, case, logits):
    """From float64 comes float64, with all its digits.

    Hint: Look for a constant or a cast that says float32.
    """
    inputs = case("binary", logits=logits, dtype="float64")
    assert_close(submission(inputs), reference(inputs), rtol=1e-11, atol=1e-11)


# --- categorical_crossentropy


@pytest.mark.task("categorical_crossentropy")
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("rank", [2, 3])
def test_the_classes_are_summed(submission, reference, case, soft, rank):
    """The loss of a sample is a sum over the last axis, its classes; a target may be any distribution over them.

    Hint: Along which axis, and is it a sum or a mean?
    """
    inputs = case("categorical", soft=soft, rank=rank)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("categorical_crossentropy")
@pytest.mark.parametrize("rank", [2, 3])
@pytest.mark.parametrize("labels_dtype", ["int32", "int64"])
def test_a_class_number_is_enough(submission, reference, case, rank, labels_dtype):
    """With sparse labels each sample is charged for its own class, however many axes the samples have.

    Hint: Compare with the one-hot form of the same labels, for data with two and with three axes.
    """
    inputs = case("sparse", rank=rank, labels_dtype=labels_dtype)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("categorical_crossentropy")
def test_an_unlikely_class_costs_its_distance(submission, reference, case):
    """A class whose logit is 2000 below the best costs 2000: its probability is 0 in float32, its logarithm is not lost.

    Hint: Take the logarithm of a sum of exponentials, not of a probability.
    """
    inputs = case("sparse", kind="huge")
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("categorical_crossentropy")
def test_impossible_classes_without_weight_cost_nothing(submission, reference, case):
    """A class that is all but impossible and has no weight in a one-hot target adds 0, not 0 times infinity.

    Hint: What is 0 times an infinite logarithm? Let the logarithm stay finite.
    """
    inputs = case("categorical", kind="huge")
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("categorical_crossentropy")
@pytest.mark.parametrize("probe", ["categorical", "sparse"])
def test_samples_far_apart_do_not_disturb_one_another(submission, reference, case, probe):
    """What one sample's logits are does not matter to another's loss, though they be thousands apart.

    Hint: Along which axis is your maximum taken?
    """
    inputs = case(probe, kind="apart", dtype="float64")  # where a right program may keep the large numbers for a while
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("categorical_crossentropy")
@pytest.mark.parametrize("rank", [2, 3])
def test_smoothing_spreads_over_all_classes(submission, reference, case, rank):
    """Label smoothing takes the same part from each target and spreads it over all classes, the right one among them.

    Hint: Write down the smoothed target for three classes: does it add up to 1, and does the right class get its
    share back?
    """
    inputs = case("categorical", smoothing="drawn", rank=rank)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


# --- kl_focal_hinge


@pytest.mark.task("kl_focal_hinge")
@pytest.mark.parametrize("rank", [2, 3])
def test_divergence_is_counted_with_p(submission, reference, case, rank):
    """The divergence sums `log(p / q)` over the classes, each weighed with p: the two are not interchangeable.

    Hint: Which of the two weighs, and which stands below the line?
    """
    inputs = case("divergence", rank=rank)
    assert_close(submission(inputs), reference(inputs), rtol=1e-5, atol=1e-5)


@pytest.mark.task("kl_focal_hinge")
def test_what_p_rules_out_costs_nothing(submission, reference, case):
    """Where p is 0 it adds nothing to the divergence and nothing to the gradient.

    Hint: What do value and gradient give at p = 0? `tf.where` on the result is not enough.
    """
    inputs = case("divergence", zeros=True)
    assert_close(submission(inputs), reference(inputs), rtol=1e-5, atol=1e-5)


@pytest.mark.task("kl_focal_hinge")
@pytest.mark.parametrize("gamma", [None, "drawn", 0.0])
@pytest.mark.parametrize("rank", [2, 3])
def test_easy_samples_count_less(submission, reference, case, gamma, rank):
    """The focal loss weighs each sample with the probability of the wrong class to the power `gamma`, for both labels alike.

    Hint: Which probability is raised to gamma: that of the wrong class, for either label?
    """
    inputs = case("focal", gamma=gamma, rank=rank)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("kl_focal_hinge")
def test_wrong_and_sure_costs_the_logit(submission, reference, case):
    """A logit of 1000 for the wrong class costs 1000, and its gradient does not vanish.

    Hint: Build it from the safe cross-entropy, not from a probability that was clipped.
    """
    inputs = case("focal", huge="both")
    assert_close(submission(inputs), reference(inputs), **HUGE)


@pytest.mark.task("kl_focal_hinge")
def test_sure_samples_have_a_gradient(submission, reference, case):
    """A sample that is certain to be right has the gradient 0, for every `gamma`: no power of 0 on the way.

    Hint: A power of exactly 0 has no slope for small gamma: take an exponential of a logarithm instead.
    """
    inputs = case("focal", huge="right", gamma=0.5)
    assert_close(submission(inputs), reference(inputs), **HUGE)


@pytest.mark.task("kl_focal_hinge")
@pytest.mark.parametrize("rank", [2, 3])
def test_a_margin_is_enough(submission, reference, case, rank):
    """The hinge charges a score for what it lacks of the margin on its own side, and nothing once it is beyond.

    Hint: Turn labels 0 and 1 into -1 and 1, and work out scores 0.5 and 2 for both.
    """
    inputs = case("hinge", rank=rank)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


# --- reduce_loss


@pytest.mark.task("reduce_loss")
@pytest.mark.parametrize("reduction", ["none", "sum"])
@pytest.mark.parametrize("square", [False, True])
def test_a_weight_belongs_to_a_sample(submission, reference, case, reduction, square):
    """A weight goes with its sample, along the first axis, however many axes follow.

    Hint: Give the weights axes of size 1 at the end, so that they broadcast along the first axis.
    """
    inputs = case("reduced", reduction=reduction, weighted=True, square=square)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("reduce_loss")
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("rank", [1, 3])
def test_a_mean_divides_by_how_many_there_are(submission, reference, case, weighted, rank):
    """A mean divides by the number of elements, whether there are weights or not.

    Hint: By what do you divide with weights [1, 0, 0, 1]?
    """
    inputs = case("reduced", reduction="mean", weighted=weighted, rank=rank)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("reduce_loss")
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("rank", [1, 3])
def test_a_weighted_mean_divides_by_the_weights(submission, reference, case, weighted, rank):
    """A weighted mean divides by the sum of the weights, each counted for every element that it weighs.

    Hint: Sum the weights after they have been spread over all elements.
    """
    inputs = case("reduced", reduction="weighted_mean", weighted=weighted, rank=rank)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("reduce_loss")
@pytest.mark.parametrize("reduction", ["mean", "weighted_mean"])
@pytest.mark.parametrize("weighted", [False, True])
def test_masked_elements_are_not_counted(submission, reference, case, reduction, weighted):
    """What is masked is neither in the sum nor in what it is divided by.

    Hint: Count what is left, in the sum and in the divisor alike.
    """
    inputs = case("reduced", reduction=reduction, weighted=weighted, masked="some")
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("reduce_loss")
@pytest.mark.parametrize("hole", ["nan", "inf"])
@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_what_is_masked_may_be_anything(submission, reference, case, reduction, hole):
    """A masked element may be anything, even NaN or infinity; multiplying by 0 does not remove it, so replace it.

    Hint: 0 times NaN is NaN: replace what is masked before you multiply.
    """
    inputs = case("reduced", reduction=reduction, masked="some", hole=hole)
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("reduce_loss")
@pytest.mark.parametrize("reduction", ["mean", "weighted_mean"])
def test_nothing_left_is_zero(submission, reference, case, reduction):
    """If every element is masked a mean is 0, and so is its gradient: no division by zero.

    Hint: What is your divisor if everything is masked, and what is its gradient?
    """
    inputs = case("reduced", reduction=reduction, weighted=True, masked="all")
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("reduce_loss")
def test_an_unknown_reduction_is_refused(submission, reference, case):
    """A reduction that does not exist raises a ValueError: a slip of the pen must not train a network.

    Hint: What does your code do with a word that it does not know?
    """
    inputs = case("unknown_reduction", reduction="average")
    assert_close(submission(inputs), reference(inputs))


# --- check_gradient


def gradient_of(value):
    """The gradient in a probe's answer; the answer itself where there is none."""
    return value.get("gradient", value) if isinstance(value, dict) else value


@pytest.mark.task("check_gradient")
@pytest.mark.parametrize("function", ["waves", "cubic"])
def test_slopes_are_right_to_eight_digits(submission, reference, case, function):
    """Central differences in float64 give each element's slope to eight digits, where one-sided ones give five.

    Hint: Step to both sides, divide by the whole distance, and stay in float64.
    """
    inputs = case("differences", function=function)
    assert_close(gradient_of(submission(inputs)), gradient_of(reference(inputs)), rtol=1e-8, atol=1e-8)


@pytest.mark.task("check_gradient")
@pytest.mark.parametrize("rank", [0, 2, 3])
def test_the_gradient_has_the_shape_of_x(submission, reference, case, rank):
    """The function sees x in its own shape, and the gradient has that shape: a scalar, a matrix, or more axes.

    Hint: Does f get x in its own shape, also a scalar and a matrix?
    """
    inputs = case("differences", function="waves" if rank == 0 else "last axis", rank=rank, h=0.001)
    assert_close(gradient_of(submission(inputs)), gradient_of(reference(inputs)), rtol=0.05, atol=0.005)


@pytest.mark.task("check_gradient")
def test_the_step_is_the_callers(submission, reference, case):
    """The caller says how long the step is: a long one sees the curve, and the answer shows it.

    Hint: Is `h` the argument wherever it stands?
    """
    inputs = case("differences", function="cubic", h="drawn")
    assert_close(gradient_of(submission(inputs)), gradient_of(reference(inputs)), rtol=1e-3, atol=1e-3)


@pytest.mark.task("check_gradient")
def test_two_calls_for_each_element(submission, reference, case):
    """The function is called twice for each element, and not once more: calls are what a gradient check costs.

    Hint: Count the calls for three elements: six.
    """
    inputs = case("differences", function="cubic", h=0.001)
    value, expected = submission(inputs), reference(inputs)
    assert_close(gradient_of(value), gradient_of(expected), rtol=0.02, atol=0.02)
    assert_close(value["calls"], expected["calls"])


# --- huber_loss


@pytest.mark.task("huber_loss")
@pytest.mark.parametrize("delta", [None, "drawn"])
def test_the_object_uses_its_delta(submission, reference, case, delta):
    """Called, the object gives the mean of the samples' Huber losses, with the `delta` that it was made with.

    Hint: Does `call` use the delta that `__init__` was given?
    """
    inputs = case("loss_object", delta=delta)
    assert_close(loss_of(submission(inputs)), loss_of(reference(inputs)), **CLOSE)


@pytest.mark.task("huber_loss")
def test_weights_reach_the_samples(submission, reference, case):
    """`call` gives one loss for each sample, no more and no fewer, so that the base class can weigh them.

    Hint: Which shape does `call` return? One number for each sample, and no reduction.
    """
    inputs = case("loss_object", weighted=True)
    assert_close(loss_of(submission(inputs)), loss_of(reference(inputs)), **CLOSE)


@pytest.mark.task("huber_loss")
@pytest.mark.parametrize("reduction", ["sum", "none"])
def test_the_base_class_gets_its_arguments(submission, reference, case, reduction):
    """What the base class takes reaches it, the reduction and the name among others, and it does the reducing.

    Hint: Hand on `name`, `reduction` and the rest to `super().__init__`, and leave `__call__` to it.
    """
    inputs = case("loss_object", settings={"reduction": reduction, "name": "mine"})
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("huber_loss")
def test_the_config_holds_every_argument(submission, reference, case):
    """The config holds every argument, delta and those of the base class, so that a copy gives the same loss.

    Hint: Start from `super().get_config()` and add delta.
    """
    inputs = case("loss_config", delta="drawn", settings={"reduction": "sum", "name": "mine"})
    value, expected = submission(inputs), reference(inputs)
    assert_close(value, expected, **CLOSE)


@pytest.mark.task("huber_loss")
def test_a_model_fits_with_it(submission, reference, case):
    """`model.compile` takes the object, and `fit` runs it in a graph, where there are no numbers yet.

    Hint: In `fit` there are no numbers yet: which line leaves TensorFlow?
    """
    inputs = case("loss_fit", delta=1.5)
    assert_close(submission(inputs), reference(inputs), rtol=1e-4, atol=1e-5)


@pytest.mark.task("huber_loss")
def test_a_saved_model_keeps_its_loss(submission, reference, case):
    """A compiled model that is saved and loaded has the same loss as before, delta included.

    Hint: Print `get_config()`: is delta there?
    """
    inputs = case("loss_save", delta=2.5)
    assert_close(submission(inputs), reference(inputs), rtol=1e-4, atol=1e-5)


# --- max_likelihood


@pytest.mark.task("max_likelihood")
def test_gaussian_noise(submission, reference, case):
    """The negative log-density of a normal distribution is given by its mean and the logarithm of its variance.

    Hint: Is the parameter the logarithm of the variance, or of the deviation?
    """
    inputs = case("likelihood", function="gaussian_nll")
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("max_likelihood")
def test_laplace_noise(submission, reference, case):
    """The negative log-density of a Laplace distribution is given by its location and the logarithm of its scale.

    Hint: Is the distance taken as it is, and the scale's logarithm added?
    """
    inputs = case("likelihood", function="laplace_nll")
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("max_likelihood")
def test_poisson_counts(submission, reference, case):
    """The negative log-probability of a count is given by the logarithm of the rate.

    Hint: Is the factorial's logarithm there, and the rate an exponential?
    """
    inputs = case("likelihood", function="poisson_nll")
    assert_close(submission(inputs), reference(inputs), **CLOSE)


@pytest.mark.task("max_likelihood")
@pytest.mark.parametrize("function", ["gaussian_nll", "laplace_nll", "poisson_nll"])
def test_the_best_parameters_have_no_gradient(submission, reference, case, function):
    """At the parameters that are known to be best (mean and variance, median and mean distance, mean) the gradient is 0.

    Hint: Which term pulls against the other? If one is missing the gradient cannot vanish.
    """
    inputs = case("likelihood", function=function, best=True)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["gradients"], [np.zeros_like(g) for g in expected["gradients"]], atol=1e-5)


@pytest.mark.task("max_likelihood")
@pytest.mark.parametrize("steps", [1, 9])
def test_a_line_goes_downhill(submission, reference, case, steps):
    """Each step moves both numbers of the line downhill, and the losses are those before the steps.

    Hint: Take one step by hand: do both numbers move, and is the loss that from before?
    """
    inputs = case("line", steps=steps)
    assert_close(submission(inputs), reference(inputs), rtol=1e-4, atol=1e-5)


@pytest.mark.task("max_likelihood")
@pytest.mark.parametrize("loss", ["charbonnier", "slanted"])
def test_the_line_minimises_the_loss_it_is_given(submission, reference, case, loss):
    """The line is fitted with the loss and the learning rate that come as arguments, the targets first in the loss.

    Hint: Does your loop call the `loss` that it was given, with its `lr`?
    """
    inputs = case("line", loss=loss, lr=0.3, steps=9)
    assert_close(submission(inputs), reference(inputs), rtol=1e-4, atol=1e-5)

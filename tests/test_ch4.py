"""Chapter 4 end to end: what TensorFlow asks of the engine, and what the chapter promises."""

import pytest

from benchmarks.flakes import timeless
from grader import render
from grader.course import load
from grader.grade import Grader, as_snapshot
from grader.model import Cell, Outcome, Snapshot
from tests.conftest import REPOSITORY


@pytest.fixture(scope="module")
def chapter():
    return load(REPOSITORY).chapter("ch4")


@pytest.fixture(scope="module")
def grader():
    with Grader(load(REPOSITORY), "bwrap", seed=4) as grader:
        yield grader


@pytest.fixture(scope="module")
def source(chapter):
    return render.solution(chapter)


def outcomes(report):
    return {task.id: task.outcome.value for task in report.tasks}


MOMENTUM = '    def apply_gradients(self, grads_and_vars):\n        """Updates each variable\'s velocity'
LOOKUP = "            m = self._velocities[id(theta)]\n"


@pytest.mark.slow
def test_a_notebook_has_the_marks_of_the_module_test_by_test(grader, chapter, source):
    """Cell by cell, with AutoGraph reading the source of functions that stand in no file."""
    pieces = source.split("\n# %%")
    cells = tuple(Cell(f"optimizers.ipynb cell {i}", "# %%" + piece) for i, piece in enumerate(pieces, start=1))
    verdicts = []
    for snapshot in (as_snapshot(chapter, source), Snapshot("optimizers.ipynb", cells, "sha256:0")):
        report = grader.grade(chapter, snapshot)
        verdicts.append([(t.id, t.outcome, t.score, t.message) for task in report.tasks for t in task.tests])
    assert verdicts[0] == verdicts[1]


@pytest.mark.parametrize("decorated", [False, True])
@pytest.mark.parametrize(
    ("line", "outcome", "words"),
    [
        ("raise NotImplementedError('momentum: apply_gradients is not written yet')", "missing", "Not written yet"),
        ("x = undefined_thing", "error", "NameError"),
        ("tf.reshape(g, [-1, 77])", "error", "tf.reshape(g, [-1, 77])"),
    ],
)
def test_lines_are_the_students_own_also_in_a_graph(grader, chapter, source, decorated, line, outcome, words):
    text = source.replace(LOOKUP, LOOKUP + " " * 12 + line + "\n", 1)
    if decorated:
        text = text.replace(MOMENTUM, "    @tf.function\n" + MOMENTUM)
    number = next(i for i, each in enumerate(text.splitlines(), start=1) if each.strip() == line)
    report = grader.grade(chapter, as_snapshot(chapter, text), task="momentum")
    assert outcomes(report)["momentum"] == outcome
    broken = [t for t in report.tasks[0].tests if t.outcome is not Outcome.PASSED]
    assert broken
    for test in broken:
        assert f"line {number}" in test.message
        assert words in test.message


@pytest.mark.parametrize(
    "body",
    [
        "tf.keras.optimizers.SGD(self._lr).apply_gradients(grads_and_vars)",
        "getattr(tf.keras.optimizers, 'S' + 'GD')(self._lr).apply_gradients(grads_and_vars)",
        "tf.keras.optimizers.get('sgd').apply_gradients(grads_and_vars)",
        "__import__('keras').optimizers.SGD(self._lr).apply_gradients(grads_and_vars)",
        "[tf.raw_ops.ResourceApplyGradientDescent(var=v.handle, alpha=self._lr, delta=g) for g, v in grads_and_vars]",
        "__import__('sys').modules['keras.src.optimizers.sgd'].SGD(self._lr).apply_gradients(grads_and_vars)",
        "tf.compat.v1.train.GradientDescentOptimizer(self._lr).apply_gradients(grads_and_vars)",
        "type('Mine', (getattr(tf.keras.optimizers, 'SG' + 'D'),), {})(self._lr).apply_gradients(grads_and_vars)",
        # never run, so found by the scan of the source
        "[v.assign_sub(self._lr * g) for g, v in grads_and_vars] if grads_and_vars else tf.keras.optimizers.SGD(1)",
    ],
)
def test_the_built_in_is_refused(grader, chapter, source, body):
    start = source.index("        #: begin gradient_descent.apply_gradients")
    end = source.index("        #: end gradient_descent.apply_gradients")
    report = grader.grade(chapter, as_snapshot(chapter, source[:start] + " " * 8 + body + source[end:]))
    assert outcomes(report)["gradient_descent"] == "forbidden"
    assert outcomes(report)["keras_adam"] == "passed"  # compile, save and load are honest uses


HONEST_USES = """
        assert isinstance(KerasAdam(), tf.keras.optimizers.Optimizer)
        model = tf.keras.Sequential([tf.keras.Input([1]), tf.keras.layers.Dense(1)])
        schedule = tf.keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
        model.compile(optimizer=KerasAdam(learning_rate=schedule), loss="mse")
        model.fit(tf.ones([2, 1]), tf.ones([2, 1]), verbose=0)
        again = tf.keras.optimizers.deserialize(tf.keras.optimizers.serialize(KerasAdam()), {"KerasAdam": KerasAdam})
        assert tf.keras.optimizers.get(again) is again
        tf.clip_by_norm(tf.ones([2]), 1.0)
"""


def test_honest_uses_of_the_same_module_are_not_refused(grader, chapter, source):
    """In the very class that must not be the built-in, and at import."""
    head, first, rest = source.partition("        self.clipnorm = clipnorm\n")
    assert head.count("class ") == 1
    text = head + first + HONEST_USES + rest
    text += "\ntf.keras.Sequential([tf.keras.layers.Dense(1)]).compile(optimizer=KerasAdam(), loss='mse')\n"
    report = grader.grade(chapter, as_snapshot(chapter, text), task="gradient_descent")
    assert report.notes == ()
    assert report.score == report.max_score


def test_the_sample_class_has_the_skeleton_as_it_is(chapter):
    """The sample that is not attempted is the skeleton, and the others were made from it."""
    folder = REPOSITORY / "examples" / "class"
    assert (folder / "student02.py").read_text() == render.skeleton(chapter)
    assert {path.name for path in folder.iterdir()} == {
        "README.md", "student01", "student02.py", "student03.ipynb", "student04.zip",
        "student05", "student06.py", "student07", "student08",
    }  # fmt: skip


@pytest.mark.slow
def test_memory_that_tensorflow_is_refused_is_memory(grader, chapter, source):
    text = source.replace(LOOKUP, LOOKUP + " " * 12 + "keep = tf.ones([1 << 30])\n", 1)
    report = grader.grade(chapter, as_snapshot(chapter, text), task="momentum")
    assert outcomes(report)["momentum"] == "memory"


@pytest.mark.slow
@pytest.mark.parametrize(("size", "words"), [(80, "wrote a larger file than it may"), (50, "wrote more to the disk")])
def test_a_disk_that_tensorflow_finds_full_is_told_as_such(grader, chapter, source, size, words):
    """It says so in words of its own, for a full disk in the same class as for memory."""
    write = f"[tf.io.write_file(f'/tmp/{{i}}', b'x' * ({size} << 20)) for i in range(7)]"
    text = source.replace(LOOKUP, LOOKUP + " " * 12 + write + "\n", 1)
    report = grader.grade(chapter, as_snapshot(chapter, text), task="momentum")
    assert report.tasks[0].tests[0].outcome is Outcome.ERROR
    assert words in next(test.message for test in report.tasks[0].tests if test.message)


@pytest.mark.slow
def test_twenty_gradings_of_the_same_work_are_one_report(chapter, source):
    """A right task, a misconception, an exception and a random fault; warm and cold workers, no cache."""
    text = source.replace("tf.constant(self._beta, g.dtype) * m - tf", "tf.constant(self._beta, g.dtype) * m + tf", 1)
    text = text.replace("order = tf.random.shuffle(order)", "order = order[tf.random.uniform([], 1, 3, tf.int32) :]")
    text = text.replace("self.assign_sub(variable,", "self.assign_sub(variables,", 1)
    assert text != source
    seen = set()
    for _ in range(4):
        with Grader(load(REPOSITORY), "bwrap", seed=4, cache=False) as fresh:
            seen |= {timeless(fresh.grade(chapter, as_snapshot(chapter, text), "x")) for _ in range(5)}
    assert len(seen) == 1

"""One submission, one report: verdicts, points, words, misconceptions, and the same report every time."""

import io
import subprocess
import sys
import time

import msgspec
import pytest

from benchmarks.flakes import timeless
from grader import begun, feedback, render
from grader.compare import find_difference
from grader.grade import Grader, as_snapshot
from grader.model import Cell, Outcome, Snapshot, decode_report, encode_report
from grader.reports import terminal, text
from grader.reports.markdown import summary

CENTER = "return x - column_means(x)"


def outcomes(report):
    return {task.id: task.outcome.value for task in report.tasks}


def verdicts(report, task):
    return next(t.tests for t in report.tasks if t.id == task)


def test_the_solution_has_full_marks(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited(), "someone")
    assert report.score == report.max_score == 10
    assert report.outcome is Outcome.PASSED
    assert report.student == "someone"
    assert decode_report(encode_report(report)) == report


def test_the_skeleton_is_missing_everywhere(arrays_grader, arrays):
    report = arrays_grader.grade(arrays, as_snapshot(arrays, render.skeleton(arrays)))
    assert report.score == 0
    assert set(outcomes(report).values()) == {"missing"}
    first = report.tasks[0].tests[0]
    assert first.message.startswith("Not written yet")
    assert first.hint == render.hints(arrays)["center"][0]


def test_an_absent_name_is_missing(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited(("def shuffle_rows", "def shuffel_rows")))
    assert outcomes(report)["shuffle_rows"] == "missing"
    assert "does not define shuffle_rows" in verdicts(report, "shuffle_rows")[0].message
    assert report.score == 8


def test_points_are_split_over_hidden_functions(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited((CENTER, "return (x - column_means(x)).astype('float32')")))
    center = report.tasks[0]
    # all parameters of a function, or nothing: one dtype of three is right
    assert [t.outcome.value for t in center.tests if t.visibility == "hidden"] == ["failed", "passed", "failed"]
    assert center.score == pytest.approx(2 / 3, abs=1e-4)
    assert sum(t.points for t in center.tests) == pytest.approx(2, abs=1e-3)
    assert all(t.points == 0 for t in center.tests if t.visibility == "public")


def test_what_needs_a_failed_task_is_blocked(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited((CENTER, "return x")))
    assert outcomes(report) == {
        "center": "failed",
        "normalise": "blocked",
        "running_mean": "passed",
        "shuffle_rows": "passed",
    }
    assert "center" in verdicts(report, "normalise")[0].message


def test_one_task_brings_what_it_needs(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited(), task="normalise")
    assert [task.id for task in report.tasks] == ["center", "normalise"]
    assert report.max_score == 5


def test_the_misconception_is_named(arrays_grader, arrays):
    for mutant in arrays_grader.mutants(arrays):
        report = arrays_grader.grade(arrays, as_snapshot(arrays, mutant.source))
        failed = {task for task, outcome in outcomes(report).items() if outcome not in ("passed", "blocked")}
        assert failed == set(mutant.fails)
        named = {(t.misconception, t.hint) for task in mutant.fails for t in verdicts(report, task) if t.misconception}
        assert named == {(mutant.name, mutant.hint)}


def test_the_same_fault_in_other_words_is_recognised(arrays_grader, arrays, edited):
    mutant = next(m for m in arrays_grader.mutants(arrays) if m.name == "center_rows")
    own = edited(
        (CENTER, "y = np.empty_like(x)\n    for i, row in enumerate(x):\n        y[i] = row - row.mean()\n    return y")
    )
    report = arrays_grader.grade(arrays, own)
    assert verdicts(report, "center")[0].misconception == mutant.name


def test_a_fault_nobody_knows_is_not_named(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited((CENTER, "return x * 7")))
    failed = [t for t in verdicts(report, "center") if t.outcome is Outcome.FAILED]
    assert {t.misconception for t in failed} == {""}
    assert {t.hint for t in failed} == {render.hints(arrays)["center"][0]}


BOTH = (
    ("self.total = self.total + np.sum(batch, axis=0)", "self.total = self.total + np.mean(batch, axis=0)"),
    ("self.count += len(batch)", "self.count += 1"),
    ("self.total = 0.0", "type(self).total = 0.0"),
    ("self.total = self.total", "type(self).total = self.total"),
)


def test_two_faults_at_once_have_a_hint_each(arrays_grader, arrays, edited):
    """Averages means, and keeps the sum for all objects: no known mistake fits, but one explains a claim alone."""
    report = arrays_grader.grade(arrays, edited(*BOTH))
    failed = {t.id: t for t in verdicts(report, "running_mean") if t.outcome is Outcome.FAILED}
    assert {t.misconception for t in failed.values()} == {""}
    means = next(m for m in arrays_grader.mutants(arrays) if m.name == "running_mean_of_means")
    assert failed["test_batches_weigh_by_rows"].hint == means.hint
    own = "What an object remembers belongs on `self`, not in a name at the top of the file."
    assert failed["test_objects_are_independent"].hint == own
    assert failed["test_objects_are_independent"].claim == "Two running means do not disturb one another."


def test_what_has_passed_tells_another_way_and_the_built_in(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited((CENTER, "return x")))
    assert not report.tasks[0].style + report.tasks[0].builtin
    report = arrays_grader.grade(arrays, edited())
    assert "keepdims=True" in report.tasks[0].style
    assert "StandardScaler" in report.tasks[0].builtin
    assert not report.tasks[1].style


def test_hidden_values_are_never_shown(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited((CENTER, "return x * 0 + np.float32(123.25)")))
    for test in verdicts(report, "center"):
        if test.outcome is Outcome.FAILED:
            assert ("123.25" in test.message) == (test.visibility == "public")


def test_a_hidden_exception_is_named_without_its_message(arrays_grader, arrays, edited):
    report = arrays_grader.grade(
        arrays, edited((CENTER, "if len(x) == 2: return x - column_means(x)\n    raise ValueError(f'secret {x}')"))
    )
    hidden = [t for t in verdicts(report, "center") if t.outcome is Outcome.ERROR]
    assert hidden
    for test in hidden:
        assert "ValueError" in test.message
        assert "line" in test.message
        assert "[[" not in test.message


def test_a_message_that_a_visible_case_shows_may_be_shown(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited((CENTER, "raise ValueError('always this')")))
    assert all("always this" in t.message for t in verdicts(report, "center"))


@pytest.mark.parametrize(
    ("change", "task", "said"),
    [
        ((CENTER, "raise ValueError('always this')"), "center", "\nCase centered(n=2, d=2)."),
        ((CENTER, "return x * 7"), "center", "\nCase centered(n=2, d=2)."),
        (("return x[order], y[order]", "return x, y * 0"), "shuffle_rows", "or there twice.\nCase shuffled(n=12)."),
    ],
)
def test_a_visible_case_names_its_call_and_a_hidden_one_does_not(arrays_grader, arrays, edited, change, task, said):
    tests = verdicts(arrays_grader.grade(arrays, edited(change), task=task), task)
    (message,) = [t.message for t in tests if t.visibility == "public"]
    assert message.startswith(said) or message.endswith(said)
    hidden = [t.message for t in tests if t.visibility == "hidden" and t.outcome is not Outcome.PASSED]
    assert hidden and not any("Case " in each for each in hidden)


def test_a_call_is_not_named_where_nothing_was_called(arrays_grader, arrays, edited):
    for change in ((CENTER, "raise NotImplementedError"), ("def center(x):", "def center(x:")):
        report = arrays_grader.grade(arrays, edited(change))
        assert not any("Case " in t.message for task in report.tasks for t in task.tests)


def test_an_exception_of_the_students_own_is_not_named(arrays_grader, arrays, edited):
    code = "raise type(f'Seen{int(x.sum())}', (Exception,), {})()"
    report = arrays_grader.grade(arrays, edited((CENTER, code)))
    assert all("Seen" not in t.message.split("\n")[0] for t in verdicts(report, "center"))


def test_a_syntax_error_shows_line_and_caret(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited(("def center(x):", "def center(x:")))
    assert set(outcomes(report).values()) == {"error"}
    message = verdicts(report, "running_mean")[0].message
    assert "def center(x:" in message
    assert message.splitlines()[-1].strip() == "^"
    assert report.notes


def test_names_before_an_exception_are_kept(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited(("def shuffle_rows", "1 / 0\n\n\ndef shuffle_rows")))
    assert outcomes(report)["center"] == "passed"
    assert outcomes(report)["shuffle_rows"] == "error"
    assert "ZeroDivisionError" in verdicts(report, "shuffle_rows")[0].message


def test_a_missing_module_is_named(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited(("import numpy as np", "import torch_of_wisdom\nimport numpy as np")))
    assert "ModuleNotFoundError" in verdicts(report, "center")[0].message
    assert "torch_of_wisdom" in report.notes[0]


@pytest.mark.parametrize(
    "code",
    [
        "return np.cov(x)",
        "return getattr(np, 'c' + 'ov')(x)",
        "return vars(__import__('sys').modules['nu' + 'mpy'])['c' + 'ov'](x)",
        "if x is None:\n        return np.cov(x)\n    return x - column_means(x)",  # never run: the scan finds it
        "try:\n        np.cov(x)\n    except Exception: pass\n    return x - column_means(x)",
    ],
)
def test_what_is_forbidden_is_refused(arrays_grader, arrays, edited, code):
    report = arrays_grader.grade(arrays, edited((CENTER, code)))
    assert outcomes(report)["center"] == "forbidden"
    assert report.tasks[0].score == 0


def test_what_one_task_forbids_another_may_use(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited((CENTER, "np.std(x); return x - column_means(x)")))
    assert outcomes(report)["center"] == "passed"
    report = arrays_grader.grade(arrays, edited(("centred = center(x)", "centred = center(x); getattr(np, 'std')(x)")))
    assert outcomes(report)["normalise"] == "forbidden"


def test_values_of_another_form_are_a_fail_not_a_broken_test(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited(("return x[order], y[order]", "return 5, 'no'")))
    assert outcomes(report)["shuffle_rows"] == "failed"


def test_a_broken_test_is_ours(arrays_course, arrays, edited, tmp_path):
    import shutil

    solutions = tmp_path / "ch1_arrays"
    shutil.copytree(arrays.solutions, solutions)
    suite = solutions / "test_hidden.py"
    suite.write_text(
        suite.read_text() + "\n\n@pytest.mark.task('center')\ndef test_broken(submission, case):\n"
        "    '''A test that cannot work.'''\n    submission(case('centered'))\n    raise KeyError('oh')\n"
    )
    chapter = msgspec.structs.replace(arrays, solutions=solutions)
    with Grader(arrays_course, "bwrap", seed=7) as grader:
        report = grader.grade(chapter, edited())
    assert report.outcome is Outcome.INFRASTRUCTURE


def test_a_skipped_test_earns_nothing(arrays_course, arrays, edited, tmp_path):
    import shutil

    solutions = tmp_path / "ch1_arrays"
    shutil.copytree(arrays.solutions, solutions)
    suite = solutions / "test_hidden.py"
    suite.write_text(
        suite.read_text() + "\n\n@pytest.mark.task('center')\ndef test_skipped(submission, case):\n"
        "    '''A test that gives up.'''\n    pytest.skip('no')\n"
    )
    chapter = msgspec.structs.replace(arrays, solutions=solutions)
    with Grader(arrays_course, "bwrap", seed=7) as grader:
        report = grader.grade(chapter, edited())
    assert report.score < report.max_score


def test_cells_run_in_order_and_stop_alone(arrays_grader, arrays, edited):
    source = edited().cells[0].source
    head, tail = source.split("def shuffle_rows")
    cells = (
        Cell("arrays.ipynb cell 1", head),
        Cell("arrays.ipynb cell 2", "1 / 0"),
        Cell("arrays.ipynb cell 3", "def shuffle_rows" + tail),
    )
    report = arrays_grader.grade(arrays, Snapshot("arrays.ipynb", cells, "sha256:0"))
    assert report.score == 10
    assert "ZeroDivisionError in arrays.ipynb cell 2, line 1" in report.notes[0]


def test_reports_differ_in_nothing_but_time(arrays_course, arrays, edited):
    """Warm and cold, first and last, caches on and off."""
    half = edited((CENTER, "return x.astype('float64')"), ("self.count += len(batch)", "self.count += 1"))
    seen = set()
    for cache in (False, True, True):
        with Grader(arrays_course, "bwrap", seed=3, cache=cache) as grader:
            for _ in range(4):
                seen.add(timeless(grader.grade(arrays, half, "x")))
                grader.grade(arrays, edited((CENTER, "import os; os._exit(1)")), task="center")
    assert len(seen) == 1


def test_another_seed_gives_other_cases(arrays_course, arrays, edited):
    ids = set()
    for seed in (1, 2):
        with Grader(arrays_course, "bwrap", seed=seed) as grader:
            report = grader.grade(arrays, edited())
            assert report.score == 10
            ids.add(report.seed_id)
    assert len(ids) == 2
    assert not ids & {"1", "2"}


def test_the_secret_is_made_once_and_kept(arrays_course, arrays, edited):
    ids = []
    for _ in range(2):
        with Grader(arrays_course, "bwrap") as grader:
            ids.append(grader.grade(arrays, edited()).seed_id)
    assert ids[0] == ids[1]
    assert (arrays_course.solutions / ".secret").stat().st_mode & 0o077 == 0


def test_a_students_copy_has_the_visible_suite_alone(arrays_course, arrays, edited):
    chapter = msgspec.structs.replace(arrays, solutions=None)
    course = msgspec.structs.replace(arrays_course, solutions=None, chapters=(chapter,))
    with Grader(course, "bwrap") as grader:
        report = grader.grade(chapter, edited((CENTER, "return x")))
    assert report.max_score == 0
    assert report.seed_id == "public"
    assert outcomes(report)["center"] == "failed"
    assert outcomes(report)["running_mean"] == "passed"


def test_the_trusted_process_never_imports_the_framework(tmp_path):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from grader import course, grade, render, audit, classroom, doctor, __main__\n"
        "from grader.reports import html, terminal, gradebook\n"
        f"c = course.load(Path({str(render.__file__)!r}).parent.parent)\n"
        "g = grade.Grader(c, 'bwrap')\n"
        "chapter = c.chapters[0]\n"
        "r = g.grade(chapter, grade.as_snapshot(chapter, 'x = 1'), task=chapter.tasks[0].id)\n"
        "g.close()\n"
        "assert r.outcome == 'missing', r\n"
        "assert 'tensorflow' in r.environment\n"
        "bad = {m.split('.')[0] for m in sys.modules} & {'tensorflow', 'keras', 'torch', 'jax'}\n"
        "assert not bad, bad\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path.parent,
        timeout=120,
        env={"PYTHONPATH": str(__import__("pathlib").Path(render.__file__).parent.parent), "PATH": "/usr/bin:/bin"},
    )
    assert result.returncode == 0, result.stderr


def test_gravity_of_outcomes_is_total():
    assert set(feedback.ORDER) == set(Outcome)
    assert find_difference(1, 1, 0, 0) is None


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError(f'seen {x.ravel()[0]}')",
        "raise type(f'Seen{int(1e6 * x.ravel()[0])}', (Exception,), {})(f'seen {x.ravel()[0]}')",
        "exec(compile(\"raise type('E', (Exception,), {})(f'seen {x.ravel()[0]}')\", 'elsewhere', 'exec'))",
        "return {f'seen {x.ravel()[0]}': 1j}",
        "return type(f'seen{x.ravel()[0]}', (), {})()",
        "import json, os, struct\n    h = json.dumps({'d': [['raised', {'d': [['kind', 'absent'], ['exception', ''], "
        "['message', f'seen {x.ravel()[0]}'], ['cell', ''], ['line', 0]]}]]}).encode()\n    "
        "m = b'GVT1' + struct.pack('<I', len(h)) + h\n    os.write(3, struct.pack('<I', len(m)) + m)\n    "
        "import time; time.sleep(9)",
    ],
)
def test_no_channel_shows_what_a_hidden_case_was(arrays_grader, arrays, edited, code):
    """A student's code knows its inputs; it must not be able to have them printed, by any way to fail."""
    report = arrays_grader.grade(arrays, edited((CENTER, code)), task="center")
    for test in verdicts(report, "center"):
        if test.visibility == "hidden":
            assert test.outcome is not Outcome.PASSED
            assert "seen" not in test.message.split("\n")[0].lower()


def test_a_student_cannot_call_a_fail_ours(arrays_grader, arrays, edited):
    code = (
        "import json, os, struct\n    h = json.dumps({'d': [['broken', 'oh']]}).encode()\n    "
        "m = b'GVT1' + struct.pack('<I', len(h)) + h\n    os.write(3, struct.pack('<I', len(m)) + m)\n    "
        "import time; time.sleep(9)"
    )
    report = arrays_grader.grade(arrays, edited((CENTER, code)), task="center")
    outcomes_of_tests = {test.outcome for test in verdicts(report, "center")}
    assert outcomes_of_tests <= {Outcome.ERROR, Outcome.TIMEOUT}
    assert report.tasks[0].score == 0


STUB = '        raise NotImplementedError("shuffle_rows: shuffle_rows is not written yet")\n'
MEAN = "        return self.total / self.count\n"


@pytest.fixture(scope="module")
def waiting(arrays_grader, arrays, edited):
    """Right, but for one claim that runs into the stub of another task."""
    stop = f"        if self.count > 12:\n    {STUB}"
    return arrays_grader.grade(arrays, edited((MEAN, stop + MEAN)), task="running_mean")


def test_a_task_of_which_something_works_is_not_missing(waiting):
    task = waiting.tasks[0]
    assert {t.outcome.value for t in task.tests} == {"passed", "missing"}
    assert (task.outcome, task.score) == (Outcome.FAILED, 1.5)
    shown = io.StringIO()
    terminal.print_report(waiting, terminal.console(shown))
    words = "shuffle_rows: shuffle_rows is not written yet. This claim uses it; write shuffle_rows first."
    assert [(t.message, t.waits) for t in task.tests if t.message] == [(words, "shuffle_rows")]
    assert words in " ".join(shown.getvalue().split())
    assert "running_mean waits (hidden case)" in shown.getvalue()
    assert text.next_step(waiting) == "Write shuffle_rows first, then run `make test-ch1 TASK=running_mean`."
    assert words in summary(waiting)


def test_words_of_a_stub_that_do_not_stand_there_are_not_repeated(arrays_grader, arrays, edited):
    stub = STUB.replace("Error(", "Error(f").replace(": shuffle_rows is", ": {self.count} is")
    stop = f"        if self.count > 12:\n    {stub}"
    report = arrays_grader.grade(arrays, edited((MEAN, stop + MEAN)), task="running_mean")
    assert {t.outcome.value for t in report.tasks[0].tests} == {"passed", "missing"}
    assert [t.message.partition(" (")[0] for t in report.tasks[0].tests if t.message] == ["Not written yet"]


def test_what_is_missing_does_not_hide_a_known_mistake(arrays_grader, arrays, edited):
    old = "self.total = self.total + np.sum(batch, axis=0)\n        self.count += len(batch)"
    new = "self.total = self.total + np.mean(batch, axis=0)\n        self.count += 1"
    stop = f"if len(batch) == 2:\n    {STUB}        "  # as in two streams, and nowhere else
    report = arrays_grader.grade(arrays, edited((old, stop + new)), task="running_mean")
    tests = verdicts(report, "running_mean")
    assert sorted(t.outcome.value for t in tests) == ["failed", "missing", "passed"]
    assert {t.misconception for t in tests if t.outcome is Outcome.FAILED} == {"running_mean_of_means"}


def test_a_name_with_a_typing_error_is_told(arrays_grader, arrays, edited):
    report = arrays_grader.grade(arrays, edited(("class RunningMean", "class RunnningMean")), task="running_mean")
    assert report.tasks[0].outcome is Outcome.MISSING
    words = (
        "Your file has no class `RunningMean`. It has `RunnningMean`: is that a typing error? Go on with running_mean"
    )
    assert words in text.next_step(report)


def test_a_task_that_is_half_written_is_begun(arrays_grader, arrays, edited):
    stub = '        raise NotImplementedError("running_mean: mean is not written yet")\n'
    report = arrays_grader.grade(arrays, edited((MEAN, stub)), task="running_mean")
    assert report.tasks[0].outcome is Outcome.MISSING
    step = text.next_step(report)
    assert step.startswith("running_mean is begun: `mean` is not written yet. Go on with running_mean (")
    untouched = arrays_grader.grade(arrays, as_snapshot(arrays, render.skeleton(arrays)), task="running_mean")
    assert text.next_step(untouched).startswith("Start with running_mean")


def test_a_student_who_waits_is_not_kept_by_each_case_that_does_not_end(arrays_grader, arrays, edited):
    endless = edited((MEAN, "        while True:\n            pass\n"))
    report = arrays_grader.grade(arrays, endless, task="running_mean", brief=True)
    assert report.tasks[0].outcome is Outcome.TIMEOUT
    first, *others = (t.message for t in report.tasks[0].tests)
    assert first.startswith("Your code was still running after 2 seconds and was stopped")
    assert set(others) == {"Not run: an earlier case did not end."}
    assert sum(t.seconds for t in report.tasks[0].tests) < 4


@pytest.mark.parametrize(
    ("line", "told"), [("return nobody", False), ("while True:\n        pass", False), ("return 1 / 0", True)]
)
def test_a_slip_gets_no_hint_for_the_task(arrays_grader, arrays, edited, line, told):
    tests = verdicts(arrays_grader.grade(arrays, edited((CENTER, line)), task="center", brief=True), "center")
    assert [bool(t.hint) for t in tests] == [told] * len(tests)


def test_a_file_full_of_names_takes_no_time_to_look_through(arrays):
    names = "".join(f"def a{'b' * 60}{n}(): pass\n" for n in range(20_000)) + f"class {'R' * 1_000_000}: pass\n"
    began = time.monotonic()
    assert begun.words(arrays.task("running_mean"), arrays, as_snapshot(arrays, names)) == ""
    assert time.monotonic() - began < 5

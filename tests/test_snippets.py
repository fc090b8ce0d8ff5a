"""The lines that a visible fail ends in: pasted into a session they do what the test did, for every visible case."""

import ast
import json
import random
import shutil
import subprocess
import sys

import pytest

from grader import model, render, seeds, snippets, visible, wire
from grader.course import load
from grader.errors import UsageError
from grader.model import Outcome, Snapshot
from grader.oracle import inputs_digest
from grader.plugin import Suite
from grader.recorded import Recording
from grader.reports import text
from tests.conftest import REPOSITORY

COURSE = load(REPOSITORY)
CHAPTERS = [chapter.id for chapter in COURSE.chapters]

# runs each snippet as it stands, in a session of its own, and tells which inputs it had and what it printed
SESSION = """
import contextlib, hashlib, io, json, sys
sys.path.insert(0, "")
from grader import wire
told = []
for snippet in json.load(sys.stdin):
    session, said = {"__name__": "__main__"}, io.StringIO()
    if "import __main__" in snippet:
        exec(open("notebook.py").read(), vars(sys.modules["__main__"]))
    with contextlib.redirect_stdout(said):
        exec(snippet, session)
    probe = snippet.rpartition("print(probes.")[2].partition("(")[0]
    digest = hashlib.sha256(probe.encode() + wire.encode(session["inputs"])).hexdigest()
    told.append([digest, said.getvalue()])
json.dump(told, sys.stdout)
"""


def visible_cases(chapter):
    """The record of every visible case, as if each had failed."""
    recording = Recording(chapter)
    tasks = tuple(task.id for task in chapter.tasks)
    answer = lambda _, inputs: recording.answer(inputs)  # noqa: E731
    records = Suite(chapter, answer, answer, seed=seeds.PUBLIC, tasks=tasks, visibility="public").run()
    for record in records:
        assert record.outcome is Outcome.PASSED, (record.test, record.words)
        record.outcome = Outcome.FAILED
    return records


def snippets_of(chapter, records, name):
    submission = Snapshot(name, (), "")
    return [snippets.of(record, chapter, submission) for record in records]


def assert_they_run(chapter, source, records, folder, name):
    """Each snippet asks with the very inputs of its test, and prints what came."""
    here = folder / "exercises" / chapter.id
    shutil.copytree(COURSE.exercises, here.parent)
    shutil.copy(COURSE.root / "course.toml", folder)
    (here / (f"{chapter.module}.py" if name.endswith(".py") else "notebook.py")).write_text(source)
    lines = snippets_of(chapter, records, name)
    run = subprocess.run(
        [sys.executable, "-c", SESSION], cwd=here, input=json.dumps(lines), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    told = json.loads(run.stdout.splitlines()[-1])
    assert [digest for digest, _ in told] == [inputs_digest(record.inputs[-1]) for record in records]
    assert all(said.strip() and said.count("\n") >= 1 for _, said in told)


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_visible_case_has_a_snippet_of_three_lines(name):
    chapter = COURSE.chapter(name)
    records = visible_cases(chapter)
    for record, snippet in zip(records, snippets_of(chapter, records, f"{chapter.module}.py"), strict=True):
        first, call, last = snippet.splitlines()
        assert first.startswith("import ") and call.startswith("inputs = ") and last.startswith("print(probes.")
        assert len(ast.parse(snippet).body) == 3
        assert all(len(line) <= 100 for line in snippet.splitlines()), record.test


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_drawn_snippet_of_each_task_runs(name, tmp_path):
    chapter = COURSE.chapter(name)
    draw = random.Random(chapter.id)
    records = visible_cases(chapter)
    drawn = [draw.choice([r for r in records if r.task == task.id]) for task in chapter.tasks]
    suffix = ".ipynb" if chapter.key == "ch1" else ".py"  # in one chapter as from a notebook
    assert_they_run(chapter, render.solution(chapter), drawn, tmp_path, chapter.module + suffix)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTERS)
def test_every_snippet_runs(name, tmp_path):
    chapter = COURSE.chapter(name)
    assert_they_run(chapter, render.solution(chapter), visible_cases(chapter), tmp_path, f"{chapter.module}.py")


# --- which tests have one


def test_visible_fails_end_in_a_snippet_and_no_others_do(arrays_grader, arrays, edited, tmp_path):
    report = arrays_grader.grade(arrays, edited(("return x - column_means(x)", "return x - x.mean()")), task="center")
    for test in report.tasks[0].tests:
        assert bool(test.snippet) == (test.visibility == "public" and test.outcome is Outcome.FAILED)
    snippet = next(test.snippet for test in report.tasks[0].tests if test.snippet)
    assert snippet.splitlines()[0] == "import arrays, cases, numpy, probes"
    assert "cases.centered(numpy.random.default_rng(" in snippet
    assert "n=2, d=2)" in " ".join(snippet.split())


def test_a_snippet_of_the_numpy_course_shows_the_fault(arrays_grader, arrays, edited, tmp_path):
    submission = edited(("return x - column_means(x)", "return x * np.float32(7)"))
    report = arrays_grader.grade(arrays, submission, task="center")
    snippet = next(test.snippet for test in report.tasks[0].tests if test.snippet)
    here = tmp_path / arrays.id
    shutil.copytree(arrays.exercises, here)
    (here / "arrays.py").write_text(submission.cells[0].source)
    shown = subprocess.run([sys.executable, "-c", snippet], cwd=here, capture_output=True, text=True, check=True).stdout
    message = next(test.message for test in report.tasks[0].tests if test.snippet)
    number = message.split("actual:")[1].split("[[")[1].split(",")[0].strip()
    assert number[:5] in shown


def test_what_was_not_run_has_no_snippet(arrays_grader, arrays, edited):
    for source in ("def center(x:", ""):
        report = arrays_grader.grade(arrays, edited(("def center(x):", source or "def centre(x):")), task="center")
        assert not [test for test in report.tasks[0].tests if test.snippet and test.outcome is Outcome.MISSING]


def test_a_case_with_many_numbers_is_called_by_name_and_its_numbers_are_told(arrays):
    long, short = (
        model.TestReport("a", "A claim.", "failed", 0.0, 0.0, "public", message="No.\nCase f(x=1).", snippet=snippet)
        for snippet in (
            "import a, grader.visible, probes\ninputs = grader.visible.case('test_a')\nprint(probes.f(a, inputs))\n",
            "import a, cases, probes\ninputs = cases.f(None, x=1)\nprint(probes.f(a, inputs))\n",
        )
    )
    assert text.message(long) == "No.\nCase f(x=1)."
    assert text.message(short) == "No."


def test_a_case_that_there_is_not_is_one_line(arrays, monkeypatch, tmp_path):
    monkeypatch.chdir(arrays.exercises)
    record = visible_cases(arrays)[0]
    name = f"{record.test}[{record.params}]" if record.params else record.test
    assert wire.encode(visible.case(name)) == wire.encode(record.inputs[0].values)
    for call in ((name, 9), ("test_nothing",)):
        with pytest.raises(UsageError, match="no such case"):
            visible.case(*call)
    monkeypatch.chdir(arrays.exercises.parent)
    with pytest.raises(UsageError, match="no chapter's folder"):
        visible.case(name)


def test_what_cannot_be_written_down_is_called_by_name(arrays):
    record = visible_cases(arrays)[0]
    submission = Snapshot("arrays.py", (), "")
    assert "inputs = cases." in snippets.of(record, arrays, submission)
    record.inputs[-1].choices["extra"] = object()
    assert f"inputs = grader.visible.case('{record.test}" in snippets.of(record, arrays, submission)

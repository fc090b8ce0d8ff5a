"""Of code that runs past its time the line of the loop is told: the same each time, and of its own file alone."""

import contextlib
import os
import textwrap

import msgspec
import numpy as np
import pytest

from grader import endless, feedback, hearsay, sampling, testimony
from grader.model import Answer, Cell, Inputs, Outcome, Snapshot
from grader.sandbox import Unconfined
from grader.session import Session
from tests.conftest import sandbox_or_skip

CENTER = "return x - column_means(x)"
HEAD = "Stack (most recent call first):\n"
NOWHERE = ("", 0)


def told(source, *moments):
    """The line that is named where each moment is a chain of lines, the outermost first."""
    lines = textwrap.dedent(source).strip("\n").splitlines()
    stacks = [[("a.py", line) for line in moment] for moment in moments]
    cell, line = endless.place(stacks, {"a.py": lines})
    return lines[line - 1].strip() if cell else ""


# --- which line


def test_a_loop_over_several_lines_is_named_by_its_first_one_at_any_moment():
    source = """
    def fit(x):
        step = 0
        while step < 10:
            # a step
            x = (
                x + 1
            )
            y = x

    """
    for line in (3, 5, 6, 8):
        assert told(source, [line]) == "while step < 10:"


def test_the_while_in_a_for_is_what_does_not_end():
    source = """
    def fit(x):
        for epoch in range(10):
            total = 0
            while x:
                total += 1
    """
    assert told(source, [4], [5]) == "while x:"


def test_a_while_that_only_some_moments_lie_in_is_not_it():
    source = """
    def fit(data):
        for epoch in range(10):
            for x in data:
                help(x)

    def help(x):
        while x:
            x -= 1
        return x
    """
    assert told(source, [4, 7], [4, 8], [4, 9]) == "for x in data:"
    assert told(source, [4, 7], [4, 8]) == "while x:"


def test_a_generator_is_not_blamed_for_who_takes_from_it():
    source = """
    def fit():
        for x in rows():
            print(x)

    def rows():
        while True:
            yield 1
    """
    assert told(source, [2, 6], [2, 7]) == "for x in rows():"
    assert told(source, [6], [7]) == "while True:"


def test_without_a_loop_it_is_the_call_that_does_not_return():
    source = """
    def fit():
        return help()

    def help():
        a = wait(1)
        return a + wait(1)
    """
    assert told(source, [2, 5], [2, 5]) == "a = wait(1)"
    assert told(source, [2, 5], [2, 6]) == "return help()"
    assert told(source, [2], [5]) == ""
    assert told(source) == ""


def test_the_loops_of_the_function_around_are_not_its_own():
    source = """
    while module:
        def fit():
            wait()
    """
    assert told(source, [3]) == "wait()"
    assert told(source, [1], [3]) == ""


def test_a_file_of_nothing_but_lines_is_looked_at_within_bounds():
    lines = ["x = 1"] * 100_000
    stacks = [[("a.py", line) for line in range(1, 100_000, 1000)] for _ in range(10)]
    assert endless.place(stacks, {"a.py": lines}) == ("a.py", 99_001)


# --- what the child says of itself


def stack(*frames):
    return HEAD + "".join(f'  File "{name}", line {line} in f\n' for name, line in frames)


def test_only_places_in_the_students_own_file_are_taken():
    said = stack(("probes.py", 3), ("a.py", 2), ("a.py", 0), ("a.py", 4), ("/etc/passwd", 1)) + HEAD
    assert hearsay.stacks(said, {"a.py": 3}) == [[("a.py", 2)]]
    assert hearsay.stacks(stack(("a.py", 9999999)) + HEAD, {"a.py": 3}) == []


@pytest.mark.parametrize(
    "said",
    [
        None,
        7,
        "",
        "x",
        HEAD,
        HEAD * 3,
        stack(("a.py", 2)),
        f'{HEAD}  File "a.py", line 2 in f\n  ...\n{HEAD}',
        "\0" * 99,
    ],
)
def test_what_is_no_whole_stack_tells_nothing(said):
    assert hearsay.stacks(said, {"a.py": 3}) == []


def test_a_forged_place_changes_no_verdict_and_shows_the_snapshots_own_line():
    snapshot = Snapshot("a.py", (Cell("a.py", "x = 1\ny = 2\n"),), "")
    witness = testimony.Testimony(snapshot, testimony.BUILTIN_EXCEPTIONS, False)
    verdict = Answer(Outcome.TIMEOUT, message="your code did not end in time")
    found = witness.endless(verdict, stack(("a.py", 2), ("secret 42", 1)) + HEAD)
    assert (found.outcome, found.message, found.cell, found.line) == (verdict.outcome, verdict.message, "a.py", 2)
    words = feedback.raised(found, snapshot, False)
    assert words == "Your code did not end in time.\nWhen time ran out it was in a.py, line 2:\n    y = 2"
    assert witness.endless(verdict, stack(("b.py", 2)) + HEAD) == verdict


# --- in each sandbox


@pytest.fixture(scope="module", params=["bwrap", "docker", "none", "spawned"])
def session(request, arrays_course):
    spawned = request.param == "spawned"
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setenv("GRADER_SPAWN", "1" if spawned else "")
        sandbox = Unconfined() if spawned else sandbox_or_skip(request.param)
        session = stack.enter_context(Session(arrays_course, sandbox))
        session.start()
        yield session


def line_of(session, chapter, snapshot, x):
    """The verdict's place, as the text of the line."""
    limits = msgspec.structs.replace(chapter.limits, probe_seconds=0.3, import_seconds=5.0)
    session.open(msgspec.structs.replace(chapter, limits=limits), snapshot)
    try:
        found = session.call(Inputs("centered", {"x": x}, {}), seed=1)
    finally:
        session.close()
    assert found.outcome is Outcome.TIMEOUT
    return snapshot.cells[0].source.splitlines()[found.line - 1].strip() if found.line else ""


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("step = 0\nwhile step < 10:\n    x = x + 1\n    x = x - 1\n", "while step < 10:"),
        ("while True: sum(range(10**9))\n", "while True: sum(range(10**9))"),
        ("import time\ntime.sleep(60)\n", "time.sleep(60)"),
        (
            "import itertools\nsum(itertools.repeat(0))\n",
            "sum(itertools.repeat(0))",
        ),  # never lets go of the interpreter
        ("import signal\nsignal.signal(signal.SIGUSR2, signal.SIG_IGN)\nwhile True: pass\n", ""),
        ("import signal\nsignal.signal(signal.SIGUSR2, signal.SIG_DFL)\nwhile True: pass\n", ""),
        ("import os\nos.closerange(4, 99)\nwhile True: pass\n", ""),
    ],
)
def test_the_line_is_told_and_the_next_is_graded(session, arrays, edited, code, line):
    x = np.ones((2, 2), "float32")
    snapshot = edited((CENTER, code.replace("\n", "\n    ")))
    if line == "" and "closerange" in code and os.environ.get("GRADER_SPAWN") == "1":
        pytest.skip("what it talks through is there too")
    assert line_of(session, arrays, snapshot, x) == line
    session.open(arrays, edited())
    assert session.call(Inputs("centered", {"x": x}, {}), seed=1).outcome is None
    session.close()


def test_an_import_that_does_not_end_is_told_its_line(arrays_course, arrays, edited):
    limits = msgspec.structs.replace(arrays.limits, import_seconds=0.5)
    with Session(arrays_course, Unconfined()) as session:
        snapshot = edited(after="\nwhile True:\n    pass\n")
        verdict = session.open(msgspec.structs.replace(arrays, limits=limits), snapshot).verdict
        session.close()
    assert snapshot.cells[0].source.splitlines()[verdict.line - 1] == "while True:"
    assert "imported" in verdict.message


def test_a_report_names_the_loop_in_each_run_the_same(arrays_grader, arrays, edited):
    mean = "        while self.count:\n            a = self.total\n            b = a + a\n            del b\n"
    snapshot = edited(("        return self.total / self.count\n", mean))
    reports = [arrays_grader.grade(arrays, snapshot, task="running_mean", brief=True) for _ in range(2)]
    first, second = ([test.message for test in report.tasks[0].tests] for report in reports)
    assert first == second
    at = snapshot.cells[0].source.splitlines().index("        while self.count:") + 1
    assert f"When time ran out it was in arrays.py, line {at}:\n    while self.count:" in first[0]


def test_a_notebooks_cell_is_named(arrays_grader, arrays, edited):
    cells = edited((CENTER, "while True:\n        pass")).cells[0].source.split("# %%\n")
    named = tuple(Cell(f"arrays.ipynb cell {number}", cell) for number, cell in enumerate(cells, 1))
    report = arrays_grader.grade(arrays, Snapshot("arrays.ipynb", named, ""), task="center", brief=True)
    assert "it was in arrays.ipynb cell 3, line " in report.tasks[0].tests[0].message
    assert report.tasks[0].tests[0].message.split("\n")[2] == "    while True:"


def test_a_flood_in_the_answers_place_is_bounded(tmp_path):
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        sampling.answering(writer)
        os.set_blocking(writer, True)
        while True:
            os.write(writer, b"x" * 4096)
    os.close(writer)
    try:
        assert len(sampling.ask(process, reader, lambda: None)) <= sampling.MOST
    finally:
        os.kill(process, 9)
        os.waitpid(process, 0)
        os.close(reader)

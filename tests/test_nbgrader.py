"""nbgrader itself, with this engine inside: one `autograde` over a class in which everyone hands in something else."""

import base64
import csv
import json
import os
import re
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import msgspec
import nbformat
import pytest

from grader import assembly, regions, render
from grader.course import load
from grader.errors import AuthorError, InfrastructureError, SubmissionError
from grader.grade import Grader, as_snapshot
from grader.model import Limits, Outcome, TaskReport
from grader.reports.text import WORDS
from tests.conftest import REPOSITORY, with_nbgrader

nbgrader_api = pytest.importorskip("nbgrader.api", reason="nbgrader is not installed: it is in requirements/dev.txt")

from grader.nbgrader_engine import ReleaseSkeleton  # noqa: E402
from grader.nbgrader_engine.grading import score  # noqa: E402
from grader.nbgrader_engine.reading import read  # noqa: E402
from grader.nbgrader_engine.setup import as_notebook, collect, prepare  # noqa: E402

ASSIGNMENT, MODULE, POINTS = "ch1_arrays", "arrays", 10.0
TASKS = {"center": 2.0, "normalise": 3.0, "running_mean": 3.0, "shuffle_rows": 2.0}
PICTURE = base64.b64encode(b"a pasted picture").decode()


class Book:
    """A student's notebook: the skeleton, its solution cells filled in unless they are to stay as they are."""

    def __init__(self, chapter, solved=True):
        self.data = json.loads(render.notebook(chapter))
        source = {cell["id"]: "".join(cell["source"]) for cell in json.loads(render.source_notebook(chapter))["cells"]}
        for task in TASKS if solved else ():
            self[task]["source"] = regions.unmark(source[task], task)

    def __getitem__(self, name):
        return next(cell for cell in self.cells if cell.get("id") == name)

    @property
    def cells(self):
        return self.data["cells"]

    def at(self, name):
        return self.cells.index(self[name])

    def code(self, source, at, **more):
        """Adds a cell of the student's own."""
        cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        self.cells.insert(at, cell | more)

    def copy(self, name, at):
        self.cells.insert(at, json.loads(json.dumps(self[name])))

    def forge(self, result):
        """Puts what earns full marks with stock nbgrader into every output."""
        for cell in self.cells:
            if cell["cell_type"] == "code":
                output = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
                cell["outputs"] = [output | {"data": {"text/plain": result}}]


def duplicated_grade_cell(book):
    book.copy("center-grade", book.at("center-grade"))


def duplicated_solution_cell(book):
    book.copy("center", book.at("running_mean"))


def every_cell_twice(book):
    book.data["cells"] = [*book.cells, *json.loads(json.dumps(book.cells))]


def split_cell(book):
    """As JupyterLab splits a cell: both halves have the metadata."""
    at = book.at("running_mean")
    book.copy("running_mean", at)
    before, after = book["running_mean"]["source"].split("    def mean(self)")
    book.cells[at]["source"] = before
    book.cells[at + 1]["source"] = "def _mean(self)" + after.replace("\n    ", "\n") + "\nRunningMean.mean = _mean"


def deleted_grade_cells(book):
    book.data["cells"] = [cell for cell in book.cells if not cell["id"].endswith("-grade")]


def renamed_cells(book):
    for cell in book.cells:
        cell["id"] += "-mine"
        cell["metadata"]["nbgrader"]["grade_id"] += "-mine"


def lost_metadata(book):
    for number, cell in enumerate(book.cells):
        cell["metadata"], cell["id"] = {}, f"x{number}"


def damaged_metadata(book):
    damages = ["lost", 7, ["x"], None, {"grade_id": 3}, {"grade_id": "no such"}, {"grade": "yes", "points": "many"}]
    damages += [{"schema_version": 1, "grade_id": "center"}, {"schema_version": 99, "grade_id": "normalise"}, {}]
    for number, cell in enumerate(book.cells):
        cell["metadata"] = {"nbgrader": damages[number % len(damages)]}
    book.cells[0]["metadata"], book.cells[2]["metadata"] = None, []


def moved_cells(book):
    book.data["cells"] = [book.cells[0], *reversed(book.cells[2:]), book.cells[1]]


def more_points(book):
    for task in TASKS:
        book[f"{task}-grade"]["metadata"]["nbgrader"]["points"] = 1000


def changed_locked_cells(book):
    book["given-code-1"]["source"] = "import math\nimport numpy as np\nfrom given import column_means\nEPSILON = 0"
    book["center"]["source"] += "\ncenter.epsilon = math.sqrt(EPSILON)"
    book["given-text-1"]["source"] = "my own words"


def code_in_a_grade_cell(book):
    book["center-grade"]["source"] = book["center"]["source"]
    book["center"]["source"] = ""


def solution_cell_turned_to_text(book):
    book["center"]["cell_type"] = "markdown"
    del book["center"]["outputs"], book["center"]["execution_count"]


def conda_kernel(book):
    book.data["metadata"]["kernelspec"] = {"display_name": "tf", "language": "python", "name": "conda-env-tf-py"}


def large_outputs(book):
    book["center"]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (30 << 20)}]


def widgets(book):
    state = {"application/vnd.jupyter.widget-state+json": {"state": {"a": {"model_name": "IntSlider"}}}}
    book.data["metadata"]["widgets"] = state
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/plain": "IntSlider(value=0)"}
    book["center"]["outputs"] = [{"output_type": "display_data", "data": view, "metadata": {}}]


def attachments(book):
    picture = {"picture.png": {"image/png": PICTURE}}
    cell = {"cell_type": "markdown", "metadata": {}, "source": "![it](attachment:picture.png)", "attachments": picture}
    book.cells.insert(3, cell)
    book.cells.insert(4, cell | {"attachments": ["damaged"]})


def nan_in_an_output(book):
    book["center"]["outputs"] = [{"output_type": "display_data", "data": {"application/json": [float("nan")]}}]


def odd_cells(book):
    book.data["cells"] += [{"cell_type": "pie", "source": "x"}, {"cell_type": "raw", "source": "y", "id": "///"}, {}]


def warnings_on_stderr(book):
    noise = "import sys, warnings\nwarnings.warn('keras')\nprint('an log of C++', file=sys.stderr)"
    book.code(noise, 2)
    body = "    warnings.warn('in a call')\n    print('in a call', file=sys.stderr)\n    return x - column_means(x)"
    book["center"]["source"] = re.sub(r"    return x - .*", body, book["center"]["source"])


def strange_results(book):
    for word in ("float('nan')", "-1.0", "1e9", "'full marks'", "None", "np.float64(0.5)"):
        book.code(word, book.at("center-grade"))


def stray_markers(book):
    book["center"]["source"] = "### END SOLUTION\n" + book["center"]["source"] + "\n### END HIDDEN TESTS\n#: end x.y"
    words = '"""Between BEGIN SOLUTION and the end of it, x is centred. ### BEGIN HIDDEN TESTS'
    book["normalise"]["source"] = book["normalise"]["source"].replace('"""', words, 1)


def magics(book):
    book.code("%timeit center(np.ones((2, 2)))\n!pip install seaborn\nfiles = !ls", 3)
    book.code("%%bash\nrm -rf /", 3)
    book["center"]["source"] = "%load_ext autoreload\n" + book["center"]["source"]


def top_level_plots(book):
    book.code("import matplotlib.pyplot as plt\nplt.plot(np.arange(9))\nplt.title('mine')\nplt.show()", 3)
    book.code("raise RuntimeError('a scratch cell that fails')", 3)


def spread_over_cells(book):
    """A class in three cells, with helpers between them."""
    source = book["running_mean"]["source"]
    head, rest = source.split("    def update")
    update, mean = rest.split("    def mean")
    book["running_mean"]["source"] = head
    at = book.at("running_mean")
    book.code("def helper(batch):\n    return np.asarray(batch)", at)
    for name, body in (("update", update), ("mean", mean)):
        text = f"def {name}{body}".rstrip().replace("\n    ", "\n") + f"\n\nRunningMean.{name} = {name}"
        book.code(text, book.at("running_mean") + 1)
    book.code("helper(np.ones((2, 2))).shape", book.at("running_mean") + 2)


def right(book):
    pass


def format_3(book):
    cells = []
    for cell in book.cells:
        if cell["cell_type"] == "code":
            code = {"cell_type": "code", "collapsed": False, "language": "python", "outputs": [], "metadata": {}}
            cells.append(code | {"input": cell["source"]})
        else:
            cells.append({"cell_type": "markdown", "source": cell["source"], "metadata": {}})
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}


def byte_order_mark(book):
    return b"\xef\xbb\xbf" + json.dumps(book.data).encode()


def deleted_solution_cell(book):
    book.cells.remove(book["center"])


def deleted_both_cells(book):
    book.cells.remove(book["center"])
    book.cells.remove(book["center-grade"])


def forger(book):
    """Tries what works against a kernel that runs student code and tests together."""
    for task in TASKS:
        book[task]["source"] = ""
    book.code(
        "import glob, inspect, json, os, sys\n"
        "result = {'output_type': 'execute_result', 'data': {'text/plain': '2'}}\n"
        "print(json.dumps(result)); print('2.0', file=sys.stderr); sys.displayhook(2.0)\n"
        "for path in ['../../../gradebook.db', GRADEBOOK, *glob.glob('/**/gradebook.db', recursive=False)]:\n"
        "    try:\n"
        "        open(path, 'r+b').write(b'nothing')\n"
        "        print('written', path)\n"
        "    except OSError as error:\n"
        "        print(error)\n"
        "def center(x):\n"
        "    for frame in inspect.stack():\n"
        "        for name, value in frame.frame.f_locals.items():\n"
        "            if 'expected' in name:\n"
        "                return value\n"
        "    raise SystemExit(0)\n"
        "get_ipython().events.register('pre_run_cell', print)\n",
        3,
    )


FULL = [
    right, duplicated_grade_cell, duplicated_solution_cell, every_cell_twice, split_cell, deleted_grade_cells,
    renamed_cells, lost_metadata, damaged_metadata, moved_cells, more_points, changed_locked_cells,
    code_in_a_grade_cell, solution_cell_turned_to_text, conda_kernel, large_outputs, widgets, attachments,
    nan_in_an_output, odd_cells, warnings_on_stderr, strange_results, stray_markers, magics, top_level_plots,
    spread_over_cells, format_3, byte_order_mark,
]  # fmt: skip
WITHOUT_CENTER = [deleted_solution_cell, deleted_both_cells]  # normalise needs center
FORGED = {"nan": "nan", "negative": "-5", "too_many": "999", "infinite": "inf", "words": "full marks"}
UNREADABLE = {
    "not_json": (b"not JSON at all", "it is not JSON"),
    "cut_off": (b'{"nbformat": 4, "cells": [{"cell_type', "it is not JSON"),
    "merged": (b'<<<<<<< HEAD\n{"nbformat": 4}\n', "merge conflict"),
    "binary": (b"\x89PNG\0\0\0", "is not text"),
    "empty": (b"", "is empty"),
    "no_code": (b'{"nbformat": 4, "cells": [], "metadata": {}}', "has no code"),
    "too_old": (b'{"nbformat": 2, "worksheets": []}', "format 2"),
    "too_deep": (b'{"nbformat": 4, "cells": ' + b"[" * 60000, "is not a notebook"),
    "number": (b"7", "is not a notebook"),
}
PARITY = ("center_rows", "center_float64", "normalise_unbiased", "running_mean_shared", "shuffle_rows_apart")


class Classroom:
    """A course directory in which a class has been graded by nbgrader's own commands."""

    def __init__(self, root, steps):
        self.root, self.steps = root, steps
        with open(root / "grades.csv", newline="") as file:
            self.grades = {row["student_id"]: row for row in csv.DictReader(file)}

    def score(self, student):
        return float(self.grades[student]["raw_score"])

    def path(self, student, step="autograded"):
        return self.root / step / student / ASSIGNMENT / f"{MODULE}.ipynb"

    def book(self, student):
        return nbformat.read(self.path(student), as_version=4)

    def cells(self, student):
        """The graded cells: task -> what is on stdout."""
        found = {}
        for cell in self.book(student).cells:
            if cell.metadata.get("nbgrader", {}).get("grade"):
                stream, result = cell.outputs
                assert (stream.output_type, stream.name) == ("stream", "stdout")
                assert result.output_type == "execute_result" and list(result.data) == ["text/plain"]
                found[cell.metadata.nbgrader.grade_id.removesuffix("-grade")] = stream.text
        return found

    def notes(self, student):
        return "\n".join(cell.source for cell in self.book(student).cells if cell.get("id") == "from-the-grader")


@pytest.fixture(scope="module")
def chapter(course_directory):
    return load(course_directory).chapters[0]


@pytest.fixture(scope="module")
def course_directory(arrays_course, tmp_path_factory):
    """The NumPy course with this repository's configuration for nbgrader, ready for `generate_assignment`."""
    root = with_nbgrader(arrays_course, tmp_path_factory.mktemp("nbgrader"))
    prepare(load(root), root / "instructor")
    return root


def hand_in(root, student, data):
    path = root / "submitted" / student / ASSIGNMENT / f"{MODULE}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return path


def commands(root, steps):
    """Runs nbgrader's commands in the course directory; see `nbgrader_commands.py`."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "JUPYTER_CONFIG_DIR": str(root / ".jupyter")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(REPOSITORY / "tests" / "nbgrader_commands.py")],
        cwd=root, input=json.dumps(steps), env=environment, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def classroom(course_directory, chapter):
    root = course_directory / "instructor"
    for change in FULL + WITHOUT_CENTER:
        book = Book(chapter)
        hand_in(root, change.__name__, change(book) or book.data)
    for name, result in FORGED.items():
        book = Book(chapter, solved=False)
        book.forge(result)
        hand_in(root, f"forged_{name}", book.data)
    for name, (data, _) in UNREADABLE.items():
        hand_in(root, name, data)
    book = Book(chapter, solved=False)
    forger(book)
    book.cells[3]["source"] = book.cells[3]["source"].replace("GRADEBOOK", repr(str(root / "gradebook.db")))
    hand_in(root, "forger", book.data)
    book = Book(chapter)
    book.data["metadata"] = {"kernelspec": {"display_name": "R", "language": "R", "name": "ir"}}
    hand_in(root, "language_r", book.data)
    hand_in(root, "late", Book(chapter).data).with_name("timestamp.txt").write_text("2026-03-02 00:00:00 UTC")
    path = hand_in(root, "other_name", Book(chapter).data)
    path.rename(path.with_name("arrays (1).ipynb"))
    path = hand_in(root, "two_names", Book(chapter).data)
    path.with_name("second try.ipynb").write_bytes(path.read_bytes())
    path.rename(path.with_name("arrays (1).ipynb"))
    path = hand_in(root, "pipe_elsewhere", b"")
    path.unlink()
    os.mkfifo(path.with_name("work.ipynb"))
    path = hand_in(root, "linked", b"")
    path.unlink()
    path.symlink_to(root / "source" / ASSIGNMENT / f"{MODULE}.ipynb")
    path = hand_in(root, "pipe", b"")
    path.unlink()
    os.mkfifo(path)
    links = hand_in(root, "links", Book(chapter).data).parent
    (links / "notes.txt").symlink_to(chapter.solutions / "test_hidden.py")
    (links / "folder").symlink_to(chapter.solutions)
    for mutant in assembly.mutants(chapter):
        if mutant.name in PARITY:
            hand_in(root, mutant.name, as_notebook(as_snapshot(chapter, mutant.source), chapter).encode())
    for name, source in render.alternates(chapter).items():
        hand_in(root, name, as_notebook(as_snapshot(chapter, source), chapter).encode())
    late = "--LateSubmissionPlugin.penalty_method=zero"
    released = root / "release" / ASSIGNMENT / f"{MODULE}.ipynb"
    steps = commands(
        root,
        [
            {"command": ["db", "assignment", "add", ASSIGNMENT, "--duedate=2026-03-01 00:00:00 UTC"]},
            {"command": ["generate_assignment", ASSIGNMENT]},
            {"copy": [str(released), str(root / "submitted" / "released" / ASSIGNMENT / released.name)]},
            {"command": ["autograde", ASSIGNMENT, late]},
            {"command": ["generate_feedback", ASSIGNMENT, "--student=center_rows"]},
            {"command": ["generate_feedback", ASSIGNMENT, "--student=links"]},
            {"command": ["generate_feedback", ASSIGNMENT, "--student=not_json"]},
            {"command": ["export", "--to=grades.csv"]},
        ],
    )
    return Classroom(root, steps)


# --- what is released ---


def test_the_released_notebook_is_the_skeleton_notebook_cell_by_cell(classroom, chapter):
    released = nbformat.read(classroom.path(".", "release"), as_version=4)
    skeleton = nbformat.reads(render.notebook(chapter), as_version=4)
    assert len(released.cells) == len(skeleton.cells)
    for ours, theirs in zip(skeleton.cells, released.cells, strict=True):
        assert (theirs.id, theirs.cell_type, theirs.source) == (ours.id, ours.cell_type, ours.source)
        added = {"checksum": theirs.metadata.nbgrader.checksum, "cell_type": ours.cell_type}
        assert theirs.metadata.nbgrader == ours.metadata.nbgrader | added
        assert theirs.get("outputs", []) == []


def test_what_the_cells_import_is_released_and_nothing_private(classroom, chapter):
    folder = classroom.path(".", "release").parent
    assert sorted(path.name for path in folder.iterdir()) == [f"{MODULE}.ipynb", "given.py"]
    source = (folder.parent.parent / "source" / ASSIGNMENT / f"{MODULE}.ipynb").read_text()
    assert "return x - column_means(x)" in source
    assert "return x - column_means(x)" not in (folder / f"{MODULE}.ipynb").read_text()
    assert not private_lines(chapter) & set(lines_of(source))


def lines_of(text):
    return {line.strip() for line in text.replace("\\n", "\n").splitlines()}


def private_lines(chapter):
    """The lines of the hidden suite that would give it away; the claims are said to students."""
    source = (chapter.solutions / "test_hidden.py").read_text()
    return {line.strip() for line in source.splitlines() if len(line.strip()) > 20 and '"""' not in line}


@pytest.mark.parametrize("line", ["#: begn center.center", "    #:begin center.center", "# end center.center"])
def test_a_marker_that_is_not_exactly_one_stops_the_release(course_directory, chapter, line):
    book = nbformat.reads(render.source_notebook(chapter), as_version=4)
    cell = next(cell for cell in book.cells if cell.id == "center")
    cell.source = cell.source.replace("#: begin center.center", line.strip())
    clear = ReleaseSkeleton(course=str(course_directory))
    with pytest.raises(AuthorError, match="center"):
        clear.preprocess(book, {"nbgrader": {"assignment": ASSIGNMENT, "notebook": MODULE}})


def test_a_cell_that_would_have_to_be_run_is_not_released(course_directory, chapter):
    book = nbformat.reads(render.source_notebook(chapter), as_version=4)
    next(cell for cell in book.cells if cell.id == "center-grade").metadata.nbgrader["grade_id"] = "my-test"
    clear = ReleaseSkeleton(course=str(course_directory))
    with pytest.raises(AuthorError, match=r"my-test is no cell of a task; tests go into .*test_hidden\.py"):
        clear.preprocess(book, {"nbgrader": {"assignment": ASSIGNMENT, "notebook": MODULE}})


def test_a_docstring_that_speaks_of_a_solution_swallows_no_code(course_directory, chapter):
    book = nbformat.reads(render.source_notebook(chapter), as_version=4)
    given = next(cell for cell in book.cells if cell.id == "given-code-1")
    given.source += '\n"""BEGIN SOLUTION is a marker of nbgrader\'s"""\nKEPT = 1'
    clear = ReleaseSkeleton(course=str(course_directory))
    clear.preprocess(book, {"nbgrader": {"assignment": ASSIGNMENT, "notebook": MODULE}})
    assert given.source.endswith("KEPT = 1")


# --- one command, everyone graded ---


def test_no_command_fails_and_nobody_is_left_out(classroom):
    assert [step["code"] for step in classroom.steps] == [0] * len(classroom.steps), classroom.steps
    assert "Traceback" not in classroom.steps[3]["said"]
    handed_in = {path.name for path in (classroom.root / "submitted").iterdir()}
    assert handed_in == set(classroom.grades) == {path.name for path in (classroom.root / "autograded").iterdir()}
    assert len(handed_in) > 50


def test_one_worker_serves_the_whole_command(classroom):
    assert classroom.steps[3]["workers"] == 2  # the students', and the reference's


@pytest.mark.parametrize("change", FULL, ids=lambda change: change.__name__)
def test_right_work_gets_full_marks_however_the_notebook_is_damaged(classroom, change):
    assert classroom.score(change.__name__) == POINTS, classroom.cells(change.__name__)
    assert list(classroom.cells(change.__name__)) == list(TASKS) or change is moved_cells


def test_the_autograded_notebooks_are_valid(classroom):
    for student in classroom.grades:
        nbformat.validate(classroom.book(student))


@pytest.mark.parametrize("change", WITHOUT_CENTER, ids=lambda change: change.__name__)
def test_a_deleted_solution_costs_its_own_points(classroom, change):
    assert classroom.score(change.__name__) == TASKS["running_mean"] + TASKS["shuffle_rows"]
    assert set(classroom.cells(change.__name__)) == set(TASKS)


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_output_earns_nothing(classroom, name):
    assert classroom.score(f"forged_{name}") == 0.0


def test_code_that_forges_results_and_looks_for_the_gradebook_earns_nothing(classroom):
    assert classroom.score("forger") == 0.0
    with sqlite3.connect(classroom.root / "gradebook.db") as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]


def test_the_untouched_release_is_not_attempted(classroom):
    assert classroom.score("released") == 0.0
    assert all(": not attempted, 0 of" in text for text in classroom.cells("released").values())


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_notebook_gets_no_points_and_is_told_why(classroom, name):
    assert classroom.score(name) == 0.0
    for text in classroom.cells(name).values():
        assert text.startswith("Not graded, no points: ") and UNREADABLE[name][1] in text
    assert UNREADABLE[name][1] in classroom.notes(name)


@pytest.mark.parametrize(
    ("name", "words"), [("language_r", "another language"), ("linked", "is a link"), ("pipe", "is a pipe")]
)
def test_what_must_not_be_read_is_said(classroom, name, words):
    assert classroom.score(name) == 0.0
    assert words in classroom.notes(name)


def test_a_lone_notebook_under_another_name_is_graded(classroom):
    assert classroom.score("other_name") == POINTS


@pytest.mark.parametrize(
    ("name", "found"), [("two_names", "arrays (1).ipynb, second try.ipynb"), ("pipe_elsewhere", "work.ipynb")]
)
def test_of_several_notebooks_under_other_names_none_is_graded_and_why_is_said(classroom, name, found):
    words = f"there is no {MODULE}.ipynb, only {found}: give the notebook that you mean this name"
    assert classroom.score(name) == 0.0
    assert set(classroom.cells(name).values()) == {f"Not graded, no points: {words}\n"}
    assert words in classroom.notes(name)
    assert f"{name}: not graded: {words}" in "\n".join(step["said"] for step in classroom.steps)


def test_what_a_link_points_to_reaches_nobody(classroom):
    assert classroom.score("links") == POINTS
    for step in ("autograded", "feedback"):
        names = {path.name for path in (classroom.root / step / "links" / ASSIGNMENT).iterdir()}
        assert names <= {f"{MODULE}.ipynb", f"{MODULE}.html", "given.py"}


# --- what the student is told ---


def test_a_fail_gives_partial_credit_and_its_reason(classroom):
    text = classroom.cells("running_mean_shared")["running_mean"]
    assert classroom.score("running_mean_shared") == POINTS - 1.5
    assert text.startswith("A running mean: failed, 1.5 of 3 points")
    assert "failed          0/1.5      Two running means do not disturb one another." in text
    assert "A known mistake: shared" in text


def test_what_is_not_python_is_said(classroom):
    notes = classroom.notes("magics")
    for words in ("%timeit center", "!pip install seaborn", "a %%bash cell is not Python", "%load_ext autoreload"):
        assert words in notes


def test_what_was_put_in_order_is_said(classroom):
    assert "is there more than once" in classroom.notes("duplicated_solution_cell")
    assert "center-grade was missing and has been put back" in classroom.notes("deleted_grade_cells")
    assert "was a markdown cell" in classroom.notes("solution_cell_turned_to_text")
    assert "written into the locked cell center-grade" in classroom.notes("code_in_a_grade_cell")
    assert classroom.notes("right") == ""


def test_a_pasted_picture_stays(classroom):
    cells = [cell for cell in classroom.book("attachments").cells if cell.get("attachments")]
    assert [cell.attachments["picture.png"]["image/png"] for cell in cells] == [PICTURE]


def test_all_that_the_student_wrote_is_still_there(classroom):
    mine = classroom.book("changed_locked_cells")
    assert any("EPSILON = 0" in cell.source for cell in mine.cells)
    assert any(cell.source == "my own words" for cell in mine.cells)


def test_the_feedback_page_has_the_report_and_no_hidden_test(classroom, chapter):
    page = (classroom.root / "feedback" / "center_rows" / ASSIGNMENT / f"{MODULE}.html").read_text()
    assert "It is the columns that are centred, whatever the shape." in page
    assert "A known mistake: rows" in page
    assert not [line for line in private_lines(chapter) if line in page]
    page = (classroom.root / "feedback" / "not_json" / ASSIGNMENT / f"{MODULE}.html").read_text()
    assert "it is not JSON" in page


# --- nbgrader's own bookkeeping goes on as it did ---


def test_a_late_penalty_is_nbgraders_own(classroom):
    row = classroom.grades["late"]
    assert (float(row["raw_score"]), float(row["late_submission_penalty"]), float(row["score"])) == (10.0, 10.0, 0.0)
    assert float(classroom.grades["right"]["score"]) == 10.0


def test_no_cell_waits_for_a_manual_grade(classroom):
    with nbgrader_api.Gradebook(f"sqlite:///{classroom.root}/gradebook.db") as book:
        for student in classroom.grades:
            submission = book.find_submission(ASSIGNMENT, student)
            assert not submission.needs_manual_grade, student
            assert submission.max_score == POINTS


def verdicts(text):
    """Outcome, score and claim of each test, out of the text in a cell."""
    words = "|".join(re.escape(word) for word in WORDS.values())
    return re.findall(rf"^({words}) +(visible|[\d.]+/[\d.]+) +(.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("name", [*PARITY, "loops", "functional"])
def test_notebook_and_script_of_the_same_work_get_the_same_marks_test_by_test(
    classroom, chapter, course_directory, parity_grader, name
):
    sources = {mutant.name: mutant.source for mutant in assembly.mutants(chapter)} | render.alternates(chapter)
    report = parity_grader.grade(chapter, as_snapshot(chapter, sources[name]))
    same_marks(classroom, name, report)


@pytest.fixture(scope="module")
def parity_grader(course_directory):
    """The same seed as nbgrader's: the assignment's own."""
    with Grader(load(course_directory), "bwrap") as grader:
        yield grader


def same_marks(classroom, student, report):
    cells = classroom.cells(student)
    assert classroom.score(student) == pytest.approx(report.score, abs=1e-3)
    for task in report.tasks:
        expected = [(WORDS[test.outcome], test.claim) for test in task.tests]
        assert [(outcome, claim) for outcome, _, claim in verdicts(cells[task.id])] == expected
        assert f"{task.score:.2f}".rstrip("0").rstrip(".") + " of" in cells[task.id].split("\n")[0]


def test_a_fault_of_the_grader_is_no_zero_and_a_manual_grade_survives(classroom, course_directory):
    with nbgrader_api.Gradebook(f"sqlite:///{classroom.root}/gradebook.db") as book:
        grade = book.find_grade("center-grade", MODULE, ASSIGNMENT, "functional")
        grade.manual_score = 1.25
        book.db.commit()
    suite = course_directory / "solutions" / ASSIGNMENT / "test_hidden.py"
    kept = suite.with_suffix(".kept")
    one = ["autograde", ASSIGNMENT, "--student=functional", "--force"]
    steps = commands(
        classroom.root,
        [
            {"command": one},
            {"rename": [str(suite), str(kept)]},
            {"command": one},
            {"rename": [str(kept), str(suite)]},
            {"command": one},
            {"command": ["export", "--to=again.csv"]},
        ],
    )
    assert [step["code"] for step in steps] == [0, 0, 1, 0, 0, 0]
    assert "there are no points to give" in steps[2]["said"]
    # a suite that is another is noticed, though the process is the same
    assert steps[2]["workers"] >= 1 and steps[4]["workers"] >= 1
    with open(classroom.root / "again.csv", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["student_id"] == "functional")
    assert float(row["raw_score"]) == POINTS - 2 + 1.25


# --- pieces ---


def task_report(score_, maximum):
    return TaskReport("center", "Centre", score_, maximum, Outcome.FAILED, ())


def test_a_score_is_within_the_cells_points():
    assert score(task_report(1.0, 2.0), 2.0) == 1.0
    assert score(task_report(1.0, 2.0), 5.0) == 2.5  # the instructor has made it worth more
    assert score(task_report(3.0, 2.0), 2.0) == 2.0
    assert score(task_report(-1.0, 2.0), 2.0) == 0.0
    assert score(task_report(0.0, 0.0), 2.0) == 0.0
    with pytest.raises(InfrastructureError):
        score(task_report(float("nan"), 2.0), 2.0)


def test_a_notebook_beyond_all_limits_is_refused_in_one_line(tmp_path, chapter):
    path = tmp_path / "arrays.ipynb"
    book = Book(chapter)
    path.write_text(json.dumps(book.data))
    with pytest.raises(SubmissionError, match="hand in code only"):
        read(path, Limits(archive=1000), [])
    with pytest.raises(SubmissionError, match="of code, more than"):
        read(path, Limits(submission=1000), [])
    book.data["cells"] *= 200
    path.write_text(json.dumps(book.data))
    with pytest.raises(SubmissionError, match="2800 cells, more than"):
        read(path, Limits(), [])


def test_a_class_of_scripts_becomes_notebooks(tmp_path, chapter):
    (tmp_path / "class").mkdir()
    source = render.solution(chapter)
    (tmp_path / "class" / "divided.py").write_text(regions.unmark(source, "x"))
    (tmp_path / "class" / "whole.py").write_text(regions.unmark(source, "x").replace("# %%", "#"))
    (tmp_path / "class" / "broken.py").write_text(
        regions.unmark(source, "x").replace("def center(x):", "def center(x)")
    )
    (tmp_path / "class" / "unusable.py").write_bytes(b"\0")
    students, problems = collect(chapter, tmp_path / "class", tmp_path)
    assert students == ["broken", "divided", "whole"]
    assert [line.split(":")[0] for line in problems] == ["unusable"]
    counts = {}
    for student in students:
        book = nbformat.read(tmp_path / "submitted" / student / ASSIGNMENT / f"{MODULE}.ipynb", as_version=4)
        nbformat.validate(book)
        code = [cell for cell in book.cells if cell.cell_type == "code"]
        counts[student] = len([cell for cell in code if not cell.id.endswith("-grade")])
    assert counts == {"broken": 1, "divided": 5, "whole": 1}


def test_the_report_in_a_cell_is_what_the_engine_reports(arrays_grader, arrays, edited):
    from grader.nbgrader_engine.words import notes_text, task_text

    report = arrays_grader.grade(arrays, edited(("return x - column_means(x)", "return x")))
    text = task_text(report, report.tasks[0])
    assert verdicts(text) and "Hint: " in text
    assert "blocked" in task_text(report, report.tasks[1])
    odd = msgspec.structs.replace(report.tasks[0], title="```\x1b[31m<b>")
    assert "\x1b" not in task_text(report, odd)
    assert notes_text("", ["```", "<script>"]).count("\n```") == 2
    assert datetime.fromisoformat(report.started)


def test_the_course_directory_has_to_be_in_the_course(arrays_course, tmp_path):
    from grader.errors import UsageError

    with pytest.raises(UsageError, match=r"there is no instructor/nbgrader_config\.py"):
        prepare(arrays_course, Path(arrays_course.root / "build" / "nbgrader"))

"""What is generated: skeleton, notebook, digests; and how mutants are put together."""

import ast
import json
import shutil
from pathlib import Path

import nbformat
import pytest

from grader import assembly, render
from grader.assembly import assemble
from grader.course import load
from grader.errors import AuthorError
from grader.notebook import sources
from grader.submission import released_digest

NUMPY_COURSE = Path(__file__).parent / "numpy_course"

SOLUTION = '''\
"""A module."""
from __future__ import annotations

import math


class Base:
    pass


class Ball(Base):
    """Rolls."""

    friction = 0.1

    def __init__(self):
        #: begin ball.init
        self.v = 0.0
        #: end ball.init

    @property
    def speed(self):
        return self.v

    def push(self, f):
        """Gives it a push."""
        #: begin ball.push
        self.v += f
        #: end ball.push


def root(x):
    #: begin root.root
    return math.sqrt(x)
    #: end root.root


#: begin late.whole
def late(x):
    return x
#: end late.whole
'''


@pytest.fixture(scope="module")
def chapter():
    return load(NUMPY_COURSE).chapter("ch1")


@pytest.fixture
def spoilt(tmp_path):
    """The small course's chapter in a copy, and its solution folder, to be spoilt."""
    root = tmp_path / "course"
    shutil.copytree(NUMPY_COURSE, root, ignore=shutil.ignore_patterns("__pycache__", ".secret"))
    found = load(root).chapter("ch1")
    return found, found.solutions


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def functions(source):
    """Every function of a module by its qualified name, as its syntax tree's text."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{n.name}": ast.unparse(n) for n in node.body if hasattr(n, "name")}
        elif hasattr(node, "name"):
            found[node.name] = ast.unparse(node)
    return found


# --- skeleton and notebook


def test_the_skeleton_raises_where_the_solution_has_regions(chapter):
    text = render.skeleton(chapter)
    assert 'raise NotImplementedError("running_mean: update is not written yet")' in text
    assert "#:" not in text
    assert "permutation" not in text
    assert compile(text, "arrays.py", "exec")


def test_what_is_generated_is_fresh(chapter):
    made = render.files(chapter)
    assert {path.name for path in made} == {"arrays.py", "arrays.ipynb", "released.json", "fresh.json"}
    for path, content in made.items():
        assert path.read_bytes() == content, f"{path.name} is stale"


def test_the_notebook_is_valid_and_the_same_each_time(chapter):
    text = render.notebook(chapter)
    assert text == render.notebook(chapter)
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    assert book.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in book.cells]
    assert ids == [cell.metadata.nbgrader.grade_id for cell in book.cells]
    assert len(set(ids)) == len(ids)


def test_the_notebook_tells_nbgrader_what_is_graded(chapter):
    cells = {cell["id"]: cell for cell in json.loads(render.notebook(chapter))["cells"]}
    order = list(cells)
    for task in chapter.tasks:
        solution, grade = cells[task.id], cells[f"{task.id}-grade"]
        assert order.index(f"{task.id}-grade") == order.index(task.id) + 1
        wanted = {"schema_version": 3, "grade": False, "solution": True, "locked": False, "task": False}
        assert solution["metadata"]["nbgrader"] == {**wanted, "grade_id": task.id}
        wanted = {"schema_version": 3, "grade": True, "solution": False, "locked": True, "task": False}
        wanted |= {"grade_id": f"{task.id}-grade", "points": task.points}
        assert grade["metadata"]["nbgrader"] == wanted
        assert all(line.startswith("#") for line in grade["source"])
    rest = [cell for name, cell in cells.items() if name.startswith("given-")]
    assert all(cell["metadata"]["nbgrader"]["locked"] for cell in rest)
    assert not any(cell["metadata"]["nbgrader"]["solution"] for cell in rest)


def test_notebook_and_skeleton_hold_the_same_code(chapter):
    book = json.loads(render.notebook(chapter))
    code = ["".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code"]
    assert ast.dump(ast.parse("\n".join(code))) == ast.dump(ast.parse(render.skeleton(chapter)))


def test_a_task_in_two_cells_gets_two_ids_and_one_grade(spoilt):
    chapter, folder = spoilt
    edit(
        folder / "arrays.py",
        "    #: end center.center\n",
        "    #: end center.center\n\n\n# %%\ndef more():\n    #: begin center.more\n    pass\n    #: end center.more\n",
    )
    ids = [cell["id"] for cell in json.loads(render.notebook(chapter))["cells"]]
    assert ids[3:6] == ["center", "center-2", "center-grade"]


def test_two_tasks_may_not_share_a_cell(spoilt):
    chapter, folder = spoilt
    edit(folder / "arrays.py", "\n# %%\ndef normalise", "\ndef normalise")
    edit(folder / "arrays.py", "# %% [markdown]\n# ## Normalise", "# ## Normalise")
    with pytest.raises(AuthorError, match="tasks center and normalise share a cell"):
        render.notebook(chapter)


def test_released_digests_fit_the_released_files(chapter):
    released = json.loads((chapter.exercises / "expected" / "released.json").read_text())
    text = (chapter.exercises / "arrays.py").read_text()
    assert released["arrays.py"] == released_digest([text]) == released_digest([text.replace("\n", "\r\n")])
    pages = (chapter.exercises / "arrays.ipynb").read_text()
    assert released["arrays.ipynb"] == released_digest(sources(pages, "arrays.ipynb"))
    assert released_digest(["a", "b"]) != released_digest(["ab"])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("begin center.center", "begin other.center", "ends where"),
        ("def normalise(", "def normalize(", "normalise is to define normalise, which is not here"),
    ],
)
def test_solution_and_tasks_must_fit(spoilt, old, new, words):
    chapter, folder = spoilt
    edit(folder / "arrays.py", old, new)
    with pytest.raises(AuthorError, match=words):
        render.skeleton(chapter)


def test_a_region_of_no_task_and_a_task_without_region(spoilt):
    chapter, folder = spoilt
    for mark in ("begin", "end"):
        edit(folder / "arrays.py", f"{mark} center.center", f"{mark} centre.center")
    with pytest.raises(AuthorError, match="no task centre"):
        render.skeleton(chapter)
    for mark in ("begin", "end"):
        edit(folder / "arrays.py", f"{mark} centre.center", f"{mark} normalise.center")
    with pytest.raises(AuthorError, match="task center has no region"):
        render.skeleton(chapter)


def test_without_solutions_nothing_is_rendered(spoilt):
    chapter, folder = spoilt
    shutil.rmtree(folder)
    chapter = load(chapter.exercises.parents[1]).chapter("ch1")
    for function in (render.skeleton, render.notebook, render.files, assembly.mutants, render.alternates):
        with pytest.raises(AuthorError, match="solutions are not here"):
            function(chapter)


# --- mutants


def test_a_method_is_replaced_and_nothing_else():
    made = assemble(SOLUTION, "class Ball:\n    def push(self, f):\n        self.v = f\n", "m.py")
    before, after = functions(SOLUTION), functions(made)
    assert after.pop("Ball.push") == "def push(self, f):\n    self.v = f"
    assert before.pop("Ball.push")
    assert before == after
    assert "#:" not in made


def test_a_function_is_replaced_with_helpers_before_it_and_imports_on_top():
    mutant = (
        '"""Wrong."""\nimport cmath\nLIMIT = 3\n\n\ndef helper(x):\n    return x\n\n\n'
        "def root(x):\n    return cmath.sqrt(x)\n"
    )
    made = assemble(SOLUTION, mutant, "m.py")
    assert made.index("import cmath") < made.index("import math")
    assert made.index("from __future__") < made.index("import cmath")
    assert made.index("class Ball") < made.index("LIMIT = 3") < made.index("def helper") < made.index("def root")
    assert "math.sqrt(x)\n" in made
    assert functions(made)["root"] == "def root(x):\n    return cmath.sqrt(x)"


def test_new_methods_and_attributes_go_to_the_end_of_the_class_in_order():
    mutant = (
        "class Ball:\n    mass = 2\n\n    def push(self, f):\n        self.a(f)\n\n"
        "    def a(self, f):\n        self.b(f)\n\n    def b(self, f):\n        pass\n"
    )
    made = assemble(SOLUTION, mutant, "m.py")
    ball = next(n for n in ast.parse(made).body if getattr(n, "name", "") == "Ball")
    assert [n.name for n in ball.body if hasattr(n, "name")] == ["__init__", "speed", "push", "a", "b"]
    assert ast.unparse(ball.body[-3]) == "mass = 2" or "mass = 2" in ast.unparse(ball)


def test_a_class_attribute_is_replaced_beside_a_region():
    mutant = "class Ball(Base):\n    friction = 9\n\n    def __init__(self):\n        self.v = 1.0\n"
    made = assemble(SOLUTION, mutant, "m.py")
    assert "friction = 9" in made
    assert "friction = 0.1" not in made


def test_a_definition_inside_a_region_counts():
    made = assemble(SOLUTION, "def late(x):\n    return -x\n", "m.py")
    assert "return -x" in made
    assert "#:" not in made


def test_a_decorated_method_is_replaced_with_its_decorator():
    mutant = "class Ball:\n    def speed(self):\n        return 1\n\n    def push(self, f):\n        self.v -= f\n"
    made = assemble(SOLUTION, mutant, "m.py")
    assert "@property" not in made


@pytest.mark.parametrize(
    ("mutant", "words"),
    [
        ("class Base:\n    x = 1\n", "replaces no definition that holds a region"),
        ("def other():\n    pass\n", "replaces no definition that holds a region"),
        ("def root(x):\n    return math.sqrt(x)\n", "is no different from the solution"),
        ("print(1)\n", "m.py:1: only definitions"),
        ("if True:\n    def root(x):\n        return 1\n", "m.py:1: only definitions"),
        ("class Ball:\n    print(1)\n", "m.py:2: class Ball: only methods"),
        (
            "class Ball(int):\n    def push(self, f):\n        pass\n",
            "m.py:1: class Ball: give it the solution's",
        ),
        ("class Ball:\n  def push(self, f):\n    pass\n", "m.py:2: class Ball: indent"),
        ("root = 1\n", "m.py:1: root is something else"),
        ("def root(x):\n    return 1\n\n\ndef root(x):\n    return 2\n", "replaces line .* twice"),
        ("def root(x:\n", "m.py:1: "),
        (
            "#: begin root.root\ndef root(x):\n    return 1\n#: end root.root\n",
            "a mutant has no region markers",
        ),
        ("# end of it\ndef root(x):\n    return 1\n", "m.py:1: .* looks like a region marker"),
        ("def root(x):\n    nonlocal y\n", "m.py: put together, line"),
    ],
)
def test_what_a_mutant_may_not_be(mutant, words):
    with pytest.raises(AuthorError, match=words):
        assemble(SOLUTION, mutant, "m.py")


def test_the_chapters_mutants(chapter):
    mutants = {mutant.name: mutant for mutant in assembly.mutants(chapter)}
    assert [m.task for m in mutants.values()] == sorted(
        (m.task for m in mutants.values()), key=[task.id for task in chapter.tasks].index
    )
    rows = mutants["center_rows"]
    assert rows.misconception == "Takes from each row its own mean, not from each column."
    assert rows.fails == ("center",)
    assert rows.hint.startswith("Which axis")
    for mutant in mutants.values():
        assert compile(mutant.source, mutant.name, "exec")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("fails: center\n", "fails: center, normalise\n", "normalise is blocked by center, so leave it out"),
        ("fails: center\n", "fails: middle\n", 'no task "middle"'),
        ("fails: center\n", "fails:\n", "has no line"),
        ("fails: center\n", "fails: ,\n", "fails: the tasks"),
        ("fails: center\n", "", 'no line "fails: ...'),
        ("fails: center\n", "breaks: center\n", "neither fails: nor hint:"),
        ("def center", "def center(", "not Python"),
    ],
)
def test_what_a_mutants_docstring_must_say(spoilt, old, new, words):
    chapter, folder = spoilt
    edit(folder / "mutants" / "center_rows.py", old, new)
    with pytest.raises(AuthorError, match=words) as caught:
        assembly.mutants(chapter)
    assert "center_rows.py" in str(caught.value)


def test_a_mutants_hint_may_run_over_lines(spoilt):
    chapter, folder = spoilt
    edit(folder / "mutants" / "center_rows.py", "over the rows.\n", "over\nthe rows.\n")
    assert next(m for m in assembly.mutants(chapter) if m.name == "center_rows").hint.endswith("over the rows.")


def test_a_mutants_name_begins_with_its_task(spoilt):
    chapter, folder = spoilt
    (folder / "mutants" / "center_rows.py").rename(folder / "mutants" / "rows.py")
    with pytest.raises(AuthorError, match=r"rows\.py: a mutant's file is called <task>_<fault>"):
        assembly.mutants(chapter)


# --- alternates and hints


def test_alternates_are_whole_programs_without_markers(spoilt):
    chapter, folder = spoilt
    assert set(render.alternates(chapter)) == {"functional", "loops"}
    (folder / "alternates" / "loops.py").write_text("#: begin center.a\nx = 1\n#: end center.a\n")
    with pytest.raises(AuthorError, match="no region markers"):
        render.alternates(chapter)


def test_each_task_has_three_hints(chapter):
    found = render.hints(chapter)
    assert list(found) == [task.id for task in chapter.tasks]
    assert found["center"][0] == "A column runs along the first axis."


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("## center", "## centre", 'hints.md:3: the chapter has no task "centre"'),
        ("## normalise", "## center", "the hints for center are there twice"),
        ("### 2", "### 3", 'hints.md:8: "### 2" is wanted here'),
        ("### 3\n", "", "task center has 2 hints; three are wanted"),
        ("A column runs along the first axis.", "", "task center has 2 hints"),
        ("## center\n", "## center\n\nWords.\n", 'hints.md:5: the hints for center begin with "### 1"'),
        ("A column", "```\n## no heading\n```\nA column", None),
    ],
)
def test_what_hints_must_be(spoilt, old, new, words):
    chapter, _ = spoilt
    edit(chapter.exercises / "hints.md", old, new)
    if words is None:
        assert "## no heading" in render.hints(chapter)["center"][0]
        return
    with pytest.raises(AuthorError, match=words):
        render.hints(chapter)

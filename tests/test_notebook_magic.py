"""`%grade` in a notebook grades what its cells define, and shows the same feedback as everywhere."""

import os
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from grader.errors import UsageError
from grader.model import Cell
from grader.student.definitions import definitions
from grader.student.magic import what

RIGHT = "def center(x):\n    print('columns', x.shape[1])\n    return x - column_means(x)"
WRONG = "def center(x):\n    return x - x.mean(axis=1, keepdims=True)"


def taken(*sources, wanted=("f",)):
    cells = [Cell(f"In[{number}]", source) for number, source in enumerate(sources, 1)]
    return {cell.name: cell.source for cell in definitions(cells, wanted)}


def test_the_newest_definition_counts_and_what_it_needs_comes_with_it():
    found = taken(
        "import numpy as np\nunused = 1", "def g(): return np.ones(2)", "def f(): return 0", "def f(): return g()"
    )
    assert found == {
        "In[1]": "import numpy as np\n",
        "In[2]": "def g(): return np.ones(2)\n",
        "In[4]": "def f(): return g()\n",
    }


def test_lines_keep_their_numbers_and_experiments_stay_out():
    found = taken("print('hi')\nplot(f)\n\n@decorate\ndef f():\n    pass\nf()\n")
    assert found == {"In[1]": "\n\n\n@decorate\ndef f():\n    pass\n"}


def test_what_is_built_up_in_steps_comes_whole():
    found = taken("table = {}", "table['a'] = 1\nif table:\n    extra = 2", "def f(): return table, extra")
    assert list(found) == ["In[1]", "In[2]", "In[3]"]


def test_a_cell_that_cannot_be_read_is_passed_over():
    assert list(taken("def f(: pass", "def f(): pass", "1 +")) == ["In[2]"]
    assert taken("x = 1") == {}


def test_words_after_the_magic(arrays_course, arrays):
    assert what("center", arrays_course, Path("/"))[1] == "center"
    assert what("ch1 center", arrays_course, Path("/"))[1] == "center"
    assert what("", arrays_course, arrays.exercises)[1] is None
    assert what("Center", arrays_course, arrays.exercises)[1] == "center"
    for wrong in ("nonsense", "", "ch1 nonsense", "a b c"):
        with pytest.raises(UsageError):
            what(wrong, arrays_course, Path("/"))


@pytest.fixture
def notebook(root, tmp_path, monkeypatch):
    """Runs cells in a real kernel, in a copy of the course; returns each cell's outputs."""
    runtime = Path(tempfile.mkdtemp(prefix="run-"))  # a socket's path is short
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))

    def run(*cells):
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        folder = root / "exercises" / "ch1_arrays"
        NotebookClient(book, timeout=60, resources={"metadata": {"path": str(folder)}}).execute()
        return [cell.outputs for cell in book.cells]

    yield run
    from grader.student.client import servers, stop

    found = servers()
    for path in found:
        stop(path)
    shutil.rmtree(runtime)
    assert len(found) <= 1


def data(outputs, kind):
    return "".join(output.data.get(kind, "") for output in outputs if output.output_type == "display_data")


def test_a_cell_is_graded_by_the_magic_in_a_real_kernel(notebook):
    first = "%load_ext grader\nimport numpy as np\nfrom given import column_means"
    outputs = notebook(
        first,
        WRONG,
        "%grade center",
        RIGHT,
        "%grade center",
        "%grade nonsense",
        f"%%grade center\n{WRONG}",
        "%grade normalise",
    )
    wrong, right, unknown, whole, missing = outputs[2], outputs[4], outputs[5], outputs[6], outputs[7]
    assert "failed" in data(wrong, "text/plain")
    assert '<iframe sandbox=""' in data(wrong, "text/html")
    assert "rows" in data(wrong, "text/plain")  # the misconception's name
    assert "passed" in data(right, "text/plain")
    assert "columns 2" in data(right, "text/html")  # what it printed
    assert "ch1 has no task 'nonsense'" in data(unknown, "text/plain")
    assert "failed" in data(whole, "text/plain")
    assert "run the cell that defines normalise first" in data(missing, "text/plain")
    assert not [output for cell in outputs for output in cell if output.output_type == "error"]


def test_without_its_definition_a_task_is_not_graded(notebook):
    outputs = notebook("%load_ext grader", "%grade center")
    assert "run the cell that defines center first" in data(outputs[1], "text/plain")
    assert os.environ["XDG_RUNTIME_DIR"]


@pytest.mark.parametrize(
    "later", ["f = wrap(f)", "f: object = wrap(f)", "x = f = wrap(f)"]
)  # fmt: skip
def test_what_is_made_of_an_older_definition_comes_with_it(later):
    found = taken("def wrap(g): return g", "def f(): return 1", later)
    assert list(found) == ["In[1]", "In[2]", "In[3]"]
    assert list(taken("def f(): return 1", "def f(n): return f(n - 1)")) == ["In[2]"]  # it calls itself

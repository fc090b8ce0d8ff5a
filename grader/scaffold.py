"""The pieces of a new task, put where they belong: it runs at once, with a mark at each thing left to write."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from grader.assembly import read
from grader.course import is_task_id
from grader.errors import UsageError
from grader.model import Chapter

MARK = "TODO(author)"

_SOLUTION = '''

# %% [markdown]
# ## {title}
#
# TODO(author): what is to be written, with its formula.


# %%
def {id}(x):
    """TODO(author): what it gives.

    Args:
        x: TODO(author): dtype and shape.

    Returns:
        TODO(author): dtype and shape.
    """
    #: begin {id}.{id}
    return x
    #: end {id}.{id}
'''
_TASK = """
[[tasks]]
id = "{id}"
title = "{title}"
points = {points}
minutes = 15  # TODO(author): how long it takes a student
names = ["{id}"]
section = "TODO(author): the heading of the lesson to read for it"
style = "TODO(author): another way to write it, for whoever has passed"
builtin = "TODO(author): what to take in real work"
needs = []
"""
_CASE = '''

def {id}(rng, n=5):
    """TODO(author): what is drawn."""
    return {{"x": rng.standard_normal(n).astype("float32")}}
'''
_PROBE = '''

def {id}(module, inputs):
    """What `{id}` returns."""  # TODO(author): arrays or tensors, and what else the claims need to see
    return np.asarray(module.{id}(inputs["x"]))
'''
_PUBLIC = '''

@pytest.mark.task("{id}")
def test_{id}_for_three_numbers(submission, reference, case):
    """TODO(author): what a student sees when it fails."""
    inputs = case("{id}", n=3)
    assert_close(submission(inputs), reference(inputs))
'''
_HIDDEN = '''

# --- {id}


@pytest.mark.task("{id}")
def test_{id}_whatever_the_numbers(submission, reference, case):
    """TODO(author): one claim in one sentence, without a hidden value."""
    inputs = case("{id}", n=7)
    assert_close(submission(inputs), reference(inputs))
'''
_HINTS = """
## {id}

### 1
TODO(author): a nudge.

### 2
TODO(author): the idea.

### 3
TODO(author): nearly the answer.
"""
_MUTANT = '''"""TODO(author): the misconception, in one sentence.

fails: {id}
hint: TODO(author): a question that leads out of it.
"""


def {id}(x):
    return x + 1
'''


def new_task(chapter: Chapter, task: str, title: str, points: float) -> dict[Path, str]:
    """The files that change when a task is added, with their new text; nothing is written.

    Args:
        chapter: where the task goes, at its end.
        task: its id, which is also the name of the function to write.
        title: its title.
        points: what it is worth.

    Raises:
        UsageError: the id is malformed or taken, or the solutions are not here.
        AuthorError: a file of the chapter cannot be read.
    """
    if chapter.solutions is None:
        raise UsageError(f"{chapter.id}: a task begins with its solution, and the solutions are not here")
    if not is_task_id(task):
        raise UsageError(f"{task!r} cannot be a task's id: small letters, digits and underscores, a letter first")
    public, private = chapter.exercises, chapter.solutions
    grown = {
        private / f"{chapter.module}.py": _SOLUTION,
        public / "chapter.toml": _TASK,
        public / "cases.py": _CASE,
        public / "probes.py": _PROBE,
        public / "test_public.py": _PUBLIC,
        private / "test_hidden.py": _HIDDEN,
        public / "hints.md": _HINTS,
    }
    files = {private / "mutants" / f"{task}_wrong.py": _MUTANT.format(id=task)}
    words = {"id": task, "title": title.replace('"', "'"), "points": f"{points:g}"}
    for path, piece in grown.items():
        text = read(path)
        if path.suffix == ".py" and task in _defined(text):
            raise UsageError(f"{path.name} of {chapter.id} has a {task!r} already")
        files[path] = text.rstrip("\n") + "\n" + piece.format(**words)
    if any(task == other.id for other in chapter.tasks) or next(iter(files)).exists():
        raise UsageError(f"{chapter.id} has a task {task!r} already")
    return files


def unwritten(chapter: Chapter) -> Iterator[tuple[Path, int]]:
    """The places of a chapter that still wait for their author: file and line."""
    for folder in (chapter.exercises, chapter.solutions):
        for path in sorted(folder.rglob("*")) if folder is not None else ():
            if path.suffix in (".py", ".md", ".toml") and path.is_file():
                for number, line in enumerate(read(path).split("\n"), start=1):
                    if MARK in line:
                        yield path, number


def _defined(source: str) -> set[str]:
    return {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}

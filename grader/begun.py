"""What there is already of a task that counts as not attempted: a name with a typing error, or some of its parts.

Looks at lines only: what a student hands in is not parsed outside the sandbox.
"""

from __future__ import annotations

import difflib
import re

import msgspec

from grader.model import Chapter, Snapshot, Task
from grader.notebook import sources
from grader.render import FRESH

_DEFINED = re.compile(r"^(?:async[ \t]+)?(class|def)[ \t]+(\w{1,80})\b", re.MULTILINE)
_KINDS = {"class": "class", "def": "function"}
MOST = 300  # names that are compared: a file may be made of nothing else
ALIKE = 0.75  # of difflib's ratio; `Momentun` and `Momentum` have 0.88


def words(task: Task, chapter: Chapter, snapshot: Snapshot) -> str:
    """One sentence or two for the student; empty where nothing of the task is there.

    Args:
        task: one whose outcome is `missing`.
        chapter: whose skeleton tells what parts the task has.
        snapshot: the submission.
    """
    text = "\n".join(cell.source for cell in snapshot.cells)
    fresh = _skeleton(chapter, snapshot.name)
    defined = {name: _KINDS[kind] for kind, name in _DEFINED.findall(text)}
    ours = {name for each in chapter.tasks for name in each.names} | {name for _, name in _DEFINED.findall(fresh)}
    own = sorted(set(defined) - ours)[:MOST]
    for name in task.names:
        if name not in defined:
            alike = difflib.get_close_matches(name, own, 1, ALIKE)
            if alike:
                kind = defined[alike[0]]
                return f"Your file has no {kind} `{name}`. It has `{alike[0]}`: is that a typing error?"
    waiting, parts = _parts(task, text), _parts(task, fresh)
    if waiting and len(waiting) < len(parts):
        left = " and ".join(f"`{part}`" for part in waiting)
        return f"{task.id} is begun: {left} {'is' if len(waiting) == 1 else 'are'} not written yet."
    return ""


def _parts(task: Task, text: str) -> list[str]:
    """The parts whose stubs stand there, in their order, each once."""
    stub = rf"""raise NotImplementedError\(["']{re.escape(task.id)}: (\w+) is not written yet["']\)"""
    return list(dict.fromkeys(re.findall(stub, text)))


def _skeleton(chapter: Chapter, name: str) -> str:
    """The source of the file as it was released; empty where nobody knows."""
    try:
        released = msgspec.json.decode((chapter.exercises / FRESH).read_bytes(), type=dict[str, str])
        text = released.get(name, released[f"{chapter.module}.py"])
        return "\n".join(sources(text, name)) if name.endswith(".ipynb") else text
    except Exception:  # whoever made a course without it has no such words, and no fault
        return ""

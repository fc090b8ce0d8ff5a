"""`%load_ext grader` and `%grade momentum` in a notebook: the cell's definitions, graded by the warm worker."""

from __future__ import annotations

import atexit
import io
import os
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from grader.course import find_chapter, find_root, load, task_id
from grader.errors import GraderError, UsageError
from grader.model import Cell, Chapter, Course
from grader.reports import terminal, text
from grader.student import progress, talk
from grader.student.client import Client, Unavailable
from grader.student.definitions import definitions
from grader.student.desk import OWN, LocalHand


class Magic:
    """The two forms of the magic, and the connection that both use.

    Args:
        shell: IPython's.
        show: displays a bundle of representations.
    """

    def __init__(self, shell: Any, show: Callable[[dict[str, str]], None]) -> None:
        self.shell, self.show = shell, show
        self.hands: dict[Path, Client | LocalHand] = {}

    def line(self, words: str) -> None:
        """`%grade [CHAPTER] [TASK]`: what the cells that were run define."""
        self._run(words, [])

    def cell(self, words: str, source: str) -> None:
        """`%%grade [CHAPTER] [TASK]` above a cell: runs the cell, then grades as `%grade` does."""
        result = self.shell.run_cell(source)
        if result.success:
            self._run(words, [Cell(f"In[{self.shell.execution_count}]", "\n" + source)])

    def close(self) -> None:
        """Hangs up."""
        for hand in self.hands.values():
            hand.close()
        self.hands.clear()

    # Within

    def _run(self, words: str, more: list[Cell]) -> None:
        try:
            course = load(find_root(Path.cwd()))
            chapter, task = what(words, course, Path.cwd())
            chosen = chapter.closure(task) if task else tuple(each.id for each in chapter.tasks)
            names = [name for each in chosen for name in chapter.task(each).names]
            run = [*history(self.shell), *more]
            own = list(chapter.task(task).names) if task else names
            cells = definitions(run, names)
            if not definitions(run, own):
                raise UsageError(f"run the cell that defines {' and '.join(own[:3])} first; then %grade looks at it")
            result = self._graded(
                course,
                talk.Job(
                    chapter.id,
                    cells=cells,
                    task=task,
                    student="notebook",
                    pictures=True,
                    who="%grade in a notebook",
                    own=True,
                ),
            )
            if isinstance(result, talk.Refused):
                raise UsageError(result.words)
            said = list(progress.taken_in(course, result.report, task))
            if result.report.environment.get("sandbox") == "none":
                said.insert(0, "No sandbox works here: your code can do all that you can.")
            self.show(bundle(result, said))
        except GraderError as error:
            words = " ".join(str(error).split())
            self.show({"text/plain": f"grader: {words}", "text/html": f"<p>grader: {escape(text.clean(words))}</p>"})
        except KeyboardInterrupt:
            self.close()
            self.show({"text/plain": "grader: stopped"})

    def _graded(self, course: Course, job: talk.Job) -> talk.Done | talk.Refused:
        hand = self.hands.get(course.root)
        if hand is None:
            warm = os.environ.get("GRADER_WARM") != "0"
            hand = self.hands[course.root] = (Client if warm else LocalHand)(course.root, "cpu", OWN)
        try:
            return hand.grade(job)
        except Unavailable:
            hand = self.hands[course.root] = LocalHand(course.root, "cpu", OWN)
            return hand.grade(job)


def what(words: str, course: Course, folder: Path) -> tuple[Chapter, str | None]:
    """The chapter and the task that the words after the magic mean, in a notebook of that folder.

    Raises:
        UsageError: they mean none, or more than one.
    """
    given = words.split()
    if len(given) > 2:
        raise UsageError("%grade takes a task, as in: %grade momentum")
    here = next((each for each in course.chapters if folder.is_relative_to(each.exercises)), None)
    if len(given) == 2:
        chapter = find_chapter(course, given[0])
    elif given and not any(given[0] == task.id for each in course.chapters for task in each.tasks):
        names = {name for each in course.chapters for name in (each.id, each.key)}
        if given[0] in names:
            return find_chapter(course, given[0]), None
        if here is None:
            raise UsageError(f"no chapter has a task {given[0]!r}")
        chapter = here
    elif given and (here is None or all(given[0] != task.id for task in here.tasks)):
        chapter = next(each for each in course.chapters if any(given[0] == task.id for task in each.tasks))
    elif here is not None:
        chapter = here
    else:
        raise UsageError("which task? For example: %grade momentum")
    return chapter, task_id(chapter, given[-1] if given else None)


def history(shell: Any) -> list[Cell]:
    """The cells that were run in this session, oldest first; a line that starts with %% is left empty."""
    cells = []
    for number, raw in enumerate(shell.user_ns.get("In", ())):
        source = str(raw)
        # `In` holds cells as IPython has rewritten them; a cell magic is a call with the cell as a string
        if number and source.startswith("get_ipython().run_cell_magic('grade'"):
            source = "\n" + str(shell.history_manager.input_hist_raw[number]).partition("\n")[2]
        cells.append(Cell(f"In[{number}]", source))
    return cells


def bundle(result: talk.Done, said: list[str]) -> dict[str, str]:
    """The result as text and as HTML: the same page as everywhere, in a frame that runs no script."""
    from grader.reports.html import feedback_page

    plain = io.StringIO()
    out = terminal.console(plain)
    terminal.print_report(result.report, out, printed=result.printed)
    for words in said:
        out.print(words)
    page = feedback_page(result.report, pictures=result.pictures).decode()
    claims = sum(2 + len(test.message) // 60 for task in result.report.tasks for test in task.tests)
    height = min(900, 260 + 22 * claims + 40 * len(result.report.tasks) + 300 * len(result.pictures))
    parts = [
        f"<p>Your code printed ({escape(text.line(each.where, 120))}):</p>"
        f"<pre>{escape(text.clean(each.text, terminal.PRINTED))}</pre>"
        for each in result.printed
    ]
    parts.append(
        f'<iframe sandbox="" title="Feedback" srcdoc="{escape(page)}" '
        f'style="width:100%;height:{height}px;border:1px solid #8888;resize:vertical"></iframe>'
    )
    parts += [f"<p>{escape(text.clean(words))}</p>" for words in said]
    return {"text/plain": plain.getvalue(), "text/html": "\n".join(parts)}


def register(shell: Any) -> None:
    """Makes `%grade` and `%%grade` known to an IPython shell."""
    from IPython.core import display_functions

    show: Any = display_functions.display
    magic = Magic(shell, lambda data: show(data, raw=True))
    shell.register_magic_function(magic.line, "line", "grade")
    shell.register_magic_function(magic.cell, "cell", "grade")
    atexit.register(magic.close)

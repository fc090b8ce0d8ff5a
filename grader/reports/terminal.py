"""Reports in a terminal: plain where it is none, without colours where NO_COLOR is set.

Every string goes through `text.clean` and into a rich Text, which knows no markup: a student's brackets stay
brackets. Nothing here asks for the time or the machine.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TextIO

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.model import Outcome, Printed, Report, TaskReport, TestReport
from grader.reports import text

STYLES: dict[Outcome, str] = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "red",
    Outcome.ERROR: "red",
    Outcome.MISSING: "dim",
    Outcome.BLOCKED: "dim",
    Outcome.TIMEOUT: "magenta",
    Outcome.MEMORY: "magenta",
    Outcome.FORBIDDEN: "yellow",
    Outcome.INFRASTRUCTURE: "bold yellow",
}
PRINTED, PRINTED_LINES = 4000, 10  # of what the student's code printed: of one case, and in one place
CLAIMS = 3  # so many failing claims are told in full
FEW = 2  # tasks that have passed, whose other ways are told; of more, only where to read them


def console(stream: TextIO | None = None) -> Console:
    """A console on `stream` (standard output), which never fails on a character that it cannot show."""
    stream = stream or sys.stdout
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return Console(file=stream, highlight=False, markup=False, emoji=False, force_jupyter=False)


def print_report(
    report: Report,
    out: Console | None = None,
    claims: int = CLAIMS,
    own: bool = False,
    printed: Sequence[Printed] = (),
    watched: bool = False,
) -> None:
    """The table of tasks, the first failing claims, what to do first.

    Args:
        report: the report.
        out: where to; None: standard output.
        claims: so many failing claims are told in full.
        own: whether a student reads it who works with `make`.
        printed: what the student's code printed: shown with the task that fails, the rest below all claims.
        watched: whether the next save is graded by itself.
    """
    out = out or console()
    rest = list(printed)
    emit(out, _heading(report))
    for words in report.notes:
        emit(out, Text(text.clean(words, 600)))
    if report.tasks and not text.unusable(report):
        emit(out, Text(), _task_table(report, plain=not out.is_terminal))
        if any(task.outcome is Outcome.BLOCKED for task in report.tasks):
            emit(out, Text("blocked: not run, because a task that it needs does not pass yet", style="dim"))
        rest = _print_claims(report, out, claims, own, printed)
        print_printed(rest, out)
        _print_afterwards(report, out)
    else:
        print_printed(rest, out)
    if not text.hidden_suite(report):
        emit(out, Text(), Text("These are the visible cases only: points come with the hidden suite."))
    step = text.next_step(report, watched)
    if step:
        emit(out, Text(), Text("What to do first: ", style="bold").append(text.line(step, 600), style="not bold"))
    task = text.pending(report)
    read = text.to_read(report, task) if step and task is not None and not text.cause(report) else ""
    if read:
        emit(out, _labelled("To read", read))
    if step and task is not None and task.outcome is Outcome.MISSING and task.tests and task.tests[0].hint:
        emit(out, _labelled("Hint", text.clean(task.tests[0].hint, 1000)))


def print_printed(printed: Sequence[Printed], out: Console | None = None) -> None:
    """What the student's own code printed in visible cases, set apart from what the grader says."""
    out = out or console()
    for block in _printed(printed):
        emit(out, Text(), block)


def _printed(printed: Sequence[Printed]) -> Iterator[Text]:
    """A block of text for each, until there is no more room in this place."""
    room = PRINTED_LINES
    for number, each in enumerate(printed):
        if room <= 0:
            yield Text(f"It printed in {text.plural(len(printed) - number, 'more case')} too.")
            return
        block = Text("Your code printed", style="bold").append(f" ({text.line(each.where, 120)}):", style="not bold")
        lines = text.clean(each.text, PRINTED).rstrip("\n").split("\n")
        shown = lines[:room]
        room -= len(shown)
        if len(lines) > len(shown):
            shown.append(f"... {text.plural(len(lines) - len(shown), 'more line')}")
        yield block.append("".join(f"\n  | {line}" for line in shown), style="not bold")


def print_hint(title: str, said: str, words: str, out: Console) -> None:
    """One hint."""
    emit(out, Text(text.line(title), style="bold").append(f": {said}", style="not bold"), Text())
    emit(out, Text(text.clean(words, 4000)))


def print_class(reports: Iterable[Report], out: Console | None = None) -> None:
    """A row a student: outcome, score, a mark a task, what happened in a few words."""
    out = out or console()
    reports = sorted(reports, key=lambda report: report.student)
    if not reports:
        emit(out, Text("No submissions."))
        return
    plain = not out.is_terminal
    rows = table(plain)
    rows.add_column("student", overflow="fold", max_width=28)
    rows.add_column("outcome", no_wrap=True)
    rows.add_column("score", justify="right", no_wrap=True)
    rows.add_column("tasks", no_wrap=True)
    rows.add_column("what happened", overflow="fold", ratio=1)
    for report in reports:
        rows.add_row(
            Text(text.line(report.student, 80)),
            outcome(report.outcome),
            Text(_score(report)),
            _marks(report),
            Text(text.note(report)),
        )
    emit(out, rows)
    _print_legend(reports, out)


class Changed(Protocol):
    """A report that would take the place of another."""

    student: str
    before: Report | None
    after: Report

    @property
    def tasks(self) -> list[str]:
        """The tasks that differ."""


def print_changes(changes: Sequence[Changed], out: Console | None = None) -> None:
    """A row a report: the score before and after, the tasks that differ."""
    if not changes:
        return
    out = out or console()
    rows = table(plain=not out.is_terminal)
    for name in ("student", "before", "after"):
        rows.add_column(name, overflow="fold")
    rows.add_column("tasks", overflow="fold", ratio=1)
    for change in changes:
        rows.add_row(
            Text(text.line(change.student, 80)),
            Text(_score(change.before) if change.before else "-"),
            Text(_score(change.after)),
            Text(text.line(", ".join(change.tasks), 300)),
        )
    emit(out, rows)


def _heading(report: Report) -> Text:
    heading = Text(text.line(report.chapter, 60), style="bold")
    if report.student and report.student != report.chapter:  # a student's own folder is called like the chapter
        heading.append(f"  {text.line(report.student, 80)}", style="not bold")
    heading.append("  ").append_text(outcome(report.outcome))
    if text.hidden_suite(report):
        heading.append(f"  {_score(report)} points", style="not bold")
    return heading


def _task_table(report: Report, plain: bool) -> Table:
    hidden = text.hidden_suite(report)
    rows = table(plain)
    rows.add_column("task", no_wrap=True)
    rows.add_column("outcome", no_wrap=True)
    rows.add_column("score" if hidden else "cases", justify="right", no_wrap=True)
    rows.add_column("title", overflow="fold", ratio=1)
    for task in report.tasks:
        if hidden:
            score = f"{text.points(task.score)} / {text.points(task.max_score)}"
        else:
            score = f"{sum(test.outcome is Outcome.PASSED for test in task.tests)} / {len(task.tests)}"
        rows.add_row(
            Text(text.line(task.id, 40)),
            outcome(task.outcome),
            Text(score),
            Text(text.line(task.title, 100)),
        )
    return rows


def _print_claims(
    report: Report, out: Console, claims: int, own: bool, printed: Sequence[Printed] = ()
) -> list[Printed]:
    """The first failing claim of each task, then what is left of the allowance, in the order of the tasks.

    Returns:
        What the student's code printed elsewhere than in the tasks that are told of.
    """
    left = list(printed)
    failing = [
        (task, test, first)
        for task in report.tasks
        if task.outcome is not Outcome.MISSING
        for test, first in text.advice(report, task)
    ]
    seen: set[str] = set()
    rank = []
    for at, (task, _, _) in enumerate(failing):
        rank.append((task.id in seen, at))
        seen.add(task.id)
    for at in sorted(at for _, at in sorted(rank)[:claims]):
        task, test, first = failing[at]
        emit(out, Text(), _claim(task, test))
        for block in _details(report, task, test, first):
            emit(out, Padding(block, (0, 0, 0, 2), expand=False))
        mine = sorted((each for each in left if each.task == task.id), key=lambda each: each.test != test.id)
        left = [each for each in left if each.task != task.id]
        for block in _printed(mine):
            emit(out, Padding(block, (0, 0, 0, 2), expand=False))
        if test.snippet and test.id in text.telling(report, task):
            # at the margin and not broken anew, so that it can be copied
            head = Text(f"{text.snippet_head(report, test)}:", style="bold")
            emit(out, Padding(head, (0, 0, 0, 2), expand=False))
            out.print(Text(text.clean(test.snippet, 2000).rstrip()), soft_wrap=True)
    if len(failing) > claims:
        more = "more " if claims else ""
        rest = text.plural(len(failing) - claims, f"{more}claim fails", f"{more}claims fail")
        page = (
            f"`{text.command(report)} HTML=1` shows all of them"
            if own
            else "with HTML=1, or --html FILE, a page shows all"
        )
        emit(out, Text(), Text(f"{rest}; {page}.", style="dim"))
    return left


def _print_afterwards(report: Report, out: Console) -> None:
    """For what has passed: another way to write it, and what to take in real work."""
    done = [task for task in report.tasks if text.afterwards(task)]
    if len(done) > FEW:
        key = report.chapter.split("_")[0]
        words = f"For another way to write a task that passes: make test-{text.line(key, 20)} TASK={done[0].id}"
        emit(out, Text(), Text(words, style="dim"))
        return
    for task in done:
        emit(out, Text(), Text(text.line(task.id, 40), style="bold").append(" is done.", style="not bold"))
        for label, words in text.afterwards(task):
            emit(out, Padding(_labelled(label, text.clean(words, 1000)), (0, 0, 0, 2), expand=False))


def _claim(task: TaskReport, test: TestReport) -> Text:
    words = Text(text.line(task.id, 40), style="bold")
    waits = test.outcome is Outcome.MISSING  # of a task that has been begun, or its claims would not be told
    words.append(" ").append_text(Text("waits", style="not bold dim") if waits else outcome(test.outcome))
    return words.append(f" ({test.visibility} case): {text.line(test.claim, 300)}", style="not bold")


def _details(report: Report, task: TaskReport, test: TestReport, advice: bool) -> Iterable[Text]:
    if test.id in text.telling(report, task):
        yield Text(text.clean(text.message(test), 2000).rstrip())
    known = text.misconception(test, task)
    if known and advice:
        yield _labelled("A known mistake", known)
    if test.hint and advice:
        yield _labelled("Hint", text.clean(test.hint, 1000))


def _labelled(label: str, words: str) -> Text:
    return Text(f"{label}: ", style="bold").append(words, style="not bold")


def emit(out: Console, *things: RenderableType) -> None:
    """Prints; where there is no terminal, without blanks at the ends of lines."""
    if out.is_terminal:
        out.print(*things, sep="\n")
        return
    with out.capture() as captured:
        out.print(*things, sep="\n")
    for line in captured.get().splitlines():
        out.file.write(line.rstrip() + "\n")


def table(plain: bool) -> Table:
    """An empty table. Without a terminal the columns stand apart and nothing is drawn."""
    if plain:
        return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="none")
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")


def outcome(what: Outcome) -> Text:
    """The outcome's word in its colour."""
    return Text(text.WORDS[what], style=f"not bold {STYLES[what]}")


def _score(report: Report) -> str:
    if text.hidden_suite(report):
        return f"{text.points(report.score)} / {text.points(report.max_score)}"
    tests = [test for task in report.tasks for test in task.tests]
    return f"{sum(test.outcome is Outcome.PASSED for test in tests)} / {len(tests)}" if tests else "-"


def _marks(report: Report) -> Text:
    marks = Text()
    for task in report.tasks:
        marks.append(text.MARKS[task.outcome], style=STYLES[task.outcome])
    return marks


def _print_legend(reports: Sequence[Report], out: Console) -> None:
    """What the columns of marks stand for; only the marks that are there."""
    used = {task.outcome for report in reports for task in report.tasks}
    if not used:
        return
    marks = "   ".join(f"{text.MARKS[outcome]} {text.WORDS[outcome]}" for outcome in Outcome if outcome in used)
    longest = max(reports, key=lambda report: len(report.tasks))
    tasks = ", ".join(text.line(task.id, 40) for task in longest.tasks)
    emit(out, Text(f"tasks: {tasks}", style="dim"), Text(marks, style="dim"))

"""What watch shows: a line at the top, the verdict, the keys at the bottom."""

from __future__ import annotations

import io
from collections.abc import Sequence

from msgspec import Struct
from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from grader.model import Chapter, Outcome, Printed, Report
from grader.reports import terminal, text

KEYS = (("h", "hint"), ("a", "all tasks"), ("n", "next task"), ("l", "lesson"), ("r", "run again"), ("q", "quit"))
FEW = 2  # claims of a task that are told one by one when they have changed; more are counted
Claims = dict[tuple[str, str], tuple[Outcome, str]]  # each test's outcome and claim, by task and test


class State(Struct):
    """All that is on the screen."""

    chapter: Chapter
    task: str
    report: Report | None = None  # the last one on this task
    everything: Report | None = None  # the last one on the whole chapter
    printed: tuple[Printed, ...] = ()
    passed: tuple[str, ...] = ()  # claims that hold since the last save
    broken: tuple[str, ...] = ()  # claims that have ceased to
    hints: tuple[str, ...] = ()
    words: str = ""  # what else there is to say
    note: str = ""  # what holds all the time
    corner: str = ""
    all_tasks: bool = False
    offset: int = 0  # lines scrolled
    keyboard: bool = True


class Page:
    """A screen full of `State`; what does not fit can be scrolled to."""

    def __init__(self, state: State) -> None:
        self.state = state

    def __rich_console__(self, out: Console, options: ConsoleOptions) -> RenderResult:
        height = options.height or out.height
        width = options.max_width
        top = out.render_lines(Group(self._head(), Text()), options.update(height=None))
        foot = out.render_lines(self._foot(), options.update(height=None))
        room = max(1, height - len(top) - len(foot))
        lines = out.render_lines(body(self.state, out), options.update(height=None))
        self.state.offset = max(0, min(self.state.offset, len(lines) - room))
        shown = lines[self.state.offset : self.state.offset + room]
        if len(lines) > self.state.offset + room:
            shown = [*shown[:-1], [Segment("... more: arrow keys".ljust(width)[:width])]]
        shown += [[Segment(" " * width)] for _ in range(room - len(shown))]
        for line in [*top, *shown, *foot][:height]:
            yield from line
            yield Segment.line()

    def _head(self) -> Table:
        state = self.state
        task = state.chapter.task(state.task)
        head = Table.grid(expand=True)
        head.add_column(ratio=1, no_wrap=True)
        head.add_column(justify="right", no_wrap=True)
        left = Text(f"{state.chapter.key}  ", style="dim").append(task.id, style="bold not dim")
        left.append(f"  {text.line(task.title, 60)}", style="not dim")
        head.add_row(left, Text(state.corner, style="dim"))
        return head

    def _foot(self) -> Text:
        words = Text()
        for key, what in KEYS if self.state.keyboard else ():
            words.append(f" {key} ", style="reverse").append(f" {what}  ")
        return words


def body(state: State, out: Console) -> Group:
    """What has changed, what the code printed, the verdict, the hints."""
    parts: list[Text] = []
    for label, style, claims in (("Passes now", "green", state.passed), ("Broken now", "red", state.broken)):
        parts += [Text(f"{label}: ", style=style).append(text.line(claim, 200), style="not bold") for claim in claims]
    if parts:
        parts.append(Text())
    report = state.everything if state.all_tasks else state.report
    if state.note:
        parts.append(Text(state.note, style="yellow"))
    if state.words:
        parts += [Text(text.clean(state.words, 1600)), Text()]
    if report is not None:
        parts.append(_captured(report, () if state.all_tasks else state.printed, out, 0 if state.all_tasks else 3))
    for number, words in enumerate(() if state.all_tasks else state.hints, start=1):
        parts += [Text(f"Hint {number}: ", style="bold").append(text.clean(words, 3000), style="not bold"), Text()]
    return Group(*parts)


def _captured(report: Report, printed: Sequence[Printed], out: Console, claims: int) -> Text:
    """The report as the terminal shows it elsewhere."""
    inner = Console(
        file=io.StringIO(),
        width=out.width,
        force_terminal=True,
        force_jupyter=False,
        color_system="standard" if out.color_system else None,
        no_color=out.no_color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    with inner.capture() as captured:
        terminal.print_report(report, inner, claims, own=True, printed=printed, watched=True)
    return Text.from_ansi(captured.get())


def outcomes(report: Report) -> Claims:
    """What a report says of each claim."""
    return {(task.id, test.id): (test.outcome, test.claim) for task in report.tasks for test in task.tests}


def changes(before: Claims, now: Claims) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What has come to pass, and what has ceased to, in so few lines that the verdict stays in sight."""
    passed: dict[str, list[str]] = {}
    broken: dict[str, list[str]] = {}
    for key, (outcome, claim) in now.items():
        was = before.get(key, (outcome, ""))[0]
        if was is not outcome and Outcome.PASSED in (was, outcome):
            (passed if outcome is Outcome.PASSED else broken).setdefault(key[0], []).append(claim)
    return _in_few_lines(passed), _in_few_lines(broken)


def _in_few_lines(claims: dict[str, list[str]]) -> tuple[str, ...]:
    lines: list[str] = []
    for task, words in claims.items():
        lines += [f"{task}: {each}" for each in words] if len(words) <= FEW else [f"{task}: {len(words)} claims"]
    return tuple(dict.fromkeys(lines))

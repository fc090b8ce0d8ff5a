"""How far a class is: a bar in a terminal, elsewhere a line a minute. No name and no mark of anybody's."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grader.model import Outcome
from grader.reports import text

EVERY = 60.0  # seconds


class Shown:
    """Counts what is done; the ways to show it are below."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0
        self.outcomes: Counter[Outcome] = Counter()
        self._began = time.monotonic()

    def add(self, outcome: Outcome) -> None:
        """One more is graded."""
        self.done += 1
        self.outcomes[outcome] += 1

    def say(self, words: str) -> None:
        """A line of its own."""

    @property
    def rate(self) -> float:
        """Submissions a minute since the first came."""
        return 60 * self.done / max(time.monotonic() - self._began, 1e-3)

    @property
    def counts(self) -> str:
        """`7 passed, 2 failed`."""
        return ", ".join(f"{self.outcomes[it]} {text.WORDS[it]}" for it in Outcome if self.outcomes[it])


class _Lines(Shown):
    def __init__(self, total: int, console: Console) -> None:
        super().__init__(total)
        self._console, self._next = console, time.monotonic() + EVERY

    def add(self, outcome: Outcome) -> None:
        super().add(outcome)
        if time.monotonic() >= self._next or self.done == self.total:
            self._next = time.monotonic() + EVERY
            left = (self.total - self.done) / max(self.rate, 1e-6)
            more = f", about {left:.0f} min left" if left >= 1 else ""
            self.say(f"{self.done} of {self.total} graded ({self.counts}), {self.rate:.0f} a minute{more}")

    def say(self, words: str) -> None:
        self._console.file.write(f"{words}\n")
        self._console.file.flush()


class _Bar(Shown):
    def __init__(self, total: int, bar: Progress) -> None:
        super().__init__(total)
        self._bar, self._task = bar, bar.add_task("grading", total=total, counts="", rate="")

    def add(self, outcome: Outcome) -> None:
        super().add(outcome)
        self._bar.update(self._task, advance=1, counts=self.counts, rate=f"{self.rate:.0f} a minute")

    def say(self, words: str) -> None:
        self._bar.print(words)


@contextlib.contextmanager
def shown(console: Console | None, total: int) -> Iterator[Shown]:
    """Something to tell of each submission that is graded; None shows nothing."""
    if console is None or total == 0:
        yield Shown(total)
    elif not console.is_terminal:
        yield _Lines(total, console)
    else:
        columns = (
            TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(), TextColumn("{task.fields[counts]}"),
        )  # fmt: skip
        with Progress(*columns, console=console, transient=True) as bar:
            yield _Bar(total, bar)

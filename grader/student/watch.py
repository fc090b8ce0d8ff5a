"""`make watch-chN`: grades at each save, from a warm worker, and shows what has changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import watchfiles
from rich.console import Console
from rich.live import Live

from grader.model import Chapter, Course, Outcome, Report
from grader.reports import terminal
from grader.reports.text import afterwards
from grader.student import hints, progress, talk
from grader.student.client import Unavailable
from grader.student.keys import CTRL_C, listening
from grader.student.opening import opened
from grader.student.screen import Claims, Page, State, changes, outcomes

SETTLE = 5  # milliseconds without another change after which a save is over
FRESH = 2.0  # seconds that a file's time may lie back and still tell of this save
LONGEST = 100  # milliseconds that a save may go on
GLANCE = 0.15  # seconds between two pictures of a job that runs: the verdict waits for the one that is being drawn


class Hand(Protocol):
    """Something that grades, and can be told to stop: the warm server's client, or a desk in this process."""

    def grade(
        self, job: talk.Job, progress: Callable[[talk.Step | talk.Busy], None] | None = None
    ) -> talk.Done | talk.Refused:
        """The result of a job."""

    def give_up(self) -> None:
        """From another thread: the job that runs is not wanted any more."""

    def close(self) -> None:
        """Ends it."""


class Watch:
    """The loop of watch: saves, keys and verdicts come in, the screen goes out.

    Args:
        course: the course.
        chapter: the chapter that is watched.
        task: the task to begin with; None: the first that has not passed.
        hand: what grades.
        spare: makes another one where there is no warm server.
        out: the terminal.
    """

    def __init__(
        self, course: Course, chapter: Chapter, task: str | None, hand: Hand, spare: Callable[[], Hand], out: Console
    ) -> None:
        self.course, self.chapter, self.out = course, chapter, out
        self.hand, self.spare = hand, spare
        self.pinned = task is not None
        self.state = State(chapter, task or hints.current(course, chapter))
        self.events: queue.SimpleQueue[tuple[str, object]] = queue.SimpleQueue()
        self.jobs: queue.SimpleQueue[tuple[int, talk.Job] | None] = queue.SimpleQueue()
        self.number = 0  # of the job whose result is wanted
        self.busy = False
        self.saved = 0.0  # when, by the file's own time; 0: nobody has saved yet
        self.seen = ""
        self.since = ""  # how long after the save the verdict was there
        self.next = ""  # the task that was named as the next one
        self.before: Claims = {}  # at the last save
        self.now: Claims = {}

    def run(self) -> None:
        """Until `q` or Ctrl-C."""
        stop = threading.Event()
        threads = [
            threading.Thread(target=self._watch, args=(stop,), daemon=True),
            threading.Thread(target=self._grade, daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            with listening(lambda key: self.events.put(("key", key))) as self.state.keyboard:
                self._changed()
                self._ask(self.state.task)
                if self.out.is_terminal:
                    page = Page(self.state)
                    with Live(page, console=self.out, screen=True, auto_refresh=False) as live:
                        self._loop(live.refresh)
                else:
                    self._loop(lambda: None)
        except KeyboardInterrupt:
            pass
        finally:
            stop.set()
            self.jobs.put(None)
            self.hand.give_up()
            for thread in threads:
                thread.join(5)
            self.hand.close()

    def _loop(self, refresh: Callable[[], None]) -> None:
        size, drawn, behind = self.out.size, 0.0, False
        refresh()
        while True:
            try:
                kind, what = self.events.get(timeout=GLANCE if behind else 0.5)
            except queue.Empty:
                if behind or self.out.size != size:
                    size, behind = self.out.size, False
                    refresh()
                continue
            if kind == "key" and what in ("q", "Q", CTRL_C):
                return
            verdict = self._take(kind, what)
            if verdict and self.saved:
                self.state.corner = self.since = f"{time.time() - self.saved:.2f} s after the save"
            if kind == "save":
                drawn = time.monotonic()  # the job goes out first
            behind = kind in ("save", "step") and time.monotonic() - drawn < GLANCE
            if not behind:
                refresh()
                drawn = time.monotonic()
            if verdict and not self.out.is_terminal:
                self._print()

    # What comes in

    def _take(self, kind: str, what: object) -> bool:
        """One event; whether a verdict on the task came with it."""
        if kind == "save":
            self._save()
        elif kind == "key":
            self._key(str(what))
        elif kind == "step" and isinstance(what, tuple):
            number, step = what
            if number == self.number:
                busy = isinstance(step, talk.Busy)
                self.state.corner = talk.waiting(step) if busy else talk.running(step)[:40]
        elif kind == "result" and isinstance(what, tuple):
            number, job, result = what
            if number == self.number:
                self.busy = False
                return self._result(job, result)
        return False

    def _save(self) -> None:
        if not self._changed():
            return
        self.before = dict(self.now)
        self.state.passed = self.state.broken = ()
        self.state.words, self.state.offset, self.state.all_tasks = "", 0, False
        self._ask(self.state.task)

    def _changed(self) -> bool:
        """Whether the work is another than was graded last; notes when it was saved."""
        digest = hashlib.sha256()
        latest = 0.0
        for path in self._files():
            with contextlib.suppress(OSError):
                latest = max(latest, path.stat().st_mtime)
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
        first, same = not self.seen, digest.hexdigest() == self.seen
        self.seen = digest.hexdigest()
        if not same:
            # a file may keep an old time, as one that was copied or checked out
            now = time.time()
            self.saved = 0.0 if first else latest if now - latest < FRESH else now
        return not same

    def _key(self, key: str) -> None:
        state = self.state
        state.words = ""
        match key:
            case "h":
                hint = hints.next_hint(self.course, self.chapter, state.task, shown=len(state.hints))
                if not hint.again or len(state.hints) < hint.step:
                    texts = hints.texts(self.chapter, state.task)
                    state.hints = texts[: hint.step]
                state.words = hint.lost or hints.who_knows(self.course)
                state.all_tasks, state.offset = False, 1 << 20  # where the hint is
            case "a":
                state.all_tasks, state.offset = not state.all_tasks, 0
                if state.all_tasks and not self.busy:
                    self.saved = 0.0
                    self._ask(None)
            case "n":
                self._move_on(1)
            case "l":
                state.words = open_lesson(self.chapter)
            case "r":
                self.saved = 0.0
                self._ask(state.task)
            case "up" | "k":
                state.offset = max(0, state.offset - 1)
            case "down" | "j":
                state.offset += 1
            case "pageup":
                state.offset = max(0, state.offset - 10)
            case "pagedown" | " ":
                state.offset += 10

    def _result(self, job: talk.Job, result: talk.Done | talk.Refused | str) -> bool:
        state = self.state
        if isinstance(result, (talk.Refused, str)):
            state.words, state.corner = result if isinstance(result, str) else result.words, ""
            state.report = state.everything = None  # of the work as it was
            state.printed = ()
            return True
        self.now |= outcomes(result.report)
        self.state.passed, self.state.broken = changes(self.before, self.now)
        said = progress.taken_in(self.course, result.report, job.task)
        if job.task is None:
            state.everything = result.report
            state.corner = self.since
            self._after_all(result.report)
            return False
        if result.report.environment.get("sandbox") == "none":
            state.note = "No sandbox works here: your code can do all that you can."
        state.report, state.printed, state.corner = result.report, result.printed, ""
        stuck = [words for words in said if words.startswith(f"{state.task} ")]
        state.words = f"{stuck[0].partition(':')[0]}: press h." if stuck else ""
        if _passed(result.report, state.task):
            self._ask(None)  # what else has changed, and what is next
        return True

    def _after_all(self, report: Report) -> None:
        """All tasks are known: goes on to the next one where this one is done."""
        if not _passed(report, self.state.task):
            return
        pending = [task.id for task in report.tasks if task.outcome is not Outcome.PASSED]
        if not pending:
            self.state.words = "All tasks of this chapter pass."
        elif self.pinned:
            self.next = pending[0]
            self.state.words = f"{self.state.task} is done. Next: {self.next} (press n)."
        else:
            done, self.state.task = self.state.task, pending[0]
            self.state.report, self.state.hints, self.state.printed = _only(report, pending[0]), (), ()
            after = [
                f"{label}: {words}" for each in report.tasks if each.id == done for label, words in afterwards(each)
            ]
            self.state.words = "\n".join([f"{done} is done. Next: {pending[0]}.", *after])

    def _move_on(self, step: int) -> None:
        ids = [task.id for task in self.chapter.tasks]
        self.state.task = self.next or ids[(ids.index(self.state.task) + step) % len(ids)]
        self.state.passed = self.state.broken = ()  # of the task that was shown
        self.state.hints, self.state.printed, self.state.report = (), (), None
        self.state.all_tasks, self.pinned, self.saved = False, True, 0.0
        self._ask(self.state.task)

    # What goes out

    def _ask(self, task: str | None) -> None:
        if self.busy:
            self.hand.give_up()
        self.number += 1
        self.busy = True
        if task is not None:
            self.state.corner, self.since, self.next = "grading", "", ""
        who = f"make watch-{self.chapter.key}"
        self.jobs.put(
            (self.number, talk.Job(self.chapter.id, str(self.chapter.exercises), task=task, who=who, own=True))
        )

    def _print(self) -> None:
        """Without a terminal: one report after the other."""
        if self.state.words:
            self.out.print(self.state.words)
        if self.state.report is not None:
            terminal.print_report(self.state.report, self.out, own=True, printed=self.state.printed, watched=True)
        self.out.print(self.state.corner)
        self.out.file.flush()

    # Threads

    def _watch(self, stop: threading.Event) -> None:
        names = {path.name for path in self._files()}
        changes = watchfiles.watch(
            self.chapter.exercises,
            watch_filter=lambda _, path: os.path.basename(path) in names,
            debounce=LONGEST,
            step=SETTLE,
            stop_event=stop,
            recursive=False,
            rust_timeout=500,
            raise_interrupt=False,
        )
        for _ in changes:
            self.events.put(("save", None))

    def _grade(self) -> None:
        while (asked := self.jobs.get()) is not None:
            number, job = asked
            if number != self.number:
                continue  # something newer is wanted already

            def step(done: talk.Step | talk.Busy, number: int = number) -> None:
                self.events.put(("step", (number, done)))

            result: talk.Done | talk.Refused | str
            try:
                result = self.hand.grade(job, step)
            except talk.GivenUp:
                continue
            except Unavailable:
                self.hand = self.spare()
                self.jobs.put(asked)
                continue
            except Exception as error:  # whatever it is, the student sees it and can go on
                result = f"The grader failed: {type(error).__name__}: {error}"
            self.events.put(("result", (number, job, result)))

    def _files(self) -> tuple[Path, Path]:
        stem = self.chapter.exercises / self.chapter.module
        return stem.with_suffix(".py"), stem.with_suffix(".ipynb")


def _passed(report: Report, task: str) -> bool:
    return any(each.id == task and each.outcome is Outcome.PASSED for each in report.tasks)


def _only(report: Report, task: str) -> Report:
    """The part of a report that is about one task."""
    from msgspec.structs import replace

    tasks = tuple(each for each in report.tasks if each.id == task)
    score, most = sum(each.score for each in tasks), sum(each.max_score for each in tasks)
    return replace(report, tasks=tasks, score=score, max_score=most, outcome=tasks[0].outcome)


def open_lesson(chapter: Chapter) -> str:
    """Opens the lesson in the program that the system has for it; returns what to say."""
    lesson = chapter.exercises / "lesson.md"
    if not lesson.is_file():
        return f"This chapter has no {lesson.name} here."
    if opened(lesson):
        return f"The lesson is being opened: {lesson}"
    return f"The lesson: {lesson}, or make lab"

"""What is tried on each kind of example, and what has to hold: no traceback, no hang, a verdict or an exit 2."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import unicodedata
import warnings
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from hypothesis.strategies import SearchStrategy

from grader import feedback, regions, render, wire
from grader.__main__ import main
from grader.channel import Channel, ChannelClosed, ChannelError, ChannelTimeout, FrameTooLarge
from grader.errors import AuthorError, SubmissionError, UnsupportedValue, WireError
from grader.grade import Grader, as_snapshot
from grader.model import Answer, Chapter, Course, Inputs, Outcome, Report, Snapshot, encode_report
from grader.reports import html, terminal, text
from grader.reports.class_page import class_page
from grader.reports.gradebook import gradebook, read_gradebook
from grader.sandbox import Sandbox
from grader.session import Loaded, Session
from grader.submission import snapshot
from tests.fuzz import answers, explore, files, sources

X = (np.arange(12).reshape(4, 3) ** 2).astype("float32")
PROBES = (
    Inputs("centered", {"x": X}, {}),
    Inputs("normalised", {"x": X}, {}),
    Inputs("means", {"batches": [X, X[:2]]}, {}),
    Inputs("shuffled", {"x": X, "y": np.arange(4), "seed": 3}, {}),
)
# of the sources, how many are also: graded by the whole suite, followed by an honest submission, sent through `main`
GRADED, HONEST, COMMAND = 100, 25, 500
LIMITS = {
    "import_seconds": 1.0, "probe_seconds": 0.5, "total_seconds": 4.0, "memory": 256 << 20, "processes": 30,
    "scratch": 16 << 20, "output": 1 << 20, "answer": 4 << 20, "submission": 1 << 20, "archive": 4 << 20,
}  # fmt: skip


class Target(NamedTuple):
    """A kind of example, what is tried on it, and its share of all examples."""

    name: str
    examples: SearchStrategy[Any]
    check: Callable[[Any], list[str]]
    weight: int
    submission: bool  # whether an example is something that is handed in


class Fuzz:
    """The checks, on one warm grader of the NumPy course.

    Args:
        course: a copy of its own, with everything generated.
        grader: of that course, in a real sandbox.
        scratch: an empty folder.
    """

    def __init__(self, course: Course, grader: Grader, scratch: Path) -> None:
        self.course, self.grader, self.scratch = course, grader, scratch
        chapter = course.chapters[0]
        self.chapter: Chapter = msgspec.structs.replace(
            chapter, limits=msgspec.structs.replace(chapter.limits, **LIMITS)
        )
        self.honest = as_snapshot(self.chapter, render.solution(self.chapter))
        self.mouth = Deceived(course)
        self.counts: Counter[str] = Counter()

    def targets(self) -> tuple[Target, ...]:
        """All kinds; weights are per thousand of what is handed in."""
        return (
            Target("sources", sources.sources, self.source, 200, True),
            Target("notebooks", files.notebooks, self.notebook, 280, True),
            Target("archives", files.archives, self.archive, 280, True),
            Target("answers", answers.conversations, self.answer, 240, True),
            Target("wire", answers.messages, self.message, 150, False),
            Target("trees", answers.TREES, self.tree, 100, False),
            Target("frames", answers.messages, self.frame, 100, False),
            Target("regions", files.marked, self.marked, 100, False),
        )

    def run(self, target: Target, count: int, seed: int) -> explore.Tally:
        """Tries `count` examples of a kind."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's, of infinities that a submission sent
            return explore.explore(target.name, target.examples, target.check, count, seed)

    # --- what is handed in

    def source(self, data: bytes) -> list[str]:
        """A script, through the real sandbox."""
        path = self.scratch / "arrays.py"
        path.write_bytes(data)
        return self._handed_in(path, "source", run_all=True)

    def notebook(self, data: bytes) -> list[str]:
        """A notebook; one in ten is run."""
        path = self.scratch / "arrays.ipynb"
        path.write_bytes(data)
        return self._handed_in(path, "notebook", run_all=False)

    def archive(self, example: tuple[str, bytes]) -> list[str]:
        """An archive; one in ten is run."""
        suffix, data = example
        path = self.scratch / f"work{suffix}"
        path.write_bytes(data)
        try:
            return self._handed_in(path, "archive", run_all=False)
        finally:
            path.unlink()

    def answer(self, conversation: tuple[bytes, list[bytes]]) -> list[str]:
        """A process that has been taken over and says what it likes."""
        loaded, said = conversation
        loaded = loaded or wire.encode({"problems": [], "hits": [], "untouched": []})
        self.mouth.will_say(loaded, said)
        said_at_load = self.mouth.open(self.chapter, self.honest)
        judge_loaded(said_at_load, self.honest)
        heard = [self.mouth.call(inputs, seed=1) for inputs in PROBES]
        for answer in heard:
            judge(answer, self.honest)
        if self._turn("answer", GRADED // 2):
            self.mouth.will_say(loaded, said)
            own, self.grader.session = self.grader.session, self.mouth
            try:
                judge_report(self.grader.grade(self.chapter, self.honest, "eve"))
            finally:
                self.grader.session = own
        return ["a value" if any(answer.outcome is None for answer in heard) else "no value"]

    def _handed_in(self, path: Path, kind: str, run_all: bool) -> list[str]:
        if self._turn(f"{kind} command", COMMAND):
            self._command(path)
        try:
            work = snapshot(path, self.chapter)
        except SubmissionError as error:
            line = str(error)
            assert error.exit_code == 2
            assert line.isprintable() and 0 < len(line) < 600, ascii(line)
            return ["exit 2"]
        words = ["read"]
        if run_all or self._turn(kind, 10):
            words += self._run(work)
        if self._turn(f"{kind} graded", GRADED):
            judge_report(self.grader.grade(self.chapter, work, "eve"))
        if self._turn(f"{kind} honest", HONEST):
            assert self._run(self.honest) == ["run", "imported", "answered"], "an honest neighbour suffers"
        return words

    def _run(self, work: Snapshot) -> list[str]:
        """The cells and one probe, in the sandbox."""
        session = self.grader.session
        self.counts["probe"] += 1
        inputs = PROBES[self.counts["probe"] % len(PROBES)] if work is not self.honest else PROBES[0]
        words = ["run"]
        try:
            loaded = session.open(self.chapter, work)
            judge_loaded(loaded, work)
            answer = session.call(inputs, seed=1)
        finally:
            session.close()
        judge(answer, work)
        if not loaded.problems and loaded.verdict is None:
            words.append("imported")
        words.append("answered" if answer.outcome is None else answer.outcome.value)
        return words

    def _command(self, path: Path) -> None:
        """The command line, as a student would call it."""
        out, err = io.StringIO(), io.StringIO()
        before = signal.getsignal(signal.SIGTERM)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = main(["--course", str(self.course.root), "grade", "ch1", str(path), "--seed", "7"])
        finally:
            signal.signal(signal.SIGTERM, before)  # a request to end this program is no find
        assert code in (0, 1, 2), (code, err.getvalue())
        assert (code == 2) == bool(err.getvalue()), err.getvalue()
        assert err.getvalue().count("\n") <= 1
        judge_shown(out.getvalue() + err.getvalue())

    def _turn(self, what: str, every: int) -> bool:
        self.counts[what] += 1
        return self.counts[what] % every == 1

    # --- the modules that hostile bytes reach first, by themselves

    @staticmethod
    def message(data: bytes) -> list[str]:
        """Bytes are a value tree or a WireError; a tree goes back and forth unchanged."""
        try:
            tree = wire.decode(data)
        except WireError:
            return ["refused"]
        with contextlib.suppress(UnsupportedValue):  # decode takes integers of any length
            again = wire.encode(tree)
            assert wire.encode(wire.decode(again)) == again
        return ["a tree"]

    @staticmethod
    def tree(tree: Any) -> list[str]:
        """A tree survives, and comes back as plain types."""
        again = wire.decode(wire.encode(tree))
        assert wire.encode(again) == wire.encode(tree)
        return ["a tree"]

    @staticmethod
    def frame(data: bytes) -> list[str]:
        """Frames, whole, cut, doubled, with a length that lies: each a frame or a ChannelError before the deadline."""
        theirs, ours = os.pipe()
        channel = Channel(theirs, os.dup(ours), cap=512)
        framed = len(data).to_bytes(4, "little") + data if len(data) % 3 else data + data
        words = []
        try:
            os.write(ours, framed[:60_000])
            os.close(ours)
            os.close(channel.writer)
            channel.writer = channel.reader
            while True:
                words.append(f"{len(channel.receive(None)) >= 0}")
        except FrameTooLarge:
            words.append("too large")
        except ChannelClosed:
            words.append("closed")
        except ChannelTimeout:
            words.append("timeout")
        except ChannelError as error:  # nothing else may come
            raise AssertionError from error
        finally:
            channel.close()
        return [words[-1]]

    @staticmethod
    def marked(source: str) -> list[str]:
        """A marked source has regions and a skeleton without their code, or an AuthorError of one line."""
        try:
            found = regions.parse(source, "f.py")
            skeleton = regions.strip(source, "f.py")
            regions.unmark(source, "f.py")
        except AuthorError as error:
            assert "f.py" in str(error)
            return ["refused"]
        assert skeleton.count("is not written yet") >= len(found)
        assert regions.parse(skeleton, "f.py") == ()
        return [f"{min(len(found), 2)} regions"]


def judge(answer: Answer, work: Snapshot) -> None:
    """What holds of every answer to a probe of a student's."""
    assert answer.outcome is None or answer.outcome is not Outcome.INFRASTRUCTURE, answer
    assert len(answer.message) <= 2100
    judge_shown(answer.message)
    if answer.outcome is not None:
        said = feedback.raised(answer, work, True)
        assert said and len(said) < 3000
        judge_shown(said)


def judge_loaded(loaded: Loaded, work: Snapshot) -> None:
    """What holds of every way in which a submission's cells have run."""
    for problem in (*loaded.problems, *([loaded.verdict] if loaded.verdict else [])):
        judge(problem, work)
    for _, _, cell, line in loaded.forbidden:
        assert cell in {cell.name for cell in work.cells}
        assert line >= 0


def judge_shown(said: str) -> None:
    """No control characters but newlines."""
    bad = [c for c in said if unicodedata.category(c)[0] == "C" and c != "\n" and c not in "\u200c\u200d"]
    assert not bad, ascii(bad)


def judge_report(report: Report) -> None:
    """A report that can be written, read, shown in every form, and that blames nobody but the student."""
    encode_report(report)
    outcomes = {test.outcome for task in report.tasks for test in task.tests}
    assert outcomes and Outcome.INFRASTRUCTURE not in outcomes, [
        test.message for task in report.tasks for test in task.tests if test.outcome is Outcome.INFRASTRUCTURE
    ]
    assert 0 <= report.score <= report.max_score
    stream = io.StringIO()
    out = terminal.console(stream)
    terminal.print_report(report, out)
    terminal.print_class([report], out)
    judge_shown(stream.getvalue())
    judge_shown(html.feedback_page(report).decode() + class_page([report]).decode())
    assert read_gradebook(gradebook([report]))[0]["outcome"] == report.outcome
    assert text.note(report)


class Mouth:
    """A channel at whose other end a submission's process says what it likes, after the worker's one word."""

    def __init__(self) -> None:
        self.loaded, self.said = b"", deque([b""])
        self.frames: deque[bytes] = deque()

    def send(self, payload: bytes, _: float | None = None) -> None:
        """A request; its answer is ready at once."""
        operation = wire.decode(payload, max_bytes=2 * wire.MAX_BYTES)["op"]
        if operation == "close":
            self.frames.append(wire.encode({"clean": True}))
            return
        self.frames.append(wire.encode({"status": "answer", "detail": ""}))
        self.frames.append(self.loaded if operation == "open" else self.said[0])
        if operation == "call":
            self.said.rotate(-1)

    def receive(self, _: float | None = None) -> bytes:
        """The next frame."""
        return self.frames.popleft()


class Deceived(Session):
    """A session whose worker is in hostile hands; all that lies above the channel is real."""

    def __init__(self, course: Course) -> None:
        super().__init__(course, Sandbox())

    def will_say(self, loaded: bytes, said: list[bytes]) -> None:
        """What comes back when the cells have run, and then to each probe in turn."""
        self.settle()  # the submission before has ended at the mouth that it had
        mouth = Mouth()
        mouth.loaded, mouth.said = loaded, deque(said)
        self._channel = mouth  # type: ignore[assignment]

    def launch(self) -> None:
        """Nothing to launch."""

    def start(self) -> None:
        """Nothing to wait for."""

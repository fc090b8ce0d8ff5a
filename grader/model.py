"""The records that the engine passes around. They hold data and derive nothing from the outside world."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

SCHEMA = 1


class Outcome(enum.StrEnum):
    """What became of a test, of a task, of a submission."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  # the student's code raised
    MISSING = "missing"  # not attempted: the skeleton's own exception, or the name is absent
    BLOCKED = "blocked"  # not run: a task that it needs has failed
    TIMEOUT = "timeout"
    MEMORY = "memory"
    FORBIDDEN = "forbidden"
    INFRASTRUCTURE = "infrastructure"  # ours: costs no attempt


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What one submission may use. Seconds are wall time unless named otherwise; sizes are bytes."""

    import_seconds: float = 30.0
    probe_seconds: float = 20.0  # at least 20: TensorFlow retries a refused allocation for 10
    total_seconds: float = 240.0
    cpu_seconds: int = 480  # of all its processes together
    memory: int = 2 << 30
    processes: int = 256  # processes and threads together
    descriptors: int = 2048  # open files, pipes and sockets of all its processes
    scratch: int = 256 << 20
    files: int = 20_000  # that lie in its scratch
    file: int = 64 << 20  # one file that the code writes
    output: int = 10 << 20
    answer: int = 64 << 20  # one value tree that comes back
    depth: int = 32  # of a value tree
    count: int = 200_000  # parts of a value tree
    submission: int = 10 << 20  # one submitted file
    archive: int = 50 << 20  # an archive, and all that is in it
    members: int = 2000  # files in an archive
    ratio: int = 300  # how much larger a file in an archive may become; real source: three to ten times


class Task(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to write, and what it is worth."""

    id: str
    title: str
    points: float
    names: tuple[str, ...]  # the top-level names that the student defines for it
    needs: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()  # dotted names that must not be used inside this task's definitions
    minutes: int = 15
    time_limit: float | None = None  # seconds a probe; None: the chapter's
    section: str = ""  # the lesson's, to read for it
    style: str = ""  # for whoever has passed: another way to write it,
    builtin: str = ""  # and what to take in real work


class Picture(Struct, frozen=True, forbid_unknown_fields=True):
    """What is drawn of a probe's visible cases, the student's beside the expected.

    "path": points [n, 2] on the contours of a bowl; "curve": numbers over points of the inputs; "losses": numbers over
    steps, on a log scale. Places in a tree are written with dots.
    """

    kind: Literal["path", "curve", "losses"]
    y: tuple[str, ...]  # places in the answer, each with axes of its own
    x: str = ""  # of a path: the bowl's matrix, in the inputs; of a curve: the points, there; of losses: in the answer


class Chapter(Struct, frozen=True):
    """A chapter: where it lives, its tasks in order, and what bounds its submissions."""

    id: str  # the folder's name, such as "ch4_optimizers"
    title: str
    module: str  # "optimizers": the student's file is module.py or module.ipynb
    tasks: tuple[Task, ...]
    forbidden: tuple[str, ...]  # for every task
    limits: Limits
    exercises: Path  # its public folder
    solutions: Path | None  # its private folder, where there is one
    pictures: dict[str, Picture] = {}  # by probe

    @property
    def key(self) -> str:
        """The short name, "ch4"."""
        return self.id.split("_")[0]

    def task(self, task_id: str) -> Task:
        """The task of that id.

        Raises:
            KeyError: there is none.
        """
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise KeyError(task_id)

    def closure(self, task_id: str) -> tuple[str, ...]:
        """The task and everything that it needs, in the chapter's order."""
        wanted, pending = set(), [task_id]
        while pending:
            current = pending.pop()
            if current not in wanted:
                wanted.add(current)
                pending.extend(self.task(current).needs)
        return tuple(task.id for task in self.tasks if task.id in wanted)


class Variant(Struct, frozen=True, forbid_unknown_fields=True):
    """Other surroundings for the same right programs; an audit measures how far their values move there."""

    name: str
    threads: int | None = None  # None: the course's
    environment: dict[str, str] = {}  # beside the course's own; its runtime.py may read it
    wide: bool = False  # floats go in as float64, and what comes back as float64 is rounded to the reference's dtype
    form: bool = True  # whether dtypes, graphs and exceptions stay the same too, so that only last digits may differ
    draws: bool = True  # whether the same seed draws the same numbers there


class Translation(Struct, frozen=True, forbid_unknown_fields=True):
    """What an exception of the libraries means, in a plain sentence."""

    exception: str  # the class's name
    means: str
    says: str = ""  # a regular expression that its message holds; empty: whatever it says


class Course(Struct, frozen=True):
    """A course: its chapters and what a worker must load before it forks."""

    id: str
    title: str
    root: Path
    exercises: Path
    solutions: Path | None  # None where the private half is not there (a student's copy)
    runtime: Path  # the course's runtime.py
    preload: tuple[str, ...]  # modules the worker imports before it forks
    versions: tuple[str, ...]  # distributions whose versions a report names
    chapters: tuple[Chapter, ...]
    exceptions: tuple[str, ...] = ()  # the libraries' exception classes that feedback may name
    environment: dict[str, str] = {}  # the worker's environment variables; "{scratch}" is its writable folder
    threads: int = 1  # that the framework may use for one submission
    images: dict[str, str] = {}  # device -> the container image with the course's libraries
    variants: tuple[Variant, ...] = ()
    translations: tuple[Translation, ...] = ()  # of exceptions, the first that fits counts
    translated: Path | None = None  # the file that they stand in

    def chapter(self, name: str) -> Chapter:
        """The chapter called `name`: its id, its short name or its number.

        Raises:
            KeyError: there is none.
        """
        for chapter in self.chapters:
            if name in (chapter.id, chapter.key, chapter.key.removeprefix("ch")):
                return chapter
        raise KeyError(name)


class Cell(Struct, frozen=True):
    """A piece of source that runs as one: a whole .py file, or one code cell of a notebook."""

    name: str  # as tracebacks name it: "optimizers.py", "optimizers.ipynb cell 3"
    source: str


class Snapshot(Struct, frozen=True):
    """A submission as it was at one moment: text only, capped, hashed."""

    name: str  # the file's name, "optimizers.py"
    cells: tuple[Cell, ...]
    digest: str  # "sha256:..." of the bytes that were read
    notes: tuple[str, ...] = ()  # what was left out, and why: for the student


class Inputs(Struct, frozen=True):
    """One drawn case: which probe to run, on which value tree."""

    probe: str
    values: dict[str, Any]
    choices: dict[str, Any]  # what the test asked cases.py for: may be shown, drawn values may not


class Answer(Struct, frozen=True):
    """What came back for one probe: a value tree where `outcome` is None, else how it ended."""

    outcome: Outcome | None
    value: Any = None
    exception: str = ""  # the class's name, if it is a known one
    message: str = ""  # for the student; for an exception its own text, shown only for visible cases
    cell: str = ""
    line: int = 0  # of the student's own code
    column: int = 0  # of a syntax error
    hearsay: bool = False  # the message is the word of the student's process: of a hidden case it may quote the inputs
    touched: tuple[
        str, ...
    ] = ()  # top-level names that the probe took from the module; the course's own programs' word
    printed: str = ""  # what the code printed meanwhile: shown of visible cases only


class Printed(Struct, frozen=True):
    """What a student's code printed: at import, or in a visible case. Never part of a report."""

    where: str
    text: str
    task: str = ""  # of the case; empty at import
    test: str = ""


class Drawing(Struct, frozen=True):
    """A picture of a visible case, for the student alone. Never part of a report."""

    task: str
    test: str
    caption: str
    svg: str


class TestReport(Struct, frozen=True):
    """The verdict on one test function; its parameters are all or nothing."""

    id: str
    claim: str
    outcome: Outcome
    points: float
    score: float
    visibility: Literal["public", "hidden"]
    message: str = ""
    hint: str = ""
    misconception: str = ""
    seconds: float = 0.0
    snippet: str = ""  # of a visible test that fails: lines of Python that do the same
    waits: str = ""  # of a claim that uses another task, not written yet: which one


class TaskReport(Struct, frozen=True):
    """The verdict on one task."""

    id: str
    title: str
    score: float
    max_score: float
    outcome: Outcome
    tests: tuple[TestReport, ...]
    section: str = ""  # of a task that has not passed: what to read of the lesson
    style: str = ""  # of a task that has passed: another way to write it,
    builtin: str = ""  # and what to take in real work
    begun: str = ""  # of a task that is missing: what there is of it already, in words


class Report(Struct, frozen=True):
    """One graded submission: the JSON contract, schema 1. Readers ignore fields they do not know."""

    course: str
    chapter: str
    student: str
    submission: str
    suite: str
    engine: str
    environment: dict[str, Any]
    seed_id: str
    started: str
    seconds: float
    score: float
    max_score: float
    outcome: Outcome
    tasks: tuple[TaskReport, ...]
    schema: int = SCHEMA
    notes: tuple[str, ...] = ()


def encode_report(report: Report) -> bytes:
    """The report as indented JSON, read back strictly before anyone gets to see it."""
    data = msgspec.json.encode(report)
    msgspec.json.decode(data, type=Report)
    return msgspec.json.format(data, indent=2) + b"\n"


def decode_report(data: bytes) -> Report:
    """A report from JSON.

    Raises:
        msgspec.ValidationError: it does not obey the schema.
    """
    return msgspec.json.decode(data, type=Report)


def report_schema() -> dict[str, Any]:
    """The JSON schema of a report."""
    return msgspec.json.schema(Report)

"""How far a student is: plain facts, one a line, in the student's own folder.

`progress.toml` beside `course.toml` holds what has passed. How many hints were taken, and how often the same fail came
back, stay in `.grader/`, which git leaves alone; only where the course says so do the hints stand in `progress.toml`.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.atomic import write_atomic
from grader.course import COURSE_FILE, student_settings
from grader.model import Chapter, Course, Outcome, Report, Task, TaskReport

FILE, PRIVATE = "progress.toml", ".grader"
HEAD = "# How far you are. One fact a line, written by the grader: merge it as you like, or delete it to start again.\n"
STEPS = 3  # hints a task
STUCK = 3  # equal fails after which the next hint is offered

Fact = str | int | float
Facts = dict[str, Fact]  # "ch4_optimizers.momentum.outcome" -> "passed"


def read(course: Course) -> Facts:
    """All facts; lines that are none, such as the marks of a merge, are passed over."""
    facts: Facts = {}
    for path in _paths(course):
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            for key, value in _fact(line):
                facts[key] = _later(key, facts[key], value) if key in facts else value
    return facts


def write(course: Course, facts: Mapping[str, Fact]) -> None:
    """Writes the facts, sorted, each to the file that it belongs to.

    Raises:
        OSError: the folder cannot be written to.
    """
    public, private = _paths(course)
    shared = student_settings(course).hints_reach_instructor
    lines: dict[Path, list[str]] = {public: [], private: []}
    for key, value in sorted(facts.items()):
        what = key.rpartition(".")[2]
        own = what in ("fails", "asked") or (what == "hints" and not shared)
        lines[private if own else public].append(f"{key} = {_toml(value)}\n")
    for path, text in lines.items():
        data = (HEAD + "".join(text)).encode()
        if path == private and (text or path.is_file()):
            path.parent.mkdir(exist_ok=True)
            if not (path.parent / ".gitignore").is_file():
                write_atomic(path.parent / ".gitignore", b"*\n")
        if (text or path.is_file()) and not (path.is_file() and path.read_bytes() == data):
            write_atomic(path, data)


@contextlib.contextmanager
def alone(course: Course) -> Iterator[None]:
    """Only one process at a time reads, changes and writes: a watch and a `make test` may run side by side."""
    if sys.platform == "win32":  # it has no such locks
        yield
        return
    import fcntl

    with open(course.root / COURSE_FILE, "rb") as held:
        with contextlib.suppress(OSError):  # a file system without locks: as it was before there was one
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def forget(course: Course, chapter: Chapter) -> bool:
    """Forgets what has passed of a chapter that begins anew, but not the hints; whether there was anything.

    Raises:
        OSError: the folder cannot be written to.
    """
    with alone(course):
        facts = read(course)
        kept = {
            key: value for key, value in facts.items() if not key.startswith(f"{chapter.id}.") or key.endswith(".hints")
        }
        write(course, kept)
    return kept != facts


def record(
    course: Course, report: Report, today: datetime.date | None = None, task: str | None = None
) -> tuple[str, ...]:
    """Takes in a report on the student's own work.

    Args:
        course: whose.
        report: of some or all tasks of a chapter.
        today: the date, for tests.
        task: the one that was asked for: it is the one that the student is at.

    Returns:
        The tasks that have failed in the same way several times, each time with other code.
    """
    with alone(course):
        return _record(course, report, today, task)


def _record(course: Course, report: Report, today: datetime.date | None, asked: str | None) -> tuple[str, ...]:
    date = (today or datetime.date.today()).isoformat()
    facts = read(course)
    if asked is not None:
        for key in [key for key in facts if key.startswith(f"{report.chapter}.") and key.endswith(".asked")]:
            del facts[key]
        facts[f"{report.chapter}.{asked}.asked"] = 1
    stuck = []
    for task in report.tasks:
        if task.outcome is Outcome.INFRASTRUCTURE:
            continue
        at = f"{report.chapter}.{task.id}"
        before = facts.get(f"{at}.outcome")
        if task.outcome is Outcome.BLOCKED and before == "passed":
            continue  # it is what it needs that has broken
        facts[f"{at}.outcome"] = str(task.outcome)
        if report.max_score:
            facts[f"{at}.score"] = task.score
        else:
            facts.pop(f"{at}.score", None)  # of an older program
        if task.outcome is Outcome.PASSED:
            facts.setdefault(f"{at}.passed", date)
            facts.pop(f"{at}.broken", None)
            facts.pop(f"{at}.fails", None)
            continue
        if before == "passed":
            facts[f"{at}.broken"] = date
        if task.outcome not in (Outcome.MISSING, Outcome.BLOCKED):
            facts[f"{at}.fails"] = _fails(str(facts.get(f"{at}.fails", "")), task, report.submission)
            if _count(facts[f"{at}.fails"]) >= STUCK:
                stuck.append(task.id)
    write(course, facts)
    return tuple(stuck)


def taken_in(course: Course, report: Report, asked: str | None = None) -> tuple[str, ...]:
    """Takes in a report as `record` does; returns what is to be said to the student, a line each."""
    try:
        stuck = record(course, report, task=asked)
    except OSError as error:
        return (not_kept(course, error),)
    chapter = course.chapter(report.chapter)
    said = []
    for task in stuck:
        taken = hints_taken(read(course), chapter.id, task)
        if taken < STEPS:
            said.append(
                f"{task} has failed in the same way {STUCK} times or more. The next hint ({taken + 1} of {STEPS}): "
                f"make hint-{chapter.key} TASK={task}"
            )
    return tuple(said)


def not_kept(course: Course, error: OSError) -> str:
    """What to say where the facts cannot be written."""
    return f"Your progress is not kept: {course.root / FILE}: {error.strerror}"


def hints_taken(facts: Facts, chapter: str, task: str) -> int:
    """How many hints of a task have been shown."""
    value = facts.get(f"{chapter}.{task}.hints", 0)
    return value if isinstance(value, int) else 0


def score(facts: Facts, chapter: str, task: Task) -> float | None:
    """The points of a task, as far as is known: where no hidden case was run, only that it has passed."""
    at = f"{chapter}.{task.id}"
    if facts.get(f"{at}.outcome") == "passed":
        return task.points
    value = facts.get(f"{at}.score")
    return min(task.points, max(0.0, value)) if isinstance(value, (int, float)) else None


def _fails(before: str, task: TaskReport, submission: str) -> str:
    """How often in a row this very fail was seen, of how many different programs: "3 FAIL PROGRAM"."""
    fail = hashlib.sha256()
    for test in task.tests:
        if test.outcome is not Outcome.PASSED:
            fail.update(f"{test.id}\n{test.outcome}\n{test.message}\n".encode("utf-8", "replace"))
    this, program = fail.hexdigest()[:12], submission.removeprefix("sha256:")[:12]
    count, _, rest = before.partition(" ")
    same, _, last = rest.partition(" ")
    if same != this:
        return f"1 {this} {program}"
    return f"{_count(count) + (last != program)} {this} {program}"


def _count(value: Fact) -> int:
    number = str(value).partition(" ")[0]
    return int(number) if number.isdecimal() else 0


def _paths(course: Course) -> tuple[Path, Path]:
    return course.root / FILE, course.root / PRIVATE / FILE


def _fact(line: str) -> list[tuple[str, Fact]]:
    try:
        tree = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return []
    return [
        (f"{chapter}.{task}.{what}", value)
        for chapter, tasks in tree.items()
        if isinstance(tasks, dict)
        for task, facts in tasks.items()
        if isinstance(facts, dict)
        for what, value in facts.items()
        if isinstance(value, (str, int, float))
    ]


def _later(key: str, one: Fact, other: Fact) -> Fact:
    """Which of two facts holds after a merge: the day that it first passed, else the larger."""
    if type(one) is not type(other):
        return other
    return min(one, other, key=str) if key.endswith(".passed") else max(one, other, key=_weight)


def _weight(value: Fact) -> tuple[bool, float, str]:
    number = float(value) if isinstance(value, (int, float)) else 0.0
    return value == "passed", number, str(value)


def _toml(value: Fact) -> str:
    if isinstance(value, str):
        return '"' + "".join(c for c in value if c.isprintable() and c not in '"\\') + '"'
    return str(value)

"""Which commits are to be graded now, and their files, laid out in shards of a matrix.

A submission is data: files named as the chapter's, copied out of git's store. What is printed and put into outputs
are counts.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from grader.atomic import write_atomic
from grader.ci import git
from grader.ci.config import Assignment, Grading, Student, address, slug
from grader.ci.github import GitHub, TokenRefused, Unreachable
from grader.ci.ledger import Ledger
from grader.errors import InfrastructureError
from grader.model import Chapter, Course
from grader.reports.text import line

PLAN = "plan.json"
_AFTER = datetime.timedelta(days=14)  # for so long after the last deadline the final grading is tried again
_MOST_FILES = 8
_PATH = 500  # characters of one that is worth naming
_MOST_SHARDS = 256  # jobs of a matrix, as GitHub has it
_IN_A_ROW = 3  # so many that GitHub did not answer, and no more are asked: it shuts out who goes on
_OTHERS = 100  # pushes to other branches that are looked at


class Source(Struct, frozen=True):
    """A file that was copied, as the student's repository knows it."""

    path: str  # from its root
    digest: str  # as a report names what was graded
    lines: int


class Entry(Struct, frozen=True):
    """One submission to grade."""

    chapter: str  # its id
    student: str
    slug: str  # where feedback goes; empty: nowhere
    commit: str
    final: bool
    shard: int
    by_service: bool  # whether the service's clock says when it was pushed, not the commit itself
    sources: tuple[Source, ...] = ()


class Plan(Struct, frozen=True):
    """What one run of the workflow grades."""

    at: datetime.datetime
    entries: tuple[Entry, ...]


def collect(
    course: Course,
    grading: Grading,
    roster: list[Student],
    ledger: Ledger,
    out: Path,
    *,
    now: datetime.datetime,
    github: GitHub | None = None,
    only: str = "",
    chapter: str = "",
    server: str = "https://github.com",
) -> tuple[Plan, Counter[str]]:
    """Fetches every submission that is due and writes `out/plan.json` and `out/shards/N/CHAPTER/STUDENT/`.

    Args:
        only: the repository that asked to be graded; another's name, or nonsense, finds nobody.
        chapter: only this chapter; empty: all that are open.

    Returns:
        The plan, and how many fared how.

    Raises:
        InfrastructureError: GitHub Classroom cannot be asked, or GitHub does not take the token.
        UsageError: a chapter of the settings is not in the course.
    """
    counts: Counter[str] = Counter()
    entries: list[Entry] = []
    in_a_row = 0
    for key, rules in grading.assignments.items():
        part = course.chapter(key)
        if (chapter and course.chapter(chapter).id != part.id) or not _open(rules, roster, now):
            continue
        asked = _with_classroom(roster, rules, github)
        for student in asked:
            if only and student.repository.casefold() != only.casefold():  # as GitHub sees names
                continue
            if len(entries) >= _MOST_SHARDS * grading.per_runner or in_a_row >= _IN_A_ROW:
                counts["left for the next run"] += 1
                continue
            try:
                entry, why = _one(part, student, rules, ledger, out, now, github, server, len(entries), grading)
                in_a_row = 0
            except TokenRefused:
                raise  # else a run that finds nobody for weeks looks well
            except (InfrastructureError, OSError) as error:
                entry, why = None, "not reachable"
                in_a_row = in_a_row + 1 if isinstance(error, Unreachable) else 0
            counts[why or "collected"] += 1
            if entry is not None:
                entries.append(entry)
    plan = Plan(now, tuple(entries))
    out.mkdir(parents=True, exist_ok=True)
    write_atomic(out / PLAN, msgspec.json.format(msgspec.json.encode(plan), indent=1) + b"\n")
    return plan, counts


def read_plan(folder: Path) -> Plan:
    """The plan of this run.

    Raises:
        InfrastructureError: it is not there.
    """
    try:
        return msgspec.json.decode((folder / PLAN).read_bytes(), type=Plan)
    except (OSError, msgspec.DecodeError) as error:
        raise InfrastructureError(f"{folder / PLAN} cannot be read: {error}") from error


def matrix(plan: Plan) -> str:
    """The shards as a matrix of a workflow: numbers alone."""
    shards = sorted({entry.shard for entry in plan.entries})
    return msgspec.json.encode({"shard": shards}).decode()


def _open(rules: Assignment, roster: list[Student], now: datetime.datetime) -> bool:
    longest = max((student.extension for student in roster), default=datetime.timedelta(0))
    return (rules.opens is None or now >= rules.opens) and now <= rules.deadline + longest + _AFTER


def _with_classroom(roster: list[Student], rules: Assignment, github: GitHub | None) -> list[Student]:
    if rules.classroom is None:
        return roster
    if github is None:
        raise InfrastructureError("a GitHub Classroom can only be asked with a token")
    known = github.classroom(rules.classroom)
    return [msgspec.structs.replace(one, repository=known.get((one.login or one.id).lower(), "")) for one in roster]


def _one(
    chapter: Chapter,
    student: Student,
    rules: Assignment,
    ledger: Ledger,
    out: Path,
    now: datetime.datetime,
    github: GitHub | None,
    server: str,
    number: int,
    grading: Grading,
) -> tuple[Entry | None, str]:
    """One student's submission, or why there is none."""
    if not student.repository:
        return None, "no repository"
    due = rules.deadline + student.extension
    final = now > due
    where = slug(student.repository)
    token = github.token if github is not None else ""
    commit, others, by_service = "", [], bool(where and github is not None)
    refused: Callable[[], str] = lambda: ledger.refusal(chapter.id, student.id, commit, rules, now, final=final)  # noqa: E731
    if where and github is not None:
        moment = min(now, due)
        commit = github.pushed_before(where, moment)
        if not commit:  # a branch that was renamed, or is the default only since, has no pushes of its own
            others = list(filter(None, itertools.islice(github.pushes(where, moment), _OTHERS)))
        if not commit and not others:
            return None, "nothing pushed"
        if commit and (why := refused()):  # most of a class at most runs: nothing need be fetched
            return None, why
    with tempfile.TemporaryDirectory(prefix="grader-fetch-") as folder:
        store = Path(folder, "store")
        if not git.fetch(address(student.repository, server), store, token=token, server=server):
            return None, "nothing pushed"
        if commit and not git.has_commit(store, commit):
            # a forced push has taken it off the branch; the store of the service still has it
            git.git("fetch", "--quiet", "--no-tags", "--", address(student.repository, server), commit,
                    folder=store, token=token, server=server)  # fmt: skip
        elif others:
            commit = next((one for one in others if git.has_commit(store, one)), "")
        elif not by_service:
            commit = git.last_commit(store, due if final else None)
        if not commit:
            return None, "nothing pushed"
        if why := refused():
            return None, why
        shard = number // grading.per_runner
        sources = _copy(store, commit, chapter, out / "shards" / str(shard) / chapter.id / student.id)
    return Entry(chapter.id, student.id, where, commit, final, shard, by_service, sources), ""


def _copy(store: Path, commit: str, chapter: Chapter, target: Path) -> tuple[Source, ...]:
    """The files that the chapter wants, those at the shallowest place first, and no larger than it allows."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = {f"{chapter.module}.py", f"{chapter.module}.ipynb"}
    home = {f"{chapter.exercises.parent.name}/{chapter.id}/{name}" for name in wanted}
    found = {path: about for path, about in git.regular_files(store, commit).items() if Path(path).name in wanted}
    at_home = {path: about for path, about in found.items() if path in home}
    order: Callable[[str], tuple[int, str]] = lambda path: (path.count("/"), path)  # noqa: E731
    chosen = at_home or {path: found[path] for path in sorted(found, key=order)[:_MOST_FILES]}
    sources = []
    for number, (path, (blob, size)) in enumerate(chosen.items(), 1):
        # folders of our own: the names of a student's may be more than an artefact or a path can bear
        place = target / ("" if at_home or "/" not in path else str(number)) / os.path.basename(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        # a file that is too large is said to be so by the grader: one byte more is enough for that
        data = git.content(store, blob) if size <= chapter.limits.submission else b"#" * (chapter.limits.submission + 1)
        place.write_bytes(data)
        if data and line(path, _PATH) == path:  # a path that is no plain text is one that nothing is said at
            lines = data.count(b"\n") + (not data.endswith(b"\n"))
            sources.append(Source(path, f"sha256:{hashlib.sha256(data).hexdigest()}", lines))
    return tuple(sources)

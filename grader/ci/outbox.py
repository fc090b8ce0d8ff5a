"""Feedback that is still to be posted. It lies on the branch of the state, so that what failed is not forgotten."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

from grader.atomic import write_atomic
from grader.ci.collect import Entry
from grader.errors import UsageError
from grader.model import Report, decode_report, encode_report

FOLDER = "unposted"


class Letter(Struct, frozen=True):
    """One grading that its student has not been told of."""

    chapter: str
    student: str
    slug: str
    commit: str
    final: bool
    report: msgspec.Raw
    tries: int = 0  # how often it was tried in vain
    path: str = ""  # of the file that was graded, in the student's repository; empty: not known
    lines: int = 0  # of that file

    @property
    def mark(self) -> str:
        """What its feedback is known by. Nobody can guess it and post it first: it depends on when the grading was."""
        about = "\0".join((self.chapter, self.student, self.commit, str(self.final)))
        return f"graded-{hashlib.sha256(about.encode() + bytes(self.report)).hexdigest()[:32]}"


def enclose(state: Path, entry: Entry, report: Report) -> None:
    """Puts a report there; an older one of the same work, if it still waits, gives way."""
    raw = msgspec.Raw(encode_report(report))
    letter = Letter(entry.chapter, entry.student, entry.slug, entry.commit, entry.final, raw)
    # a report of work that could not be read names no file: where there is one alone, it is that
    alone = entry.sources if not report.submission and len(entry.sources) == 1 else ()
    for source in (*(one for one in entry.sources if one.digest == report.submission), *alone)[:1]:
        letter = msgspec.structs.replace(letter, path=source.path, lines=source.lines)
    keep(state, letter)


def keep(state: Path, letter: Letter) -> None:
    """Writes one."""
    path = _path(state, letter)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, msgspec.json.encode(letter) + b"\n")


def drop(state: Path, letter: Letter) -> None:
    """Takes one away: it was posted, or given up."""
    _path(state, letter).unlink(missing_ok=True)


def waiting(state: Path) -> list[Letter]:
    """All of them, those first that were tried least, so that one that never arrives stops no other.

    Raises:
        UsageError: one is damaged. No name is repeated, since logs may be public.
    """
    letters = []
    for path in sorted((state / FOLDER).glob("*/*.json")):
        try:
            letter = msgspec.json.decode(path.read_bytes(), type=Letter)
            decode_report(bytes(letter.report))
        except (OSError, msgspec.DecodeError) as error:
            raise UsageError(f"{state / FOLDER} holds a file that is damaged; take it off the branch") from error
        letters.append(letter)
    return sorted(letters, key=lambda letter: letter.tries)


def _path(state: Path, letter: Letter) -> Path:
    return state / FOLDER / letter.chapter / f"{letter.student}.json"

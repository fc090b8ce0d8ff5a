"""Tables and pages, made of the reports on the disk alone, a student at a time."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from grader.atomic import write_atomic, writing
from grader.classroom.batch import Class
from grader.classroom.intake import Entry
from grader.classroom.nbgrader_book import write_gradebook
from grader.classroom.results import FEEDBACK, RESULTS
from grader.classroom.similarity import similar
from grader.model import encode_report
from grader.oracle import digest_files
from grader.reports import class_page, exports, gradebook
from grader.reports.html import feedback_page
from grader.reports.standing import Standing
from grader.reports.times_page import times_page

FORMATS = (*exports.TABLES, "gradescope", "nbgrader")
CLASS = "class.json"


def publish(graded: Class, formats: Iterable[str], alike: bool = True, folder: str = "") -> bool:
    """Writes everything that is made of the reports; where nothing has changed since, nothing.

    Args:
        graded: the class.
        formats: exports to write, of FORMATS.
        alike: whether submissions are compared with each other.
        folder: where the submissions lie, for `grader explain`.

    Returns:
        Whether anything was to write.

    Raises:
        OSError: a file cannot be written.
    """
    out, results, chosen = graded.out, graded.results, [name for name in FORMATS if name in set(formats)]
    gone = departed(graded)
    state = _state(graded, chosen, alike, gone)
    # the name of the folder alone is no reason to make everything anew
    if _made_of(out / CLASS) == state and _complete(graded, chosen):
        return False
    (out / CLASS).unlink(missing_ok=True)  # until all the rest is there
    for standing in results:
        if standing.attempts > 1 and graded.rules.attempts == "best":
            _write(out / RESULTS / f"{standing.student.id}.json", encode_report(standing.report))
        _write(out / FEEDBACK / f"{standing.student.id}.html", feedback_page(standing.report, standing))
    _pieces(out / "gradebook.csv", gradebook.lines(results))
    found = similar(_counting(graded), graded.chapter, out) if alike else None
    _pieces(out / "report.html", class_page.pieces(results, found, len(gone), timed=True))
    _pieces(out / "times.json", _times(results))
    _pieces(out / "times.html", [times_page(results)])
    for name in chosen:
        _export(graded, name, results)
    graded.ledger.settle()
    _pieces(out / CLASS, _about(graded, state, folder))
    return True


def _about(graded: Class, state: str, folder: str) -> Iterator[bytes]:
    """What was graded, and where the attempt that counts lies, below the folder of submissions."""
    # ASCII: a file's name need not be UTF-8
    about = {"schema": 1, "chapter": graded.chapter.id, "folder": folder, "made_of": state, "submissions": {}}
    yield json.dumps(about, indent=2).removesuffix("}\n}").encode()
    top, before = Path(folder), "\n"
    for entry in _counting(graded):
        for attempt in entry.attempts:
            path = attempt.path.resolve()
            place = str(path.relative_to(top)) if path.is_relative_to(top) else str(path)
            yield f"{before}    {json.dumps(entry.student.id)}: {json.dumps(place)}".encode()
            before = ",\n"
    yield b"\n  }\n}\n"


def _counting(graded: Class) -> Iterator[Entry]:
    """What was handed in, of each student the attempt that counts alone."""
    for standing, entry in zip(graded.results, graded.entries.values(), strict=True):
        counts = entry.attempts[standing.attempt - 1 : standing.attempt] if entry.attempts else ()
        yield msgspec.structs.replace(entry, attempts=counts)


def departed(graded: Class) -> list[str]:
    """Students with a report of an earlier run who are no longer among the submissions."""
    with os.scandir(graded.out / RESULTS) as scan:
        stems = (name[:-5] for name in (entry.name for entry in scan) if name.endswith(".json"))
        return sorted(stem for stem in stems if stem[:1] != "." and stem not in graded.entries)


def _export(graded: Class, name: str, results: Iterable[Standing]) -> None:
    folder = graded.out / "exports"
    folder.mkdir(exist_ok=True)
    if name in exports.TABLES:
        _pieces(folder / f"{name}.csv", exports.TABLES[name](results, graded.chapter))
    elif name == "nbgrader":
        write_gradebook(folder / "gradebook.db", results, graded.chapter)
    else:
        for standing in results:
            place = folder / "gradescope" / standing.student.id / "results.json"
            if exports.is_graded(standing):
                place.parent.mkdir(parents=True, exist_ok=True)
                _write(place, exports.gradescope(standing))
            else:
                place.unlink(missing_ok=True)  # an earlier run's, of other work


def _complete(graded: Class, chosen: list[str]) -> bool:
    return all((graded.out / name).is_file() for name in _files(graded, chosen))


def _files(graded: Class, chosen: list[str]) -> Iterator[str]:
    """Every file that `publish` writes."""
    yield from ("gradebook.csv", "report.html", "times.json", "times.html")
    for student in graded.entries:
        yield f"{FEEDBACK}/{student}.html"
    for name in chosen:
        if name != "gradescope":
            yield f"exports/{'gradebook.db' if name == 'nbgrader' else f'{name}.csv'}"
            continue
        for standing in filter(exports.is_graded, graded.results):
            yield f"exports/gradescope/{standing.student.id}/results.json"


def _state(graded: Class, chosen: list[str], alike: bool, gone: list[str]) -> str:
    """A name for all that the tables and pages are made of."""
    package = Path(__file__).parent
    made_by = sorted(
        [*package.glob("*.py"), *package.parent.glob("reports/*.py"), *package.parent.glob("reports/templates/*")]
    )
    total = hashlib.sha256(digest_files(made_by).encode())
    total.update(graded.ledger.digests().encode())
    for part in (sorted(graded.faults.items()), graded.rules, chosen, alike, gone):
        total.update(msgspec.json.encode(part))
    total.update(repr(sorted(graded.overrides.items())).encode("utf-8", "surrogatepass"))
    for entry in graded.entries.values():
        total.update(_entry(graded, entry))
    return total.hexdigest()


def _entry(graded: Class, entry: Entry) -> bytes:
    days = graded.results.of(entry).days_late if graded.rules.deadline is not None else 0
    names = [attempt.path.name for attempt in entry.attempts]
    return repr((entry.student, names, entry.problem, days)).encode("utf-8", "surrogatepass")


def _times(results: Iterable[Standing]) -> Iterable[bytes]:
    """When each was graded and how long it took: all that differs from run to run."""
    before = b"{"
    for standing in results:
        report = standing.report
        times = msgspec.json.encode({"started": report.started, "seconds": report.seconds})
        yield before + b"\n  " + msgspec.json.encode(standing.student.id) + b": " + times
        before = b","
    yield b"{}\n" if before == b"{" else b"\n}\n"


def _pieces(path: Path, data: Iterable[bytes]) -> None:
    with writing(path) as file:
        for piece in data:
            file.write(piece)


def _write(path: Path, data: bytes) -> None:
    """Writes what is not there already."""
    try:
        if path.read_bytes() == data:
            return
    except OSError:
        pass
    write_atomic(path, data)


def _made_of(path: Path) -> str:
    """The state that an earlier run has noted; nothing where it has not come to its end."""
    try:
        with open(path, encoding="ascii") as file:
            return next((line.split('"')[3] for line in file if line.startswith('  "made_of": "')), "")
    except (OSError, ValueError, IndexError):
        return ""

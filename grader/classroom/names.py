"""What the names of files say that learning platforms hand out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

ENDINGS = (".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tbz2", ".txz", ".tar", ".zip", ".py", ".ipynb")
# Ada Lovelace_12345_assignsubmission_file_ (a folder), ..._assignsubmission_file_optimizers.py (a file)
_MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?")
# lovelaceada_LATE_123_456_optimizers-2.py
_CANVAS = re.compile(
    r"(?P<name>[^_]+(?:_[^_0-9][^_]*)*?)_(?P<late>late_|LATE_)?(?P<id>\d+)_(?P<number>\d+)_(?P<file>.+)"
)
_AGAIN = re.compile(r"-(\d{1,3})$")  # what Canvas puts behind a file's name that was handed in before
_ATTEMPT = re.compile(r"(?:attempt|try|version|v)?[-_ ]?(\d{1,4})", re.IGNORECASE)
_MOMENT = re.compile(r"(\d{4}-?\d\d-?\d\d)[T _-](\d\d)[-:.h]?(\d\d)(?:[-:.]?(\d\d))?(Z|[+-]\d\d:?\d\d)?")


class Named(Struct, frozen=True):
    """A file or folder of a download: whose it is, and what it is."""

    platform: str  # "moodle", "canvas", "" for a name that is just the student's
    name: str
    id: str = ""  # the platform's own
    file: str = ""  # what the student called it; "" for a folder
    attempt: int = 1
    late: bool = False
    counts: bool = True  # not a text typed into the platform's page


def stem(name: str, is_folder: bool) -> str:
    """The name without the ending that a file or an archive has; a folder's name is whole."""
    if not is_folder:
        for ending in ENDINGS:
            if name.lower().endswith(ending) and len(name) > len(ending):
                return name[: -len(ending)]
    return name


def understood(name: str, is_folder: bool) -> Named:
    """What a name in the folder of submissions says."""
    if found := _MOODLE.fullmatch(name):
        counts = found["kind"] == "file"
        return Named("moodle", found["name"], found["id"], "" if is_folder else found["file"] or "", counts=counts)
    if not is_folder and (found := _CANVAS.fullmatch(name)):
        base = stem(found["file"], False)
        again = _AGAIN.search(base)
        file = base[: again.start()] + found["file"][len(base) :] if again else found["file"]
        attempt = int(again[1]) + 1 if again else 1
        return Named("canvas", found["name"], found["id"], file, attempt, late=bool(found["late"]))
    return Named("", stem(name, is_folder))


def attempt_of(folder: str) -> tuple[str, str] | None:
    """What a folder within a student's says of an attempt: how it sorts, and the moment; None for another name."""
    if found := _ATTEMPT.fullmatch(folder):
        return f"{int(found[1]):06d}", ""
    if found := _MOMENT.fullmatch(folder):
        date = found[1] if "-" in found[1] else f"{found[1][:4]}-{found[1][4:6]}-{found[1][6:]}"
        moment = f"{date}T{found[2]}:{found[3]}:{found[4] or '00'}{found[5] or ''}"
        return moment, moment
    return None


def common_prefix(folders: Iterable[str]) -> str:
    """What all clones of a GitHub Classroom assignment start with: `optimizers-` of `optimizers-ada`; or nothing.

    Args:
        folders: their names, in order.
    """
    ordered = iter(folders)
    first = last = next(ordered, "")
    for name in ordered:
        last = name
    if first == last:
        return ""
    length = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    return first[: first.rfind("-", 0, length) + 1]

"""Machine-made mutants that are right: another way to write what is right. Each is listed with its reason.

A reason can be wrong, so each entry also says on how many inputs the mutant and the solution were seen to agree:
`WANTED`, or fewer where the entry says what kept it from more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from grader import lists
from grader.atomic import write_atomic
from grader.errors import AuthorError
from grader.model import Chapter

FILE = "equivalents.toml"
WANTED = 10_000  # inputs, extremes among them
ZEROS = "zeros"  # in `but`: numbers that are exactly 0, where a function has a corner
SHARE = 0.05  # of a chapter's mutants: with more, the mutators are at fault, or the list is
HEAD = """\
# Machine-made mutants that are right: no test can fail them. `inputs` is on how many inputs each was seen to agree with
# the solution, which `grader mutate CHAPTER --agree 10000 --record` finds out; where they are fewer, `limit` says why.
"""


class Equivalent(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One mutant of the list."""

    mutant: str
    reason: str
    inputs: int = 0  # on which it was seen to agree with the solution
    limit: str = ""  # why these are fewer than wanted
    but: tuple[str, ...] = ()  # not asked, since right programs differ there: probes, or ZEROS; `reason` says why

    @property
    def key(self) -> str:
        """The mutant's name."""
        return self.mutant

    @property
    def shown(self) -> bool:
        """Whether it agrees on as many inputs as are wanted, or says why not."""
        return self.inputs >= WANTED or (bool(self.limit.strip()) and (self.inputs > 0 or bool(self.but)))


def read(chapter: Chapter) -> dict[str, Equivalent]:
    """The chapter's list, by the mutants' names.

    Raises:
        AuthorError: the list is not in order.
    """
    path = path_of(chapter)
    return {} if path is None else lists.read(path, "equivalent", Equivalent)


def write(chapter: Chapter, entries: Iterable[Equivalent]) -> None:
    """Writes the chapter's list anew."""
    path = path_of(chapter)
    if path is None:
        raise AuthorError(f"{chapter.id}: the solutions are not here")
    blocks = [HEAD]
    for entry in entries:
        fields = {name: getattr(entry, name) for name in Equivalent.__struct_fields__}
        lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items() if value]
        blocks.append("\n".join(["[[equivalent]]", *lines, ""]))
    write_atomic(path, "\n".join(blocks).encode())


def path_of(chapter: Chapter) -> Path | None:
    """Where the chapter's list is; None where there are no solutions."""
    return None if chapter.solutions is None else chapter.solutions / FILE

"""Hidden tests that no known-wrong program fails alone, and that are kept all the same: each with its reason."""

from __future__ import annotations

from msgspec import Struct

from grader import lists
from grader.model import Chapter

FILE = "redundant.toml"


class _Redundant(Struct, frozen=True, forbid_unknown_fields=True):
    test: str
    reason: str

    @property
    def key(self) -> str:
        """The test's name."""
        return self.test


def accepted(chapter: Chapter) -> dict[str, str]:
    """The chapter's list: test -> reason.

    Raises:
        AuthorError: the list is not in order.
    """
    if chapter.solutions is None:
        return {}
    listed = lists.read(chapter.solutions / FILE, "redundant", _Redundant)
    return {name: entry.reason for name, entry in listed.items()}

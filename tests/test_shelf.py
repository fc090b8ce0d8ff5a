"""The mapping that holds a class on the disk is a mapping like any other."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.shelf import CACHE, PAGE, Shelf
from grader.errors import InfrastructureError

# what files are called, surrogates of names that are no UTF-8 among them
NAMES = st.text(st.characters(exclude_categories=()), max_size=4)


@given(st.lists(st.tuples(st.sampled_from(("put", "take")), NAMES, st.integers())))
def test_it_holds_what_a_dictionary_holds_in_the_order_of_the_names(steps: list[tuple[str, str, int]]) -> None:
    shelf: Shelf[int] = Shelf()
    known: dict[str, int] = {}
    for what, name, value in steps:
        if what == "put":
            shelf[name] = known[name] = value
        else:
            assert shelf.pop(name, None) == known.pop(name, None)
        assert len(shelf) == len(known)
        assert (name in shelf) == (name in known)
    assert list(shelf.items()) == sorted(known.items())


def test_what_is_not_there_is_said() -> None:
    shelf: Shelf[int] = Shelf()
    with pytest.raises(KeyError):
        shelf["ada"]
    with pytest.raises(KeyError):
        del shelf["ada"]
    assert 1 not in shelf


def test_it_may_change_while_somebody_goes_through_it() -> None:
    shelf: Shelf[Path] = Shelf()
    for number in range(3 * PAGE):
        shelf[f"{number:05d}"] = Path(str(number))
    seen = []
    for name in shelf:
        seen.append(name)
        del shelf[name]
    assert len(seen) == 3 * PAGE
    assert not shelf


def test_what_it_holds_lies_on_the_disk() -> None:
    before = nameless()
    shelf: Shelf[bytes] = Shelf()
    for number in range(100):
        shelf[str(number)] = os.urandom(CACHE * 1024 // 10)
    files = nameless() - before
    assert max(size for _, size in files) > 5 * CACHE * 1024
    del shelf
    assert not {name for name, _ in nameless()} & {name for name, _ in files}


def nameless() -> set[tuple[str, int]]:
    """The files that this process has open and nobody can find, with their sizes."""
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            name = os.readlink(link)
            if name.endswith(" (deleted)"):
                found.add((name, link.stat().st_size))
    return found


def test_no_room_is_said_in_one_line() -> None:
    # the file may be no larger than a process may write
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    shelf: Shelf[bytes] = Shelf()
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
        with pytest.raises(InfrastructureError, match=r"no room for a temporary file: .*SQLITE_TMPDIR"):
            shelf.update({str(number): os.urandom(CACHE * 1024 // 10) for number in range(1000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)

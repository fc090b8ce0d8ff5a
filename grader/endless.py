"""Which line of a student's file had not come to an end when time ran out, from the stacks of some moments.

The line must not depend on the moments: it is that of a loop which all of them lie in. Looks at lines only: what a
student hands in is not parsed outside the sandbox.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence

Place = tuple[str, int]  # a cell, and a line of it

MOST = 500  # lines that are looked at above and below one
WIDE = 300  # columns of each
_LOOP = re.compile(r"(?:async\s+)?(?:for|while)\b")
_OUTSIDE = re.compile(r"(?:async\s+)?(?:def|class)\b")
_COUNTED = re.compile(r"for\b[^#]*\bin\s+(?:enumerate\s*\(\s*)?range\s*\(")
_YIELDS = re.compile(r"\byield\b")


def place(stacks: Sequence[Sequence[Place]], sources: Mapping[str, Sequence[str]]) -> Place:
    """The place to name; ("", 0) where there is none.

    The outermost `while` is named, for it is what mostly goes wrong; else the outermost `for` that does not count
    through a `range`. A loop that yields is named only where there is no other: whoever takes from it keeps it going.
    Without a loop it is the line that all moments have in common, such as a call that does not return.

    Args:
        stacks: places in the student's code, the outermost first, for each moment in which there were any.
        sources: the lines of each cell.
    """
    if not stacks:
        return "", 0
    sources = {cell: [line[:WIDE] for line in lines] for cell, lines in sources.items()}
    chains = [[(cell, at) for cell, line in stack for at in _around(sources[cell], line)] for stack in stacks]
    common = [each for each in dict.fromkeys(chains[0]) if all(each in chain for chain in chains)]
    loops = [(each, sources[each[0]][each[1] - 1].lstrip()) for each in common]
    own = [(each, words) for each, words in loops if not _yields(sources[each[0]], each[1])]
    whiles = [each for each, words in own if words.startswith("while")]
    uncounted = [each for each, words in own if not _COUNTED.match(words)]
    for found in (whiles, uncounted, common):
        if found:
            return found[0]
    if all(stack == stacks[0] for stack in stacks):
        return stacks[0][-1]
    return stacks[0][0] if all(stack[0] == stacks[0][0] for stack in stacks) else ("", 0)


def _around(lines: Sequence[str], at: int) -> list[int]:
    """The lines that begin the loops around a line, within its function, the outermost first."""
    found: list[int] = []
    inner = 1 << 30
    for number in range(at, max(0, at - MOST), -1):
        words, indent = _parts(lines[number - 1])
        if not words or words[0] == "#" or indent >= inner:
            continue
        inner = indent
        if _OUTSIDE.match(words):
            break
        if _LOOP.match(words):
            found.append(number)
        if not indent:
            break
    return found[::-1]


def _yields(lines: Sequence[str], at: int) -> bool:
    return any(_YIELDS.search(words) for words in _within(lines, at))


def _within(lines: Sequence[str], at: int) -> Iterator[str]:
    _, outer = _parts(lines[at - 1])
    yield lines[at - 1]
    for line in lines[at : at + MOST]:
        words, indent = _parts(line)
        if words and words[0] != "#" and indent <= outer:
            return
        yield words


@functools.lru_cache(4096)
def _parts(line: str) -> tuple[str, int]:
    """What stands in a line, and how far it is indented."""
    line = line.expandtabs(8)
    words = line.strip()
    return words, len(line) - len(line.lstrip())

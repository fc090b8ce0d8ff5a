"""Pairs of submissions whose own code is very alike: for a person to judge, never a verdict.

What a student wrote is what the alignment with the skeleton leaves over. Names, numbers and texts do not count. Pairs
that share pieces of code which hardly anybody else has are compared in full by rapidfuzz. The pieces lie in a database
on the disk, so that memory does not grow with the class.
"""

from __future__ import annotations

import builtins
import functools
import hashlib
import io
import keyword
import sqlite3
import tempfile
import tokenize
from collections.abc import Iterable
from pathlib import Path

from grader import submission
from grader.classroom.intake import Entry
from grader.errors import SubmissionError
from grader.model import Chapter
from grader.reports.class_page import Pair, Similar

PIECE = 12  # tokens
LEAST = 80  # tokens of one's own, below which nothing can be told
RARE = 5  # students who may share a piece that still counts as rare
SHARED = 6  # rare pieces that make a pair worth the comparison
ALIKE = 0.8
MOST = 40  # pairs on the page
CANDIDATES = 20_000  # pairs compared in full, those with most rare pieces first

_KEPT = frozenset(keyword.kwlist) | frozenset(vars(builtins))
_DROPPED = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING, tokenize.ENDMARKER}


def similar(entries: Iterable[Entry], chapter: Chapter, folder: Path) -> Similar:
    """The pairs that are most alike.

    Args:
        entries: with the attempt that counts alone; of several the last is compared.
        folder: where there is room for a temporary file.
    """
    skeleton = tokens(_skeleton(chapter))
    with tempfile.NamedTemporaryFile(prefix=".alike-", dir=folder) as file:
        base = sqlite3.connect(file.name, isolation_level=None)
        try:
            base.executescript(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE; BEGIN;"
                "CREATE TABLE work (id INTEGER PRIMARY KEY, student TEXT, team TEXT, own TEXT, digest TEXT);"
                "CREATE TABLE piece (hash INTEGER, work INTEGER, PRIMARY KEY (hash, work)) WITHOUT ROWID;"
            )
            compared = sum(_take_in(base, number, entry, chapter, skeleton) for number, entry in enumerate(entries))
            pairs = [*_same(base), *_alike(base)]
        finally:
            base.close()
    pairs.sort(key=lambda pair: (-pair.alike, -pair.others, -pair.shared, pair.first, pair.second))
    return Similar(pairs[:MOST], compared, max(0, len(pairs) - MOST))


def tokens(source: str) -> str:
    """The code as a text with a letter a token: names, numbers and texts are one each, comments none."""
    letters = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME:
                letters.append(_letter(token.string if token.string in _KEPT else "a name"))
            elif token.type in (tokenize.NUMBER, tokenize.STRING):
                letters.append(_letter("a value"))
            elif token.type not in _DROPPED:
                letters.append(_letter(tokenize.tok_name[token.type] if token.string.isspace() else token.string))
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass  # what came before the error counts
    return "".join(letters)


def own(code: str, skeleton: str) -> str:
    """What the code has beyond the skeleton."""
    from rapidfuzz.distance import Indel

    return "".join(
        code[part.dest_start : part.dest_end] for part in Indel.opcodes(skeleton, code) if part.tag == "insert"
    )


def _take_in(base: sqlite3.Connection, number: int, entry: Entry, chapter: Chapter, skeleton: str) -> bool:
    if not entry.attempts or entry.problem:
        return False
    try:
        taken = submission.snapshot(entry.attempts[-1].path, chapter)
    except SubmissionError:
        return False
    code = own(tokens("\n".join(cell.source for cell in taken.cells)), skeleton)
    if len(code) < LEAST:
        return True
    digest = hashlib.sha256(code.encode()).hexdigest()
    known = base.execute("SELECT 1 FROM work WHERE digest = ? LIMIT 1", (digest,)).fetchone()
    base.execute(
        "INSERT INTO work VALUES (?, ?, ?, ?, ?)", (number, entry.student.id, entry.student.group, code, digest)
    )
    if known is None:  # the same code is told of once
        hashes = {(_hash(code[at : at + PIECE]), number) for at in range(len(code) - PIECE + 1)}
        base.executemany("INSERT OR IGNORE INTO piece VALUES (?, ?)", sorted(hashes))
    return True


def _same(base: sqlite3.Connection) -> list[Pair]:
    """Students who wrote the same: the first two of each such set that are not one team."""
    found = []
    for (digest,) in base.execute("SELECT digest FROM work GROUP BY digest HAVING COUNT(*) > 1").fetchall():
        mine = base.execute("SELECT student, team FROM work WHERE digest = ? ORDER BY student", (digest,)).fetchall()
        first, team = mine[0]
        others = [student for student, other in mine[1:] if not team or other != team]
        if others:
            found.append(Pair(first, others[0], 1.0, 0, len(others) - 1))
    return found


def _alike(base: sqlite3.Connection) -> list[Pair]:
    from rapidfuzz.distance import Indel

    base.execute("CREATE TABLE rare AS SELECT hash FROM piece GROUP BY hash HAVING COUNT(*) BETWEEN 2 AND ?", (RARE,))
    base.execute(
        "CREATE TABLE pair AS SELECT a.work AS a, b.work AS b, COUNT(*) AS n FROM rare"
        " JOIN piece a USING (hash) JOIN piece b USING (hash) WHERE a.work < b.work"
        " GROUP BY a.work, b.work HAVING n >= ?",
        (SHARED,),
    )
    rows = base.execute(
        "SELECT x.student, y.student, x.own, y.own, n FROM pair JOIN work x ON x.id = a JOIN work y ON y.id = b"
        " WHERE x.team = '' OR x.team <> y.team ORDER BY n DESC, x.student, y.student LIMIT ?",
        (CANDIDATES,),
    )
    found = []
    for first, second, mine, other, shared in rows:
        alike = Indel.normalized_similarity(mine, other, score_cutoff=ALIKE)
        if alike >= ALIKE:
            found.append(Pair(min(first, second), max(first, second), round(alike, 4), shared))
    return found


def _skeleton(chapter: Chapter) -> str:
    path = chapter.exercises / f"{chapter.module}.py"
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""


@functools.lru_cache(4096)
def _letter(token: str) -> str:
    # the same on every machine and in every run; the private planes hold no surrogate
    return chr(0xF0000 + int.from_bytes(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()[:2], "big"))


def _hash(piece: str) -> int:
    return int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8).digest(), "big", signed=True)

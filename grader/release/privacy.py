"""What must not be handed out, looked for in what is about to be: every file, line by line."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import Struct

from grader import regions, render, seeds
from grader.assembly import read
from grader.errors import AuthorError
from grader.model import Chapter, Course

PUBLIC_LINES = "release/public_lines.txt"
SHORTEST = 12  # characters of a region's line that tell something; of other programs' lines a few more
SHORTEST_ELSEWHERE = 20
_MARKER = re.compile(r"#:\s*(begin|end)\s+[a-z0-9_]+\.[a-z0-9_]+", re.IGNORECASE)
_FOLDERS = {"solutions", "mutants", "alternates", "instructor", "red_team"}
_NAMES = {"test_hidden.py", ".secret", "roster.csv", "gradebook.csv"}
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"(\xb5/\xfd")


class Leak(Struct, frozen=True):
    """Something private in a file that is to be public."""

    kind: str
    path: str
    line: int  # 0: the file as a whole
    words: str

    def __str__(self) -> str:
        return f"{self.path}{f':{self.line}' if self.line else ''}: {self.words}"


class Secrets(Struct, frozen=True):
    """What is looked for."""

    lines: dict[str, tuple[str, str]]  # a line in its plain form -> what kind, whose
    texts: dict[str, tuple[str, str]]  # a sentence, blanks folded
    words: dict[str, tuple[str, str]]  # a name
    seeds: frozenset[str]


def secrets_of(course: Course) -> Secrets:
    """All that is private in a course.

    Raises:
        AuthorError: there are no solutions here, or they are not in order.
    """
    if course.solutions is None:
        raise AuthorError(f"{course.root}: the solutions are not here, so nothing can be said of what is private")
    lines: dict[str, tuple[str, str]] = {}
    texts: dict[str, tuple[str, str]] = {}
    words: dict[str, tuple[str, str]] = {}
    known = public_lines(course)
    for chapter in course.chapters:
        known |= {_plain(line) for line in render.skeleton(chapter).split("\n")}
        known |= {_plain(line) for line in read(chapter.exercises / "test_public.py").split("\n")}
    for chapter in course.chapters:
        for kind, whose, text in _hidden(chapter):
            {"line": lines, "text": texts, "word": words}[kind].setdefault(text, ("hidden test", whose))
        for name, source in _mutants(chapter):
            owner = ("mutant", f"{chapter.key}'s known mistake {name}")
            words[name] = owner
            misconception, _, rest = (ast.get_docstring(ast.parse(source)) or "").partition("\n")
            said = map(_folded, (misconception, rest.partition("hint:")[2]))
            texts |= {text: owner for text in said if len(text) >= SHORTEST_ELSEWHERE}
            lines |= dict.fromkeys(_telling(source.split("\n"), SHORTEST_ELSEWHERE), owner)
        for name, source in render.alternates(chapter).items():
            owner = ("alternate", f"{chapter.key}'s right program {name}")
            lines |= dict.fromkeys(_telling(source.split("\n"), SHORTEST_ELSEWHERE), owner)
    for chapter in course.chapters:  # last: a line that is the solution's too is called so
        for region, inside in _regions(chapter):
            lines |= dict.fromkeys(_telling(inside, SHORTEST), ("region", f"the solution of {region}"))
    lines = {line: whose for line, whose in lines.items() if line not in known}
    return Secrets(lines, texts, words, _seeds(course))


def public_lines(course: Course) -> set[str]:
    """The lines that solutions share with public files because their author said so, in `release/public_lines.txt`."""
    path = course.root / PUBLIC_LINES
    if not path.is_file():
        return set()
    return {_plain(line) for line in read(path).split("\n") if not line.startswith("##")} - {""}


def leaks(files: Mapping[str, bytes], secrets: Secrets) -> list[Leak]:
    """All that is private in these files: path -> content."""
    found: list[Leak] = []
    for path, data in sorted(files.items()):
        found += _in_file(path, data, secrets)
    return found


def refuse_leaks(files: Mapping[str, bytes], secrets: Secrets) -> None:
    """Raises AuthorError where anything private is in these files; one line names the first place."""
    found = leaks(files, secrets)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise AuthorError(f"nothing was released, it would give away what is private: {found[0]}{more}")


def _in_file(path: str, data: bytes, secrets: Secrets) -> Iterator[Leak]:
    pure = PurePosixPath(path)
    if set(pure.parts) & _FOLDERS or pure.name in _NAMES:
        yield Leak("private file", path, 0, "a private file")
    if data.startswith(_ARCHIVES) and pure.suffix != ".npz":
        yield Leak("private file", path, 0, "an archive, into which nobody looks: release what is in it")
    text = data.decode("utf-8", "replace")
    for seed in secrets.seeds:
        if seed in text:
            yield Leak("seed", path, _number(text, seed), "the secret seed")
    if b"\0" in data:
        return
    pieces = list(_strings(json.loads(text))) if pure.suffix in (".ipynb", ".json") else [text]
    for piece in pieces:
        for number, line in enumerate(piece.split("\n"), start=1):
            at = number if len(pieces) == 1 else _number(text, json.dumps(line, ensure_ascii=False)[1:-1])
            if _MARKER.match(line.strip()):
                yield Leak("marker", path, at, "the marker of a region")
            kind, whose = secrets.lines.get(_plain(line), ("", ""))
            if kind:
                words = f"a line of {whose}: put it in other words, or, if students may see it, into {PUBLIC_LINES}"
                yield Leak(kind, path, at, words)
    whole = "\n".join(pieces)
    for word in set(re.findall(r"\w+", whole)) & secrets.words.keys():
        kind, whose = secrets.words[word]
        yield Leak(kind, path, _number(text, word), f"the name of {whose}")
    folded = _folded(whole)
    for sentence, (kind, whose) in secrets.texts.items():
        if sentence in folded:
            yield Leak(kind, path, _number(text, sentence), f"the words of {whose}")


def _hidden(chapter: Chapter) -> Iterator[tuple[str, str, str]]:
    """What tells a hidden test: its name, its claim, its lines."""
    assert chapter.solutions is not None
    path = chapter.solutions / "test_hidden.py"
    if not path.is_file():
        return
    source = read(path)
    whose = f"{chapter.key}'s hidden tests"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield "word", whose, node.name
            claim = (ast.get_docstring(node) or "").split("\n")[0]
            if len(claim) >= SHORTEST_ELSEWHERE:
                yield "text", whose, _folded(claim)
    for line in _telling(source.split("\n"), SHORTEST_ELSEWHERE):
        if not line.startswith(("@pytest.mark.", "from ", "import ", "---")):
            yield "line", whose, line


def _mutants(chapter: Chapter) -> Iterator[tuple[str, str]]:
    """Name and text of each; as the files are, since putting them together takes long and shows nothing more."""
    assert chapter.solutions is not None
    for path in sorted((chapter.solutions / "mutants").glob("*.py")):
        yield path.stem, read(path)


def _regions(chapter: Chapter) -> Iterator[tuple[str, list[str]]]:
    source = render.solution(chapter)
    lines = source.split("\n")
    for region in regions.parse(source, f"{chapter.module}.py"):
        yield region.name, lines[region.begin : region.end - 1]


def _seeds(course: Course) -> frozenset[str]:
    """The secret and the seeds made of it, where there is one yet."""
    assert course.solutions is not None
    if not Path(course.solutions, ".secret").is_file():
        return frozenset()
    made = {seeds.assignment_seed(course, chapter, None) for chapter in course.chapters}
    return frozenset(made | {seeds.secret(course).hex()})


def _telling(lines: Iterable[str], shortest: int) -> set[str]:
    return {plain for plain in map(_plain, lines) if len(plain) >= shortest}


def _plain(line: str) -> str:
    """A line without what changes when it is quoted, commented out or indented anew."""
    return " ".join(line.split()).lstrip("#>*+- ").strip("` ")


def _folded(text: str) -> str:
    return " ".join(text.split())


def _strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value; a notebook's lists of lines as one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield "".join(value)
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
        if isinstance(value, dict):
            yield from value


def _number(text: str, piece: str) -> int:
    """The line in which a piece stands; 0 where it is not there as it is."""
    at = text.find(piece) if piece else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 0

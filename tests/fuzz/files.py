"""Notebooks and archives as they come out of broken tools, or out of bad intent."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import warnings
import zipfile
from typing import Any

from hypothesis import strategies as st

from tests.fuzz import texts
from tests.fuzz.answers import _damaged
from tests.fuzz.sources import RIGHT, programs, sources, statements

# --- notebooks

MAGICS = st.sampled_from(
    ["%matplotlib inline", "!ls", "%%bash", "%%time", "%%timeit -n 1\nx = 1", "name?", "x = !ls", "files = %pwd \\\n-P", "?", "%%", "%",
     "%%html\n<script>", "%%capture out\ny = 2", "x = 7 \\\n% 3", "'''\n%d\n'''", "%%writefile /tmp/x\n1"]
)  # fmt: skip
CODE = st.one_of(
    statements,
    MAGICS,
    st.sampled_from([f"def {head}:\n    " + body.replace("\n", "\n    ") for head, body in RIGHT.items()]),
    st.just("import numpy as np\nfrom given import column_means"),
    texts.valid,
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats() | texts.valid,
    lambda t: st.lists(t, max_size=3) | st.dictionaries(texts.valid, t, max_size=3),
    max_leaves=5,
)
CELL = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "code", "code", "markdown", "raw", "", "heading"]),
        "source": CODE | CODE.map(lambda text: text.splitlines(keepends=True)),
        "metadata": st.just({}),
    },
    optional={"outputs": JSON, "execution_count": JSON, "id": texts.valid},
)
LANGUAGES = st.sampled_from(["python", "python3", "Python", "R", "", "julia"])


@st.composite
def _books(draw: Any) -> Any:
    book: Any = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"language": draw(LANGUAGES), "name": "k"}},
        "cells": draw(st.lists(CELL, max_size=5)),
    }
    book["cells"].insert(0, {"cell_type": "code", "source": "import numpy as np\nfrom given import column_means"})
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
        _spoil(draw, book)
    return book


def _spoil(draw: Any, book: Any) -> None:
    """Something anywhere in the tree is replaced, removed, doubled or renamed."""
    places: list[tuple[Any, Any]] = []
    pending = [book]
    while pending:
        node = pending.pop()
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], (dict, list)):
                pending.append(node[key])
    if not places:
        return
    node, key = draw(st.sampled_from(places))
    match draw(st.integers(0, 3)):
        case 0:
            node[key] = draw(JSON)
        case 1:
            del node[key]
        case 2 if isinstance(node, list):
            node.insert(0, node[key])
        case _ if isinstance(node, dict):
            node[draw(texts.valid)] = node.pop(key)
        case _:
            node[key] = None


def _written(book: Any, indent: int | None, ascii_only: bool) -> bytes:
    return json.dumps(book, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


_whole = st.builds(_written, _books(), st.sampled_from([None, 1]), st.booleans())
_texts = st.sampled_from(
    [b'{"nbformat":4,"cells":' + b"[" * 5000, b'{"a":' * 5000, b'{"nbformat":4,"cells":[{"cell_type":"code","source":"\\ud800"}]}',
     b'{"nbformat":4e0,"cells":[]}', b'{"nbformat":4,"nbformat":3,"cells":[]}', b"null", b"4", b'"x"', b"<<<<<<< HEAD\n{}", b"\xff\xfe{\x00",
     b'{"nbformat":4,"cells":[' + b",".join([b'{"cell_type":"code","source":"x"}'] * 1200) + b"]}"]
)  # fmt: skip
notebooks = st.integers(0, 9).flatmap(lambda n: _whole if n < 7 else _damaged(_whole) if n < 9 else _texts)

# --- archives

NAMES = st.one_of(
    st.sampled_from(
        ["arrays.py", "arrays.py", "arrays.py", "arrays.ipynb", "work/arrays.py", "./arrays.py", "a/b/c/arrays.py", "a/b/c/d/arrays.py", "../arrays.py", "/arrays.py",
         "a/../arrays.py", "a\\arrays.py", "C:arrays.py", "arrays.py/", "arrays.py/arrays.py", "//arrays.py", "__MACOSX/arrays.py", ".git/arrays.py", "Arrays.py", "arrays.py ",
         "arrays.py\0.txt", "a\narrays.py", "\u202earrays.py", "x" * 300, "x/" * 150 + "arrays.py", "conftest.py", "numpy.py", "", ".", "..", "/", "\x1b[31m"]
    ),
    texts.valid,
)  # fmt: skip
CONTENT = st.one_of(
    programs().map(str.encode), programs().map(str.encode), programs().map(str.encode), sources, notebooks, st.binary(max_size=50),
    st.sampled_from([1 << 12, 1 << 16, 1 << 20, (1 << 20) + 1, 3 << 20]).map(lambda n: b"\0" * n),
    st.sampled_from([0, 1, 1 << 16, (1 << 20) - 2, 1 << 20]).map(lambda n: b"# " + b"x" * n),
)  # fmt: skip
USUAL = st.sampled_from(
    ["README.md", "data.csv", "__MACOSX/arrays.py", ".ipynb_checkpoints/arrays.ipynb", "old/x.py", "a/"]
)
GOOD = st.sampled_from(["arrays.py", "arrays.py", "work/arrays.py", "./arrays.py", "a/b/c/arrays.py", "arrays.ipynb"])
ONE = st.tuples(GOOD, CONTENT).map(lambda member: [member])
MEMBERS = st.one_of(
    ONE,
    st.tuples(ONE, st.lists(st.tuples(USUAL, st.binary(max_size=50)), max_size=3)).map(lambda both: both[0] + both[1]),
    st.lists(st.tuples(NAMES, CONTENT), max_size=5),
)
TYPES = st.sampled_from([tarfile.REGTYPE] * 60 + [tarfile.AREGTYPE, tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.DIRTYPE,
     tarfile.FIFOTYPE, tarfile.CONTTYPE, tarfile.GNUTYPE_SPARSE, tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE, b"Z"])  # fmt: skip
MODES = st.sampled_from([0, *[0o100644] * 20, 0o120777, 0o040755, 0o010644, 0o177777])
PAX = st.sampled_from([*[{}] * 40, {"path": "../arrays.py"}, {"path": "arrays.py"}, {"size": "99999999999"}, {"size": "-1"}, {"size": "x"}, {"GNU.sparse.map": "0,9,99"},
     {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "arrays.py", "GNU.sparse.realsize": "999999999"}, {"hdrcharset": "BINARY"}, {"mtime": "nan"}])  # fmt: skip


@st.composite
def _zips(draw: Any) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as archive:
        warnings.simplefilter("ignore")  # of a name that is there twice
        for name, content in draw(MEMBERS):
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name  # ZipInfo itself would tidy it
            info.create_system = draw(st.sampled_from([0, 3]))
            info.external_attr = draw(MODES) << 16
            how = draw(
                st.sampled_from([zipfile.ZIP_DEFLATED] * 12 + [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
            )
            try:
                archive.writestr(info, content, how)
            except (ValueError, UnicodeEncodeError):
                continue
        archive.comment = draw(st.binary(max_size=5))
    return draw(st.sampled_from([*[b""] * 12, b"PK\x03\x04", b"#!/bin/sh\n"])) + stream.getvalue()


@st.composite
def _tars(draw: Any) -> bytes:
    stream = io.BytesIO()
    form = draw(st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for name, content in draw(MEMBERS):
            info = tarfile.TarInfo(name)
            info.type, info.pax_headers = draw(TYPES), dict(draw(PAX))
            info.linkname = draw(st.sampled_from(["", "arrays.py", "/etc/passwd", "../../x", name]))
            info.mode, info.size = draw(MODES) & 0o7777, len(content)
            try:
                archive.addfile(info, io.BytesIO(content))
            except (ValueError, UnicodeEncodeError, OverflowError, OSError, AttributeError):
                continue
    data = stream.getvalue()
    match draw(st.integers(0, 5)):
        case 0 | 1:
            return gzip.compress(data, 1, mtime=0)
        case 2:
            return bz2.compress(data, 1)
        case 3:
            return lzma.compress(data, preset=0)
        case 4:
            return gzip.compress(data[: len(data) // 2], 1, mtime=0) + gzip.compress(data[len(data) // 2 :], 1, mtime=0)
    return data


_packed = _zips() | _tars()
_noise = st.builds(
    lambda head, rest: head + rest,
    st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\x1c", b"BZh9", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd", b"\0" * 257 + b"ustar"]),
    st.binary(max_size=600),
)  # fmt: skip
_archive = st.integers(0, 9).flatmap(lambda n: _packed if n < 6 else _damaged(_packed) if n < 9 else _noise)
archives = st.tuples(st.sampled_from([".zip", ".tar", ".tar.gz", ".tgz", ".bin", ""]), _archive)

# --- regions

LINES = st.sampled_from(
    ["# begin", "#begin a.b", "#: BEGIN a.b", "x = 1  #: begin a.b", "'''", "#: begin a.b ", "\t#: begin a.b", "else:", "if x:", "(", ")", "x = 1", "", "    ", "\\", "\x0c", "#:",
     "# :begin", "-" * 5000 + "1", "\0", "\r", "    await x", "    yield", "return", "lambda: (yield)", "\u2028", "f'''{", "    #: begin center.x", "@x", "#: end a.b", "#: begin a.b"]
)  # fmt: skip
BODIES = st.sampled_from(
    ["return 1", "x = 1", "for i in x:\n    pass", "s = '''\n  a\n'''", "# a comment\nreturn x", "await x", "yield", "else:\n    pass", "", "x = (\n1)", "if x:\n\treturn", "nonlocal x",
     "return (yield)", "break", "x = '#: begin a.b'", "def g():\n    return 1", "class B: pass", "try:\n    pass\nfinally:\n    pass", "*a, = x", "\\\nx = 1", "#: x", "import os"]
)  # fmt: skip


@st.composite
def _functions(draw: Any) -> str:
    parts = []
    for number in range(draw(st.integers(0, 4))):
        name = f"task.part{number}" if draw(st.integers(0, 9)) else "task.part0"
        end = name if draw(st.integers(0, 9)) else "task.part9"
        lines = [f"#: begin {name}", *draw(BODIES).split("\n"), f"#: end {end}"]
        indent = "    " if draw(st.integers(0, 9)) else ""
        parts += [f"{draw(st.sampled_from(['def', 'def', 'async def', 'class']))} f{number}(a, x=1):"]
        parts += [indent + line for line in lines]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        parts.insert(draw(st.integers(0, len(parts))), draw(LINES | texts.valid))
    return "\n".join(parts) + "\n"


marked = _functions()

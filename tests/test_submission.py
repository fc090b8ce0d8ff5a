"""A path becomes a snapshot of one allowed file, or one line that says why not."""

import bz2
import gzip
import io
import json
import lzma
import os
import shutil
import socket
import stat
import tarfile
import time
import zipfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import notebook
from grader.course import load
from grader.errors import SubmissionError
from grader.submission import decode, snapshot

NUMPY_COURSE = Path(__file__).parent / "numpy_course"
CODE = "def center(x):\n    return x - 1\n"


@pytest.fixture(scope="module")
def chapter():
    """The small course's, with small limits so that large files are small."""
    found = load(NUMPY_COURSE).chapter("ch1")
    limits = msgspec.structs.replace(found.limits, submission=1 << 16, archive=1 << 18)
    return msgspec.structs.replace(found, limits=limits)


def book(*sources, kernel="python", **more):
    """A notebook's bytes."""
    cells = [
        {"cell_type": "code", "source": s, "metadata": {}, "outputs": [{"x": [[1]]}], "execution_count": None}
        for s in sources
    ]
    cells.insert(1, {"cell_type": "markdown", "source": ["words"], "metadata": {}})
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"language": kernel, "name": "k", "display_name": "K"}},
        "cells": cells,
    }
    return json.dumps(document | more).encode()


def refused(path, chapter, words):
    """The one line with which a submission is refused."""
    with pytest.raises(SubmissionError, match=words) as caught:
        snapshot(path, chapter)
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()
    return str(caught.value)


def pack(path, members, mode="w:gz"):
    """A tar of {name: bytes or TarInfo}."""
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            data = b"" if isinstance(content, tarfile.TarInfo) else content
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def zipped(path, members, compression=zipfile.ZIP_DEFLATED):
    """A zip of {name: bytes}."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


# --- one file


def test_a_script(tmp_path, chapter):
    path = tmp_path / "arrays.py"
    path.write_text(CODE)
    found = snapshot(path, chapter)
    assert found.name == "arrays.py"
    assert [(cell.name, cell.source) for cell in found.cells] == [("arrays.py", CODE)]
    assert found.digest.startswith("sha256:")
    assert found.notes == ()


def test_a_file_named_by_itself_may_be_called_as_it_likes(tmp_path, chapter):
    path = tmp_path / "alice 2.py"
    path.write_text(CODE)
    found = snapshot(path, chapter)
    assert found.cells[0].name == "arrays.py"
    assert found.notes == ("alice 2.py was graded as arrays.py",)


def test_a_notebook(tmp_path, chapter):
    path = tmp_path / "arrays.ipynb"
    path.write_bytes(book("import numpy", ["x = 1\n", "y = 2"], "  "))
    found = snapshot(path, chapter)
    assert [(cell.name, cell.source) for cell in found.cells] == [
        ("arrays.ipynb cell 1", "import numpy"),
        ("arrays.ipynb cell 2", "x = 1\ny = 2"),
    ]


def test_lines_of_ipython_are_left_out_and_noted(tmp_path, chapter):
    path = tmp_path / "arrays.ipynb"
    path.write_bytes(book("%matplotlib inline\nx = 1\nx?", "%%bash\nls", "%%time\ny = 1", "if x:\n    !ls"))
    found = snapshot(path, chapter)
    sources = [cell.source for cell in found.cells]
    assert sources == [
        "pass  # %matplotlib inline\nx = 1\npass  # x?",
        "# %%time\ny = 1",
        "if x:\n    pass  # !ls",
    ]
    assert [cell.name[-6:] for cell in found.cells] == ["cell 1", "cell 3", "cell 4"]
    assert found.notes[0] == "arrays.ipynb cell 1, line 1 was left out: %matplotlib inline"
    assert found.notes[2] == "arrays.ipynb cell 2, left out: a %%bash cell is not Python"


@pytest.mark.parametrize(
    "source",
    [
        "s = '''\n%d\n!x\nname?\n'''",
        "x = (7\n% 3)",
        "x = 7 \\\n% 3",
        "t = 'a\\\n%d'",
        "a = b  # why?",
        "x != y",
        "x %= 2",
        'f(")", [\n"(", 7\n% 2])',
        "# it's\nx = '#'\n",
    ],
)
def test_python_that_looks_like_ipython_is_left_alone(source):
    assert notebook.plain(source) == (source, [])


def test_many_notes_are_cut_short(tmp_path, chapter):
    path = tmp_path / "arrays.ipynb"
    path.write_bytes(book("x = 1\n" + "!ls\n" * 20))
    notes = snapshot(path, chapter).notes
    assert len(notes) == 6
    assert notes[-1] == "arrays.ipynb: 15 more lines of that kind were left out"


def test_a_notebook_of_format_3(tmp_path, chapter):
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Title"], "metadata": {}},
        {"cell_type": "code", "language": "python", "input": ["x = 1\n", "y = 2"], "metadata": {}, "outputs": []},
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    path = tmp_path / "arrays.ipynb"
    path.write_text(json.dumps(old))
    assert [cell.source for cell in snapshot(path, chapter).cells] == ["x = 1\ny = 2"]


def test_a_notebook_with_nan_in_an_output_and_half_a_character(tmp_path, chapter):
    data = book("x = '\ud800'").replace(b"[[1]]", b"[NaN, -Infinity]")
    path = tmp_path / "arrays.ipynb"
    path.write_bytes(data)
    assert [cell.source for cell in snapshot(path, chapter).cells] == ["x = '?'"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "arrays.ipynb is empty"),
        (b"{}", "is not a notebook: .*nbformat"),
        (b"[1]", "is not a notebook: Expected `object`"),
        (b'{"nbformat": 4', "is not a notebook: it is not JSON"),
        (b"x = 1\n", "is not a notebook: it is not JSON"),
        (b'<<<<<<< HEAD\n{"nbformat": 4}\n', "marks of a merge conflict"),
        (b'{"nbformat": 2, "worksheets": []}', "format 2, not 4: open it in Jupyter"),
        (b'{"nbformat": 4}', "format 4"),
        (b'{"nbformat": "4", "cells": []}', "is not a notebook: Expected `int`"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 7}]}', "is not a notebook"),
        (b'{"nbformat": 4, "cells": []}', "has no code"),
        (b'{"nbformat": 4, "cells": ' + b"[" * 60000, "is not a notebook"),
        (b'{"a":' * 10000, "is not a notebook"),
        (b'{"nbformat": 4, "cells": [], "x": "\xff"}', "line 1 has a character that is not UTF-8"),
        (book("x", kernel="R"), "another language than Python"),
        (book("  ", "\n"), "has no code"),
    ],
)
def test_what_is_no_notebook(tmp_path, chapter, data, words):
    path = tmp_path / "arrays.ipynb"
    path.write_bytes(data)
    refused(path, chapter, words)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        ("# coding: latin-1\ns = 'é'\n".encode("latin-1"), "# coding: latin-1\ns = 'é'\n"),
        ("# -*- coding: cp1252 -*-\ns = '€'\n".encode("cp1252"), "# -*- coding: cp1252 -*-\ns = '€'\n"),
        (b"x = 1\r\ny = 2\rz = 3", "x = 1\ny = 2\nz = 3"),
        ("s = 'é'\n".encode(), "s = 'é'\n"),
    ],
)
def test_encodings(data, text):
    assert decode(data, "arrays.py") == text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "arrays.py is empty"),
        (b" \n\n", "arrays.py is empty"),
        (b"\xef\xbb\xbf\n", "arrays.py is empty"),
        (b"x = 1\0\n", "is not text: byte 5 is 0"),
        ("x = 1\n".encode("utf-16"), "is UTF-16: save it as UTF-8"),
        ("s = 'é'\n".encode("latin-1"), "arrays.py, line 1 has a character that is not UTF-8: in your editor choose"),
        (b"x = 1\n" * 5 + b"\xff", "line 6 has a character that is not UTF-8"),
        (b"# coding: klingon\nx = 1\n", "an encoding that Python does not know"),
        (b"# coding: rot13\nk = 1\n", "declares the encoding rot13"),
        (b"# coding: punycode\nk = 1\n", "declares the encoding punycode"),
        (b"# coding: hex\nk = 1\n", "declares the encoding hex"),
        (b"# coding: utf-7\nk = 1\n", "declares the encoding utf-7"),
        (b"# coding: ascii\ns = '\xc3\xa9'\n", "line 2 has a character that is not ASCII"),
    ],
)
def test_what_is_no_text(tmp_path, chapter, data, words):
    path = tmp_path / "arrays.py"
    path.write_bytes(data)
    refused(path, chapter, words)


def test_a_file_that_is_too_large(tmp_path, chapter):
    path = tmp_path / "arrays.py"
    with path.open("wb") as file:
        file.truncate(50 << 20)  # sparse: it takes no room
    refused(path, chapter, "arrays.py has 50 MB, more than the 64 kB allowed")


@pytest.mark.parametrize("name", ["arrays.txt", "arrays", "arrays.docx", "arrays.7z"])
def test_a_file_of_another_kind(tmp_path, chapter, name):
    path = tmp_path / name
    path.write_bytes(b"7z\xbc\xaf\x27\x1c" if name.endswith("7z") else b"words")
    refused(path, chapter, "is not read here|neither arrays.py or arrays.ipynb nor a zip or tar")


def test_nothing_there(tmp_path, chapter):
    refused(tmp_path / "none.py", chapter, "none.py: there is no such file")
    (tmp_path / "a.py").write_text(CODE)
    refused(tmp_path / "a.py" / "b", chapter, "there is no such file")
    refused(Path("a\0b.py"), chapter, "no file can be called so")


# --- links, pipes, devices


@pytest.mark.parametrize("inside", [False, True])
def test_links_and_special_files_are_refused_at_once(tmp_path, chapter, inside):
    secret = tmp_path / "secret.py"
    secret.write_text(CODE)
    folder = tmp_path / "work"
    folder.mkdir()
    path = folder / "arrays.py"
    target = folder if inside else path
    started = time.monotonic()
    path.symlink_to(secret)
    refused(target, chapter, "arrays.py is a link: hand in the file itself")
    path.unlink()
    os.link(secret, path)
    refused(target, chapter, "arrays.py is a hard link, one of 2 names")
    path.unlink()
    os.mkfifo(path)
    refused(target, chapter, "arrays.py is a pipe")
    path.unlink()
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # a socket's path must be short
        try:
            server.bind("arrays.py")
        finally:
            os.chdir(here)
        refused(target, chapter, "arrays.py is a socket")
    path.unlink()
    if inside:
        path.mkdir()
        refused(target, chapter, "arrays.py is a folder")
    assert time.monotonic() - started < 5
    assert not inside or not stat.S_ISREG(path.stat().st_mode)


def test_devices_and_linked_folders_are_refused(tmp_path, chapter):
    refused(Path("/dev/zero"), chapter, "zero is a device")
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "arrays.py").write_text(CODE)
    (tmp_path / "linked").symlink_to(tmp_path / "real")
    refused(tmp_path / "linked", chapter, "linked is a link")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "inner").symlink_to(tmp_path / "real")
    refused(tmp_path / "work", chapter, "work holds no arrays.py or arrays.ipynb")


# --- folders


def test_only_allowed_names_are_taken(tmp_path, chapter):
    for name in ("conftest.py", "numpy.py", "pytest.ini", "grade.json"):
        (tmp_path / name).write_text("raise SystemExit")
    (tmp_path / "arrays.py").write_text(CODE)
    assert [cell.source for cell in snapshot(tmp_path, chapter).cells] == [CODE]


@pytest.mark.parametrize("place", ["", "inner", "submitted/alice/ch1_arrays", "alice/ch1"])
def test_a_folder_may_lie_in_folders(tmp_path, chapter, place):
    folder = tmp_path / place
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "arrays.py").write_text(CODE)
    for noise in ("__pycache__", ".ipynb_checkpoints", "__MACOSX"):
        (tmp_path / noise).mkdir()
        (tmp_path / noise / "arrays.py").write_text("raise SystemExit")
    assert snapshot(tmp_path, chapter).cells[0].source == CODE


def test_the_file_nearest_to_the_top_is_taken(tmp_path, chapter):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "arrays.py").write_text("old = 1")
    (tmp_path / "arrays.py").write_text(CODE)
    assert snapshot(tmp_path, chapter).cells[0].source == CODE


def test_two_folders_with_such_a_file_are_refused(tmp_path, chapter):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "arrays.py").write_text(CODE)
    refused(tmp_path, chapter, "several folders with such a file, a and b")


def test_a_folder_without_the_file(tmp_path, chapter):
    (tmp_path / "Arrays.py").write_text(CODE)
    deep = tmp_path / "a" / "b" / "c" / "d"
    deep.mkdir(parents=True)
    (deep / "arrays.py").write_text(CODE)
    refused(tmp_path, chapter, "holds no arrays.py or arrays.ipynb: is the file called so, exactly")


def test_a_folder_of_far_too_much(tmp_path, chapter):
    for number in range(201):
        (tmp_path / str(number)).mkdir()
    before = len(os.listdir("/proc/self/fd"))
    refused(tmp_path, chapter, "holds far too much: name the file")
    assert len(os.listdir("/proc/self/fd")) == before


def test_of_script_and_notebook_the_untouched_one_is_ignored(tmp_path, chapter):
    for name in ("arrays.py", "arrays.ipynb"):
        shutil.copy(chapter.exercises / name, tmp_path)
    assert snapshot(tmp_path, chapter).name == "arrays.py"  # both untouched
    script = (tmp_path / "arrays.py").read_bytes()
    (tmp_path / "arrays.py").write_bytes(script.replace(b"\n", b"\r\n"))  # as Windows checks it out
    (tmp_path / "arrays.ipynb").write_bytes(book(CODE))
    assert snapshot(tmp_path, chapter).name == "arrays.ipynb"
    (tmp_path / "arrays.py").write_text(CODE)
    refused(tmp_path, chapter, "arrays.ipynb and arrays.py have both been changed: delete one, or name")
    (tmp_path / "arrays.ipynb").write_text("no notebook at all")
    refused(tmp_path, chapter, "have both been changed")
    pages = json.loads((chapter.exercises / "arrays.ipynb").read_text())
    for cell in pages["cells"]:
        cell["metadata"] = {}
        if cell["cell_type"] == "code":
            cell["outputs"], cell["source"] = [{"any": 1}], "".join(cell["source"])
    (tmp_path / "arrays.ipynb").write_text(json.dumps(pages))  # run and saved, but not written in
    assert snapshot(tmp_path, chapter).name == "arrays.py"


def test_a_path_inside_a_folder_names_one(tmp_path, chapter):
    (tmp_path / "arrays.py").write_text(CODE)
    (tmp_path / "arrays.ipynb").write_bytes(book("y = 1"))
    assert snapshot(tmp_path / "arrays.ipynb", chapter).name == "arrays.ipynb"


# --- archives


MODES = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tar.xz": "w:xz"}


@pytest.mark.parametrize("suffix", [*MODES, ".zip"])
@pytest.mark.parametrize("place", ["", "./", "work/", "submitted/alice/ch1/"])
def test_archives_are_read_like_folders(tmp_path, chapter, suffix, place):
    members = {f"{place}arrays.py": CODE.encode(), f"{place}conftest.py": b"x", "__MACOSX/arrays.py": b"x"}
    path = tmp_path / f"work{suffix}"
    if suffix == ".zip":
        zipped(path, members)
    else:
        pack(path, members, MODES[suffix])
    found = snapshot(path, chapter)
    assert [(cell.name, cell.source) for cell in found.cells] == [("arrays.py", CODE)]
    plain = tmp_path / "arrays.py"
    plain.write_text(CODE)
    assert found.digest == snapshot(plain, chapter).digest


def test_an_archive_is_known_by_its_bytes(tmp_path, chapter):
    path = pack(tmp_path / "work.zip", {"arrays.py": CODE.encode()})
    assert snapshot(path, chapter).cells[0].source == CODE


@pytest.mark.parametrize("name", ["../arrays.py", "/arrays.py", "a/../../arrays.py", "a\\arrays.py", "C:arrays.py"])
def test_paths_that_lead_out_of_an_archive(tmp_path, chapter, name):
    refused(pack(tmp_path / "a.tgz", {name: b"x"}), chapter, "leads out of it")
    refused(zipped(tmp_path / "a.zip", {name: b"x"}), chapter, "leads out of it")


def special(name, kind):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_special_members_are_refused(tmp_path, chapter, kind):
    path = pack(tmp_path / "a.tar", {"arrays.py": special("arrays.py", kind)}, "w")
    refused(path, chapter, "holds arrays.py, but not as a file")


def test_special_members_of_other_names_do_no_harm(tmp_path, chapter):
    members = {"x": special("venv", tarfile.SYMTYPE), "arrays.py": CODE.encode()}
    assert snapshot(pack(tmp_path / "a.tar", members, "w"), chapter).cells[0].source == CODE


def test_a_link_in_a_zip(tmp_path, chapter):
    info = zipfile.ZipInfo("arrays.py")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    refused(tmp_path / "a.zip", chapter, "holds arrays.py as a link")


def test_an_encrypted_zip(tmp_path, chapter):
    path = zipped(tmp_path / "a.zip", {"arrays.py": CODE.encode()})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    refused(path, chapter, "is encrypted")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_zip(tmp_path, chapter, method):
    refused(zipped(tmp_path / "a.zip", {"arrays.py": b"x"}, method), chapter, "packed in an unusual way")


@pytest.mark.parametrize("suffix", [*MODES, ".zip"])
def test_bombs_are_stopped(tmp_path, chapter, suffix):
    bomb = b"#" * (4 << 20)
    path = tmp_path / f"a{suffix}"
    if suffix == ".zip":
        zipped(path, {"arrays.py": bomb})
    elif suffix != ".tar":
        pack(path, {"other.bin": bomb, "arrays.py": CODE.encode()}, MODES[suffix])
    else:
        pack(path, {"other.bin": bomb}, "w")
    refused(path, chapter, "over 64 kB|unpacks to more than 256 kB|more than the 256 kB allowed")


def test_a_ratio_that_no_source_has(tmp_path):
    roomy = load(NUMPY_COURSE).chapter("ch1")
    refused(zipped(tmp_path / "a.zip", {"arrays.py": b"#" * (8 << 20)}), roomy, "unpacks to far too much")


def test_an_archives_limits_are_the_chapters_own(tmp_path):
    roomy = load(NUMPY_COURSE).chapter("ch1")
    tight = msgspec.structs.replace(roomy, limits=msgspec.structs.replace(roomy.limits, ratio=9, members=2))
    snapshot(zipped(tmp_path / "a.zip", {"arrays.py": b"#" * (1 << 20)}), tight)  # small files may shrink as they like
    code = os.urandom(1 << 17).hex().encode() * 6  # zlib does not look that far back
    snapshot(zipped(tmp_path / "b.zip", {"arrays.py": code}), tight)
    refused(zipped(tmp_path / "c.zip", {"arrays.py": b"#" * (2 << 20)}), tight, "unpacks to far too much")
    refused(zipped(tmp_path / "d.zip", {str(n): b"" for n in range(3)}), tight, "holds more than 2 files")


def test_many_copies_in_one_archive(tmp_path, chapter):
    members = {f"{n}/arrays.py": os.urandom(1 << 14) for n in range(17)}
    path = zipped(tmp_path / "a.zip", dict.fromkeys(members, b"#" * 60000))
    refused(path, chapter, "unpacks to more than 256 kB")


def test_a_name_that_is_there_twice(tmp_path, chapter):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for content in (CODE.encode(), b"x"):
            info = tarfile.TarInfo("arrays.py")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    refused(tmp_path / "a.tar", chapter, "holds arrays.py twice")


def test_too_many_members(tmp_path):
    roomy = load(NUMPY_COURSE).chapter("ch1")
    names = {str(number): b"" for number in range(2001)}
    refused(zipped(tmp_path / "a.zip", names), roomy, "holds more than 2000 files")
    refused(pack(tmp_path / "a.tgz", names), roomy, "holds more than 2000 files")


@pytest.mark.parametrize("size", [1 << 40, 1 << 62])
@pytest.mark.parametrize("name", ["other.bin", "arrays.py"])
@pytest.mark.parametrize("suffix", MODES)
def test_a_member_that_claims_to_be_endless_ends(tmp_path, chapter, suffix, name, size):
    """tarfile skips what is not wanted block by block, also where there is nothing more: found by the fuzz."""
    info = tarfile.TarInfo(name)
    info.size = size
    header = info.tobuf(tarfile.GNU_FORMAT)
    opener = {".tar": open, ".tar.gz": gzip.open, ".tgz": gzip.open, ".tar.bz2": bz2.open, ".tar.xz": lzma.open}[suffix]
    with opener(tmp_path / f"a{suffix}", "wb") as file:
        file.write(header + b"x = 1\n")
    began = time.monotonic()
    refused(tmp_path / f"a{suffix}", chapter, "cannot be read, it is damaged, cut short")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("suffix", [*MODES, ".zip"])
def test_archives_that_are_cut_short_or_spoilt(tmp_path, chapter, suffix):
    members = {"arrays.py": os.urandom(2000).hex().encode(), "z.txt": b"z" * 1000}
    path = tmp_path / f"a{suffix}"
    if suffix == ".zip":
        zipped(path, members)
    else:
        pack(path, members, MODES[suffix])
    whole = path.read_bytes()
    for cut in (len(whole) // 2, 600):
        path.write_bytes(whole[:cut])
        refused(path, chapter, "the archive cannot be read|neither")
    if suffix == ".zip":  # a wrong checksum
        spoilt = bytearray(whole)
        spoilt[200] ^= 255
        path.write_bytes(spoilt)
        refused(path, chapter, "cannot be read")


@pytest.mark.parametrize("library", [gzip, bz2, lzma], ids=["gz", "bz2", "xz"])
def test_a_compressed_file_that_is_no_tar(tmp_path, chapter, library):
    path = tmp_path / "arrays.py.gz"
    path.write_bytes(library.compress(CODE.encode()))
    refused(path, chapter, "the archive cannot be read")


def test_streams_in_a_row_are_read_as_one(tmp_path, chapter):
    whole = pack(tmp_path / "a.tar", {"arrays.py": CODE.encode()}, "w").read_bytes()
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(whole[:700]) + gzip.compress(whole[700:]) + b"\0" * 100)
    assert snapshot(path, chapter).cells[0].source == CODE


def test_a_gzip_header_without_end_costs_no_time(tmp_path, chapter):
    path = tmp_path / "a.tar.gz"
    path.write_bytes(b"\x1f\x8b\x08\x08" + b"\0" * 6 + b"x" * 200_000)
    started = time.monotonic()
    refused(path, chapter, "cannot be read")
    assert time.monotonic() - started < 2


def test_an_empty_archive(tmp_path, chapter):
    refused(zipped(tmp_path / "a.zip", {}), chapter, "a.zip holds no arrays.py")
    refused(pack(tmp_path / "a.tar", {}, "w"), chapter, "neither|holds no arrays.py")


def test_names_with_control_characters_are_cleaned(tmp_path, chapter):
    path = tmp_path / "a\x1b[31m\nb.tgz"
    pack(path, {"../\x1b[2Jx": b"x"})
    refused(path, chapter, "leads out of it")


ZIP = io.BytesIO()
with zipfile.ZipFile(ZIP, "w") as _archive:
    _archive.writestr("arrays.py", CODE)
TAR = io.BytesIO()
with tarfile.open(fileobj=TAR, mode="w") as _tar:
    _info = tarfile.TarInfo("arrays.py")
    _info.size = len(CODE)
    _tar.addfile(_info, io.BytesIO(CODE.encode()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    whole=st.sampled_from(
        [ZIP.getvalue(), TAR.getvalue(), gzip.compress(TAR.getvalue(), mtime=0), book(CODE), CODE.encode()]
    ),
    changes=st.lists(st.tuples(st.integers(0, 10**4), st.integers(0, 255)), max_size=6),
    cut=st.integers(0, 10**4),
    suffix=st.sampled_from([".zip", ".tar", ".py", ".ipynb", ".gz"]),
)
def test_any_bytes_are_a_snapshot_or_one_line(tmp_path, chapter, whole, changes, cut, suffix):
    data = bytearray(whole[: max(cut, 1)])
    for place, value in changes:
        data[place % len(data)] = value
    path = tmp_path / f"any{suffix}"
    path.write_bytes(data)
    try:
        found = snapshot(path, chapter)
    except SubmissionError as error:
        words = str(error)
        assert words.isprintable(), words
    else:
        assert found.cells

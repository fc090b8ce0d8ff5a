"""Each limit has a verdict of its own, and leaves an honest neighbour unharmed: the next one, and the one beside it."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest

from grader.errors import SubmissionError
from grader.model import Answer, Chapter, Course, Inputs, Limits, Outcome, Snapshot
from grader.session import Session
from grader.submission import snapshot
from tests.conftest import sandbox_or_skip

X = np.arange(6, dtype="float32").reshape(3, 2)
CENTER = Inputs("centered", {"x": X}, {})
BODY = "return x - column_means(x)"
MIB = 1 << 20


class Excess(NamedTuple):
    """Too much of one thing."""

    limits: dict[str, Any]
    code: str  # of a function that is called, or of the module
    outcome: Outcome
    words: str  # of the verdict, and of no other's
    imported: bool = False
    calls: int = 1
    contained: bool = False  # let loose only in a sandbox


BURN = """import os
for _ in range(3):
    if os.fork() == 0:
        while True: pass
os.wait()"""
MEMORY = """import os, time
for _ in range(4):
    if os.fork() == 0:
        y = np.ones(15 << 20)
        time.sleep(9)
time.sleep(9)"""
PROCESSES = """import os, time
for _ in range(200):
    if os.fork() == 0:
        time.sleep(9)
time.sleep(9)"""
THREADS = """import threading, time
for _ in range(200):
    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
time.sleep(9)"""
FILES = "import os\nfor i in range(400): os.close(os.open(f'{os.environ[\"HOME\"]}/{i}', os.O_CREAT))\nwhile True: pass"
WRITE = """import os, time
for i in range({0}):
    with open(f'{{os.environ["HOME"]}}/{{i}}', 'wb') as file:
        file.write(bytes({1} << 20))
time.sleep(9)"""
SLEEP = "import time; time.sleep(60)"
TIMEOUT, ERROR, FAILED = Outcome.TIMEOUT, Outcome.ERROR, Outcome.FAILED

# by the limit's name; a second way to run into the same one has the same words
RUNNING = {
    "import_seconds": Excess(
        {"import_seconds": 1.0}, SLEEP, TIMEOUT, "stopped while being imported", imported=True
    ),
    "probe_seconds": Excess({"probe_seconds": 1.0}, SLEEP, TIMEOUT, "1 second and was stopped; look"),
    "total_seconds": Excess(
        {"total_seconds": 1.5, "probe_seconds": 1.0}, SLEEP, TIMEOUT, "all tests together", calls=3
    ),
    "cpu_seconds": Excess({"cpu_seconds": 1}, BURN, TIMEOUT, "used up its processor time"),
    "memory": Excess({"memory": 200 * MIB}, MEMORY, Outcome.MEMORY, "used more memory"),
    "processes": Excess({"processes": 40}, PROCESSES, ERROR, "more processes or threads", contained=True),
    "threads": Excess({"processes": 40}, THREADS, ERROR, "more processes or threads", contained=True),
    "descriptors": Excess(
        {"descriptors": 300}, "keep = [__import__('os').pipe() for _ in range(200)]\nwhile True: pass", ERROR,
        "more files, pipes or sockets",
    ),
    "scratch": Excess(
        {"scratch": 8 * MIB}, WRITE.format(4, 4), ERROR, "more to the disk", contained=True
    ),
    "disk": Excess({}, WRITE.format(60, 8), ERROR, "more to the disk", contained=True),
    "files": Excess({"files": 300}, FILES, ERROR, "made more files", contained=True),
    "file": Excess({"file": 2 * MIB}, WRITE.format(1, 4), ERROR, "wrote a larger file"),
    "signal": Excess(
        {"file": 2 * MIB}, "import signal; signal.signal(25, signal.SIG_DFL)\n" + WRITE.format(1, 4), ERROR,
        "wrote a larger file",
    ),
    "output": Excess({"output": 1000}, "print('x' * 3000, flush=True); return x", ERROR, "printed more"),
    "answer": Excess({"answer": 1000}, "return np.ones(1000)", FAILED, "too large"),
    "depth": Excess({"depth": 8}, "for _ in range(9): x = [x]\nreturn x", FAILED, "nested more than 9"),
    "count": Excess({"count": 8}, "return [1] * 9", FAILED, "more than 8 parts"),
}  # fmt: skip
AGAIN = {"threads": "processes", "disk": "scratch", "signal": "file"}


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


# what is handed in is refused before anything of it runs
HANDED_IN: dict[str, tuple[dict[str, Any], dict[str, bytes], str]] = {
    "submission": ({"submission": 1000}, {"arrays.py": b"#" * 2000}, "arrays.py, which is over"),
    "archive": ({"archive": 4000}, {f"{n}/arrays.py": bytes(range(250)) * 9 for n in range(2)}, "unpacks to more than"),
    "members": ({"members": 2}, {str(n): b"" for n in range(3)}, "more than 2 files"),
    "ratio": ({"ratio": 9}, {"arrays.py": b"#" * (2 * MIB)}, "far too much"),
}


@pytest.fixture(scope="module", params=["bwrap", "docker", "none"])
def session(request: pytest.FixtureRequest, arrays_course: Course) -> Iterator[Session]:
    with Session(arrays_course, sandbox_or_skip(request.param)) as session:
        yield session


@pytest.fixture(scope="module")
def beside(session: Session, arrays_course: Course) -> Iterator[Session]:
    """Another worker on the same machine."""
    with Session(arrays_course, session.sandbox) as other:
        yield other


def limited(chapter: Chapter, limits: dict[str, Any]) -> Chapter:
    room = {"probe_seconds": 8.0, "import_seconds": 4.0, "total_seconds": 30.0}
    return msgspec.structs.replace(chapter, limits=msgspec.structs.replace(chapter.limits, **{**room, **limits}))


def answers(session: Session, chapter: Chapter, work: Snapshot, calls: int = 1) -> list[Answer]:
    session.open(chapter, work)
    try:
        return [session.call(CENTER, seed=1) for _ in range(calls)]
    finally:
        session.close()


def test_no_limit_is_forgotten_and_no_two_sound_alike() -> None:
    assert {name for name in RUNNING if name not in AGAIN} | set(HANDED_IN) == set(Limits.__struct_fields__)
    words = {name: excess.words for name, excess in RUNNING.items() if name not in AGAIN}
    words |= {name: line for name, (_, _, line) in HANDED_IN.items()}
    assert all(
        not (mine in other and one != another) for one, mine in words.items() for another, other in words.items()
    )
    assert all(RUNNING[name].words == RUNNING[first].words for name, first in AGAIN.items())


@pytest.mark.parametrize("name", RUNNING)
def test_a_limit_has_a_verdict_of_its_own_and_the_neighbours_are_unharmed(
    session: Session, beside: Session, arrays: Chapter, edited: Callable[..., Snapshot], name: str
) -> None:
    excess = RUNNING[name]
    if excess.contained and not session.sandbox.confined:
        pytest.skip("it is let loose only where a sandbox holds it")
    chapter = limited(arrays, excess.limits)
    honest = edited()
    code = edited(after="\n" + excess.code) if excess.imported else edited((BODY, excess.code.replace("\n", "\n    ")))
    assert answers(beside, arrays, honest)[0].outcome is None  # its worker is there
    ended, seen = threading.Event(), []

    def neighbour() -> None:
        while not ended.is_set():
            seen.extend(answers(beside, arrays, honest))

    thread = threading.Thread(target=neighbour)
    thread.start()
    try:
        result = answers(session, chapter, code, excess.calls)[-1]
    finally:
        ended.set()
        thread.join()
    assert (result.outcome, excess.words in result.message) == (excess.outcome, True), result
    assert [
        other for name, other in RUNNING.items() if other.words in result.message and other.words != excess.words
    ] == []
    assert seen and {answer.outcome for answer in seen} == {None}
    roomy = limited(arrays, {key: value for key, value in excess.limits.items() if not key.endswith("_seconds")})
    assert answers(session, roomy, honest)[0].outcome is None


@pytest.mark.parametrize("name", HANDED_IN)
def test_a_limit_of_what_is_handed_in_has_a_line_of_its_own(tmp_path: Path, arrays: Chapter, name: str) -> None:
    limits, members, words = HANDED_IN[name]
    path = zipped(tmp_path / "work.zip", members)
    tight = msgspec.structs.replace(arrays, limits=msgspec.structs.replace(arrays.limits, **limits))
    with pytest.raises(SubmissionError, match=words) as caught:
        snapshot(path, tight)
    assert caught.value.exit_code == 2
    assert not [line for _, _, line in HANDED_IN.values() if line in str(caught.value) and line != words]


def test_where_a_limit_was_met_is_told_without_a_word_of_the_students(
    session: Session, arrays: Chapter, edited: Callable[..., Snapshot]
) -> None:
    code = edited((BODY, "raise OSError(27, 'a value of a hidden case')"))
    (answer,) = answers(session, arrays, code)
    assert answer.outcome is Outcome.ERROR and not answer.hearsay
    assert answer.message.startswith("your code wrote a larger file than it may (arrays.py, line ")

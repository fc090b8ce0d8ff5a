"""Who stands beside a grader under attack: sees what is sent to the hostile process, and what is left afterwards."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from grader import wire
from grader.grade import Grader
from grader.model import Chapter, Inputs, Snapshot
from tests.red_team import naive

MIB = 1 << 20
GROWTH = 64 * MIB  # what the grader's own memory may gain over all attacks of a run, caches of libraries included


class Witness:
    """Listens at a grader, and knows how everything was when nobody attacked.

    Args:
        grader: before its first grading.
        scratch: an empty folder; the grader's own temporary files go there, to be seen.
        secret: a word that stands in all that is private.
        watched: folders that must not change, by name; what a folder `build` in them holds may.
    """

    def __init__(self, grader: Grader, scratch: Path, secret: str, watched: dict[str, Path]) -> None:
        self.grader, self.scratch, self.secret, self.watched = grader, scratch, secret, watched
        self.tempdir, tempfile.tempdir = tempfile.tempdir, str(scratch)
        self.listens = True  # to what the oracle is asked
        self.given: list[Any] = []
        self.expected: list[Any] = []
        self.sent = bytearray()
        self.state: dict[str, Any] = {}
        answer, send = grader.oracle.answer, grader.session._send

        def listen(chapter: Chapter, program: Snapshot, inputs: Inputs) -> Any:
            result = answer(chapter, program, inputs)
            if self.listens:
                self.given.append(inputs.values)
                self.expected.append(result.value)
            return result

        def overhear(message: dict[str, Any]) -> None:
            self.sent += wire.encode(message, max_bytes=2 * wire.MAX_BYTES)
            send(message)

        grader.oracle.answer = listen  # type: ignore[method-assign]
        grader.session._send = overhear  # type: ignore[method-assign]

    def close(self) -> None:
        """Temporary files go where they went."""
        tempfile.tempdir = self.tempdir

    def settle(self) -> None:
        """Honest work has been graded, and nothing else: this is how things are."""
        self.listens = False
        self.grader.oracle.session.start()  # it is launched where it is asked, which may be never so far
        given = b"".join(arrays(self.given))
        self.answers = [data for data in dict.fromkeys(arrays(self.expected)) if data not in given]
        self.numbers = sorted(set().union(*map(numbers, [*self.given, *self.expected])))
        assert self.answers and self.numbers
        assert any(data in self.sent for data in arrays(self.given)), "what is sent is not seen"
        self.grader.session.settle()
        self.workers = len(settled())
        self.state = self.look()
        self.resident = resident()
        self.worker = self.pid()

    def begin(self) -> None:
        """An attack begins."""
        self.sent.clear()
        self.worker = self.pid()

    def pid(self) -> int:
        """The process that runs the students' worker."""
        launched = self.grader.session._launched
        return launched.process.pid if launched is not None else 0

    def nothing_secret_was_sent(self) -> None:
        """No expected value, test or solution text was in anything that the process got."""
        assert self.secret.encode() not in self.sent
        found = [np.frombuffer(data, "float32") for data in self.answers if data in self.sent]
        assert not found, f"an expected value was sent: {found}"

    def nothing_hidden_is_shown(self, shown: str) -> None:
        """No number of a hidden case, and no secret, in what a student gets to see."""
        assert self.secret not in shown
        found = [number for number in self.numbers if number in shown]
        assert not found, found

    def the_worker_is(self, replaced: bool) -> None:
        """The honest one that came after ran where the attack had run, unless that is declared not to be."""
        assert (self.pid() != self.worker) == replaced, "replaced" if self.pid() != self.worker else "kept"

    def all_is_as_it_was(self) -> None:
        """Processes, their limits, descriptors, scratch, libraries, the course, queues, memory."""
        self.grader.session.settle()  # where nobody comes next, nobody waits for it
        deadline = time.monotonic() + 5
        while len(naive.descendants(os.getpid())) != self.workers and time.monotonic() < deadline:
            time.sleep(0.02)  # a spare child is being made
        changed = {key: (self.state[key], now) for key, now in self.look().items() if now != self.state[key]}
        assert not changed, changed
        grown = resident() - self.resident
        assert grown < GROWTH, f"{grown / MIB:.0f} MiB more"

    def look(self) -> dict[str, Any]:
        """What an attack could have changed on this side."""
        pids = naive.descendants(os.getpid())
        return {
            "processes": len(pids),
            # the workers'; a child's own depend on what it was when it put them on
            "limits": sorted({limits(pid) for pid in [os.getpid(), *pids] if naive.descendants(pid)}),
            "descriptors": len(os.listdir("/proc/self/fd")),
            "scratch": sorted(os.listdir(self.scratch)),
            "temporary": sorted(name for name in os.listdir("/tmp") if name.startswith(("red-team", "planted"))),
            "queues": [Path(f"/proc/sysvipc/{kind}").read_text().count("\n") for kind in ("msg", "sem", "shm")],
            **{name: fingerprint(folder) for name, folder in self.watched.items()},
        }


def settled() -> list[int]:
    """The processes below this one, once their number has stayed the same for a while."""
    seen: list[list[int]] = []
    while len(seen) < 20 or len({len(pids) for pids in seen[-10:]}) > 1:
        seen.append(naive.descendants(os.getpid()))
        time.sleep(0.03)
    return seen[-1]


def limits(pid: int) -> str:
    """A process's limits and its priority, as the system tells them; empty where it has just ended."""
    try:
        return f"{Path(f'/proc/{pid}/limits').read_text()}nice {os.getpriority(os.PRIO_PROCESS, pid)}"
    except OSError:
        return ""


def arrays(tree: Any) -> Iterable[bytes]:
    """The bytes of all float arrays that are long enough to be told from others; not of mere 0, 1, 2."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, (list, tuple)):
        for part in tree:
            yield from arrays(part)
    elif (
        isinstance(tree, np.ndarray) and tree.dtype.kind == "f" and tree.nbytes >= 12 and np.any(tree != np.round(tree))
    ):
        yield np.ascontiguousarray(tree).tobytes()


def numbers(tree: Any) -> set[str]:
    """Numbers of hidden cases as text, if they are long enough to be told from others."""
    if isinstance(tree, dict):
        return numbers(list(tree.values()))
    if isinstance(tree, (list, tuple)):
        return set().union(*map(numbers, tree)) if tree else set()
    if isinstance(tree, np.ndarray) and tree.dtype.kind == "f":
        return {text for x in tree.ravel() for text in (repr(float(x))[:8], str(x)[:8]) if len(text.strip("-0.")) > 5}
    return set()


def fingerprint(folder: Path) -> int:
    """Changes with any file's name, size, mode or time of change."""
    found = []
    for path in sorted(folder.rglob("*")):
        if "build" not in path.relative_to(folder).parts and "__pycache__" not in path.parts:
            status = path.lstat()
            file = path.is_file()
            found.append((str(path), status.st_mode, status.st_size if file else 0, status.st_mtime_ns if file else 0))
    return hash(tuple(found))


def resident() -> int:
    """Bytes of this process."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1]) * 1024  # type: ignore[index]

"""What the course's own programs answer: the reference, its mutants and alternates.

They run in a sandboxed worker of their own that never sees a student's code. Answers are kept by content: the inputs,
the program, the public files it runs with, the libraries' versions, the device and the threads.
"""

from __future__ import annotations

import contextlib
import hashlib
import platform
from collections.abc import Callable, Iterable
from pathlib import Path

from grader import __version__, wire
from grader.atomic import write_atomic
from grader.errors import InfrastructureError, WireError
from grader.model import Answer, Chapter, Inputs, Outcome, Snapshot
from grader.sandbox import ENGINE_FILES
from grader.session import Session
from grader.versions import installed

Program = Callable[[Inputs], Answer]


def digest_files(paths: Iterable[Path]) -> str:
    """A hash of the names and contents of files, in the order given."""
    total = hashlib.sha256()
    for path in paths:
        data = path.read_bytes()
        total.update(f"{path.name}:{len(data)}:".encode() + data)
    return total.hexdigest()


def public_files(chapter: Chapter, runtime: Path) -> list[Path]:
    """What every program of the chapter runs with."""
    names = ("chapter.toml", "probes.py", "given.py", "cases.py")
    data = sorted(path for path in (chapter.exercises.parent / "data").glob("*") if path.is_file())
    return [runtime, *data, *(path for name in names if (path := chapter.exercises / name).is_file())]


def inputs_digest(inputs: Inputs) -> str:
    """A name for the inputs, the same on every machine."""
    return hashlib.sha256(inputs.probe.encode() + wire.encode(inputs.values)).hexdigest()


def probe_seed(inputs: Inputs) -> int:
    """What the runtime is seeded with before a probe: the same for every program that gets these inputs."""
    return int(inputs_digest(inputs)[:7], 16)


class Oracle:
    """Answers of the course's own programs, from the cache or from its worker.

    Args:
        session: a worker for this purpose alone; started only when the cache has no answer.
        cache: the folder that keeps answers, or None to keep them in memory only.
    """

    def __init__(self, session: Session, cache: Path | None) -> None:
        self.session = session
        self.cache = cache
        self.asked = 0  # of the worker
        self._memory: dict[str, Answer] = {}
        self._open: tuple[str, str] | None = None
        self._contexts: dict[str, str] = {}

    def program(self, chapter: Chapter, snapshot: Snapshot) -> Program:
        """The program as something that answers inputs."""
        return lambda inputs: self.answer(chapter, snapshot, inputs)

    def answer(self, chapter: Chapter, snapshot: Snapshot, inputs: Inputs) -> Answer:
        """What the program answers for these inputs.

        Raises:
            InfrastructureError: its worker does not come up.
        """
        key = hashlib.sha256(
            "\n".join([self._context(chapter), snapshot.digest, inputs_digest(inputs)]).encode()
        ).hexdigest()
        if key not in self._memory:
            stored = self._stored(key)
            if stored is None:
                stored = self._ask(chapter, snapshot, inputs)
                self._store(key, stored)
            self._memory[key] = stored
        return self._memory[key]

    def remembers(self, chapter: Chapter, *words: str) -> bool:
        """Whether `remember` was called with the same words, so that the worker need not be started ahead."""
        return self.cache is not None and self._note(chapter, words).is_file()

    def remember(self, chapter: Chapter, *words: str) -> None:
        """Notes that all answers for what the words name are in the cache."""
        if self.cache is not None:
            with contextlib.suppress(OSError):
                self._note(chapter, words).parent.mkdir(parents=True, exist_ok=True)
                self._note(chapter, words).touch()

    def _note(self, chapter: Chapter, words: tuple[str, ...]) -> Path:
        assert self.cache is not None
        name = hashlib.sha256("\n".join([self._context(chapter), *words]).encode()).hexdigest()
        return self.cache / "known" / name

    def reset(self) -> None:
        """After a grading that was given up: the worker ends what it was at."""
        if self._open is not None:
            self.session.close()
            self._open = None

    def _ask(self, chapter: Chapter, snapshot: Snapshot, inputs: Inputs) -> Answer:
        self.asked += 1
        if self._open != (chapter.id, snapshot.digest):
            if self._open is not None:
                self.session.close()
            self._open = (chapter.id, snapshot.digest)  # first: one that is given up must be closed all the same
            self.session.open(chapter, snapshot, trusted=True)
        return self.session.call(inputs, seed=probe_seed(inputs))

    def _context(self, chapter: Chapter) -> str:
        if chapter.id not in self._contexts:
            course = self.session.course
            versions = [f"{name}={installed(name)}" for name in course.versions]
            words = [
                *("3", __version__, platform.python_version(), platform.machine(), *versions),
                *(self.session.device, str(course.threads), *map("=".join, sorted(course.environment.items()))),
                digest_files(public_files(chapter, course.runtime)),
                digest_files(Path(__file__).with_name(f"{name}.py") for name in ENGINE_FILES),
            ]
            self._contexts[chapter.id] = "\n".join(words)
        return self._contexts[chapter.id]

    def _stored(self, key: str) -> Answer | None:
        if self.cache is None:
            return None
        try:
            tree = wire.decode((self.cache / key[:2] / key).read_bytes())
            return Answer(
                Outcome(tree["outcome"]) if tree["outcome"] else None,
                tree["value"],
                tree["exception"],
                tree["message"],
                hearsay=tree["hearsay"] is True,
                touched=tuple(tree["touched"]),
            )
        except (OSError, WireError, KeyError, TypeError, ValueError):
            return None  # not there, or damaged: ask again

    def _store(self, key: str, answer: Answer) -> None:
        if answer.outcome is Outcome.INFRASTRUCTURE:
            raise InfrastructureError(f"a program of the course's own could not be run: {answer.message}")
        ended = answer.outcome is Outcome.ERROR and not answer.hearsay  # its process, by whatever hand
        if self.cache is None or ended or answer.outcome in (Outcome.TIMEOUT, Outcome.MEMORY):
            return  # a busy machine must not decide for ever
        tree = {
            "outcome": answer.outcome or "",
            "value": answer.value,
            "exception": answer.exception,
            "message": answer.message,
            "hearsay": answer.hearsay,
            "touched": list(answer.touched),
        }
        path = self.cache / key[:2] / key
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, wire.encode(tree))
        except OSError:
            self.cache = None  # a full or read-only disk makes it slower, not wrong

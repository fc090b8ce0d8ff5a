"""What a verdict depends on besides the submission: by content, so that a change of any of it grades anew."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from grader import __version__, seeds
from grader.errors import InfrastructureError
from grader.grade import suite_files
from grader.model import Chapter, Course, Snapshot
from grader.oracle import digest_files
from grader.recorded import path_of
from grader.versions import installed

ENGINE = Path(__file__).parent.parent


class Conditions(Struct, frozen=True):
    """How a class is graded: what every worker is told, and what it must find the same at its place."""

    root: str
    chapter: str
    sandbox: str
    device: str
    seed: int | None
    cache: bool
    image: str
    suite: str
    engine: str
    seed_id: str
    versions: tuple[tuple[str, str], ...]

    def key(self, student: str, snapshot: Snapshot) -> str:
        """The name of one grading: the same key, the same report but for its times."""
        parts: list[Any] = [student, snapshot.name, snapshot.digest, snapshot.notes]
        return self._hashed(parts)

    def key_of_words(self, student: str, words: str) -> str:
        """The same for a submission that cannot be graded, by what is wrong with it."""
        return self._hashed([student, words])

    def _hashed(self, parts: list[Any]) -> str:
        parts += [
            self.chapter,
            self.sandbox,
            self.image,
            self.device,
            self.suite,
            self.engine,
            self.seed_id,
            self.versions,
        ]
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def conditions(
    course: Course,
    chapter: Chapter,
    sandbox: str = "auto",
    device: str = "cpu",
    seed: int | None = None,
    cache: bool = True,
    image: str = "",
) -> Conditions:
    """The conditions on this machine.

    Raises:
        InfrastructureError: the sandbox does not work here.
    """
    from grader.sandbox import choose

    chosen = choose(sandbox, image)
    # an image that has others is refused when its worker starts
    versions = {name: installed(name) for name in course.versions}
    return Conditions(
        root=str(course.root),
        chapter=chapter.id,
        sandbox=chosen.name,
        device=device,
        seed=seed,
        cache=cache,
        image=image,
        suite=suite_digest(chapter, course),
        engine=engine_digest(),
        seed_id=seeds.seed_id(course, seeds.assignment_seed(course, chapter, seed)),
        versions=(*sorted(versions.items()), ("python", platform.python_version())),
    )


def suite_digest(chapter: Chapter, course: Course) -> str:
    """All files of the course that a report is made of: suite, settings, hints, translations, recorded values."""
    more = [course.root / "course.toml", chapter.exercises / "hints.md", path_of(chapter)]
    if course.translated is not None:
        more.append(course.translated)
    return digest_files([*suite_files(chapter, course), *(path for path in more if path.is_file())])


@functools.cache
def engine_digest() -> str:
    """The engine's modules; tables and pages are made anew each time and do not count."""
    files = sorted([*ENGINE.glob("*.py"), *ENGINE.glob("sandbox/*.py"), ENGINE / "suite.ini"])
    return f"{__version__}-{digest_files(files)}"


def check(told: Conditions) -> Path:
    """Where the course is at a worker's own place: as told, else what GRADER_COURSE names.

    Raises:
        InfrastructureError: it is not there, or not the same course, engine, secret or libraries.
    """
    from grader.course import load

    root = Path(os.environ.get("GRADER_COURSE") or told.root)
    if not (root / "course.toml").is_file():
        raise InfrastructureError(
            f"a worker has no course at {root}: put it there, or set GRADER_COURSE for the worker"
        )
    course = load(root)
    chapter = course.chapter(told.chapter)
    here = conditions(course, chapter, told.sandbox, told.device, told.seed, told.cache, told.image)
    words = {
        "engine": "has another version of the grader",
        "suite": "has another version of the chapter",
        "seed_id": "has another secret: copy solutions/.secret to it",
        "versions": "has other versions of Python or of the libraries",
    }
    for field, said in words.items():
        if getattr(here, field) != getattr(told, field):
            raise InfrastructureError(f"a worker {said}; all of a class must be graded alike")
    return root

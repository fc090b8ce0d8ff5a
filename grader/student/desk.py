"""A grader that is kept warm for one student's work, and takes one job after another."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course import find_chapter, load, task_id
from grader.errors import GraderError, InfrastructureError
from grader.model import Chapter, Drawing, Snapshot
from grader.sandbox import Sandbox, choose
from grader.session import Session
from grader.student.talk import Busy, Done, GivenUp, Job, Refused, Step

if TYPE_CHECKING:
    from grader.grade import Grader

OWN = "own"  # a sandbox where there is one; without one a student's own work runs all the same


class Desk:
    """Takes jobs for one course. The worker is being started while the rest is still being imported.

    Args:
        root: the course's folder.
        device: "cpu" or "cuda".
        sandbox: a sandbox's name, or "own".
        seed: of hidden cases; None: the assignment's own.
        image: for the sandbox "docker"; empty: the course's own.
        cache: whether answers of the course's own programs are kept on disk.

    Raises:
        GraderError: the course cannot be read, or no sandbox works here.
    """

    def __init__(
        self,
        root: Path,
        device: str = "cpu",
        sandbox: str = "auto",
        seed: int | None = None,
        image: str = "",
        cache: bool = True,
    ) -> None:
        self.course = load(root)
        self.device, self.seed, self.cache = device, seed, cache
        self.sandbox = choose_for(sandbox, image or self.course.images.get(device, ""))
        self.session = Session(self.course, self.sandbox, device)
        self.session.launch()
        self._grader: Grader | None = None

    def grade(
        self, job: Job, progress: Callable[[Step], None] | None = None, gone: Callable[[], bool] | None = None
    ) -> Done | Refused:
        """Grades one submission.

        Args:
            job: what.
            progress: called with each test that has been run.
            gone: asked all the time whether nobody wants the result any more.

        Raises:
            KeyboardInterrupt: nobody wants the result; the worker is ready for the next job.
        """
        try:
            chapter = find_chapter(self.course, job.chapter)
            task = task_id(chapter, job.task)
            snapshot, student = _submission(job, chapter)
            warm = self.session.versions != {}
            grader = self.grader()

            def watch() -> None:
                if gone is not None and gone():
                    raise KeyboardInterrupt

            for session in (self.session, grader.oracle.session):
                session.tick = watch
            report = grader.grade(
                chapter,
                snapshot,
                student,
                task,
                None if progress is None else lambda record: progress(Step(record.task, record.test)),
                brief=job.own,
            )
            return Done(report, grader.printed, warm, _drawn(grader) if job.pictures else ())
        except GraderError as error:
            return Refused(" ".join(str(error).split()), error.exit_code)
        except OSError as error:
            return Refused(" ".join(str(error).split()), InfrastructureError.exit_code)

    def grader(self) -> Grader:
        """The grader, made at first use."""
        if self._grader is None:
            from grader.grade import Grader

            self._grader = Grader(self.course, self.sandbox, self.device, self.seed, self.cache, session=self.session)
        return self._grader

    def prepare(self) -> None:
        """While nothing is asked for: starts what a first wrong answer will want, the worker of the mutants."""
        if self.course.solutions is not None:
            self.grader().oracle.session.launch()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the workers."""
        self.session.shut()
        if self._grader is not None:
            self._grader.close()


class LocalHand:
    """A desk in this process, made at the first job, that can be told to stop from another thread."""

    def __init__(
        self, root: Path, device: str = "cpu", sandbox: str = "auto", seed: int | None = None, image: str = ""
    ) -> None:
        self.how = (root, device, sandbox, seed, image)
        self.desk: Desk | None = None
        self.given_up = False

    def grade(self, job: Job, progress: Callable[[Step | Busy], None] | None = None) -> Done | Refused:
        """The result of a job.

        Raises:
            GivenUp: `give_up` was called meanwhile.
        """
        self.given_up = False
        try:
            if self.desk is None:
                self.desk = Desk(*self.how)
            return self.desk.grade(job, progress, lambda: self.given_up)
        except GraderError as error:
            return Refused(" ".join(str(error).split()), error.exit_code)
        except KeyboardInterrupt:
            raise GivenUp from None

    def give_up(self) -> None:
        """From another thread: the job that runs is not wanted any more."""
        self.given_up = True

    def close(self) -> None:
        """Ends the workers."""
        if self.desk is not None:
            self.desk.close()


def _drawn(grader: Grader) -> tuple[Drawing, ...]:
    from grader.reports.drawing import drawn

    return drawn(grader.plates)


def choose_for(name: str, image: str = "") -> Sandbox:
    """The sandbox of that name; for "own" the best that works here, and none where none does."""
    if name != OWN:
        return choose(name, image)
    try:
        return choose("auto")
    except InfrastructureError:
        return choose("none")


def _submission(job: Job, chapter: Chapter) -> tuple[Snapshot, str]:
    from grader.reports.text import identifier
    from grader.submission import snapshot

    if job.cells:
        import hashlib

        digest = hashlib.sha256("\0".join(cell.source for cell in job.cells).encode("utf-8", "surrogatepass"))
        taken = Snapshot(f"{chapter.module}.ipynb", job.cells, f"sha256:{digest.hexdigest()}")
        return taken, identifier(job.student or "notebook")
    path = Path(job.path)
    return snapshot(path, chapter), identifier(job.student or os.path.basename(os.path.realpath(path)))

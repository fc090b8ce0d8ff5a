"""One submission -> one report: the suite is run against it, and every fail is put into words."""

from __future__ import annotations

import datetime
import hashlib
import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from grader import (
    __version__,
    begun,
    diagnosis,
    feedback,
    marks,
    plates,
    printouts,
    recorded,
    render,
    seeds,
    slices,
    snippets,
)
from grader.assembly import Mutant, mutants
from grader.errors import AuthorError
from grader.model import (
    Answer,
    Cell,
    Chapter,
    Course,
    Inputs,
    Outcome,
    Printed,
    Report,
    Snapshot,
    Task,
    TaskReport,
)
from grader.oracle import Oracle, Program, digest_files, probe_seed, public_files
from grader.plugin import Suite
from grader.recorded import Recorder, Recording
from grader.records import Record, Visibility
from grader.sandbox import Sandbox, choose
from grader.session import Session
from grader.testimony import Loaded

Progress = Callable[[Record], None]


class Grader:
    """Grades submissions of a course, keeping its workers warm. A context manager.

    Args:
        course: the course.
        sandbox: "auto", "bwrap", "docker" or "none", or a sandbox.
        device: "cpu" or "cuda".
        seed: the seed of hidden cases; None: the assignment's own.
        cache: whether answers of the course's own programs are kept on disk, under `build/cache`.
        image: the container image for the sandbox "docker"; empty: the course's own for the device.
        session: a worker for submissions that is being started already.

    Raises:
        InfrastructureError: the sandbox does not work here.
    """

    def __init__(
        self,
        course: Course,
        sandbox: str | Sandbox = "auto",
        device: str = "cpu",
        seed: int | None = None,
        cache: bool = True,
        image: str = "",
        session: Session | None = None,
    ) -> None:
        self.course, self.device, self.seed = course, device, seed
        self.sandbox = choose(sandbox, image or course.images.get(device, "")) if isinstance(sandbox, str) else sandbox
        self.session = session or Session(course, self.sandbox, device)
        kept = course.root / "build" / "cache" if cache else None
        self.oracle = Oracle(Session(course, self.sandbox, device), kept)
        self._profiles: dict[tuple[str, str, str], list[Record]] = {}
        self._mutants: dict[tuple[str, str], tuple[Mutant, ...]] = {}
        self._references: dict[str, Snapshot] = {}
        self._recordings: dict[str, Recording] = {}
        self.printed: tuple[Printed, ...] = ()  # by the submission graded last, before it saw any hidden case
        self.plates: tuple[plates.Plate, ...] = ()  # what could be drawn of its visible cases

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends both workers."""
        self.session.shut()
        self.oracle.session.shut()

    def grade(
        self,
        chapter: Chapter,
        snapshot: Snapshot,
        student: str = "",
        task: str | None = None,
        progress: Progress | None = None,
        brief: bool = False,
    ) -> Report:
        """Grades one submission.

        Args:
            chapter: which chapter's suites.
            snapshot: the submission.
            student: whose it is, as the report names it.
            task: only this task and what it needs; None: all.
            progress: called with each test's record as it is known.
            brief: whether a task is given up at its first test that does not end; for a student who waits.

        Raises:
            InfrastructureError: no worker comes up.
            AuthorError: the course's own files are at fault.
        """
        self.printed, self.plates = (), ()
        started, began = datetime.datetime.now(datetime.UTC), time.monotonic()
        seed = seeds.assignment_seed(self.course, chapter, self.seed)
        chosen = chapter.closure(task) if task else tuple(t.id for t in chapter.tasks)
        suite = "sha256:" + digest_files(suite_files(chapter, self.course))
        known = (suite, seed, *chosen)
        self.session.launch()
        if chapter.solutions is not None and not self.oracle.remembers(chapter, *known):
            self.oracle.session.launch()  # it comes up while the other one does
        try:
            try:
                self.session.begin(chapter, snapshot)
                records = self._suite(chapter, seed, chosen, progress, brief).run()
                loaded = self.session.loaded()
                self.printed = printouts.of(loaded, records)
                self.plates = plates.of(chapter, records, lambda inputs: self.expected(chapter)("public", inputs))
            finally:
                self.session.close()
            tasks = tuple(self._task_report(chapter.task(name), records, snapshot, chapter) for name in chosen)
        except KeyboardInterrupt:
            self.oracle.reset()
            raise
        if loaded.verdict is None and all(record.outcome is Outcome.PASSED for record in records):
            self.oracle.remember(chapter, *known)
        return Report(
            course=self.course.id,
            chapter=chapter.id,
            student=student,
            submission=snapshot.digest,
            suite=suite,
            engine=__version__,
            environment={
                **self.session.versions,
                **self.session.settings,
                "device": self.device,
                "sandbox": self.sandbox.name,
                "python": platform.python_version(),
            },
            seed_id=seeds.seed_id(self.course, seed),
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - began, 3),
            score=round(sum(t.score for t in tasks), 4),
            max_score=round(sum(t.max_score for t in tasks), 4),
            outcome=feedback.gravest(t.outcome for t in tasks),
            tasks=tasks,
            notes=(*snapshot.notes, *self._problems(loaded, snapshot)),
        )

    # Programs of the course's own

    def reference(self, chapter: Chapter) -> Snapshot:
        """The chapter's solution as a submission."""
        if chapter.id not in self._references:
            self._references[chapter.id] = as_snapshot(chapter, render.solution(chapter))
        return self._references[chapter.id]

    def program(self, chapter: Chapter, snapshot: Snapshot) -> Program:
        """A program of the course's own as something that answers inputs.

        Where a probe reaches nothing that differs from the solution, the solution's answer is taken.
        """
        ask = self.oracle.program(chapter, snapshot)
        reference = self.reference(chapter)
        source = reference.cells[0].source
        differs = slices.changed(source, snapshot.cells[0].source)
        if not differs or len(snapshot.cells) != 1:
            return ask

        def answer(inputs: Inputs) -> Answer:
            known = self.oracle.answer(chapter, reference, inputs)
            apart = known.outcome is None and not differs & slices.reachable(source, known.touched)
            return known if apart else ask(inputs)

        return answer

    def run_program(
        self, chapter: Chapter, snapshot: Snapshot, tasks: tuple[str, ...], *, blocking: bool = False
    ) -> list[Record]:
        """Runs the suite against a program of the course's own, through the oracle's worker and its cache."""
        seed = seeds.assignment_seed(self.course, chapter, self.seed)
        program = self.program(chapter, snapshot)
        suite = Suite(
            chapter,
            lambda _, inputs: program(inputs),
            self.expected(chapter),
            seed=seed,
            tasks=tasks,
            blocking=blocking,
            measure=True,
        )
        return suite.run()

    def first_failure(self, chapter: Chapter, snapshot: Snapshot, tasks: tuple[str, ...]) -> Record | None:
        """Runs the hidden tests of some tasks against a program of the course's own, as far as the first that fails.

        It goes through the students' worker and no cache: a program that is asked once is not worth keeping.
        """
        seed = seeds.assignment_seed(self.course, chapter, self.seed)
        try:
            loaded = self.session.open(chapter, snapshot, trusted=True)
            suite = Suite(
                chapter,
                self.ask,
                self.expected(chapter),
                seed=seed,
                tasks=tasks,
                verdicts={} if loaded.verdict is None else dict.fromkeys(tasks, loaded.verdict),
                blocking=False,
                visibility="hidden",
                stop=True,
            )
            return next((record for record in suite.run() if record.outcome is not Outcome.PASSED), None)
        finally:
            self.session.close()

    def profile(self, chapter: Chapter, mutant: Mutant, task: str) -> list[Record]:
        """How a mutant does in the tests of a task."""
        seed = seeds.assignment_seed(self.course, chapter, self.seed)
        key = (chapter.id, f"{mutant.name}/{task}", seed)
        if key not in self._profiles:
            self._profiles[key] = self.run_program(chapter, as_snapshot(chapter, mutant.source), (task,))
        return self._profiles[key]

    def mutants(self, chapter: Chapter, failing: str = "") -> tuple[Mutant, ...]:
        """The chapter's mutants, or those that fail one task, assembled once."""
        key = (chapter.id, failing)
        if key not in self._mutants:
            self._mutants[key] = mutants(chapter, failing) if chapter.solutions is not None else ()
        return self._mutants[key]

    def recorded_values(self, chapter: Chapter) -> dict[Path, bytes]:
        """The file of the visible cases' values, from the reference; the old file where it still agrees."""
        recorder = Recorder(self.oracle.program(chapter, self.reference(chapter)))
        suite = Suite(
            chapter,
            lambda _, inputs: recorder.answer(inputs),
            lambda _, inputs: recorder.answer(inputs),
            seed=seeds.PUBLIC,
            tasks=tuple(task.id for task in chapter.tasks),
            visibility="public",
        )
        broken = [record for record in suite.run() if record.outcome is not Outcome.PASSED]
        if broken:
            raise AuthorError(f"{chapter.id}: the reference fails {broken[0].test}: {broken[0].words}")
        self._recordings.pop(chapter.id, None)
        path = recorded.path_of(chapter)
        agrees = path.is_file() and recorder.agrees(Recording(chapter))
        return {path: path.read_bytes() if agrees else recorder.text().encode()}

    def ask(self, task: Task, inputs: Inputs) -> Answer:
        """What the program that is open in the students' worker answers, under the rules of that task."""
        return self.session.call(inputs, seed=probe_seed(inputs), forbidden=task.forbidden, seconds=task.time_limit)

    # Within

    def _suite(
        self, chapter: Chapter, seed: str, tasks: tuple[str, ...], progress: Progress | None, brief: bool
    ) -> Suite:
        def settle() -> tuple[dict[str, Answer], tuple[str, ...]]:
            loaded = self.session.loaded()
            verdicts = dict.fromkeys(tasks, loaded.verdict) if loaded.verdict is not None else {}
            for name, dotted, cell, line in loaded.forbidden:
                known = dotted in chapter.forbidden or dotted in chapter.task(name).forbidden
                words = f"{dotted if known else 'a built-in'} must not be used in this task ({cell}, line {line})"
                verdicts.setdefault(name, Answer(Outcome.FORBIDDEN, message=words))
            return verdicts, loaded.untouched

        expected = self.expected(chapter)
        return Suite(chapter, self.ask, expected, seed=seed, tasks=tasks, settle=settle, progress=progress, brief=brief)

    def expected(self, chapter: Chapter) -> Callable[[Visibility, Inputs], Answer]:
        """What is right: the recorded values of visible cases, the reference's of hidden ones."""
        if chapter.id not in self._recordings:
            self._recordings[chapter.id] = Recording(chapter)
        recording = self._recordings[chapter.id]

        def answer(visibility: Visibility, inputs: Inputs) -> Answer:
            if visibility == "public":
                return recording.answer(inputs)
            return self.oracle.answer(chapter, self.reference(chapter), inputs)

        return answer

    def _task_report(self, task: Task, records: Sequence[Record], snapshot: Snapshot, chapter: Chapter) -> TaskReport:
        mine = [record for record in records if record.task == task.id]
        visible = feedback.visible_errors(records)
        found = diagnosis.of(
            mine,
            render.hints(chapter).get(task.id, ("", "", ""))[0],
            lambda: self.mutants(chapter, task.id),
            lambda mutant: self.program(chapter, as_snapshot(chapter, mutant.source)),
            lambda mutant: self.profile(chapter, mutant, task.id),
        )
        words = marks.Words(
            message=lambda record: feedback.message(record, snapshot, visible, self.course.translations),
            snippet=lambda record: snippets.of(record, chapter, snapshot),
            waits=lambda record: feedback.waits_for(record, snapshot),
            found=found,
            begun=lambda: begun.words(task, chapter, snapshot),
        )
        return marks.task_report(task, mine, words)

    def _problems(self, loaded: Loaded, snapshot: Snapshot) -> tuple[str, ...]:
        means = self.course.translations
        return tuple(feedback.raised(problem, snapshot, True, means) for problem in loaded.problems)


def as_snapshot(chapter: Chapter, source: str) -> Snapshot:
    """A program of the course's own as if it had been submitted."""
    name = f"{chapter.module}.py"
    return Snapshot(name, (Cell(name, source),), "sha256:" + hashlib.sha256(source.encode()).hexdigest())


def suite_files(chapter: Chapter, course: Course) -> list[Path]:
    """What a verdict depends on besides the submission, the seed and the engine."""
    files = [*public_files(chapter, course.runtime), chapter.exercises / "test_public.py"]
    if chapter.solutions is not None:
        files += [chapter.solutions / f"{chapter.module}.py", chapter.solutions / "test_hidden.py"]
        files += sorted((chapter.solutions / "mutants").glob("*.py"))
    return [path for path in files if path.is_file()]

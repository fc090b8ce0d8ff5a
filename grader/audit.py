"""Proves a course: every check matters, every wrong program is caught, every right one passes, nothing is stale."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import Console

from grader import misconceptions, notebook, redundant, render, variants
from grader.assembly import Mutant
from grader.course import AuditNumbers, audit_numbers
from grader.errors import AuthorError
from grader.grade import Grader, as_snapshot
from grader.inventory import unexpected
from grader.margins import Margins, too_close
from grader.model import Chapter, Course, Outcome, Report, Snapshot, Variant
from grader.proof import Audit, ChapterAudit, Finding, MutantRow, VariantRow
from grader.records import Record
from grader.rehearsal import rehearse
from grader.reports.matrix import print_findings, print_matrix
from grader.scaffold import MARK, unwritten
from grader.syntax import fingerprint

SEED = 1  # of the hidden cases: a proof is the same in every clone; `grader seeds` tries others
UNHURT = (Outcome.PASSED, Outcome.BLOCKED)  # a test that has caught nothing


def audit(
    course: Course,
    chapters: Sequence[Chapter],
    grader: Grader,
    console: Console,
    numbers: AuditNumbers | None = None,
    jobs: int = 1,
    surroundings: Sequence[Variant] = (),
) -> Audit:
    """Checks that chapters obey the rules of the house, and prints what it finds.

    Args:
        course: the course.
        chapters: the chapters to look at.
        grader: grades the programs.
        console: where the matrix and the findings are printed.
        numbers: how many mutants and alternates there must be; None: as `course.toml` or `chapter.toml` says.
        jobs: processes that run the mutants, where the grader keeps a cache.
        surroundings: those in which right programs are measured too.

    Raises:
        InfrastructureError: the grader cannot work.
    """
    findings = [Finding("unexpected", str(path), "no such file belongs here") for path in unexpected(course)]
    notes: list[Finding] = []
    proofs = []
    for chapter in chapters:
        work = _Work(chapter, grader, numbers or audit_numbers(course, chapter), jobs, surroundings)
        proof = work.run()
        proofs.append(proof)
        findings += work.findings
        notes += work.notes
        print_matrix(proof, console)
    result = Audit(course.id, not findings, tuple(proofs), tuple(findings), tuple(notes))
    print_findings(result, console)
    return result


class _Work:
    """The audit of one chapter."""

    def __init__(
        self, chapter: Chapter, grader: Grader, numbers: AuditNumbers, jobs: int, surroundings: Sequence[Variant]
    ) -> None:
        self.chapter, self.grader, self.numbers, self.jobs = chapter, grader, numbers, jobs
        self.surroundings = surroundings
        self.tasks = tuple(task.id for task in chapter.tasks)
        self.findings: list[Finding] = []
        self.tests: dict[str, tuple[str, ...]] = dict.fromkeys(self.tasks, ())
        self.scores: dict[str, float] = {}
        self.notes: list[Finding] = []
        self.accepted: dict[str, str] = {}
        self.elsewhere: list[VariantRow] = []
        self.margins = Margins()

    def run(self) -> ChapterAudit:
        """All the checks; one that cannot be made is a finding, and the others go on."""
        rows: list[MutantRow] = []
        steps: tuple[Callable[[], object], ...] = (
            self._written,
            self._hints,
            self._fresh,
            self._solution,
            self._skeletons,
            self._alternates,
            self._variants,
            lambda: rows.extend(self._mutants()),
        )
        for step in steps:
            try:
                step()
            except AuthorError as error:
                self._find("author", self.chapter.id, str(error))
        margins = self.margins.table()
        self.findings += too_close(self.chapter.id, margins)
        self.findings = list(dict.fromkeys(self.findings))  # several steps may stumble over the same
        maximum = sum(task.points for task in self.chapter.tasks)
        return ChapterAudit(
            self.chapter.id,
            self.tests,
            tuple(rows),
            self.scores,
            maximum,
            margins,
            tuple(self.elsewhere),
            self.accepted,
        )

    def _find(self, kind: str, where: str, words: str) -> None:
        self.findings.append(Finding(kind, where, " ".join(words.split())))

    def _written(self) -> None:
        for path, line in unwritten(self.chapter):
            self._find("unwritten", f"{path.relative_to(self.grader.course.root)}:{line}", f"a {MARK} stands here")

    def _hints(self) -> None:
        render.hints(self.chapter)

    def _fresh(self) -> None:
        made = {**render.files(self.chapter), **self.grader.recorded_values(self.chapter)}
        for path, data in made.items():
            where = str(path.relative_to(self.grader.course.root))
            if not path.is_file():
                self._find("stale", where, "is not there: make render")
            elif path.read_bytes() != data:
                self._find("stale", where, "is not what the solution gives: make render")

    def _solution(self) -> None:
        report = self._grade("solution", self.grader.reference(self.chapter))
        for task in report.tasks:
            hidden = [test for test in task.tests if test.visibility == "hidden"]
            self.tests[task.id] = tuple(test.id for test in hidden)
            if not hidden:
                self._find("points", f"{self.chapter.id} {task.id}", "has no hidden test, so its points cannot be had")
            elif abs(sum(test.points for test in hidden) - self.chapter.task(task.id).points) > 1e-3 * len(hidden):
                self._find("points", f"{self.chapter.id} {task.id}", "its tests' points do not add up to the task's")
        total = self.numbers.points
        if total is not None and sum(task.points for task in self.chapter.tasks) != total:
            self._find("points", self.chapter.id, f"its tasks do not add up to {total:g} points")

    def _grade(self, name: str, program: Snapshot) -> Report:
        """Grades what must get full marks."""
        report = self.grader.grade(self.chapter, program, name)
        self.scores[name] = report.score
        for task in report.tasks:
            for test in task.tests:
                if test.outcome is not Outcome.PASSED:
                    words = f"{test.id} ({task.id}): {test.outcome}: {test.message}"
                    self._find("right program", f"{self.chapter.id} {name}", words)
        for note in report.notes:
            self._find("right program", f"{self.chapter.id} {name}", note)
        self.margins.right(name, self.grader.run_program(self.chapter, program, self.tasks))
        return report

    def _skeletons(self) -> None:
        text = render.skeleton(self.chapter)
        name = f"{self.chapter.module}.ipynb"
        cells, _ = notebook.cells(render.notebook(self.chapter), name)
        programs = {
            "skeleton": as_snapshot(self.chapter, text),
            "notebook": Snapshot(name, cells, "sha256:skeleton"),
        }
        for label, program in programs.items():
            report = self.grader.grade(self.chapter, program, label)
            self.scores[label] = report.score
            where = f"{self.chapter.id} {label}"
            for note in report.notes:
                self._find("skeleton", where, note)
            for task in report.tasks:
                if task.outcome is not Outcome.MISSING or task.score != 0:
                    words = f"{task.id} is {task.outcome} with {task.score:g} points; it must be missing with 0"
                    self._find("skeleton", where, words)

    def _alternates(self) -> None:
        programs = render.alternates(self.chapter)
        if len(programs) < self.numbers.alternates:
            words = f"has {len(programs)} alternates; {self.numbers.alternates} are wanted"
            self._find("count", self.chapter.id, words)
        for name, source in programs.items():
            self._grade(name, as_snapshot(self.chapter, source))
        programs["solution"] = render.solution(self.chapter)
        every = {name for task in self.chapter.tasks for name in task.names}
        for task in self.chapter.tasks:
            prints = {}
            for name, source in programs.items():
                prints[name] = fingerprint(source, task.names, every)
            for one, other in itertools.combinations(prints, 2):
                if prints[one] == prints[other]:
                    words = f"{one} and {other} are written alike: but for names they are the same program"
                    self._find("alike", f"{self.chapter.id} {task.id}", words)

    def _variants(self) -> None:
        """Measures right programs in the other surroundings; where only last digits may differ, nothing else does."""
        programs = {"solution": self.grader.reference(self.chapter)}
        programs |= {name: as_snapshot(self.chapter, text) for name, text in render.alternates(self.chapter).items()}
        for variant in self.surroundings:
            for row, records in variants.measured(self.grader, self.chapter, variant, programs):
                self.elsewhere.append(row)
                self.margins.right(f"{row.program} ({variant.name})", records)
                for test in row.apart if variant.form else ():
                    words = f"{row.program} does not pass {test}, and not for the size of an error"
                    self._find("variant", f"{self.chapter.id} {variant.name}", words)

    def _mutants(self) -> Iterator[MutantRow]:
        mutants = self.grader.mutants(self.chapter)
        if any(finding.where == f"{self.chapter.id} solution" for finding in self.findings):
            self._find("skipped", self.chapter.id, "its mutants were not run: the solution itself must pass first")
            return
        rehearse(self.grader, self.chapter, self.jobs)
        killed: set[str] = set()
        alone: set[str] = set()  # the tests that some mutant fails and no other of their task
        for task in self.chapter.tasks:
            count = sum(task.id in mutant.fails for mutant in mutants)
            if count < self.numbers.mutants:
                words = f"has {count} mutants; {self.numbers.mutants} are wanted"
                self._find("count", f"{self.chapter.id} {task.id}", words)
        for mutant in mutants:
            row = self._mutant(mutant)
            caught = {name for name, outcome in row.tests.items() if outcome not in UNHURT}
            killed |= caught
            for tests in self.tests.values():
                found = caught.intersection(tests)
                alone |= found if len(found) == 1 else set()
            yield row
        self._redundant(killed, alone)

    def _redundant(self, killed: set[str], alone: set[str]) -> None:
        """Each test is failed by some mutant that passes the others of its task, or is kept for a reason."""
        reasons = redundant.accepted(self.chapter)
        for task_id, tests in self.tests.items():
            for name in tests:
                where = f"{self.chapter.id} {task_id}"
                if name not in killed:
                    self._find("redundant", where, f"{name}: no mutant fails it, so nothing shows that it matters")
                elif name not in alone and name in reasons:
                    self.accepted[name] = reasons[name]
                elif name not in alone:
                    words = f"{name}: whatever fails it fails another test of the task too"
                    self._find("redundant", where, words)
        for name in reasons.keys() - self.accepted.keys():
            words = f"{name}: listed as redundant, but some mutant fails it alone, or there is no such test"
            self.notes.append(Finding("redundant", self.chapter.id, words))

    def _mutant(self, mutant: Mutant) -> MutantRow:
        where = f"{self.chapter.id} {mutant.name}"
        program = as_snapshot(self.chapter, mutant.source)
        records = self.grader.run_program(self.chapter, program, self.tasks, blocking=True)
        self.margins.wrong(mutant.name, mutant.fails, records)
        tests: dict[str, Outcome] = {}
        for record in records:
            if tests.get(record.test, Outcome.PASSED) is Outcome.PASSED:
                tests[record.test] = record.outcome
            if record.outcome is Outcome.INFRASTRUCTURE:
                self._find("broken", where, f"{record.test}: {record.words}")
        failed = _tasks(records, lambda outcome: outcome not in UNHURT)
        blocked = _tasks(records, lambda outcome: outcome is Outcome.BLOCKED)
        for task in mutant.fails:
            if task not in failed:
                self._find("mutant", where, f"declares that it fails {task}, and passes it")
        for task in failed:
            names = sorted({r.test for r in records if r.task == task and r.outcome not in UNHURT})
            if task not in mutant.fails:
                self._find("mutant", where, f"fails {task} without declaring it: {', '.join(names)}")
            elif not any(name in self.tests[task] for name in names):
                self._find("mutant", where, f"fails {task} in visible tests only, which cost no points")
        named = {task: self._named(task, records) for task in mutant.fails if task in failed}
        for task, name in named.items():
            if name != mutant.name:
                self._find("misconception", where, f"{task}: {self._why(mutant, task, records)}")
        return MutantRow(mutant.name, mutant.fails, failed, blocked, named, tests, mutant.misconception)

    def _candidates(self, task: str) -> Iterator[tuple[str, Sequence[Record]]]:
        for mutant in self.grader.mutants(self.chapter):
            if task in mutant.fails:
                yield mutant.name, self.grader.profile(self.chapter, mutant, task)

    def _named(self, task: str, records: Iterable[Record]) -> str:
        """The mutant whose mistake a student with this program would be told."""
        mine = [record for record in records if record.task == task]
        if not any(record.outcome in (Outcome.FAILED, Outcome.ERROR) for record in mine):
            return ""
        return misconceptions.matching(mine, self._candidates(task))

    def _why(self, mutant: Mutant, task: str, records: Iterable[Record]) -> str:
        mine = [record for record in records if record.task == task]
        alike = [name for name, theirs in self._candidates(task) if misconceptions.agree(mine, theirs)]
        if len(alike) > 1:
            others = ", ".join(name for name in alike if name != mutant.name)
            return f"no test tells it from {others}, so its hint is not given"
        if not alike:
            return "it is not told, since two runs of this mutant differ, or it only runs out of time or memory"
        return f"{alike[0]} is named in its place"


def _tasks(records: Sequence[Record], wanted: Callable[[Outcome], bool]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(record.task for record in records if wanted(record.outcome)))

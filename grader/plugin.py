"""The pytest side: fixtures `submission`, `reference` and `case`, the marker `task`, and what became of each test.

Runs in the trusted process. A program is anything that answers inputs: a session with a student's code, the recorded
values, or an oracle with a program of the course's own; the plugin does not know which.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader import seeds
from grader.compare import ClaimFailed, Mismatch, measuring
from grader.errors import AuthorError, GraderError, InfrastructureError
from grader.loading import QuietEnvironment, cases_of, forget_changed
from grader.model import Answer, Chapter, Inputs, Outcome, Task
from grader.records import Record, Visibility, block_the_rest, failed_need, settle_blocked

FILES: dict[str, Visibility] = {"test_public.py": "public", "test_hidden.py": "hidden"}
# what a grading has no use for, and what would change its process
WITHOUT = (
    "cacheprovider capture debugging doctest faulthandler junitxml logging pastebin setuponly setupplan stepwise "
    "threadexception unraisableexception warnings recwarn legacypath pytester tmpdir unittest"
).split()


ENDLESS = Answer(Outcome.TIMEOUT, message="not run: an earlier case did not end")


class NoAnswer(Exception):
    """The submission gave no value; the answer says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.message)
        self.answer = answer


class Blocked(Exception):
    """A task that this one needs has failed: the text names it."""


class Suite:
    """One run of a chapter's tests against one program.

    Args:
        chapter: whose tests.
        program: the program under test, given the task that asks.
        reference: answers what is right, given the file that asks.
        seed: what hidden cases are drawn from.
        tasks: the tasks whose tests are run.
        verdicts: tasks that are settled without running anything.
        blocking: whether a failed need blocks.
        settle: called once the suite is collected, before its first test: says what is settled, in place of
            `verdicts`, and what nobody has begun, so that it is missing rather than blocked. What it takes is waited
            for only then.
        progress: called with each record.
        visibility: only the tests of this kind; None: both.
        stop: whether the first test that fails is the last to run.
        measure: whether records tell how far their comparisons are from the tolerance.
        only: the name of one test, alone.
        brief: whether a task is not run any further once one of its tests did not end: each would take as long.
    """

    def __init__(
        self,
        chapter: Chapter,
        program: Callable[[Task, Inputs], Answer],
        reference: Callable[[Visibility, Inputs], Answer],
        *,
        seed: str,
        tasks: tuple[str, ...],
        verdicts: Mapping[str, Answer] | None = None,
        blocking: bool = True,
        settle: Callable[[], tuple[Mapping[str, Answer], tuple[str, ...]]] | None = None,
        progress: Callable[[Record], None] | None = None,
        visibility: Visibility | None = None,
        stop: bool = False,
        measure: bool = False,
        only: str | None = None,
        brief: bool = False,
    ) -> None:
        self.chapter, self.program, self.reference = chapter, program, reference
        self.seed, self.tasks, self.blocking = seed, tasks, blocking
        self.verdicts = verdicts or {}
        self.untouched: tuple[str, ...] = ()  # tasks that nobody has begun
        self.settle = settle
        self.progress = progress
        self.visibility, self.stop, self.measure, self.only = visibility, stop, measure, only
        self.brief = brief
        self.unsettled: GraderError | None = None
        self.records: list[Record] = []
        self.broken: list[str] = []
        self._current: Record | None = None
        self._swapped = False

    def run(self) -> list[Record]:
        """Runs the tests in the order of the tasks.

        Raises:
            AuthorError: the suite itself cannot be run.
        """
        files = [folder / name for name, folder in self._folders() if (folder / name).is_file()]
        if not files:
            raise AuthorError(f"{self.chapter.id} has neither test_public.py nor test_hidden.py")
        arguments = [
            *("-c", str(Path(__file__).with_name("suite.ini"))),
            *(
                "--rootdir",
                self.chapter.exercises.anchor,
            ),  # so that modules are told apart by their whole path
            *("--noconftest", "--import-mode=importlib", "--strict-markers"),
            *(["--exitfirst"] if self.stop else []),
            *(word for name in WITHOUT for word in ("-p", f"no:{name}")),
            *map(str, files),
        ]
        forget_changed(files)
        with QuietEnvironment():
            code = pytest.main(arguments, plugins=[self])
        if self.unsettled is not None:
            raise self.unsettled
        if self.broken:
            raise AuthorError(f"the suite of {self.chapter.id} cannot be run: {self.broken[0]}")
        if code == pytest.ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        if self.blocking:
            block_the_rest(self.chapter, self.records, self.verdicts, self.untouched)
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not self.records:
            raise InfrastructureError(f"pytest did not run the suite of {self.chapter.id} (exit code {int(code)})")
        return self.records

    def _folders(self) -> Iterator[tuple[str, Path]]:
        if self.visibility != "hidden":
            yield "test_public.py", self.chapter.exercises
        if self.visibility != "public" and self.chapter.solutions is not None:
            yield "test_hidden.py", self.chapter.solutions

    # Fixtures

    @pytest.fixture
    def submission(self) -> Callable[[Inputs], Any]:
        """The student's code: inputs -> value tree; ends the test where there is none."""

        def ask(inputs: Inputs) -> Any:
            record = self._record()
            if self._swapped:
                return self._reference(inputs)
            record.choices, record.probe = inputs.choices, inputs.probe
            record.inputs.append(inputs)
            answer = self.program(self.chapter.task(record.task), inputs)
            record.calls.append(answer)
            if answer.outcome is not None:
                raise NoAnswer(answer)
            return answer.value

        return ask

    @pytest.fixture(name="reference")
    def _reference_fixture(self) -> Callable[[Inputs], Any]:
        """What is right for these inputs."""
        return self._reference

    @pytest.fixture
    def case(self) -> Callable[..., Inputs]:
        """Draws a case: `case("trajectory", steps=5)` calls cases.trajectory(rng, steps=5)."""

        def draw(probe: str, **choices: Any) -> Inputs:
            record = self._record()
            seed = seeds.PUBLIC if record.visibility == "public" else self.seed
            rng = seeds.generator(seed, self.chapter.id, record.test, probe, choices=choices)
            function = getattr(cases_of(self.chapter), probe, None)
            if function is None:
                raise AuthorError(f"{self.chapter.id}/cases.py has no {probe}")
            return Inputs(probe, function(rng, **choices), choices)

        return draw

    def _reference(self, inputs: Inputs) -> Any:
        answer = self.reference(self._record().visibility, inputs)
        if answer.outcome is not None:
            raise AuthorError(f"the reference has no value for {inputs.probe}: {answer.message}")
        return answer.value

    def _record(self) -> Record:
        assert self._current is not None
        return self._current

    # Hooks

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Nothing is printed: the report is the engine's."""
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            config.pluginmanager.unregister(reporter)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A test file that cannot be read is the author's fault."""
        if report.failed:
            self.broken.append(str(report.longrepr).strip().splitlines()[-1])

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, obj: object) -> list[pytest.Item] | None:
        """What nobody asks for is not collected: making items takes longer than most tests compare."""
        wanted, known = set(self.tasks), {task.id for task in self.chapter.tasks}
        marks = getattr(obj, "pytestmark", None)
        of = [mark.args[0] for mark in marks if mark.name == "task" and mark.args] if type(marks) is list else []
        return [] if of and of[0] in known - wanted else None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keeps the chosen tasks: first all visible cases, so that what is printed there comes before any hidden
        one; within each half in the chapter's order."""
        order = {task.id: position for position, task in enumerate(self.chapter.tasks)}
        chosen = []
        for item in items:
            marker = item.get_closest_marker("task")
            if marker is None or marker.args[0] not in order:
                self.broken.append(f"{item.name} is not marked with a task of the chapter")
            elif marker.args[0] in self.tasks and self.only in (None, function_of(item).__name__):
                chosen.append(item)
        chosen.sort(
            key=lambda item: (FILES[item.path.name] == "hidden", order[item.get_closest_marker("task").args[0]])  # type: ignore[union-attr]
        )
        items[:] = [] if self.broken else chosen
        if self.settle is not None:
            try:
                self.verdicts, self.untouched = self.settle()
            except GraderError as error:
                self.unsettled = error
                items[:] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """One record a test, whatever happens in it."""
        function = function_of(item)
        marker = item.get_closest_marker("task")
        assert marker is not None
        said = inspect.getdoc(function) or function.__name__
        self._current = record = Record(
            test=function.__name__,
            params=getattr(getattr(item, "callspec", None), "id", ""),
            task=marker.args[0],
            visibility=FILES[item.path.name],
            claim=said.strip().splitlines()[0],
            properties=item.get_closest_marker("properties") is not None,
            hint=" ".join(said.partition("\nHint:")[2].split()),
            calls=[],
            inputs=[],
        )
        began = time.monotonic()
        try:
            if not self.measure:
                return (yield)
            with measuring() as record.errors:
                return (yield)
        finally:
            record.seconds = time.monotonic() - began
            self.records.append(record)
            self._current = None
            if self.progress is not None:
                self.progress(record)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Settled tasks and blocked ones do not run."""
        record = self._record()
        if record.task in self.verdicts:
            raise NoAnswer(self.verdicts[record.task])
        if self.brief and any(each.task == record.task and each.outcome is Outcome.TIMEOUT for each in self.records):
            raise NoAnswer(ENDLESS)
        if self.blocking:
            failed = failed_need(self.chapter.task(record.task), self.records)
            if failed:
                raise Blocked(failed)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """The outcome of a test is that of what it raised; pytest's own report would take time to picture it."""
        record = self._record()
        error = call.excinfo.value if call.excinfo else None
        if error is not None:
            self._settle(record, error, item)
        elif call.when == "call":
            record.outcome = Outcome.PASSED
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="failed" if error is not None else "passed",
            longrepr=None,
            when=call.when,  # type: ignore[arg-type]
        )

    def _settle(self, record: Record, error: BaseException, item: pytest.Item) -> None:
        match error:
            case NoAnswer():
                assert error.answer.outcome is not None
                record.outcome, record.answer = error.answer.outcome, error.answer
                record.words = error.answer.message if not error.answer.exception else ""
            case Blocked():
                settle_blocked(record, str(error), self.untouched)
            case Mismatch():
                record.outcome, record.difference = Outcome.FAILED, error.difference
            case ClaimFailed():
                record.outcome, record.words = Outcome.FAILED, error.words
            case AssertionError():
                record.outcome = Outcome.FAILED
            case GraderError():
                record.outcome, record.words = Outcome.INFRASTRUCTURE, str(error)
            case _ if record.calls and self._holds_for_reference(item):
                # the test is sound, so it is the values that it cannot make sense of
                record.outcome, record.words = (
                    Outcome.FAILED,
                    "your code sent values of another form than asked for",
                )
            case _:
                record.outcome = Outcome.INFRASTRUCTURE
                record.words = f"the test itself is broken: {type(error).__name__}: {error}"[:300]

    def _holds_for_reference(self, item: pytest.Item) -> bool:
        assert isinstance(item, pytest.Function)
        names = inspect.signature(item.obj).parameters
        self._swapped = True
        try:
            item.obj(**{name: item.funcargs[name] for name in names})
        except Exception:
            return False
        finally:
            self._swapped = False
        return True


def function_of(item: pytest.Item) -> Callable[..., Any]:
    """The test's function."""
    assert isinstance(item, pytest.Function)
    return item.obj  # type: ignore[no-any-return]

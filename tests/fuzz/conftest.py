"""One set of checks for all of a run's fuzzing, and the table of what became of the examples."""

from __future__ import annotations

import pytest

from grader.grade import Grader
from grader.model import Course
from tests.fuzz.explore import Tally
from tests.fuzz.targets import Fuzz


@pytest.fixture(scope="session")
def fuzz(arrays_course: Course, arrays_grader: Grader, tmp_path_factory: pytest.TempPathFactory) -> Fuzz:
    """The checks, on a warm grader under bubblewrap."""
    return Fuzz(arrays_course, arrays_grader, tmp_path_factory.mktemp("fuzz"))


TALLIES: list[Tally] = []


@pytest.fixture
def tallies() -> list[Tally]:
    """What became of the examples; printed at the end."""
    return TALLIES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line a kind."""
    for tally in TALLIES:
        terminalreporter.write_line(f"fuzz: {tally.line()}")

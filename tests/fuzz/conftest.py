"""One set of checks for all of a run's fuzzing, and the table of what became of the examples."""

from __future__ import annotations

import pytest

from grader.grade import Grader
from grader.model import Course
from tests.fuzz.targets import Fuzz


@pytest.fixture(scope="session")
def fuzz(arrays_course: Course, arrays_grader: Grader, tmp_path_factory: pytest.TempPathFactory) -> Fuzz:
    """The checks, on a warm grader under bubblewrap."""
    return Fuzz(arrays_course, arrays_grader, tmp_path_factory.mktemp("fuzz"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line a kind: what became of its examples, in whichever process they ran."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    for line in [value for report in reports for name, value in report.user_properties if name == "fuzz"]:
        terminalreporter.write_line(f"fuzz: {line}")

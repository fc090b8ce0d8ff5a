"""Everything about one verdict, for an instructor: the case as it was drawn, what came back, what was expected.

Hidden values are in it: nothing of this is for a student.
"""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path

from grader import seeds
from grader.errors import UsageError
from grader.grade import Grader
from grader.model import Answer, Chapter, Inputs, Report, Snapshot
from grader.plugin import FILES, Suite
from grader.records import Record, Visibility


@dataclasses.dataclass
class Test:
    """A test function as its file has it."""

    name: str
    task: str
    file: Path
    line: int
    source: str
    visibility: Visibility


@dataclasses.dataclass
class Case:
    """One set of parameters: how it ended in its turn, and how it ends alone in a fresh process."""

    record: Record
    alone: Record | None
    expected: list[Answer]

    @property
    def differs(self) -> bool:
        """Whether it depends on what ran before it."""
        return self.alone is not None and self.alone.outcome is not self.record.outcome


@dataclasses.dataclass
class Explanation:
    """What is known of one verdict."""

    test: Test
    report: Report
    cases: list[Case]


def find_test(chapter: Chapter, name: str) -> Test:
    """The test of that name, with or without `test_` and parameters.

    Raises:
        UsageError: there is none.
    """
    name = name.split("::")[-1].split("[")[0]
    found = tests_of(chapter)
    for wanted in (name, f"test_{name}"):
        if wanted in found:
            return found[wanted]
    near = ", ".join(sorted(other for other in found if name.removeprefix("test_") in other)[:5])
    raise UsageError(f"{chapter.key} has no test {name!r}" + (f"; did you mean {near}?" if near else ""))


def tests_of(chapter: Chapter) -> dict[str, Test]:
    """All tests of a chapter, by name."""
    found = {}
    for file, visibility in FILES.items():
        folder = chapter.exercises if visibility == "public" else chapter.solutions
        if folder is None or not (folder / file).is_file():
            continue
        source = (folder / file).read_text("utf-8")
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
                lines = source.splitlines()[first - 1 : node.end_lineno]
                text = "\n".join(lines)
                found[node.name] = Test(node.name, _task(node), folder / file, first, text, visibility)
    return found


def explain(grader: Grader, chapter: Chapter, snapshot: Snapshot, test: Test, student: str = "") -> Explanation:
    """Grades the test's task, then the test alone in a fresh process.

    Raises:
        InfrastructureError: no worker comes up.
    """
    records: list[Record] = []
    report = grader.grade(chapter, snapshot, student, test.task, records.append)
    mine = [record for record in records if record.test == test.name]
    alone = {record.params: record for record in _alone(grader, chapter, snapshot, test)}
    expected = grader.expected(chapter)
    cases = [
        Case(record, alone.get(record.params), [expected(test.visibility, one) for one in _inputs(record, alone)])
        for record in mine
    ]
    return Explanation(test, report, cases)


def _alone(grader: Grader, chapter: Chapter, snapshot: Snapshot, test: Test) -> list[Record]:
    seed = seeds.assignment_seed(grader.course, chapter, grader.seed)
    try:
        loaded = grader.session.open(chapter, snapshot)
        verdicts = {test.task: loaded.verdict} if loaded.verdict is not None else {}
        suite = Suite(
            chapter,
            grader.ask,
            grader.expected(chapter),
            seed=seed,
            tasks=(test.task,),
            verdicts=verdicts,
            blocking=False,
            only=test.name,
        )
        return suite.run()
    finally:
        grader.session.close()


def _inputs(record: Record, alone: dict[str, Record]) -> list[Inputs]:
    """What the test asked; a blocked test asked nothing in its turn."""
    again = alone.get(record.params)
    return record.inputs or (again.inputs if again is not None else [])


def _task(node: ast.FunctionDef) -> str:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == "task":
            first = mark.args[0] if mark.args else None
            return str(first.value) if isinstance(first, ast.Constant) else ""
    return ""

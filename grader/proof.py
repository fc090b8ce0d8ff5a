"""What an audit finds out: which program failed which test, how far the tolerances are from trouble, what is wrong."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from grader.model import Outcome

# one letter a verdict, for the matrix
SIGNS = {
    Outcome.PASSED: ".",
    Outcome.FAILED: "x",
    Outcome.ERROR: "e",
    Outcome.MISSING: "-",
    Outcome.BLOCKED: "b",
    Outcome.TIMEOUT: "t",
    Outcome.MEMORY: "m",
    Outcome.FORBIDDEN: "f",
    Outcome.INFRASTRUCTURE: "?",
}


class Finding(Struct, frozen=True):
    """One thing that is not as it should be."""

    kind: str  # "mutant", "redundant", "alternate", "skeleton", "stale" ...
    where: str
    words: str


class MutantRow(Struct, frozen=True):
    """How one mutant did."""

    name: str
    declared: tuple[str, ...]
    failed: tuple[str, ...]
    blocked: tuple[str, ...]
    named: dict[str, str]  # for each task it fails: the mutant whose mistake a student would be told
    tests: dict[str, Outcome]
    misconception: str = ""  # what it does, in one sentence


class Margin(Struct, frozen=True):
    """How far the programs stay from a test's tolerance, which is 1.0."""

    task: str
    test: str
    right: float  # the largest error of a right program; at most 0.1
    right_by: str
    wrong: float | None  # the smallest error that a wrong program is failed for; at least 10; None: none by its values
    wrong_by: str


class VariantRow(Struct, frozen=True):
    """How a right program did in other surroundings."""

    variant: str
    program: str
    tests: int  # hidden tests that were run
    error: float  # the largest error of those that compare floats, as a multiple of what is allowed
    test: str  # where; empty: none compares floats
    apart: tuple[str, ...]  # tests whose answers have another form there, or none


class ChapterAudit(Struct, frozen=True):
    """One chapter's proof."""

    id: str
    tests: dict[str, tuple[str, ...]]  # task -> its hidden tests
    mutants: tuple[MutantRow, ...]
    scores: dict[str, float]  # skeleton, solution, alternates
    max_score: float
    margins: tuple[Margin, ...] = ()
    variants: tuple[VariantRow, ...] = ()  # where they were asked for
    redundant: dict[str, str] = {}  # tests that no mutant fails alone -> why they are kept


class Audit(Struct, frozen=True):
    """The proof of a course, or what is wrong with it."""

    course: str
    ok: bool
    chapters: tuple[ChapterAudit, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...] = ()  # what hangs on the seed, or could be better and costs nobody a grade
    schema: int = 1

    @property
    def summary(self) -> str:
        """The proof in one line."""
        mutants = sum(len(chapter.mutants) for chapter in self.chapters)
        tests = sum(len(names) for chapter in self.chapters for names in chapter.tests.values())
        state = "nothing is wrong" if not self.findings else f"{len(self.findings)} findings"
        notes = f", {len(self.notes)} to be looked at" if self.notes else ""
        return f"{mutants} mutants, {tests} hidden tests: {state}{notes}"


def encode_audit(result: Audit) -> bytes:
    """The audit as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"

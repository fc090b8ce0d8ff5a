"""An audit for people: mutants by hidden tests, in the terminal and as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from grader.model import Outcome
from grader.proof import SIGNS, Audit, ChapterAudit, MutantRow
from grader.reports.html import rendered

if TYPE_CHECKING:
    from rich.console import Console


def print_matrix(proof: ChapterAudit, console: Console) -> None:
    """Mutants by hidden tests, the tests of a task side by side, and how near the tolerances are."""
    for line in _matrix(proof):
        console.print(Text(line), soft_wrap=True)


def print_findings(result: Audit, console: Console) -> None:
    """What could be better and what is wrong, a line each, and the sum of it."""
    for note in result.notes:
        console.print(Text(f"note: {note.kind}: {note.where}: {note.words}"), soft_wrap=True)
    for finding in result.findings:
        console.print(Text(f"{finding.kind}: {finding.where}: {finding.words}"), soft_wrap=True)
    console.print(Text(result.summary), soft_wrap=True)


def page(result: Audit) -> bytes:
    """The audit as a page that needs nothing else."""
    used = {outcome for proof in result.chapters for row in proof.mutants for outcome in row.tests.values()}
    key = [outcome for outcome in Outcome if outcome in used]
    return rendered("audit.html.j2", audit=result, key=key)


def _matrix(proof: ChapterAudit) -> list[str]:
    # by hand: a table would shorten what does not fit the screen
    lines = [f"{proof.id}: mutants by hidden tests"]
    for number, (task, tests) in enumerate(proof.tests.items(), start=1):
        lines.append(f"  {number} {task}: {', '.join(test.removeprefix('test_') for test in tests)}")
    first = max((len(row.name) for row in proof.mutants), default=0)
    widths = [max(len(tests), len(str(number))) for number, tests in enumerate(proof.tests.values(), start=1)]
    rows = [("", [str(number) for number in range(1, len(widths) + 1)])]
    rows += [
        (row.name, ["".join(_sign(row, t) for t in tests) for tests in proof.tests.values()]) for row in proof.mutants
    ]
    for name, groups in rows:
        cells = " ".join(group.ljust(width) for group, width in zip(groups, widths, strict=True))
        lines.append(f"  {name.ljust(first)}  {cells}".rstrip())
    words = [f"{sign} {outcome}" for outcome, sign in SIGNS.items() if outcome is not Outcome.INFRASTRUCTURE]
    lines.append("  " + "  ".join(words))
    scores = ", ".join(f"{name} {score:g}" for name, score in proof.scores.items())
    lines.append(f"  of {proof.max_score:g} points: {scores}")
    lines += _nearest(proof)
    lines += [f"  fails with another test always, and is kept: {test}: {why}" for test, why in proof.redundant.items()]
    lines += _elsewhere(proof)
    return lines


def _nearest(proof: ChapterAudit) -> list[str]:
    """The programs that come nearest to a tolerance, from within and from beyond."""
    lines = []
    if proof.margins:
        margin = max(proof.margins, key=lambda m: m.right)
        lines.append(f"  right programs err by at most {margin.right:.2g} of a tolerance ({margin.test})")
    wrong = [margin for margin in proof.margins if margin.wrong is not None]
    if wrong:
        margin = min(wrong, key=lambda m: m.wrong or 0.0)
        lines.append(f"  wrong ones by at least {margin.wrong:.2g} ({margin.test}: {margin.wrong_by})")
    return lines


def _elsewhere(proof: ChapterAudit) -> list[str]:
    """How far right programs move in other surroundings."""
    lines = []
    for name in dict.fromkeys(row.variant for row in proof.variants):
        rows = [row for row in proof.variants if row.variant == name]
        worst = max(rows, key=lambda row: row.error)
        apart = sorted({test for row in rows for test in row.apart})
        line = f"  {name}: {len(rows)} right programs err by at most {worst.error:.2g} of a tolerance"
        line += f" ({worst.program}, {worst.test})" if worst.test else ""
        lines.append(line + (f"; not comparable: {', '.join(apart)}" if apart else ""))
    return lines


def _sign(row: MutantRow, test: str) -> str:
    return SIGNS[row.tests[test]] if test in row.tests else " "

"""The page that an instructor reads: a class in figures and tables, then a row a student.

No times and no machine: the same class gives the same bytes. The page is made piece by piece, so that a class of ten
thousand takes no more memory than one of ten. Figures are SVG within the page, in the page's own colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from markupsafe import Markup

from grader.model import Outcome, Report, TaskReport
from grader.reports import text
from grader.reports.html import environment
from grader.reports.items import Items, TestRow, concerns, items_of
from grader.reports.standing import Standing, of_report

WORRYING = 200  # rows of the table of those who need attention


class Cell(NamedTuple):
    """What a student got for a task, as the class table shows it."""

    outcome: Outcome
    mark: str
    words: str


class Pair(NamedTuple):
    """Two students whose own code is very alike, or one of many that hand in the same."""

    first: str
    second: str
    alike: float
    shared: int  # pieces of code that hardly anybody else has
    others: int = 0  # further students with the same code


class Similar(NamedTuple):
    """What the comparison of submissions found."""

    pairs: list[Pair]
    compared: int
    more: int = 0  # pairs that are left out


def class_page(reports: Iterable[Report]) -> bytes:
    """The page of these reports."""
    standings = [of_report(report) for report in sorted(reports, key=lambda report: report.student)]
    return b"".join(pieces(standings))


def pieces(
    standings: Iterable[Standing], similar: Similar | None = None, gone: int = 0, *, timed: bool = False
) -> Iterator[bytes]:
    """The page in pieces; it links to ``feedback/STUDENT.html`` beside it.

    Args:
        standings: the rows in order; asked for several times.
        similar: pairs of submissions for a person to look at; None: they were not compared.
        gone: students of an earlier run whose submissions are no longer there.
        timed: whether `times.html` lies beside it.
    """
    items = items_of(standings)
    order = [task.id for task in items.tasks]
    page = environment().get_template("class.html.j2")
    context = {
        "course": items.course,
        "chapter": items.chapter,
        "items": items,
        "summary": _summary(items),
        "standings": standings,
        "order": order,
        "cells": lambda report: _cells(report, order),
        "concerns": lambda standing: concerns(standing, items),
        "worrying": lambda: list(islice(_worrying(standings, items), WORRYING + 1)),
        "most": WORRYING,
        "key": [outcome for outcome in Outcome if outcome in items.used],
        "bars": [(outcome, items.outcomes[outcome]) for outcome in Outcome if items.outcomes[outcome]],
        "advice": _advice,
        "similar": similar,
        "gone": gone,
        "timed": timed,
    }
    batch: list[str] = []
    for piece in page.generate(context):
        batch.append(piece)
        if len(batch) > 500:
            yield "".join(batch).encode()
            batch = []
    yield "".join(batch).encode()


def _worrying(standings: Iterable[Standing], items: Items) -> Iterator[tuple[Standing, list[str]]]:
    for standing in standings:
        why = concerns(standing, items)
        if why:
            yield standing, why


def _cells(report: Report, order: list[str]) -> list[Cell | None]:
    found = {task.id: task for task in report.tasks}
    return [_cell(found[task_id]) if task_id in found else None for task_id in order]


def _cell(task: TaskReport) -> Cell:
    return Cell(task.outcome, text.MARKS[task.outcome], f"{task.id} {text.WORDS[task.outcome]}")


def _advice(row: TestRow) -> str:
    """What an item's figures mean, where they mean something."""
    if row.of < 3:
        return ""
    if row.passed == 0:
        return "nobody passes"
    if row.passed == row.of:
        return "everybody passes"
    if row.discrimination is not None and row.discrimination < 0.1:
        return "tells little: read it again" if row.discrimination >= 0 else "the stronger fail it: read it again"
    return ""


def _summary(items: Items) -> Markup | str:
    if not items.students:
        return "No submissions."
    said = f"{text.plural(items.handed_in, 'submission')}, {items.right} all right"
    if items.hidden:
        said += f"; median {text.points(items.quantile(0.5))} of {text.points(items.top)} points"
    missing = items.students - items.handed_in
    return said + (f"; {text.plural(missing, 'student')} handed in nothing." if missing else ".")

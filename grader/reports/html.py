"""Reports as pages: what all pages have in common, and the feedback for a student.

A page is one file: no script, nothing fetched, a content security policy that allows its own style alone.
The same reports give the same bytes: no times, no machine, students in the order of their ids.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Sequence
from urllib.parse import quote

import jinja2
from markupsafe import Markup, escape

from grader.model import Drawing, Outcome, Report, TaskReport
from grader.reports import text
from grader.reports.standing import Standing


def feedback_page(report: Report, standing: Standing | None = None, pictures: Sequence[Drawing] = ()) -> bytes:
    """The page that a student reads.

    Args:
        standing: what became of the points in the class, where there is one: late days, a person's word, attempts that
            the grader failed at.
        pictures: of visible cases, for the student's own page.
    """
    page = environment().get_template("feedback.html.j2")
    said = standing is not None and (standing.penalty or standing.overridden or standing.comment or standing.ungraded)
    html = page.render(
        report=report,
        hidden=text.hidden_suite(report),
        step=text.next_step(report),
        standing=standing if said else None,
        pictures=pictures,
    )
    return html.encode()


def rendered(name: str, **context: object) -> bytes:
    """A page made of one of the templates.

    Args:
        name: the template's file.
        context: what it shows.
    """
    return environment().get_template(name).render(**context).encode()


@functools.cache
def environment() -> jinja2.Environment:
    """The templates; every string that one shows is made harmless."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grader.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # every string that a template shows goes through here, so that none can be forgotten
        finalize=lambda value: text.clean(value) if type(value) is str else value,
    )
    source = jinja2.PackageLoader("grader.reports").get_source(environment, "style.css")[0]
    style = "\n" + source.strip() + "\n"
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals.update(
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=Markup(digest),  # noqa: S704
        badge=_badge,
        marks=text.MARKS,
        words=text.WORDS,
    )
    environment.filters.update(
        points=text.points,
        prose=_prose,
        words=_words,
        worth=_worth,
        total=_total,
        note=text.note,
        digest=lambda digest: digest.removeprefix("sha256:")[:12],
        link=_link,
        misconception=text.misconception,
        advised=_advised,
        to_read=lambda task, report: text.to_read(report, task),
        afterwards=text.afterwards,
        message=text.message,
        inline=lambda picture: Markup(picture.svg),  # noqa: S704 - our own drawing of plain numbers
        snippet_head=lambda test, report: text.snippet_head(report, test),
        telling=lambda task, report: text.telling(report, task),
    )
    return environment


def _badge(outcome: Outcome, words: str = "") -> Markup:
    return Markup('<span class="outcome {}">{}</span>').format(outcome.value, words or text.WORDS[outcome])


def _link(student: str) -> Markup:
    """Where a student's page is; nothing is left in it that HTML would read."""
    return Markup("feedback/{}.html").format(quote(student, safe="", errors="replace"))


def _words(value: str) -> Markup:
    """One line, with what stands between backticks as code."""
    return _code(" ".join(text.clean(value).split()))


def _code(line: str) -> Markup:
    # escaped first: what the pattern then finds holds no markup
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(line))))  # noqa: S704


def _prose(value: str) -> Markup:
    """Paragraphs; indented lines stay as they stand, in a fixed-width face."""
    blocks: list[Markup] = []
    for indented, lines in _runs(text.clean(value)):
        if indented:
            margin = min(len(line) - len(line.lstrip()) for line in lines)
            blocks.append(Markup("<pre>{}</pre>").format("\n".join(line[margin:] for line in lines)))
        else:
            blocks += [Markup("<p>{}</p>").format(_code(line)) for line in lines]
    return Markup("\n").join(blocks)


def _runs(value: str) -> list[tuple[bool, list[str]]]:
    """Lines in runs of indented and of other ones; empty lines end a run."""
    runs: list[tuple[bool, list[str]]] = []
    fresh = True
    for line in value.splitlines():
        if not line.strip():
            fresh = True
            continue
        indented = line.startswith("  ")
        if fresh or runs[-1][0] is not indented:
            runs.append((indented, []))
        runs[-1][1].append(line)
        fresh = False
    return runs


def _worth(task: TaskReport, hidden: bool) -> str:
    if hidden:
        return f"{text.points(task.score)} / {text.points(task.max_score)}"
    return f"{sum(test.outcome is Outcome.PASSED for test in task.tests)} / {len(task.tests)}"


def _total(report: Report) -> str:
    if text.hidden_suite(report):
        return f"{text.points(report.score)} / {text.points(report.max_score)}"
    tests = [test for task in report.tasks for test in task.tests]
    return f"{sum(test.outcome is Outcome.PASSED for test in tests)} / {len(tests)}"


def _advised(task: TaskReport, report: Report) -> list[str]:
    """The ids of the tests that show advice: each piece of it once."""
    return [test.id for test, first in text.advice(report, task) if first and (test.hint or test.misconception)]

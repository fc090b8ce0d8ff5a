"""A report as Markdown, for the summary of a job, and as annotations in the form of GitHub's workflow commands.

Nothing of a report's text is trusted. Plain words stand as they are; whatever could be markup, a link, a mention or a
reference goes into a code span, and messages go into fenced blocks: there GitHub looks for none of these.
"""

import re
from typing import NamedTuple

from grader.model import Outcome, Report, TaskReport, TestReport
from grader.reports import text

CLAIMS = 10  # so many failing claims are told; GitHub shows as many annotations of a kind
MESSAGE = 2000

# A word that no renderer makes anything of: letters and digits, joined by single hyphens or apostrophes; or the
# ordinary punctuation around one.
_PLAIN = re.compile(r"[(\"']?[^\W_]+(?:['\u2019-][^\W_]+)*[)\"']?[.,;:!?]?|[(\"']|[)\"']?[.,;:!?]?")
_TAIL = re.compile(r"(.*?[^.,;:!?])([.,;:!?])")
_REFERENCE = re.compile(r"[0-9a-f]{7,64}|[^\W_]-\d", re.IGNORECASE)  # a commit; GH-1, or whatever is set up like it
_PLACE = re.compile(r" in [^\s:]+\.py, line (\d{1,7})\b")  # as feedback puts it


class Remark(NamedTuple):
    """What is said at a place of the student's file: no more of a hidden case than the summary tells."""

    level: str  # "error", or "warning": it is the grader's fault
    line: int  # 0: of the file as a whole
    title: str  # a line; may be empty
    words: str


def summary(report: Report) -> str:
    """The table of tasks, then the first failing claims with what was seen and a hint."""
    hidden = text.hidden_suite(report)
    parts = [f"## {_words(report.chapter)}: {text.WORDS[report.outcome]}{_total(report) if hidden else ''}"]
    if report.student:
        parts.append(f"Submission of {_span(report.student)}.")
    parts += [_fenced(note) for note in report.notes]
    if report.tasks and not text.unusable(report):
        parts.append(_table(report, hidden))
    if not hidden:
        parts.append("These are the visible cases only: points come with the hidden suite.")
    step = text.next_step(report)
    if step:
        parts.append(f"**What to do first.** {_words(step)}")
    failing = _failing(report)
    for task, test, first in failing[:CLAIMS]:
        parts += _claim(report, task, test, first)
    if len(failing) > CLAIMS:
        parts.append(f"And {text.plural(len(failing) - CLAIMS, 'more claim fails', 'more claims fail')}.")
    return "\n\n".join(parts) + "\n"


def annotations(report: Report, path: str) -> str:
    """A line an annotation, for a workflow to print; empty where there is nothing to say.

    Args:
        path: the submission's file, as the repository names it.
    """
    return "".join(f"{_command(path, remark)}\n" for remark in remarks(report))


def remarks(report: Report) -> list[Remark]:
    """What explains everything, then the failing claims that the summary tells too."""
    notes = report.notes if text.unusable(report) else filter(None, [text.cause(report)])
    found = [_remark("error", note, "", note) for note in notes]
    for task, test, _ in _failing(report)[:CLAIMS]:
        level = "warning" if test.outcome is Outcome.INFRASTRUCTURE else "error"
        words = test.message or text.WORDS[test.outcome]
        found.append(_remark(level, test.message, f"{task.id}: {test.claim}", words))
    return found


def _failing(report: Report) -> list[tuple[TaskReport, TestReport, bool]]:
    """The tests that say something, the first of each task before the second of any; true with new advice."""
    ranked = [
        (rank, at, task, test, first)
        for at, task in enumerate(report.tasks)
        if task.outcome is not Outcome.MISSING
        for rank, (test, first) in enumerate(text.advice(report, task))
    ]
    ranked.sort(key=lambda entry: entry[:2])
    return [(task, test, first) for _, _, task, test, first in ranked]


def _total(report: Report) -> str:
    return f", {text.points(report.score)} / {text.points(report.max_score)} points"


def _table(report: Report, hidden: bool) -> str:
    rows = [f"| task | outcome | {'points' if hidden else 'cases'} | title |", "|---|---|---:|---|"]
    for task in report.tasks:
        passed = sum(test.outcome is Outcome.PASSED for test in task.tests)
        cases = f"{passed} / {len(task.tests)}"
        points = f"{text.points(task.score)} / {text.points(task.max_score)}" if hidden else cases
        cells = (_span(task.id), text.WORDS[task.outcome], points, _words(task.title))
        # in a cell even a code span ends at a bar
        rows.append("| " + " | ".join(cell.replace("|", "\N{BROKEN BAR}") for cell in cells) + " |")
    return "\n".join(rows)


def _claim(report: Report, task: TaskReport, test: TestReport, first: bool) -> list[str]:
    parts = [f"### {_span(task.id)} {text.WORDS[test.outcome]} ({test.visibility} case): {_words(test.claim)}"]
    if test.id in text.telling(report, task):
        parts.append(_fenced(test.message))
    known = text.misconception(test, task)
    if known and first:
        parts.append(f"**A known mistake:** {_words(known)}")
    if test.hint and first:
        parts.append(f"**Hint:** {_words(test.hint)}")
    return parts


def _words(value: str) -> str:
    """One line of prose; what is between backticks, and every word that is not plain, as code."""
    out: list[str] = []
    odd = ""  # what is to be one span: two of them side by side would be read as something else
    for at, piece in enumerate(text.line(value, MESSAGE).split("`")):
        for word in [piece] if at % 2 else re.findall(" |[^ ]+", piece):
            tail = ""
            if not at % 2 and not _is_plain(word) and word != " " and (match := _TAIL.fullmatch(word)):
                word, tail = match.groups()
            if at % 2 or not (word == " " or _is_plain(word)) or (word == " " and odd):
                odd += word
            else:
                out += [_code(odd), word]
                odd = ""
            if tail:
                out += [_code(odd), tail]
                odd = ""
    return "".join([*out, _code(odd)]).strip()


def _is_plain(word: str) -> bool:
    return bool(_PLAIN.fullmatch(word)) and not _REFERENCE.search(word)


def _code(words: str) -> str:
    """A span with the blanks around it outside."""
    inner = words.strip()
    blank = " " if words.endswith(" ") else ""
    return _span(inner) + blank if inner else blank


def _span(value: str) -> str:
    """One line as a code span, whatever backticks are in it."""
    words = text.line(value, MESSAGE) or " "
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", words)), default=0))
    room = " " if words.startswith("`") or words.endswith("`") else ""
    return f"{ticks}{room}{words}{room}{ticks}"


def _fenced(value: str) -> str:
    """A block as it stands, between fences longer than any in it."""
    words = text.clean(value, MESSAGE).strip("\n")
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", words)), default=0))
    return f"{ticks}text\n{words}\n{ticks}"


def _remark(level: str, message: str, title: str, words: str) -> Remark:
    place = _PLACE.search(message.split("\n")[0])
    return Remark(level, int(place[1]) if place else 0, text.line(title, 200), text.clean(words, MESSAGE))


def _command(path: str, remark: Remark) -> str:
    """One workflow command on one line: a line break, or what ends a property, is written as its number."""
    properties = [f"file={_property(path)}"]
    if remark.line:
        properties.append(f"line={remark.line}")
    if remark.title:
        properties.append(f"title={_property(remark.title)}")
    return f"::{remark.level} {','.join(properties)}::{_data(remark.words)}"


def _data(value: str) -> str:
    # "##[" opens a command of the runner's older form anywhere in a line
    value = value.replace("##[", "## [")
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(text.line(value, 1000)).replace(":", "%3A").replace(",", "%2C")

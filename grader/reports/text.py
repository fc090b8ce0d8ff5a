"""Text that may come from a student, made harmless to show; and the small words that all reports share."""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from pathlib import Path

from grader.model import Outcome, Report, TaskReport, TestReport

MAX_LENGTH = 4000
MAX_MARKS = 6  # combining marks on one character; more only serve to smear over the lines around
NAME_BYTES = 150  # of an id, so that a file called after it has room for its ending

# A terminal takes everything from the introducer to the end as a command: it goes as a whole.
_COMMANDS = re.compile(
    # OSC (titles, links), DCS, SOS, PM, APC
    r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]).*?(?:\x07|\x1b\\|\x9c|\Z)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI (colours, cursor)
    r"|\x1b[ -/]*[0-~]?",  # the rest
    re.DOTALL,
)
_JOINERS = "\u200c\u200d"  # needed between letters of several scripts, and in emoji; elsewhere they only deceive
_JOINED = re.compile(
    "[\u0590-\u109f\u1780-\u1cff\u2190-\u2bff\ua800-\uabff\ufb00-\ufefc\U00010a00-\U00011fff\U0001f000-\U0001faff]"
)
# what looks like nothing: blank letters, and marks that Unicode lets a font ignore
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0e\uffa0\U000e0100-\U000e01ef]")
_EMOJI = "\ufe0f"  # asks for the coloured picture of a symbol

WORDS: dict[Outcome, str] = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.ERROR: "error",
    Outcome.MISSING: "not attempted",
    Outcome.BLOCKED: "blocked",
    Outcome.TIMEOUT: "timeout",
    Outcome.MEMORY: "out of memory",
    Outcome.FORBIDDEN: "forbidden",
    Outcome.INFRASTRUCTURE: "grader's fault",
}
MARKS: dict[Outcome, str] = {
    Outcome.PASSED: "+",
    Outcome.FAILED: "x",
    Outcome.ERROR: "E",
    Outcome.MISSING: ".",
    Outcome.BLOCKED: "-",
    Outcome.TIMEOUT: "T",
    Outcome.MEMORY: "M",
    Outcome.FORBIDDEN: "F",
    Outcome.INFRASTRUCTURE: "!",
}


def clean(text: str, limit: int = MAX_LENGTH) -> str:
    """Printable text of at most `limit` characters, line breaks kept.

    Gone are terminal commands, control characters, marks that turn the reading direction, what is invisible,
    heaps of combining marks; a lone surrogate becomes U+FFFD.
    """
    cut = len(text) > limit
    # a command's introducer may stand before the limit and its end behind it
    text = _COMMANDS.sub("", text[: 4 * limit + 1000])
    text = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n").replace("\t", "    ")
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category == "Cs":
            kept.append("\ufffd")
        elif category == "Zs":
            kept.append(" ")
        elif marks > MAX_MARKS or _BLANK.match(character):
            continue
        elif character == _EMOJI:
            kept += character if kept and unicodedata.category(kept[-1])[0] == "S" else ""
        elif character == "\n" or character in _JOINERS or category[0] != "C":
            kept.append(character)
    text = _without_loose_joiners("".join(kept))
    if len(text) > limit:
        cut, text = True, text[:limit]
    return text + (" ..." if cut else "")


def _without_loose_joiners(text: str) -> str:
    """Joiners only where they join."""
    kept: list[str] = []
    for at, character in enumerate(text):
        if character in _JOINERS:
            after = text[at + 1 : at + 2]
            if not kept or not (_JOINED.match(kept[-1]) or kept[-1] == _EMOJI) or not _JOINED.match(after):
                continue
        kept.append(character)
    return "".join(kept)


def line(text: str, limit: int = 200) -> str:
    """The same on one line."""
    return " ".join(clean(text, limit).split())


def identifier(name: str) -> str:
    """A student's id made of a file's name: harmless in a terminal, a table and a path, never empty.

    A name that is already so stays as it is; what is changed or cut gets a part of the name's hash, so that
    two names do not meet.
    """
    safe = "".join(
        character
        if character in "._-@+ " or character in _JOINERS or unicodedata.category(character)[0] in "LMN"
        else "_"
        for character in _without_loose_joiners(_BLANK.sub("", name)).replace(_EMOJI, "")
    )
    safe = safe.strip(" .").lstrip("-+@") or "_"
    while len(safe.encode()) > NAME_BYTES:
        safe = safe[:-1]
    if safe == name:
        return safe
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{safe}-{digest}"


def points(number: float) -> str:
    """``3``, ``2.5``, ``0.33``: never more than is needed."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def plural(count: int, one: str, many: str = "") -> str:
    """``1 task``, ``3 tasks``."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def misconception(test: TestReport, task: TaskReport) -> str:
    """The known mistake's name as words: ``task_some_fault`` -> ``some fault``."""
    return line(test.misconception.removeprefix(f"{task.id}_").replace("_", " "))


def hidden_suite(report: Report) -> bool:
    """Whether points could be had: without the hidden suite there are only visible cases."""
    return report.max_score > 0


def to_read(report: Report, task: TaskReport) -> str:
    """Where the lesson speaks of a task that does not pass; empty where nobody has said."""
    if not task.section or task.outcome in (Outcome.PASSED, Outcome.BLOCKED):
        return ""
    return f'exercises/{line(report.chapter, 60)}/lesson.md, section "{line(task.section, 120)}"'


def afterwards(task: TaskReport) -> list[tuple[str, str]]:
    """What there is to learn from a task that has passed: a label and a sentence each."""
    said = (("Another way", task.style), ("In real work", task.builtin))
    return [(label, words) for label, words in said if words]


def snippet_head(report: Report, test: TestReport) -> str:
    """Where a snippet can be run."""
    folder = f"exercises/{line(report.chapter, 60)}"
    if test.snippet.startswith("import __main__"):
        return f"To see it yourself, in your notebook in {folder}"
    # in brackets the shell stays where it is, so that `make` works afterwards
    return f"To see it yourself: (cd {folder} && {_python()}), then paste"


def _python() -> str:
    """The course's Python as it is called in a chapter's folder, where the environment lies in the course."""
    root = Path(sys.prefix).parent
    if not (root / "course.toml").is_file():
        return "python"
    return (Path("../..") / Path(sys.executable).relative_to(root)).as_posix()


def message(test: TestReport) -> str:
    """What is said of a test, without the call where a snippet shows it in full."""
    return uncalled(test.message) if "\ninputs = cases." in test.snippet else test.message


def uncalled(words: str) -> str:
    """A message without its last line, where that names the call."""
    rest, _, last = words.rpartition("\n")
    return rest if last.startswith("Case ") else words


def failing(task: TaskReport) -> list[TestReport]:
    """The tests that say something of the student's code: failed ones, those of a blocked task apart."""
    return [test for test in task.tests if test.outcome not in (Outcome.PASSED, Outcome.BLOCKED)]


def unusable(report: Report) -> bool:
    """Nothing could be run: the notes say all there is to say."""
    return bool(report.notes) and not any(task.tests for task in report.tasks)


def repeats_note(report: Report, test: TestReport) -> bool:
    """Whether a test fails by what a note says already: a file that cannot be read fails every test."""
    first = test.message.split("\n")[0]
    return bool(first) and test.outcome is Outcome.ERROR and any(note.startswith(first) for note in report.notes)


def cause(report: Report) -> str:
    """The note that explains every test that raised; empty where there is none."""
    raised = [test for task in report.tasks for test in task.tests if test.outcome is Outcome.ERROR]
    if not raised or not all(repeats_note(report, test) for test in raised):
        return ""
    return next(note for note in report.notes if note.startswith(raised[0].message.split("\n")[0]))


def pending(report: Report) -> TaskReport | None:
    """The first task that wants work."""
    done = (Outcome.PASSED, Outcome.BLOCKED)
    return next((task for task in report.tasks if task.outcome not in done), None)


def command(report: Report, task: TaskReport | None = None) -> str:
    """What a student runs to have it graded again.

    Args:
        report: of one task, which is named then, or of several.
        task: the one to look at; None: all that the report is of.
    """
    words = f"make test-{line(report.chapter.split('_')[0], 20)}"
    if task is None and len(report.tasks) == 1:
        task = report.tasks[0]
    return f"{words} TASK={line(task.id, 40)}" if task is not None else words


def next_step(report: Report, watched: bool = False) -> str:
    """What to do first, in one or two sentences; empty where nothing is left to do.

    Args:
        report: the report.
        watched: whether it is graded again at the next save anyway.
    """
    if any(task.outcome is Outcome.INFRASTRUCTURE for task in report.tasks):
        return "The grader failed, not your work. Run it again; `make doctor` says what this machine lacks."
    if unusable(report) or cause(report):
        return f"Correct the error above, then {'save' if watched else f'run `{command(report)}`'}."
    task = pending(report)
    if task is None:
        return "" if hidden_suite(report) else "All visible cases pass: hand it in."
    again = "save" if watched else f"run `{command(report, task)}`"
    if task.outcome is Outcome.MISSING:
        others = any(other.outcome not in (Outcome.MISSING, Outcome.BLOCKED) for other in report.tasks)
        if task.begun:
            return f"{line(task.begun)} Go on with {task.id} ({line(task.title)}), then {again}."
        begin = "Go on" if others else "Start"
        return f"{begin} with {task.id} ({line(task.title)}): write it, then {again}."
    first = {line(test.waits, 60) for test in failing(task)}
    if len(first) == 1 and "" not in first:
        return f"Write {first.pop()} first, then {again}."
    return f"Look at {task.id} ({line(task.title)}), then {again}."


def advice(report: Report, task: TaskReport) -> list[tuple[TestReport, bool]]:
    """The tests of a task that tell something; true with the first of those that have the same advice."""
    said: set[tuple[str, str]] = set()
    tests = []
    for test in failing(task):
        if repeats_note(report, test):
            continue
        tests.append((test, (test.misconception, test.hint) not in said))
        said |= {(test.misconception, test.hint), ("", test.hint)}
    return tests


def telling(report: Report, task: TaskReport) -> list[str]:
    """The ids of the tests whose message is worth showing: each message once, and none that a note has."""
    said: list[str] = []
    ids = []
    for test in task.tests:
        # a visible case ends in what was called: one that says the rest alone says nothing new
        words = uncalled(test.message)
        known = any(f"{other}\n".startswith(f"{words}\n") for other in said)
        if test.message and not known and not repeats_note(report, test):
            ids.append(test.id)
        said.append(words)
    return ids


def note(report: Report) -> str:
    """What happened to a submission, in a few words."""
    outcomes = {task.outcome for task in report.tasks}
    words = report.notes[0] if unusable(report) else cause(report)
    if words:
        return line(clean(words).split("\n")[0], 160)
    if report.outcome is Outcome.PASSED:
        return "all right" if hidden_suite(report) else "all visible cases pass"
    if outcomes <= {Outcome.MISSING, Outcome.BLOCKED}:
        return "not attempted"
    if outcomes <= {Outcome.ERROR, Outcome.BLOCKED}:
        messages = [test.message for task in report.tasks for test in failing(task) if test.message]
        if messages:
            return line(clean(messages[0]).split("\n")[0], 160)
    said = _failed_notes(report)
    for outcome, words in _HAPPENED.items():
        tasks = [task.id for task in report.tasks if task.outcome is outcome]
        if tasks:
            some = ", ".join(tasks) if len(tasks) < 3 else plural(len(tasks), "task")
            said.append(f"{some}: {words}")
    return "; ".join(said[:3]) + (f"; {len(said) - 3} more" if len(said) > 3 else "")


_HAPPENED = {
    Outcome.ERROR: "an exception",
    Outcome.TIMEOUT: "no end in time",
    Outcome.MEMORY: "too much memory",
    Outcome.FORBIDDEN: "uses what is forbidden",
    Outcome.INFRASTRUCTURE: "the grader failed",
    Outcome.MISSING: "not attempted",
}


def _failed_notes(report: Report) -> list[str]:
    """A line a task that gives wrong values: the mistake's name, or how many claims fail."""
    said = []
    for task in report.tasks:
        if task.outcome is Outcome.FAILED:
            named = next((name for test in task.tests if (name := misconception(test, task))), "")
            count = plural(len(failing(task)), "claim fails", "claims fail")
            said.append(f"{task.id}: {named or count}")
    return said

"""Reports for people: in a terminal and as pages, with the worst strings that a student can send."""

from __future__ import annotations

import html as htmllib
import io
import re
import unicodedata
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from rich.console import Console

from grader import model
from grader.model import Outcome, Report, TaskReport
from grader.reports import class_page, html, terminal, text

HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]0;title\x07after",
    "\x9b31mC1\x9d0;x\x9c",
    "\x1bPdcs\x1b\\ \x1b_apc\x1b\\ \x1bc reset",
    "unfinished \x1b[",
    "unfinished \x1b]52;c;c2VjcmV0",
    "user\u202etxt.exe",
    "\u2066isolate\u2069 \u200fmark\u061c",
    "zero\u200bwidth\ufeff\u00ad\U000e0041",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\" onmouseover='alert(1)' ' `",
    "{{ 7*7 }} {% raw %} {# #}",
    "[bold red]markup[/bold red] [link=https://evil.example]x[/link] :smile: [/]",
    '=HYPERLINK("https://evil.example")',
    "line one\nline two\r\nline three\rfour\x0bfive\x0csix\u2028seven\u2029eight",
    "\ud800\udfff lone \udc80",
    "a" + "\u0301" * 500,
    "\x00\x07\x08\x7f\x85\x90",
    "\u3164\u2800",
    "x" * 100_000,
    "</style></title></textarea><!-- -->",
    "日本語テキスト 한국어 עברית العربية 🧑‍🔬",
]


def make_test(task: str, outcome: Outcome, number: int, **more: Any) -> model.TestReport:
    base: dict[str, Any] = {
        "id": f"test_{task}_{number}",
        "claim": f"Claim {number} of {task} holds.",
        "outcome": outcome,
        "points": 1.0,
        "score": 1.0 if outcome is Outcome.PASSED else 0.0,
        "visibility": "hidden",
    }
    return model.TestReport(**{**base, **more})


def make_report(outcomes: dict[str, Outcome], student: str = "ada", hidden: bool = True, **more: Any) -> Report:
    """A report with two tests a task: the outcome's, and one that passes unless the task was not run."""
    tasks = []
    for task, outcome in outcomes.items():
        ran = outcome not in (Outcome.MISSING, Outcome.BLOCKED)
        tests = (
            make_test(task, outcome, 1, **more) if more else make_test(task, outcome, 1),
            make_test(task, Outcome.PASSED if ran else outcome, 2),
        )
        score = sum(test.score for test in tests) if hidden else 0.0
        tasks.append(TaskReport(task, f"Title of {task}", score, 2.0 if hidden else 0.0, outcome, tests))
    worst = next((task.outcome for task in tasks if task.outcome is not Outcome.PASSED), Outcome.PASSED)
    return Report(
        course="course",
        chapter="ch4_optimizers",
        student=student,
        submission="sha256:" + "0123456789abcdef" * 4,
        suite="sha256:" + "f" * 64,
        engine="0.1.0",
        environment={"device": "cpu"},
        seed_id="seed",
        started="2031-05-06T07:08:09+00:00",
        seconds=12.34,
        score=sum(task.score for task in tasks),
        max_score=sum(task.max_score for task in tasks),
        outcome=worst,
        tasks=tuple(tasks),
    )


def refused(student: str, words: str) -> Report:
    """A submission that could not be run at all."""
    tasks = tuple(TaskReport(name, name, 0.0, 2.0, Outcome.ERROR, ()) for name in ("one", "two"))
    base = make_report({"one": Outcome.ERROR}, student)
    return replace(base, tasks=tasks, score=0.0, max_score=4.0, notes=(words,))


def printed(*reports: Report, width: int = 80, whole_class: bool = False) -> str:
    stream = io.StringIO()
    out = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
    if whole_class:
        terminal.print_class(reports, out)
    else:
        for report in reports:
            terminal.print_report(report, out)
    return stream.getvalue()


P, F, E, M, B = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.MISSING, Outcome.BLOCKED
MIXED = {"sgd": P, "momentum": F, "adam": E, "keras": M, "train": B}


def assert_harmless(shown: str) -> None:
    for character in shown:
        category = unicodedata.category(character)
        assert character in "\n\u200c\u200d" or category[0] != "C", (hex(ord(character)), category)


# --- text ---


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_text_becomes_harmless(number: int) -> None:
    cleaned = text.clean(HOSTILE[number])
    assert_harmless(cleaned)
    assert len(cleaned) <= text.MAX_LENGTH + 4
    assert cleaned.encode() is not None
    assert text.clean(cleaned) == cleaned or len(HOSTILE[number]) > text.MAX_LENGTH
    assert "\n" not in text.line(HOSTILE[number])


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_any_text_becomes_harmless(value: str) -> None:
    assert_harmless(text.clean(value))
    assert_harmless(text.identifier(value))
    assert len(text.clean(value, 10)) <= 14


def test_ordinary_text_is_left_alone() -> None:
    for value in ("naïve café", "日本語 🧑‍🔬 नमस्ते می‌خواهم", "a < b & c [x] `y` 'z'", "two\nlines", "  indented"):
        assert text.clean(value) == value
    assert text.clean("a\tb\r\nc") == "a    b\nc"
    assert text.clean("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\!") == "link!"


def test_ids_are_safe_names_and_stay_apart() -> None:
    for name in ("ada", "Ada Lovelace", "ada@example.org", "José_1", "李雷"):
        assert text.identifier(name) == name
    hostile = [*HOSTILE, *(f"{value}1" for value in HOSTILE), "..", ".", "", "-rf", "a/b", "a\\b", "a\nb", "=cmd"]
    ids = [text.identifier(name) for name in hostile]
    assert len(set(ids)) == len(hostile)
    for made in ids:
        assert_harmless(made)
        assert made.encode()
        assert not made.startswith((".", "-", "=", "+", "@"))
        assert not set(made) & set('/\\\n<>&"')
        assert len(made.encode()) <= 170


def test_points_are_written_as_people_do() -> None:
    assert [text.points(number) for number in (3.0, 2.5, 1 / 3, 0.0, -0.0, 20, 1.999)] == [
        "3", "2.5", "0.33", "0", "0", "20", "2",
    ]  # fmt: skip


# --- terminal ---


def test_a_report_shows_tasks_then_claims_then_what_to_do() -> None:
    report = make_report(
        MIXED, message="`steps[2]` at index [0] is off by 0.5.", hint="Think of two variables.",
        misconception="momentum_shared_velocity",
    )  # fmt: skip
    shown = printed(report)
    table, claims = shown.split("momentum failed (hidden case)")
    assert "momentum  failed         1 / 2  Title of momentum" in table
    assert "keras     not attempted  0 / 2" in table
    assert "ch4_optimizers  ada  failed  4 / 10 points" in table
    assert "Claim 1 of momentum holds." in claims
    assert "  `steps[2]` at index [0] is off by 0.5." in claims
    assert "  A known mistake: shared velocity" in claims
    assert "  Hint: Think of two variables." in claims
    assert " ".join(claims.split()).endswith("then run `make test-ch4 TASK=momentum`.")
    assert "\x1b" not in shown
    assert all(line == line.rstrip() for line in shown.splitlines())


def test_advice_is_given_once_a_task() -> None:
    tests = tuple(make_test("sgd", F, n, hint="Mind the sign.", misconception="sgd_climbs") for n in range(3))
    report = replace(make_report({"sgd": F}), tasks=(TaskReport("sgd", "Descent", 0.0, 3.0, F, tests),))
    assert printed(report).count("Mind the sign.") == 1
    page = html.feedback_page(report).decode()
    assert page.count("Mind the sign.") == page.count("climbs") == 1


def test_only_the_first_failing_claims_are_told() -> None:
    shown = printed(make_report({f"task{number}": F for number in range(7)}))
    assert shown.count("(hidden case)") == 3
    assert "4 more claims fail" in shown


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ({"sgd": M, "adam": M}, "Start with sgd (Title of sgd): write it, then run `make test-ch4 TASK=sgd`."),
        ({"sgd": P, "adam": M}, "Go on with adam"),
        ({"sgd": P, "adam": B, "train": F}, "Look at train"),
        ({"sgd": Outcome.INFRASTRUCTURE, "adam": F}, "The grader failed, not your work."),
        ({"sgd": P}, ""),
    ],
    ids=["nothing", "next", "failed", "ours", "done"],
)
def test_what_to_do_first(outcomes: dict[str, Outcome], said: str) -> None:
    assert text.next_step(make_report(outcomes)).startswith(said)
    assert ("What to do first" in printed(make_report(outcomes))) is bool(said)


@pytest.mark.parametrize(
    ("waiting", "said"),
    [(("adam", "adam"), "Write adam first, then"), (("adam", ""), "Look at sgd"), (("adam", "train"), "Look at sgd")],
    ids=["all", "some", "two"],
)
def test_another_task_comes_first_where_every_failing_claim_waits_for_it(waiting: tuple[str, str], said: str) -> None:
    tests = tuple(
        make_test("sgd", M if task else F, number, waits=task, message="The words count for nothing.")
        for number, task in enumerate(waiting)
    )
    report = replace(make_report({"sgd": F}), tasks=(TaskReport("sgd", "Descent", 0.0, 2.0, F, tests),))
    assert text.next_step(report).startswith(said)


def test_without_the_hidden_suite_there_are_no_points() -> None:
    report = make_report({"sgd": P, "adam": F}, hidden=False, visibility="public")
    shown = printed(report)
    assert "points come with the hidden suite" in shown
    assert not re.search(r"\d points", shown)
    assert "adam  failed   1 / 2" in shown
    assert "points come with the hidden suite" in html.feedback_page(report).decode()
    assert "hand it in" in text.next_step(make_report({"sgd": P}, hidden=False))


def test_an_unusable_submission_says_why_and_nothing_else() -> None:
    shown = printed(refused("eve", "work.py is empty: nothing to grade"))
    assert "work.py is empty: nothing to grade" in shown
    assert "Title" not in shown
    assert "What to do first: Correct the error above" in shown


def test_a_class_has_a_row_a_student() -> None:
    reports = [
        make_report({"sgd": P, "adam": P}, "bob"),
        make_report({"sgd": P, "adam": F}, "ada", misconception="adam_no_correction"),
        make_report({"sgd": M, "adam": B}, "dan"),
        make_report({"sgd": Outcome.TIMEOUT, "adam": Outcome.FORBIDDEN}, "eve"),
        make_report({"sgd": E, "adam": E}, "fay", message="Python cannot read your code: SyntaxError\n    x ="),
        refused("cyd", "two.py is not Python: it is a picture"),
    ]
    rows = printed(*reports, width=120, whole_class=True).splitlines()
    starts = [row.split()[0] for row in rows[1:7]]
    assert starts == ["ada", "bob", "cyd", "dan", "eve", "fay"]
    assert re.search(r"ada +failed +3 / 4 +\+x +adam: no correction$", rows[1])
    assert re.search(r"bob +passed +4 / 4 +\+\+ +all right$", rows[2])
    assert rows[3].endswith("two.py is not Python: it is a picture")
    assert rows[4].endswith("not attempted")
    assert rows[5].endswith("sgd: no end in time; adam: uses what is forbidden")
    assert rows[6].endswith("Python cannot read your code: SyntaxError")
    assert "tasks: sgd, adam" in rows
    assert rows[-1].startswith("+ passed   x failed")
    assert printed(whole_class=True) == "No submissions.\n"


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_nothing_a_student_sends_reaches_the_terminal_as_a_command(width: int) -> None:
    for value in HOSTILE:
        report = make_report(MIXED, value, claim=value, message=value, hint=value, misconception=value)
        shown = printed(report, width=width) + printed(report, refused(value, value), width=width, whole_class=True)
        assert_harmless(shown)
        assert all(cell_len(line) <= width for line in shown.splitlines())


def test_colours_only_in_a_terminal_that_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    report = make_report(MIXED)

    def codes(**options: Any) -> list[str]:
        stream = io.StringIO()
        terminal.print_report(report, Console(file=stream, width=80, **options))
        return re.findall(r"\x1b\[([\d;]*)m", stream.getvalue())

    assert any("31" in code for code in codes(force_terminal=True))
    assert not codes()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not any(re.search(r"\b3\d\b", code) for code in codes(force_terminal=True))


def test_markup_of_the_students_stays_text() -> None:
    stream = io.StringIO()
    value = "[bold red]x[/bold red] [/] :smile:"
    terminal.print_report(
        make_report({"a": F}, message=value), Console(file=stream, width=100, force_terminal=True, no_color=True)
    )
    assert value in re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue())


def test_a_stream_that_knows_few_characters_is_enough() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    terminal.print_report(make_report({"a": F}, "josé 李雷", message="→ ∑"), terminal.console(stream))
    stream.flush()
    assert b"a failed (hidden case)" in raw.getvalue()


# --- pages ---


class Outline(HTMLParser):
    """What a browser would see of a page."""

    VOID = ("meta", "br", "img", "link", "input", "hr")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


ALLOWED = set(
    "html head meta title style body header main footer section div p h1 h2 span bdi strong a abbr code pre ul li "
    "dl dt dd table caption thead tbody tr th td figure figcaption svg rect line circle text".split()
)


def pages(value: str) -> list[str]:
    report = make_report(MIXED, value, claim=value, message=value, hint=value, misconception=value)
    unusable = refused(value, value)
    return [
        html.feedback_page(report).decode(),
        html.feedback_page(unusable).decode(),
        class_page.class_page([report, unusable]).decode(),
    ]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_nothing_a_student_sends_becomes_part_of_a_page(number: int) -> None:
    for page in pages(HOSTILE[number]):
        outline = Outline(page)
        assert set(outline.tags) <= ALLOWED
        assert not [entry for entry in outline.attributes if entry[1].startswith("on") or entry[1] == "style"]
        links = [value for tag, name, value in outline.attributes if name in ("href", "src")]
        assert all(re.fullmatch(r"#task-\d+|feedback/[^/:?#<>\"']*\.html", link) for link in links)
        assert_harmless(page)


def test_the_policy_of_a_page_allows_its_own_style_and_nothing_else() -> None:
    import base64
    import hashlib

    for page in pages("x"):
        policy = htmllib.unescape(re.search(r'Policy" content="([^"]*)"', page)[1])  # type: ignore[index]
        style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]  # type: ignore[index]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        assert "<script" not in page
        assert "@import" not in style
        assert "url(" not in style
        assert page.index("Content-Security-Policy") < page.index("<style>")
        for feature in ("prefers-color-scheme: dark", "@media print"):
            assert feature in style


def test_pages_are_accessible() -> None:
    for page in pages("x"):
        outline = Outline(page)
        assert ("html", "lang", "en") in outline.attributes
        assert outline.tags.count("h1") == 1
        assert outline.tags.count("table") == outline.tags.count("caption")
        heads = [value for tag, name, value in outline.attributes if tag == "th" and name == "scope"]
        assert len(heads) == outline.tags.count("th")
        ids = [value for _, name, value in outline.attributes if name == "id"]
        assert len(ids) == len(set(ids))


def test_pages_hold_no_times_and_do_not_depend_on_the_order() -> None:
    reports = [make_report(MIXED, name, misconception="momentum_x") for name in ("bob", "ada", "cyd")]
    later = [
        replace(report, started="2040-01-01T00:00:00+00:00", seconds=99.0, environment={"device": "cuda"})
        for report in reversed(reports)
    ]
    assert class_page.class_page(reports) == class_page.class_page(later)
    assert html.feedback_page(reports[0]) == html.feedback_page(later[-1])
    assert "2031" not in html.feedback_page(reports[0]).decode()


def test_a_feedback_page_says_all_of_it() -> None:
    report = make_report(
        MIXED,
        message="`theta` is off by 0.5.\n  expected: [1.0]\n  actual:   [1.5]\nGo & mend <it>.",
        hint="Use `beta`.",
        misconception="momentum_shared_velocity",
    )
    page = html.feedback_page(report).decode()
    assert "<p><code>theta</code> is off by 0.5.</p>" in page
    assert "<pre>expected: [1.0]\nactual:   [1.5]</pre>" in page
    assert "<p>Go &amp; mend &lt;it&gt;.</p>" in page
    assert "Use <code>beta</code>." in page
    assert "shared velocity" in page
    assert "<strong>4</strong> of 10 points" in page
    assert page.count('<section class="task"') == 5


def test_a_class_page_counts_mistakes_and_claims() -> None:
    reports = [make_report({"sgd": P, "adam": F}, name, misconception="adam_no_root") for name in ("a", "b")]
    words = " ".join(Outline(class_page.class_page([*reports, make_report({"sgd": P, "adam": P}, "c")]).decode()).words)
    words = " ".join(words.split())
    assert "3 submissions, 1 all right; median 3 of 4 points." in words
    assert "adam no root 2" in words
    assert "adam Claim 1 of adam holds. 2" in words
    assert "No submissions." in class_page.class_page([]).decode()


def test_what_a_note_says_is_not_said_again_at_every_test() -> None:
    words = "Python cannot read your code: SyntaxError in work.py, line 1: '(' was never closed\n    f(\n     ^"
    report = make_report({"sgd": E, "adam": M})
    tests = tuple(make_test("sgd", E, n, message=words, hint="Mind the sign.") for n in range(2))
    report = replace(report, notes=(words,), tasks=(replace(report.tasks[0], tests=tests), report.tasks[1]))
    assert printed(report, width=200).count("never closed") == 1
    assert "Mind the sign" not in printed(report)
    assert "Correct the error above" in printed(report)
    assert html.feedback_page(report).decode().count("never closed") == 1
    assert text.note(report) == words.splitlines()[0]
    # an exception of its own is still told
    other = replace(tests[0], message="Your code raised KeyError in work.py, line 9")
    report = replace(report, tasks=(replace(report.tasks[0], tests=(tests[0], other)),))
    assert "KeyError" in printed(report)
    assert "Look at sgd" in printed(report)
    # and once a task is enough
    again = replace(other, id="test_again")
    report = replace(report, tasks=(replace(report.tasks[0], tests=(other, again)),))
    assert printed(report).count("KeyError") == html.feedback_page(report).decode().count("KeyError") == 1
    # also where a visible case says besides what was called
    visible = replace(other, id="test_visible", visibility="public", message=f"{other.message}\nCase walk(steps=2).")
    report = replace(report, tasks=(replace(report.tasks[0], tests=(visible, other)),))
    assert text.telling(report, report.tasks[0]) == ["test_visible"]


# --- what a student needs, and no more ---


def test_the_call_is_told_once_where_a_snippet_shows_it() -> None:
    first = make_test(
        "sgd",
        F,
        1,
        visibility="public",
        message="Wrong value. x is off.\nCase walk(steps=2).",
        snippet="import a\ninputs = cases.walk(None, steps=2)",
    )
    second = replace(
        first,
        id="test_again",
        message="Wrong value. x is off.\nCase walk(steps=3).",
        snippet="import b\ninputs = cases.walk(None, steps=3)",
    )
    report = make_report({"sgd": F})
    report = replace(report, tasks=(replace(report.tasks[0], tests=(first, second)),))
    shown = printed(report)
    assert shown.count("x is off") == 1
    assert "Case walk" not in shown
    assert "import a" in shown
    assert "import b" not in shown
    assert shown.count("Claim 1 of sgd holds") == 2
    page = html.feedback_page(report).decode()
    assert "Case walk" not in page
    assert "import a" in page and "import b" in page


def test_a_snippet_says_how_to_start_the_courses_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    report = make_report({"sgd": F}, snippet="import a", message="Wrong.")
    test = report.tasks[0].tests[0]
    monkeypatch.setattr("sys.prefix", str(tmp_path / ".venv"))
    monkeypatch.setattr("sys.executable", str(tmp_path / ".venv" / "bin" / "python"))
    assert "(cd exercises/ch4_optimizers && python), then" in text.snippet_head(report, test)
    (tmp_path / "course.toml").touch()
    assert "(cd exercises/ch4_optimizers && ../../.venv/bin/python), then" in text.snippet_head(report, test)


def test_what_is_said_of_ones_own_work_is_in_the_words_of_make() -> None:
    tests = tuple(make_test("sgd", F, n, message=f"Wrong {n}.") for n in range(5))
    report = make_report({"sgd": F})
    report = replace(report, tasks=(replace(report.tasks[0], tests=tests),))
    stream = io.StringIO()
    terminal.print_report(report, terminal.console(stream), own=True)
    assert "2 more claims fail; `make test-ch4 TASK=sgd HTML=1` shows all of them." in stream.getvalue()


def test_a_file_that_cannot_be_read_is_corrected_and_not_read_about() -> None:
    report = make_report({"sgd": E}, message="Python cannot read your code: SyntaxError")
    test = report.tasks[0].tests[0]
    task = replace(report.tasks[0], tests=(test,), section="Descent")
    report = replace(report, tasks=(task,), notes=(test.message,))
    shown = printed(report)
    assert "Correct the error above, then run `make test-ch4 TASK=sgd`." in shown
    assert "To read" not in shown


def test_what_is_printed_does_not_bury_the_verdict() -> None:
    stream = io.StringIO()
    many = [model.Printed(f"case {n}", "a\nb\nc\nd\ne\nf\n") for n in range(5)]
    terminal.print_printed(many, terminal.console(stream))
    lines = stream.getvalue().splitlines()
    assert len([line for line in lines if line.startswith("  | ") and "more line" not in line]) == 10
    assert "It printed in 3 more cases too." in lines

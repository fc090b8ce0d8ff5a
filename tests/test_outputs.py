"""Outputs are safe to open: no text of a student's runs, links, injects or hides anything, in any format."""

from __future__ import annotations

import csv
import http.server
import io
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from grader.__main__ import main
from grader.model import Outcome, Report, decode_report, encode_report
from grader.reports import class_page, html, markdown, text
from grader.reports.gradebook import COLUMNS, escape, gradebook, read_gradebook
from tests.fuzz import texts
from tests.test_reports import (
    ALLOWED,
    MIXED,
    E,
    F,
    M,
    Outline,
    P,
    assert_harmless,
    make_report,
    make_test,
    printed,
    refused,
)

CHROMIUM = "/usr/bin/chromium"
many = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@st.composite
def reports(draw: Any, words: st.SearchStrategy[str] = texts.hostile) -> Report:
    """A report in which every text may be hostile, those of the course too."""
    report = make_report(MIXED, draw(words))
    if draw(st.integers(0, 4)) == 4:
        return refused(draw(words), draw(words))
    tasks = []
    for task in report.tasks:
        tests = tuple(
            replace(test, claim=draw(words), message=draw(words), hint=draw(words), misconception=draw(words))
            for test in task.tests
        )
        tasks.append(replace(task, title=draw(words), tests=tests))
    odd = draw(st.booleans())
    return replace(
        report,
        tasks=(*tasks[:-1], replace(tasks[-1], id=draw(words))) if odd else tuple(tasks),
        chapter=draw(words) if odd else report.chapter,
        notes=tuple(draw(st.lists(words, max_size=2))),
    )


# --- text


@pytest.mark.parametrize(
    "value",
    [
        "ada\u200d",
        "a\u200cda",
        "\u200dada",
        "ada\ufe0f",
        "a\u034fda",
        "ada\U000e0100",
        "a\u180bda",
        "ad\u200d\u0430",
        "李\u200d雷",
        "ada\u17b4",
    ],
)
def test_no_name_looks_like_another_by_what_cannot_be_seen(value: str) -> None:
    plain = "".join(c for c in value if c.isalnum() and c not in "\u17b4")
    assert text.clean(value) == plain
    assert text.identifier(value) != plain  # told apart by its ending
    assert text.identifier(value).startswith(f"{plain}-")


@pytest.mark.parametrize("value", ["می‌خواهم", "क्‍ष", "🧑‍🔬", "❤️", "👩‍❤️‍👨", "👩🏽‍🚀"])
def test_joiners_stay_where_a_script_needs_them(value: str) -> None:
    assert text.clean(value) == value


# --- pages


@many
@given(reports())
def test_no_text_becomes_part_of_a_page(report: Report) -> None:
    for page in (html.feedback_page(report), class_page.class_page([report, make_report({"sgd": P}, "zoe")])):
        outline = Outline(page.decode())
        assert set(outline.tags) <= ALLOWED
        assert not [entry for entry in outline.attributes if entry[1].startswith("on") or entry[1] == "style"]
        links = [value for tag, name, value in outline.attributes if name in ("href", "src", "action", "data")]
        assert all(re.fullmatch(r"#task-\d+|feedback/[^/:?#<>\"']*\.html", link) for link in links)
        assert_harmless(page.decode())


@pytest.fixture
def requests() -> Iterator[tuple[str, list[str]]]:
    """A server on the loopback that notes what is asked of it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.slow
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"there is no {CHROMIUM}")
def test_in_a_browser_nothing_runs_nothing_leaves_and_nothing_is_injected(
    tmp_path: Path, requests: tuple[str, list[str]]
) -> None:
    from playwright.sync_api import sync_playwright

    address, asked = requests
    attacks = [value.replace("127.0.0.1:9", address) for value in texts.HOSTILE]
    attacks += [
        f"<img src=http://{address}/img><link rel=stylesheet href=http://{address}/css><script src=http://{address}/js></script>",
        f"</pre></dd><iframe srcdoc=\"<script>parent.document.title='owned'</script>\"></iframe><object data=http://{address}/o>",
        f"<meta http-equiv=refresh content='0;url=http://{address}/refresh'><base href=http://{address}/>",
        f"<style>@import 'http://{address}/import';*{{background:url(http://{address}/url)}}</style><form action=http://{address}/f>",
        "`<svg/onload=document.title='owned'>` `</code><details open ontoggle=document.title='owned'>`",
        "  <b>indented</b>\n  </pre><math><mtext></math>",
    ]
    pages = {
        "control.html": b"<title>quiet</title><img src=http://%s/control><script>document.title='owned'</script>"
        % address.encode()
    }
    for number, value in enumerate(attacks):
        report = make_report(MIXED, value, claim=value, message=value, hint=value, misconception=value)
        report = replace(report, notes=(value,))
        pages[f"feedback{number}.html"] = html.feedback_page(report)
        pages[f"class{number}.html"] = class_page.class_page([report, refused(f"{value}2", value)])
    dialogs: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        left: list[str] = []
        page.on("request", lambda request: left.append(request.url))
        for name, data in pages.items():
            path = tmp_path / name
            path.write_bytes(data)
            left.clear()
            page.goto(path.as_uri())
            page.wait_for_timeout(30)
            found = page.evaluate("[...document.querySelectorAll('*')].map(e => e.localName)")
            if name == "control.html":  # the same checks do notice a page that is not safe
                assert page.title() == "owned"
                assert "/control" in asked
                asked.clear()
                continue
            assert page.title() != "owned"
            assert left == [path.as_uri()]
            assert set(found) <= ALLOWED, set(found) - ALLOWED
            names = page.evaluate("[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())")
            assert not [name for name in names if name.startswith("on")]
            hrefs = page.evaluate("[...document.querySelectorAll('[href]')].map(e => e.href)")
            assert all(href.startswith("file:") for href in hrefs)
        # even a script that had got in would not run
        path = tmp_path / "policy.html"
        path.write_bytes(
            html.feedback_page(make_report(MIXED)).replace(
                b"</main>", b"<script>document.title='owned'</script><img src=http://%s/late></main>" % address.encode()
            )
        )
        page.goto(path.as_uri())
        page.wait_for_timeout(100)
        assert page.title() != "owned"
        browser.close()
    assert not asked
    assert not dialogs


# --- the gradebook

anything = st.tuples(
    st.sampled_from(["", "", "=", " +", "\u3000@", "'=", '"-', "\u200b=", "\ufeff\t", "\r", "\u2212"]), texts.hostile
).map("".join)


@many
@given(st.lists(anything, min_size=1, max_size=4, unique=True), anything)
def test_every_cell_survives_csv_and_pandas_and_starts_no_formula(students: list[str], name: str) -> None:
    data = gradebook([make_report({"sgd": P}, student) for student in students], dict.fromkeys(students, name))
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    for row in rows[1:]:
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), ascii(cell)
            assert not cell.strip().strip("\"'").strip().startswith(("=", "+", "-", "@")) or cell.startswith("'")
    back = read_gradebook(data)
    written = {student.encode("utf-8", "backslashreplace").decode() for student in students}
    assert {row["student"] for row in back} == written
    assert {row["name"] for row in back} == {name.encode("utf-8", "backslashreplace").decode()}
    frame = pandas.read_csv(io.BytesIO(data), dtype=str, na_filter=False, encoding="utf-8", engine="python")
    assert frame.to_numpy().tolist() == rows[1:]
    if b"\0" not in data:  # pandas' own reader ends a cell at a NUL
        frame = pandas.read_csv(io.BytesIO(data), dtype=str, na_filter=False, encoding="utf-8")
        assert frame.to_numpy().tolist() == rows[1:]


def test_a_formula_behind_blanks_or_quotes_is_one_too() -> None:
    for before in ("", " ", "\u3000", "\x0b", "\u200b", "\ufeff", '"', "''", "' \"", "\u201c", "\x00", "\n\n"):
        for sign in "=+-@\t\r＝＋－＠−":
            assert escape(f"{before}{sign}1").startswith("'")
    for value in ("ada", "1-2", "x=1", "Anne-Marie", "it's", '"quoted"', "", " ", "李雷"):
        assert escape(value) == value


# --- Markdown

OURS = {"inline", "text", "code_inline", "fence"} | {
    f"{name}_{end}"
    for name in "heading paragraph strong table thead tbody tr th td".split()
    for end in ("open", "close")
}
REFERENCES = re.compile(r"[@#<>\[\]&$*_~|\\]|://|www\.|[0-9a-f]{7}|[^\W_]-\d|:\w+:|\w\.\w", re.IGNORECASE)
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(source: str) -> list[Any]:
    flat = PARSER.parse(source)
    return flat + [child for token in flat for child in token.children or []]


@many
@given(reports())
def test_no_text_is_markup_a_link_or_a_mention_in_markdown(report: Report) -> None:
    source = markdown.summary(report)
    assert_harmless(source)
    found = tokens(source)
    assert {token.type for token in found} <= OURS
    for token in found:
        if token.type == "text":
            assert not REFERENCES.search(token.content), token.content
    headings = [token for token in found if token.type == "heading_open"]
    assert headings[0].tag == "h2" and {token.tag for token in headings[1:]} <= {"h3"}
    failing = [test for task in report.tasks if task.outcome is not M for test, _ in text.advice(report, task)]
    assert len(headings) == 1 + min(len([test for test in failing if test.outcome is not M]), markdown.CLAIMS)
    fences = [token for token in found if token.type == "fence"]
    assert all(token.info == "text" for token in fences)
    rows = [token for token in found if token.type == "tr_open"]
    assert len(rows) in (0, 1 + len(report.tasks))
    cells = [token for token in found if token.type in ("td_open", "th_open")]
    assert len(cells) == 4 * len(rows)


GOLDEN = """\
## `ch4_optimizers`: failed, 3 / 6 points

Submission of `ada`.

| task | outcome | points | title |
|---|---|---:|---|
| `sgd` | passed | 2 / 2 | Title of sgd |
| `momentum` | failed | 1 / 2 | Title of momentum |
| `adam` | not attempted | 0 / 2 | Title of adam |

**What to do first.** Look at momentum (Title of momentum), then run `make test-ch4 TASK=momentum`.

### `momentum` failed (hidden case): Claim 1 of momentum holds.

```text
`steps[2]` at index [0] is off by 0.5.
    return x
```

**A known mistake:** shared velocity

**Hint:** Use `beta`, not `theta[0]`; ask `@teacher`.
"""


def golden() -> Report:
    more = {"hint": "Use `beta`, not theta[0]; ask @teacher.", "misconception": "momentum_shared_velocity"}
    message = "`steps[2]` at index [0] is off by 0.5.\n    return x"
    report = make_report({"sgd": P, "momentum": F, "adam": M})
    tests = (make_test("momentum", F, 1, message=message, **more), make_test("momentum", P, 2))
    return replace(report, tasks=(report.tasks[0], replace(report.tasks[1], tests=tests), report.tasks[2]))


def test_a_summary_reads_well() -> None:
    assert markdown.summary(golden()) == GOLDEN


def test_a_summary_tells_only_so_much() -> None:
    report = make_report({f"task{letter}": F for letter in "abcdefghijklmno"})
    assert markdown.summary(report).count("\n### ") == markdown.CLAIMS
    assert markdown.summary(report).endswith("And 5 more claims fail.\n")
    assert markdown.annotations(report, "x.py").count("\n") == markdown.CLAIMS


def test_words_keep_their_punctuation() -> None:
    for value, expected in {
        "Use `beta`, not theta[0].": "Use `beta`, not `theta[0]`.",
        "the student's (two) rows; a well-kept one": "the student's (two) rows; a well-kept one",
        "see http://x.example/ and @bob": "see `http://x.example/` and `@bob`",
        "`a``b` and ``` c": "`ab` and `c`",
        "1. one": "1. one",
    }.items():
        assert markdown._words(value) == expected


# --- workflow commands


def run_as_a_runner_does(output: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands that GitHub's runner would take from a program's output (both of its forms)."""
    commands = []
    stopped = ""
    for line in re.split(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]", output):
        line = line.lstrip()
        if stopped:
            stopped = "" if line == f"::{stopped}::" else stopped
            continue
        match = re.match(r"::([^\s:]+)(?: ([^\n]*?))?::(.*)", line)
        if match is None:
            assert "##[" not in line, line
            continue
        name, properties, message = match.groups()
        if name == "stop-commands":
            stopped = message
            continue
        pairs = dict(pair.split("=", 1) for pair in (properties or "").split(",") if pair)
        for code, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
            pairs = {key: value.replace(code, char) for key, value in pairs.items()}
            message = message.replace(code, char) if code not in ("%3A", "%2C") else message
        commands.append((name, pairs, message))
    return commands


@many
@given(reports(), texts.hostile)
def test_no_text_becomes_a_workflow_command(report: Report, path: str) -> None:
    output = markdown.annotations(report, path)
    assert_harmless(output)
    assert "##[" not in output
    commands = run_as_a_runner_does(output)
    assert len(commands) == output.count("\n") <= 2 * markdown.CLAIMS
    shown = text.line(path, 1000).replace("##[", "## [")
    for name, properties, message in commands:
        assert name in ("error", "warning")
        assert set(properties) <= {"file", "line", "title"}
        assert properties["file"] == shown
        assert properties.get("line", "1").isdigit()
        assert text.clean(message, 10_000) == message


def test_an_annotation_stands_at_its_line() -> None:
    message = "Your code raised ValueError in arrays.py, line 12: 50%, a:b\n    x = 1"
    report = make_report({"sgd": E}, message=message)
    assert markdown.annotations(report, "work/a,b:c.py") == (
        "::error file=work/a%2Cb%3Ac.py,line=12,title=sgd%3A Claim 1 of sgd holds.::"
        "Your code raised ValueError in arrays.py, line 12: 50%25, a:b%0A    x = 1\n"
    )
    report = refused("ada", "Python cannot read your code: SyntaxError in arrays.py, line 3: no\n    x =")
    assert markdown.annotations(report, "a.py").startswith("::error file=a.py,line=3::Python cannot read")
    ours = make_report({"sgd": Outcome.INFRASTRUCTURE}, message="The grader could not run this test.")
    assert markdown.annotations(ours, "a.py").startswith("::warning file=a.py,title=")
    assert markdown.annotations(make_report({"sgd": P, "adam": M}), "a.py") == ""


ATTACK = "::add-mask::x\n  ::set-output name=a::b\n##[error]c\n\u2028::error::d"


@pytest.mark.parametrize("how", ["option", "environment"])
def test_what_a_student_prints_into_a_log_is_no_command(
    tmp_path: Path, arrays_course: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    work = tmp_path / "arrays.py"
    work.write_text(f"def center(x):\n    raise ValueError({ATTACK!r})\n")
    summary = tmp_path / "summary.md"
    arguments = [
        "--course",
        str(arrays_course.root),
        "grade",
        "ch1",
        str(work),
        "--seed",
        "7",
        "--markdown",
        str(summary),
    ]
    if how == "option":
        arguments.append("--annotations")
    else:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main(arguments) == 1
    output = capsys.readouterr().out
    assert "::add-mask::x" in output
    commands = run_as_a_runner_does(output)
    assert {name for name, _, _ in commands} == ({"error"} if how == "option" else set())
    assert all(properties["file"] == str(work) for _, properties, _ in commands)
    assert how != "option" or commands[0][1]["line"] == "2"
    assert {token.type for token in tokens(summary.read_text())} <= OURS
    assert "add-mask" in summary.read_text()


# --- the terminal and the report itself


@many
@given(reports(), st.sampled_from([20, 80, 200]))
def test_no_text_reaches_a_terminal_as_a_command(report: Report, width: int) -> None:
    assert_harmless(printed(report, width=width) + printed(report, width=width, whole_class=True))


@many
@given(reports(texts.valid))
def test_a_report_comes_back_from_its_json(report: Report) -> None:
    assert decode_report(encode_report(report)) == report


def test_an_error_that_quotes_a_name_is_one_harmless_line(
    tmp_path: Path, arrays_course: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "a\x1b[31m\u202eb\n::error::x"
    folder.mkdir()
    for name in ("one.zip", "gone.py"):
        (folder / "one.zip").write_bytes(b"PK\x05\x06")
        assert main(["--course", str(arrays_course.root), "grade", "ch1", str(folder / name)]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert_harmless(said)
    shutil.rmtree(folder)
    assert (
        main(["--course", str(arrays_course.root), "grade", "ch1", str(folder), "--json", str(folder / "x" / "y")]) == 2
    )
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert_harmless(said)

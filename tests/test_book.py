"""The site: it is built without a network, hides what is private, and works for everyone who opens it."""

from __future__ import annotations

import ast
import functools
import html
import http.server
import io
import os
import re
import shutil
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from xml.etree import ElementTree

import jupytext
import pytest

import book.pages
from book.build import stage
from book.mathml import to_mathml
from book.pages import pages
from book.run import is_lesson, lessons
from book.site import plain
from grader import render
from grader.course import load
from grader.errors import AuthorError
from grader.model import Outcome
from grader.proof import Audit, ChapterAudit, Finding, MutantRow, encode_audit
from tests.conftest import REPOSITORY

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
LESSONS = [path for path in lessons() if is_lesson(path)]
MINUTES = 25  # for all lessons on a slow machine; the second build takes seconds
WIDTHS = {"phone": (390, 844, "dark"), "desktop": (1280, 900, "light")}
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def course():
    return load(REPOSITORY)


# --- quick: what can be known without running a lesson ---


def test_every_formula_of_the_lessons_becomes_mathml():
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    parser = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
    found = 0
    for path in sorted((REPOSITORY / "exercises").glob("*/*.md")):
        tokens = parser.parse(re.sub(r"^:::.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE))
        for token in [part for each in tokens for part in (each, *(each.children or []))]:
            if token.type.startswith("math"):
                found += 1
                result = to_mathml(token.content, block=token.type == "math_block")
                assert result.startswith('<math xmlns="http://www.w3.org/1998/Math/MathML"'), token.content
    assert found > 100


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"\operatorname{log1p}(e)", "<mi>log1p</mi><mo"),
        (r"2 \log x", '<mn>2</mn><mspace width="0.1667em" /><mi>log</mi><mspace width="0.1667em" /><mi>x</mi>'),
        (r"\lVert g \rVert", '<mo lspace="0" rspace="0" stretchy="false">‖</mo><mi>g</mi>'),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "<mtr>"),
    ],
)
def test_a_formula_reads_as_tex_would_set_it(formula, expected):
    assert expected in to_mathml(formula, block=False)


def test_a_formula_reads_the_same_after_a_picture_was_drawn():
    before = to_mathml("x^2", block=False)
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")  # as a picture does, for the whole process
    assert to_mathml("x^2", block=False) == before


@pytest.mark.parametrize("formula", [r"\frac{1", r"\nosuchcommand x"])
def test_a_formula_that_cannot_be_rendered_stops_the_build(formula):
    from sphinx.errors import ExtensionError

    with pytest.raises(ExtensionError, match="cannot be made into MathML"):
        to_mathml(formula, block=False)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.parent.name)
def test_every_plot_of_a_lesson_has_words_for_those_who_do_not_see_it(path):
    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
    plots = [cell for cell in notebook.cells if cell.cell_type == "code" and "plt.show()" in cell.source]
    plots = [cell for cell in plots if "def " not in cell.source.partition("plt.show()")[0].split("\n\n\n")[-1]]
    assert plots
    for cell in plots:
        words = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        assert len(words.split()) > 6, cell.source


def test_the_source_of_the_site_links_each_chapter_and_nothing_private():
    found = pages(course())
    index = found["index.md"].decode()
    for chapter in course().chapters:
        assert f"exercises/{chapter.id}/lesson" in index
        page = found[f"exercises/{chapter.id}/tasks.md"].decode()
        for task in chapter.tasks:
            assert f"make test-{chapter.key} TASK={task.id}" in page
            assert f"{task.points:g} point" in page
        assert page.count(":::{dropdown} Hint ") == 3 * len(chapter.tasks)
    assert not [name for name in found if "solutions" in name or "test_hidden" in name]
    text = "\n".join(data.decode() for name, data in found.items() if name.endswith(".md"))
    assert not leaks(text)


def audit_page(folder: Path) -> bytes:
    """The page of an audit that found something."""
    tests = {"test_one": Outcome.PASSED, "test_two": Outcome.FAILED}
    row = MutantRow("adam_forgets", ("adam",), ("adam",), (), {"adam": "it forgets"}, tests)
    proof = ChapterAudit("ch9_x", {"adam": tuple(tests)}, (row,), {"skeleton": 0, "solution": 3, "other": 3}, 3)
    findings = (Finding("redundant", "ch9_x/test_hidden.py", "test_one: nothing | fails <it>"),)
    (folder / "audit.json").write_bytes(encode_audit(Audit("course", False, (proof,), findings)))
    return book.pages._audit(book.pages._environment(), folder / "audit.json")


def test_the_page_of_the_audit_shows_its_matrix_or_how_to_make_it(tmp_path):
    text = audit_page(tmp_path).decode()
    assert "| `adam_forgets` | `.` | `x` |" in text
    assert "got 0 of 3 points" in text
    nothing = book.pages._audit(book.pages._environment(), tmp_path / "none.json").decode()
    assert "make audit" in nothing
    (tmp_path / "audit.json").write_text("{}")
    with pytest.raises(AuthorError, match="make it anew, or remove it"):
        book.pages._audit(book.pages._environment(), tmp_path / "audit.json")


def test_a_site_of_two_pages_is_built_without_a_warning_and_without_a_script_for_mathematics(tmp_path):
    page = "# One page\n\n$\\frac12$ and `code`.\n\n:::{dropdown} Folded\nWords\n:::\n\n$$\nx^2\n$$\n"
    page += "\n```{toctree}\naudit\n```\n"
    stage(tmp_path / "source", {"index.md": page.encode(), "audit.md": audit_page(tmp_path)})
    sphinx = ["-q", "-W", "-n", "-c", str(REPOSITORY / "book"), str(tmp_path / "source"), str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "BOOK_EXECUTION": "off"}
    command = [sys.executable, "-m", "sphinx", *sphinx]
    result = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    made = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert made.count("<math ") == 2
    assert "<details" in made
    assert not re.search(r"""<(?:script|link|img)[^>]*(?:src|href)=["'](?:https?:)?//""", made)


def test_every_docstring_of_the_engine_can_be_set_as_a_page():
    from docutils.core import publish_doctree
    from sphinx.ext.napoleon import GoogleDocstring

    wrong = []
    for path in sorted((REPOSITORY / "grader").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (words := ast.get_docstring(node)):
                text = str(GoogleDocstring("\n".join(plain(words.splitlines()))))
                said = io.StringIO()
                settings = {"report_level": 2, "halt_level": 6, "warning_stream": said}
                publish_doctree(f".. default-role:: literal\n\n{text}", settings_overrides=settings)
                wrong += [f"{path.name}: {said.getvalue()}"] if said.getvalue() else []
    assert not wrong


def test_type_variables_are_private_since_no_page_has_them():
    public = []  # a signature that names one would be a broken reference
    for path in sorted((REPOSITORY / "grader").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("TypeVar("):
                public += [f"{path.name}: {name}" for target in node.targets if (name := ast.unparse(target))[0] != "_"]
    assert not public


def test_a_sign_that_sphinx_would_read_is_escaped_outside_of_code():
    assert plain(["the |a - b| of `*.py`, *args and a_ trailing stroke, not_here"]) == [
        r"the \|a - b\| of `*.py`, \*args and a\_ trailing stroke, not_here"
    ]


def test_staging_removes_what_is_gone_and_leaves_what_is_the_same(tmp_path):
    stage(tmp_path, {"a/b.md": b"1", "c.md": b"2"})
    os.utime(tmp_path / "c.md", (1, 1))
    stage(tmp_path, {"c.md": b"2", "d.md": b"3"})
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["c.md", "d.md"]
    assert (tmp_path / "c.md").stat().st_mtime == 1


# --- what is private ---


def threes(text: str) -> set[tuple[str, ...]]:
    """Every three lines in a row, blank lines apart; blanks inside a line do not count, nor do a few short words."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    runs = zip(lines, lines[1:], lines[2:], strict=False)
    return {run for run in runs if len("".join(run)) > 80}


@functools.cache
def private() -> frozenset[tuple[str, ...]]:
    """Three lines in a row that stand below `solutions/` and nowhere in what is public."""
    secret: set[tuple[str, ...]] = set()
    public: set[tuple[str, ...]] = set()
    for chapter in course().chapters:
        public |= threes(render.skeleton(chapter))
    for path in (REPOSITORY / "solutions").rglob("*.py"):
        secret |= threes(path.read_text(encoding="utf-8"))
    for folder in ("exercises", "grader"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            if (path.stem, path.parent.name) not in {(c.module, c.id) for c in course().chapters}:
                public |= threes(path.read_text(encoding="utf-8"))
    return frozenset(secret - public)


def leaks(text: str) -> list[tuple[str, ...]]:
    return sorted(threes(text) & private())


def test_the_search_for_private_lines_finds_them():
    assert len(private()) > 1000
    chapter = course().chapters[0]
    assert leaks(render.solution(chapter))
    assert leaks((REPOSITORY / "solutions" / chapter.id / "test_hidden.py").read_text())


# --- slow: the whole site ---


@pytest.fixture(scope="session")
def site() -> Path:
    """The site, built as `make book` builds it."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "book.build"]
    result = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60 * MINUTES, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr[-5000:]
    assert "open build/book/index.html" in result.stdout
    return REPOSITORY / "build" / "book"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served on this machine."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium."""
    if not Path(CHROMIUM).is_file():
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


LOOK = """() => {
  document.querySelectorAll("details").forEach((box) => { box.open = true; });
  const words = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest("code, pre, math, script, style, .highlight")) {
      words.push(walker.currentNode.textContent);
    }
  }
  const flat = (box) => box.width < 1 || box.height < 1;
  return {
    ids: [...document.querySelectorAll("[id]")].map((each) => each.id),
    links: [...document.querySelectorAll("a[href]")].map((each) => each.getAttribute("href")),
    words: words.join(" "),
    formulas: document.querySelectorAll("math").length,
    flat: [...document.querySelectorAll("math")].filter((each) => flat(each.getBoundingClientRect()))
      .map((each) => each.textContent),
    pictures: [...document.querySelectorAll("img")].map((each) => ({
      source: each.getAttribute("src"), words: each.getAttribute("alt") || "",
      shown: each.complete && each.naturalWidth > 0,
    })),
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}"""


class Walk:
    """What a walk through all pages has seen."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.ids: dict[str, set[str]] = {}
        self.links: dict[str, list[str]] = {}
        self.formulas: dict[str, int] = defaultdict(int)
        self.pictures: dict[str, int] = defaultdict(int)


@pytest.fixture(scope="module", params=sorted(WIDTHS))
def walk(request: pytest.FixtureRequest, site: Path, address: str, browser: Any) -> Iterator[Walk]:
    """Every page, opened at one width in one colour scheme."""
    from axe_playwright_python.sync_playwright import Axe

    width, height, scheme = WIDTHS[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    seen, name, axe = Walk(), "", Axe()
    fault = lambda words: seen.faults.append(f"{name}: {words}")  # noqa: E731
    page.on("console", lambda message: fault(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: fault(f"the script failed: {error}"))
    page.on("request", lambda call: None if call.url.startswith((address, "data:")) else fault(f"asks {call.url}"))
    page.on("response", lambda answer: fault(f"{answer.status} for {answer.url}") if answer.status >= 400 else None)
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        page.goto(address + name)
        found = page.evaluate(LOOK)
        seen.ids[name], seen.links[name] = set(found["ids"]), found["links"]
        seen.formulas[name], seen.pictures[name] = found["formulas"], len(found["pictures"])
        for formula in found["flat"]:
            fault(f"a formula without a size: {formula}")
        if raw := re.search(r"\$[^$\n]{1,80}\$|\\[a-z]{2,}\b", found["words"]):
            fault(f"mathematics that was not rendered: {raw[0]}")
        for picture in found["pictures"]:
            if not picture["shown"]:
                fault(f"a picture that is not there: {picture['source']}")
            if len(picture["words"].split()) < 3 or "/" in picture["words"]:
                fault(f"a picture without words: {picture['source']} {picture['words']!r}")
        if found["wide"] > 0:
            fault(f"{found['wide']} pixels wider than the screen")
        result = axe.run(page, options={"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]})
        for violation in result.response["violations"]:
            where = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
            fault(f"axe: {violation['id']}: {violation['help']} ({len(violation['nodes'])} times: {where})")
    yield seen
    context.close()


@pytest.mark.slow
def test_no_page_has_an_error_a_raw_formula_a_mute_picture_or_a_barrier(walk: Walk):
    assert len(walk.ids) > 50
    assert not walk.faults, "\n".join(walk.faults)


@pytest.mark.slow
def test_no_link_or_anchor_is_broken(walk: Walk):
    broken = []
    for name, links in walk.links.items():
        for link in links:
            target, anchor = urldefrag(urljoin(f"http://site/{name}", link))
            if urlsplit(target).netloc != "site":
                assert urlsplit(target).scheme in {"https", "http"}, link
                continue
            path = unquote(urlsplit(target).path).lstrip("/") or "index.html"
            if path not in walk.ids or (anchor and unquote(anchor) not in walk.ids[path]):
                broken.append(f"{name}: {link}")
    assert not broken, "\n".join(broken)


@pytest.mark.slow
def test_every_lesson_shows_its_formulas_and_its_pictures(walk: Walk):
    for chapter in course().chapters:
        name = f"exercises/{chapter.id}/lesson.html"
        assert walk.formulas[name] >= 5
        assert walk.pictures[name] >= 1
    assert walk.pictures["book/figures.html"] >= 10


@pytest.mark.slow
def test_search_finds_a_word(address: str, browser: Any):
    page = browser.new_page()
    page.goto(f"{address}search.html?q=momentum")
    page.wait_for_selector("#search-results li")
    assert page.locator("#search-results li", has_text="optimizers").count() >= 1
    page.close()


@pytest.mark.slow
def test_the_reader_can_choose_the_dark_scheme(address: str, browser: Any):
    page = browser.new_page(color_scheme="light", viewport={"width": 1280, "height": 900})
    page.goto(address)
    colour = "() => getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    for _ in range(2):
        page.locator("button.theme-toggle:visible").first.click()
        if page.evaluate(colour) != before:
            break
    assert page.evaluate(colour) != before
    page.close()


@pytest.mark.slow
def test_nothing_private_is_on_any_page(site: Path):
    checked = 0
    for path in [*site.rglob("*.html"), *site.rglob("*.js"), *site.rglob("*.txt"), *site.rglob("*.py")]:
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".html":
            text = html.unescape(re.sub(r"<[^>]*>", "", text))
            checked += 1
        assert not leaks(text), path
    assert checked > 50


@pytest.mark.slow
def test_a_second_build_runs_no_lesson_again(site: Path):
    kept = sorted((REPOSITORY / "build" / "book-cache").rglob("*.ipynb"))
    assert len(kept) >= len(LESSONS)
    before = {path: path.stat().st_mtime_ns for path in kept}
    command = [sys.executable, "-m", "book.build"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, timeout=300, check=True)
    assert {path: path.stat().st_mtime_ns for path in kept} == before

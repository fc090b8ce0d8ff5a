"""formgrader in a real browser: the server runs in the course directory, and the buttons are pressed."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from grader import assembly, render
from grader.course import load
from grader.grade import as_snapshot
from tests.conftest import REPOSITORY, with_nbgrader

pytest.importorskip("nbgrader", reason="nbgrader is not installed: it is in requirements/dev.txt")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed: it is in requirements/dev.txt")
playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: requirements/dev.txt")

from grader.nbgrader_engine.setup import as_notebook, prepare  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ASSIGNMENT, TOKEN, SECONDS = "ch1_arrays", "token-of-this-test", 120.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def directory(arrays_course, tmp_path_factory):
    """A course directory with a released assignment and two submissions."""
    root = with_nbgrader(arrays_course, tmp_path_factory.mktemp("formgrader"))
    course = load(root)
    chapter = course.chapters[0]
    prepare(course, root / "instructor")
    mutant = next(each for each in assembly.mutants(chapter) if each.name == "running_mean_shared")
    for student, source in {"ada": mutant.source, "grace": render.alternates(chapter)["loops"]}.items():
        path = root / "instructor" / "submitted" / student / ASSIGNMENT / "arrays.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(as_notebook(as_snapshot(chapter, source), chapter))
    command = [sys.executable, "-W", "ignore", "-m", "nbgrader", "generate_assignment", ASSIGNMENT]
    subprocess.run(command, cwd=root / "instructor", env=surroundings(root), check=True, capture_output=True)
    return root / "instructor"


def surroundings(root):
    """An environment in which Jupyter reads and writes nothing of this user's."""
    own = {name: str(root / ".jupyter" / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "HOME")}
    own["JUPYTER_RUNTIME_DIR"] = str(root / ".jupyter" / "runtime")
    for name in own.values():
        Path(name).mkdir(parents=True, exist_ok=True)
    return {**os.environ, **own, "PYTHONPATH": str(REPOSITORY)}


@contextlib.contextmanager
def server(directory):
    """JupyterLab with formgrader, started in the course directory; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-W", "ignore", "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={port}", f"--ServerApp.root_dir={directory}", f"--IdentityProvider.token={TOKEN}"),
    ]
    with open(directory.parent / "server.log", "w+b") as log:
        process = subprocess.Popen(
            command, cwd=directory, env=surroundings(directory.parent), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            until = time.monotonic() + SECONDS
            while True:
                try:
                    urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=10).close()
                    break
                except (urllib.error.URLError, OSError):
                    assert process.poll() is None and time.monotonic() < until, log.seek(0) or log.read()
                    time.sleep(0.5)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def address(directory):
    with server(directory) as found:
        yield found


@pytest.fixture
def page(address):
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.set_default_timeout(SECONDS * 1000)
        page.goto(f"{address}/lab?token={TOKEN}")  # formgrader's tables stay empty without the cookie from here
        yield page
        browser.close()


def press(page, student, button):
    """Presses a button in a student's row, waits for what comes of it and puts that away."""
    page.locator("tr", has_text=student).locator(f".{button} a").click()
    modal = page.locator("#success-modal, #error-modal")
    modal.wait_for()
    words = modal.locator(".modal-body").inner_text()
    assert modal.get_attribute("id") == "success-modal", words
    modal.locator(".modal-footer button").first.click()
    modal.wait_for(state="hidden")
    return words


def test_autograde_open_the_submission_and_download_the_feedback(page, address, directory, tmp_path):
    page.goto(f"{address}/formgrader/manage_submissions/{ASSIGNMENT}")
    row = page.locator("tr", has_text="ada")
    playwright_api.expect(row.locator(".status")).to_have_text("needs autograding")
    assert "Successfully autograded 'ch1_arrays' for student 'ada'" in press(page, "ada", "autograde")
    playwright_api.expect(row.locator(".status")).to_have_text("graded")
    playwright_api.expect(row.locator(".score")).to_have_text("8.5 / 10")
    press(page, "grace", "autograde")  # the worker is warm by now
    playwright_api.expect(page.locator("tr", has_text="grace").locator(".score")).to_have_text("10 / 10")

    page.goto(f"{address}/formgrader/gradebook/{ASSIGNMENT}/arrays")
    rows = page.locator("#main-table tr")
    playwright_api.expect(rows).to_have_count(2)
    rows.filter(has_text="8.5").locator("a").first.click()
    page.wait_for_url("**/formgrader/submissions/**")
    playwright_api.expect(page.locator("#running_mean-grade")).to_have_attribute("placeholder", "1.5")
    playwright_api.expect(page.locator("#center-grade")).to_have_attribute("placeholder", "2")
    body = page.locator("body").inner_text()
    assert "A running mean: failed, 1.5 of 3 points" in body
    assert "Two running means do not disturb one another." in body
    assert "A known mistake: shared" in body
    page.locator(".nbgrader_cell", has=page.locator("#running_mean-grade")).first.scroll_into_view_if_needed()
    page.evaluate("window.scrollBy(0, 150)")
    page.screenshot(path=os.environ.get("PICTURE") or tmp_path / "formgrader.png")  # PICTURE: for the docs

    page.goto(f"{address}/formgrader/manage_submissions/{ASSIGNMENT}")
    press(page, "ada", "generate-feedback")
    link = f"{address}/files/feedback/ada/{ASSIGNMENT}/arrays.html?download=1"
    with page.expect_download(timeout=30_000) as started, contextlib.suppress(playwright_api.Error):
        page.goto(link, referer=f"{address}/lab/tree/feedback")  # as from Jupyter's list of files; ends as a download
    started.value.save_as(tmp_path / "feedback.html")
    feedback = (tmp_path / "feedback.html").read_text()
    assert "A running mean: failed, 1.5 of 3 points" in feedback
    assert "8.5" in feedback
    assert "def test_" not in feedback

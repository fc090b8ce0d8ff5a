"""The command line: one clear line for everything that is wrong, the documented exit codes, nothing half-written."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from grader.__main__ import main
from grader.model import decode_report


@pytest.fixture
def run(arrays_course, capsys):
    """Runs the command in the NumPy course; returns exit code, output and errors."""

    def call(*arguments):
        try:
            code = main(["--course", str(arrays_course.root), *map(str, arguments)])
        except SystemExit as stop:
            code = stop.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def solution(arrays):
    return arrays.solutions / "arrays.py"


def zipped(source: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(source, "arrays.py")
    return target


def tarred(source: Path, target: Path) -> Path:
    with tarfile.open(target, "w:gz") as archive:
        archive.add(source, "work/arrays.py")
    return target


def test_the_report_obeys_the_contract(run, solution, tmp_path):
    code, out, err = run("grade", "ch1", solution, "--json", tmp_path / "report.json", "--html", tmp_path / "page.html")
    assert (code, err) == (0, "")
    assert "10 / 10" in out
    data = (tmp_path / "report.json").read_bytes()
    report = json.loads(data)
    assert decode_report(data).score == 10
    assert report["schema"] == 1
    assert report["environment"].keys() >= {"numpy", "device", "sandbox"}
    assert report["submission"].startswith("sha256:")
    assert {t["visibility"] for task in report["tasks"] for t in task["tests"]} == {"public", "hidden"}
    page = (tmp_path / "page.html").read_text()
    assert "<script" not in page
    assert "Content-Security-Policy" in page


def test_work_in_every_packing_has_the_same_marks(run, arrays, solution, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "arrays.py").write_bytes(solution.read_bytes())
    for path in (folder, zipped(solution, tmp_path / "w.zip"), tarred(solution, tmp_path / "w.tar.gz")):
        assert run("grade", "ch1", path)[0] == 0


def test_a_notebook_has_the_marks_of_its_module(run, arrays, tmp_path):
    notebook = json.loads((arrays.exercises / "arrays.ipynb").read_text())
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[0]["source"] = (arrays.solutions / "arrays.py").read_text().splitlines(keepends=True)
    notebook["cells"] = code[:1]
    path = tmp_path / "arrays.ipynb"
    path.write_text(json.dumps(notebook))
    assert run("grade", "ch1", path)[0] == 0


def test_a_fail_is_one(run, arrays):
    code, out, _ = run("grade", "ch1", arrays.exercises)  # the skeleton
    assert code == 1
    assert "not attempted" in out


def write(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


UNUSABLE = {
    "no such file": lambda t: t / "nothing.py",
    "empty": lambda t: write(t, "arrays.py", b""),
    "binary": lambda t: write(t, "arrays.py", b"\x00\x01\x02" * 50),
    "wrong encoding": lambda t: write(t, "arrays.py", "x = 'ä'".encode("latin-1")),
    "not a notebook": lambda t: write(t, "arrays.ipynb", b"print('hello')"),
    "a notebook of nothing": lambda t: write(t, "arrays.ipynb", b"{}"),
    "50 MB": lambda t: write(t, "arrays.py", b"#" * (50 << 20)),
    "not a zip": lambda t: write(t, "work.zip", b"PK\x03\x04 and then nothing"),
    "another kind of file": lambda t: write(t, "work.pdf", b"%PDF-1.4"),
    "an empty folder": lambda t: t,
    "a link": lambda t: link(t),
    "a FIFO": lambda t: fifo(t),
    "a zip bomb": lambda t: bomb(t),
    "a path that leads out": lambda t: traversal(t),
}


def link(folder: Path) -> Path:
    (folder / "arrays.py").symlink_to("/etc/passwd")
    return folder / "arrays.py"


def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "arrays.py")
    return folder / "arrays.py"


def bomb(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "w.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arrays.py", b" " * (300 << 20))
    return folder / "w.zip"


def traversal(folder: Path) -> Path:
    with tarfile.open(folder / "w.tar", "w") as archive:
        info = tarfile.TarInfo("../../arrays.py")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"x = 1"))
    return folder / "w.tar"


@pytest.mark.parametrize("kind", UNUSABLE)
def test_what_cannot_be_graded_is_one_line_and_two(run, tmp_path, kind):
    path = UNUSABLE[kind](tmp_path)
    began = time.monotonic()
    code, out, err = run("grade", "ch1", path, "--json", tmp_path / "r.json")
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err + out
    assert err.startswith("grader: ")
    assert not (tmp_path / "r.json").exists()
    assert time.monotonic() - began < 60  # a FIFO that is waited for, or a bomb that is unpacked, takes for ever


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grade", "ch9", "."), "there is ch1"),
        (("grade", "ch1", ".", "--task", "nonsense"), "it has center, normalise"),
        (("grade", "ch1", ".", "--json", "/nowhere/at/all.json"), "no folder"),
        (("grade", "ch1", ".", "--device", "cuda"), "GPU"),
        (("audit", "ch7"), "there is ch1"),
    ],
)
def test_a_wrong_call_says_what_is_right(run, arguments, words):
    code, _, err = run(*arguments)
    assert code == 2
    assert words in err
    assert len(err.strip().splitlines()) == 1


def test_outside_a_course_it_says_so(tmp_path, capsys):
    assert main(["--course", str(tmp_path), "grade", "ch1", "."]) == 2
    assert "course.toml" in capsys.readouterr().err


def test_no_sandbox_is_three_and_never_unconfined(run, solution, monkeypatch):
    from grader import sandbox

    monkeypatch.setattr(sandbox, "bubblewrap_program", lambda: None)
    code, _, err = run("grade", "ch1", solution)
    assert code == 3
    assert "apt-get install bubblewrap" in err


def test_none_must_be_spelled_out_and_says_so(run, solution):
    code, _, err = run("grade", "ch1", solution, "--sandbox", "none")
    assert code == 0
    assert "no sandbox" in err


def test_a_disk_that_is_full_is_three(run, solution):
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-m", "grader", "--version"]
    with open("/dev/full", "w") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environment, timeout=60)
    assert b"Traceback" not in result.stderr


def test_help_is_there_at_once_and_imports_nothing_heavy():
    code = (
        "import sys\nfrom grader.__main__ import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'rich', 'pytest', 'msgspec', 'jinja2', 'nbformat'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)
    assert result.returncode == 0, result.stderr
    assert "grade-class" in result.stdout


def test_the_terminal_gets_no_control_characters(run, solution, tmp_path):
    hostile = solution.read_text().replace(
        "return x - column_means(x)", "raise ValueError('\\x1b[2J\\x1b]0;owned\\x07 \\u202e [bold]x[/bold]')"
    )
    path = write(tmp_path, "arrays.py", hostile.encode())
    code, out, err = run("grade", "ch1", path)
    assert code == 1
    assert not {"\x1b", "\x07", "\u202e"} & set(out + err)
    assert "[bold]x[/bold]" in out


def test_kill_in_the_middle_of_a_test_is_no_verdict(run, solution, tmp_path, monkeypatch):
    """Pytest takes SystemExit in a test for that test's outcome: no test may get it."""

    def killed(*_, **__):
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("grader.session.Session.call", killed)
    before = signal.getsignal(signal.SIGTERM)
    report = tmp_path / "report.json"
    try:
        code, _, said = run("grade", "ch1", solution, "--json", report)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (code, said) == (130, "grader: stopped; nothing is half-written\n")
    assert not report.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_that_meets_a_finaliser_is_not_lost(run, solution, monkeypatch, number):
    """Python prints what a finaliser raises, and goes on: the first time here, the stop comes again."""

    class Finalised:
        def __del__(self):
            signal.raise_signal(number)

    def killed(*_, **__):
        Finalised()
        for _ in range(500):
            time.sleep(0.01)
        raise AssertionError("the stop was lost")

    monkeypatch.setattr("grader.session.Session.call", killed)
    before = signal.getsignal(signal.SIGTERM)
    try:
        code, _, said = run("grade", "ch1", solution)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (code, said) == (130, "grader: stopped; nothing is half-written\n")

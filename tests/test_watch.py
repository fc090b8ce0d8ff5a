"""`grader watch` through a real terminal: saves, keys, what has changed, the next task."""

import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BODY = "return x - column_means(x)"


class Terminal:
    """A program in a terminal of 100 columns: what is on its screen, and keys to press."""

    def __init__(self, command, environment):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.written = ""

    def press(self, key):
        os.write(self.descriptor, key.encode())

    def screen(self):
        """The last whole picture, without colours."""
        plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "~", self.written)
        return re.sub("~+", "", plain[plain.rfind("ch1  ~") :] if "ch1  ~" in plain else plain)

    def until(self, *words, seconds=30.0):
        """Waits until all words are on the screen together."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, _, _ = select.select([self.descriptor], [], [], 0.1)
            if ready:
                with contextlib.suppress(OSError):
                    self.written += os.read(self.descriptor, 1 << 16).decode("utf-8", "replace")
            if all(word in self.screen() for word in words):
                return self.screen()
        raise AssertionError(f"{words} did not come; there is:\n{self.screen()}")

    def wait(self, seconds=60.0):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                if select.select([self.descriptor], [], [], 0.05)[0]:
                    self.written += os.read(self.descriptor, 1 << 16).decode("utf-8", "replace")
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"it does not end: {self.written[-2000:]!r}")

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.descriptor)


@pytest.fixture
def environment(monkeypatch):
    runtime = tempfile.mkdtemp(prefix="run-")
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    kept = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "NO_COLOR")}
    yield {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    from grader.student.client import servers, stop

    for path in servers():
        stop(path)
    shutil.rmtree(runtime)


@pytest.fixture(params=["1", pytest.param("0", marks=pytest.mark.slow)], ids=["server", "own process"])
def watching(request, root, environment):
    command = [sys.executable, "-m", "grader", "--course", str(root), "watch", "ch1"]
    terminal = Terminal(command, {**environment, "GRADER_WARM": request.param})
    yield terminal
    terminal.close()


def test_saves_keys_and_the_next_task(watching, root):
    own = root / "exercises" / "ch1_arrays" / "arrays.py"
    solution = (root / "solutions" / "ch1_arrays" / "arrays.py").read_text()
    watching.until("center", "not attempted", "hint")

    watching.press("h")
    watching.until("Hint 1", "A column runs along the first axis", "kept on this computer only")
    watching.press("h")
    watching.until("Hint 2")

    only = solution.replace("centred = center(x)", 'raise NotImplementedError("normalise: not yet")')
    own.write_text(only.replace(BODY, "print('shape', x.shape); return x"))
    screen = watching.until("after the save", "failed", "Your code printed")
    assert "shape (2, 2)" in screen

    own.write_text(only)
    watching.until("center is done. Next: normalise", "Passes now: center")
    assert re.search(r"normalise +Normalise the columns", watching.screen())

    own.write_text(solution)
    watching.until("All tasks of this chapter pass")
    watching.press("a")
    watching.until("10 / 10 points")

    own.write_text(solution.replace(BODY, "return x"))
    watching.until("Broken now: center", "after the save")

    watching.press("l")
    watching.until("lesson")
    watching.press("q")
    assert watching.wait() == 0
    assert "\x1b[?1049l" in watching.written  # the terminal is as it was


@pytest.mark.slow
def test_a_save_while_it_grades_is_what_counts(root, environment):
    own = root / "exercises" / "ch1_arrays" / "arrays.py"
    solution = (root / "solutions" / "ch1_arrays" / "arrays.py").read_text()
    own.write_text(solution.replace(BODY, "import time; time.sleep(1.5); return x"))
    terminal = Terminal([sys.executable, "-m", "grader", "--course", str(root), "watch", "ch1"], environment)
    try:
        terminal.until("grading")
        time.sleep(1)
        own.write_text(solution)
        terminal.until("All tasks of this chapter pass")
        os.kill(terminal.pid, signal.SIGINT)
        assert terminal.wait() == 0
    finally:
        terminal.close()


def test_a_file_that_cannot_be_graded_is_said_to_be_so_and_watching_goes_on(root, environment):
    own = root / "exercises" / "ch1_arrays" / "arrays.py"
    solution = (root / "solutions" / "ch1_arrays" / "arrays.py").read_text()
    terminal = Terminal([sys.executable, "-m", "grader", "--course", str(root), "watch", "ch1"], environment)
    try:
        terminal.until("not attempted")
        own.write_text("")
        terminal.until("arrays.py is empty")
        own.write_text("def center(x:\n")
        terminal.until("Python cannot read your code")
        own.write_text(solution)
        terminal.until("All tasks of this chapter pass")
    finally:
        terminal.close()


def test_without_a_terminal_each_verdict_is_printed(root, environment):
    own = root / "exercises" / "ch1_arrays" / "arrays.py"
    command = [sys.executable, "-m", "grader", "--course", str(root), "watch", "ch1", "--task", "center"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        for line in process.stdout:
            if "What to do first" in line:
                break
        own.write_bytes((root / "solutions" / "ch1_arrays" / "arrays.py").read_bytes())
        for line in process.stdout:
            if "after the save" in line:
                break
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert said == ""
    assert "\x1b" not in rest


def test_a_wrong_call_is_one_line(root, environment):
    command = [sys.executable, "-m", "grader", "--course", str(root), "watch", "ch1", "--task", "nonsense"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 2
    assert "it has center" in result.stderr

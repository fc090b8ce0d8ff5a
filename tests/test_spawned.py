"""Where there is no fork: the spawn path, forced on Linux, grades the same and keeps its promises."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from grader import submission
from grader.channel import ChannelClosed, ChannelTimeout, FrameTooLarge
from grader.course import load
from grader.errors import InfrastructureError
from grader.grade import Grader, as_snapshot
from grader.model import Outcome
from grader.render import skeleton, solution
from grader.sandbox import choose
from grader.spawned import wanted
from grader.spawned.pipe import Pipe
from grader.submission import snapshot
from tests.conftest import REPOSITORY

CENTER = "return x - column_means(x)"


@pytest.fixture(autouse=True)
def forced(monkeypatch):
    monkeypatch.setenv("GRADER_SPAWN", "1")


@pytest.fixture(scope="module")
def grader(arrays_course):
    os.environ["GRADER_SPAWN"] = "1"
    try:
        with Grader(arrays_course, "none", seed=7) as grader:
            grader.session.start()
            grader.oracle.session.start()
            yield grader
    finally:
        del os.environ["GRADER_SPAWN"]


def outcomes(report):
    return {task.id: task.outcome.value for task in report.tasks}


def verdict(grader, arrays, edited, code):
    report = grader.grade(arrays, edited((CENTER, code)), task="center")
    return next(t for t in report.tasks[0].tests if t.outcome is not Outcome.PASSED)


def timeless(report):
    tests = [[msgspec.structs.replace(test, seconds=0.0) for test in task.tests] for task in report.tasks]
    return report.score, report.outcome, tests


def test_it_is_this_way_that_is_tested(grader):
    assert grader.session._launched.spawns
    assert type(grader.session._channel) is Pipe


def test_full_marks_and_none(grader, arrays, edited):
    assert grader.grade(arrays, edited()).score == 10
    report = grader.grade(arrays, as_snapshot(arrays, skeleton(arrays)))
    assert set(outcomes(report).values()) == {"missing"}


@pytest.mark.parametrize(
    "code",
    [
        "return x - x.mean(axis=1, keepdims=True)",
        "raise ValueError('no')",
        "return {1, 2}",
        "return x.astype('float32')",
        "print('one line')\n    return x * 7",
        "import numpy\n    return numpy.cov(x)",
    ],
)
def test_the_report_is_that_of_the_forked_worker(grader, arrays_grader, arrays, edited, code):
    submitted = edited((CENTER, code))
    here, there = (each.grade(arrays, submitted) for each in (grader, arrays_grader))
    assert timeless(here) == timeless(there)
    assert grader.printed == arrays_grader.printed


def test_known_mistakes_are_named(grader, arrays):
    mutant = next(m for m in grader.mutants(arrays) if m.name == "center_rows")
    report = grader.grade(arrays, as_snapshot(arrays, mutant.source))
    assert {t.misconception for t in report.tasks[0].tests if t.misconception} == {mutant.name}


def test_each_submission_has_a_process_of_its_own_that_was_there_before(grader, arrays, edited):
    code = "import os\n    raise ValueError(f'{os.getpid()} {os.getppid()} {os.getsid(0)}')"
    seen = [verdict(grader, arrays, edited, code).message.split("ValueError")[1] for _ in range(2)]
    first, second = ([int(word) for word in each.split(":")[1].split()[:3]] for each in seen)
    assert first[0] != second[0]
    assert first[1] == second[1] == grader.session._launched.process.pid
    assert first[2] == first[0]  # it leads a session: what it starts is killed with it


def test_a_spare_has_loaded_the_libraries_before_it_is_wanted(grader, arrays, edited):
    grader.grade(arrays, edited(), task="center")
    time.sleep(1.5)
    code = "import time, sys\n    raise ValueError('libraries' if 'numpy' in sys.modules else 'none')"
    began = time.monotonic()
    assert "libraries" in verdict(grader, arrays, edited, code).message
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("code", "outcome", "words"),
    [
        ("while True: pass", Outcome.TIMEOUT, "was still running after"),
        ("import os\n    os._exit(3)", Outcome.ERROR, "exit 3"),
        ("import os\n    os.kill(os.getpid(), 9)", Outcome.ERROR, "SIGKILL"),
        ("while True: print('x' * 100000)", Outcome.ERROR, "printed more than it may"),
        ("import os\n    [os.close(fd) for fd in range(3, 50)]\n    return x", Outcome.ERROR, ""),
    ],
)
def test_what_ends_badly_is_told_and_the_next_is_graded(grader, arrays, edited, code, outcome, words):
    found = verdict(grader, arrays, edited, code)
    assert found.outcome is outcome
    assert words in found.message
    assert grader.grade(arrays, edited(), task="center").outcome is Outcome.PASSED


def test_nothing_is_left_for_the_next(grader, arrays, edited, tmp_path):
    mark = tmp_path / "alive"
    start = f"import subprocess, sys; subprocess.Popen(['sh', '-c', 'while :; do echo x >> {mark}; sleep 0.05; done'])"
    code = f"{start}\n    open('left', 'w').write('x')\n    return x - column_means(x)"
    assert grader.grade(arrays, edited((CENTER, code)), task="center").outcome is Outcome.PASSED
    look = "import os\n    return x if 'left' in os.listdir() else x - column_means(x)"
    assert grader.grade(arrays, edited((CENTER, look)), task="center").outcome is Outcome.PASSED
    size = mark.stat().st_size
    time.sleep(0.4)
    assert mark.stat().st_size == size


def test_one_that_nobody_waits_for_is_ended(grader, arrays, edited):
    def give_up():
        if time.monotonic() - began > 0.5:
            raise KeyboardInterrupt

    began = time.monotonic()
    grader.session.tick = give_up
    try:
        with pytest.raises(KeyboardInterrupt):
            grader.grade(arrays, edited((CENTER, "while True: pass")), task="center")
    finally:
        grader.session.tick = None
    assert time.monotonic() - began < 8
    assert grader.grade(arrays, edited(), task="center").outcome is Outcome.PASSED


def test_when_the_grader_dies_so_do_they(arrays_course, arrays, edited):
    code = (
        "import sys\nfrom pathlib import Path\nfrom grader.course import load\nfrom grader.session import Session\n"
        "from grader.sandbox import choose\n"
        "session = Session(load(Path(sys.argv[1])), choose('none'))\nsession.start()\n"
        "print(session._launched.process.pid, flush=True)\nsys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(arrays_course.root)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY, text=True,
    )  # fmt: skip
    manager = int(process.stdout.readline())
    children = Path(f"/proc/{manager}/task/{manager}/children").read_text().split()
    assert children
    process.kill()
    process.communicate()
    end = time.monotonic() + 10
    while time.monotonic() < end and any(os.path.exists(f"/proc/{pid}") for pid in (manager, *children)):
        time.sleep(0.05)
    assert not any(os.path.exists(f"/proc/{pid}") for pid in (manager, *children))


# What Windows lacks is taken away, here and in what is started: a grading has to do without.
WITHOUT = """
import os, select, signal, sys
for name in ("resource", "fcntl", "termios", "pwd", "grp"):
    sys.modules[name] = None
for name in ("fork", "set_blocking", "geteuid", "getuid", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY",
             "O_DIRECTORY", "wait4", "sched_getaffinity"):
    if hasattr(os, name):
        delattr(os, name)
del select.poll
import socket
if hasattr(socket, "AF_UNIX"):
    del socket.AF_UNIX
"""


def test_it_does_without_what_windows_lacks(arrays_course, arrays, edited, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    (work / "arrays.py").write_text(edited((CENTER, "return x")).cells[0].source)
    program = (
        f"{WITHOUT}\nimport grader.sandbox.unconfined as unconfined, grader.submission as submission\n"
        f"submission._BY_DESCRIPTOR = False\n"
        f"unconfined.BOOT_SPAWNING = {WITHOUT!r} + unconfined.BOOT_SPAWNING\n"
        "from grader.__main__ import main\nsys.exit(main())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, "--course", str(arrays_course.root), "grade", "ch1", str(work), "--own",
         "--warm", "--sandbox", "none", "--html", str(tmp_path / "page.html")],
        cwd=REPOSITORY, capture_output=True, text=True, env={**os.environ, "GRADER_SPAWN": "1"}, check=False,
    )  # fmt: skip
    assert run.returncode == 1, run.stderr
    assert "no background worker: this system has no private sockets" in run.stderr
    assert "no sandbox" in run.stderr
    assert "center" in run.stdout and "failed" in run.stdout
    assert "blocked" in run.stdout and "passed" in run.stdout
    assert (tmp_path / "page.html").is_file()


def test_a_folder_is_read_by_its_path_where_it_cannot_be_held_open(arrays, tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "_BY_DESCRIPTOR", False)
    inner = tmp_path / "ada" / "ch1"
    inner.mkdir(parents=True)
    (inner / "arrays.py").write_text("x = 1\n")
    (tmp_path / ".hidden").mkdir()
    assert snapshot(tmp_path, arrays).cells[0].source == "x = 1\n"
    (inner / "arrays.py").unlink()
    (inner / "arrays.py").symlink_to("/etc/passwd")
    with pytest.raises(submission.SubmissionError, match="is a link"):
        snapshot(tmp_path, arrays)
    with pytest.raises(submission.SubmissionError, match="holds no"):
        snapshot(inner.parent.parent / ".hidden", arrays)


def test_elsewhere_there_is_no_sandbox_and_that_is_said(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert wanted()
    with pytest.raises(InfrastructureError, match="for Linux; your own work can be graded with --sandbox none"):
        choose("auto")


def test_on_linux_it_has_to_be_asked_for(monkeypatch):
    monkeypatch.delenv("GRADER_SPAWN")
    assert not wanted()


# --- pipes


def pair():
    one, two = os.pipe(), os.pipe()
    return Pipe(one[0], two[1], cap=1000), Pipe(two[0], one[1], cap=1000)


def test_frames_go_both_ways_and_every_wait_ends():
    here, there = pair()
    here.send(b"abc")
    here.send(b"")
    assert there.receive(time.monotonic() + 5) == b"abc"
    assert there.receive(time.monotonic() + 5) == b""
    with pytest.raises(ChannelTimeout):
        there.receive(time.monotonic() + 0.1)
    there.send(b"x" * 1001)
    with pytest.raises(FrameTooLarge):
        here.receive(time.monotonic() + 5)


def test_a_tick_may_end_a_wait():
    here, _ = pair()

    def tick():
        raise KeyboardInterrupt

    here.tick = tick
    with pytest.raises(KeyboardInterrupt):
        here.receive()


def test_a_side_that_is_gone_is_noticed():
    reader, writer = os.pipe()
    other_reader, other_writer = os.pipe()
    gone = threading.Event()
    here = Pipe(reader, other_writer, cap=10, ended=gone.set)
    os.close(writer)
    assert gone.wait(5)
    with pytest.raises(ChannelClosed):
        here.receive(time.monotonic() + 5)
    os.close(other_reader)
    with pytest.raises((ChannelClosed, ChannelTimeout)):
        here.send(b"y" * (1 << 20), time.monotonic() + 5)


# --- TensorFlow


def test_a_task_of_tensorflow_is_graded_this_way():
    course = load(REPOSITORY)
    chapter = course.chapter("ch4")
    with Grader(course, "none", seed=4) as grader:
        assert grader.grade(chapter, as_snapshot(chapter, solution(chapter)), task="momentum").score == 3
        assert grader.session._launched.spawns

"""A worker keeps its deadlines and limits, and one submission leaves nothing for the next."""

import os
import resource
import shutil
import signal
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from grader.channel import ChannelClosed
from grader.child import serve
from grader.course import load
from grader.housekeeping import Housekeeper
from grader.model import Inputs, Outcome
from grader.sandbox import Unconfined
from grader.session import Session
from tests.conftest import sandbox_or_skip

X = np.arange(6, dtype="float32").reshape(3, 2)
CENTER = Inputs("centered", {"x": X}, {})
BODY = "return x - column_means(x)"


@pytest.fixture(scope="module", params=["bwrap", "docker", "none"])
def session(request, arrays_course):
    with Session(arrays_course, sandbox_or_skip(request.param)) as session:
        yield session


@pytest.fixture
def strict(arrays):
    """The chapter with limits small enough to run into."""
    limits = msgspec.structs.replace(
        arrays.limits,
        probe_seconds=1.0,
        import_seconds=1.0,
        total_seconds=30.0,
        memory=200 << 20,
        processes=40,
    )
    return msgspec.structs.replace(arrays, limits=limits)


def answer(session, chapter, snapshot):
    session.open(chapter, snapshot)
    try:
        return session.call(CENTER, seed=1)
    finally:
        session.close()


def doing(edited, code):
    return edited((BODY, code.replace("\n", "\n    ")))


def test_a_probe_brings_its_values(session, arrays, edited):
    result = answer(session, arrays, edited())
    assert result.outcome is None
    assert np.allclose(result.value["result"], X - X.mean(axis=0))


@pytest.mark.parametrize(
    ("code", "outcome", "words"),
    [
        ("while True: pass", Outcome.TIMEOUT, "loop that never ends"),
        ("import time; time.sleep(60)", Outcome.TIMEOUT, "still running after 1 second and was stopped"),
        (
            "import signal, time\nfor s in (14, 15, 24): signal.signal(s, signal.SIG_IGN)\nwhile True: pass",
            Outcome.TIMEOUT,
            "loop",
        ),
        ("import os; os._exit(0)", Outcome.ERROR, "exit 0"),
        ("import os; os.kill(os.getpid(), 9)", Outcome.ERROR, "SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", Outcome.ERROR, "SIGSEGV"),
        ("import sys; sys.exit(0)", Outcome.ERROR, ""),
        ("return np.ones(400 << 20)", Outcome.MEMORY, ""),
        ("while True: print('x' * 1000)", Outcome.ERROR, "printed"),
        (
            "import os\nfor i in range(3, 100):\n    try: os.close(i)\n    except OSError: pass",
            Outcome.ERROR,
            "",
        ),
        ("import os; os.write(3, b'\\xff' * 100); return x", Outcome.ERROR, "not an answer"),
        (
            "import os; os.write(3, (5).to_bytes(4, 'little') + b'GVT1x'); return x",
            Outcome.ERROR,
            "not an answer",
        ),
        ("return x.astype(complex)", Outcome.FAILED, "complex"),
        ("return [None] * 10**6", Outcome.FAILED, "parts"),
        ("raise NotImplementedError('mine')", Outcome.MISSING, "mine"),
        ("return nothing_of_the_kind", Outcome.ERROR, "not defined"),
        ("raise type('Secret123', (Exception,), {})('hm')", Outcome.ERROR, "hm"),
    ],
)
def test_every_end_has_its_verdict(session, strict, edited, code, outcome, words):
    result = answer(session, strict, doing(edited, code))
    assert result.outcome is outcome
    assert words in result.message
    assert "Secret" not in result.exception
    assert answer(session, strict, edited()).outcome is None  # the next one notices nothing


CHILDREN = """import os, time
for _ in range(4):
    if os.fork() == 0:
        y = np.ones(15 << 20)
        time.sleep(9)
time.sleep(9)"""
SHARED = """import mmap, time
y = mmap.mmap(-1, 400 << 20)
for i in range(0, 400 << 20, 4096):
    y[i] = 1
time.sleep(9)"""
FORK_BOMB = """import os, time
for _ in range(200):
    if os.fork() == 0:
        time.sleep(9)
time.sleep(9)"""


def limited(chapter, **limits):
    return msgspec.structs.replace(chapter, limits=msgspec.structs.replace(chapter.limits, **limits))


def test_memory_is_summed_over_all_processes(session, strict, edited):
    result = answer(session, limited(strict, probe_seconds=8.0), doing(edited, CHILDREN))
    assert result.outcome is Outcome.MEMORY
    assert answer(session, strict, edited()).outcome is None


def test_shared_memory_without_a_file_counts_or_is_refused(session, strict, edited):
    """No process's figures show it any more once a part is unmapped, so a sandbox refuses it."""
    result = answer(session, limited(strict, probe_seconds=8.0), doing(edited, SHARED))
    if session.sandbox.confined:
        assert (result.outcome, result.exception) == (Outcome.ERROR, "PermissionError")
    else:
        assert result.outcome is Outcome.MEMORY
    assert answer(session, strict, edited()).outcome is None


def test_a_fork_bomb_is_ended(session, strict, edited):
    if not session.sandbox.confined:
        pytest.skip("a fork bomb is let loose only where the sandbox holds it")
    result = answer(session, strict, doing(edited, FORK_BOMB))
    assert result.outcome is Outcome.ERROR
    assert "more processes or threads than it may" in result.message
    assert answer(session, strict, edited()).outcome is None


def test_after_a_timeout_the_rest_goes_on(session, strict, edited):
    once = doing(edited, "if x[0, 0] == 0:\n    while True: pass\nreturn x - column_means(x)")
    session.open(strict, once)
    first = session.call(CENTER, seed=1)
    second = session.call(Inputs("centered", {"x": X + 1}, {}), seed=1)
    session.close()
    assert first.outcome is Outcome.TIMEOUT
    assert second.outcome is None


def test_all_tests_together_have_a_limit_too(session, strict, edited):
    short = msgspec.structs.replace(strict, limits=msgspec.structs.replace(strict.limits, total_seconds=1.5))
    session.open(short, doing(edited, "import time; time.sleep(60)"))
    answers = [session.call(CENTER, seed=1) for _ in range(4)]
    session.close()
    assert {a.outcome for a in answers} == {Outcome.TIMEOUT}
    assert "all tests together" in answers[-1].message


def test_an_import_that_never_ends_is_not_tried_again(session, strict, edited):
    loaded = session.open(strict, edited(after="\nwhile True: pass"))
    began = time.monotonic()
    result = session.call(CENTER, seed=1)
    session.close()
    assert loaded.verdict is not None
    assert result.outcome is Outcome.TIMEOUT
    assert "imported" in result.message
    assert time.monotonic() - began < 0.5


def test_nothing_is_left_for_the_next_submission(session, arrays, edited):
    litter = (
        "\nimport os, pathlib, subprocess, tempfile\n"
        "home = pathlib.Path(tempfile.gettempdir())\n"
        "(home / 'note').write_text('for you')\n"
        "locked = home / 'locked'; locked.mkdir(); (locked / 'inside').write_text('x'); locked.chmod(0)\n"
        "if os.path.isdir('/dev/shm') and os.getppid() == 1: pathlib.Path('/dev/shm/note').write_text('for you')\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        import time; time.sleep(600)\n"
        "    os._exit(0)\n"
    )
    session.open(arrays, edited(after=litter))
    session.call(CENTER, seed=1)
    session.close()
    look = (
        "\nimport os, pathlib, tempfile\n"
        "seen = sorted(p.name for p in pathlib.Path(tempfile.gettempdir()).iterdir())\n"
        "seen += os.listdir('/dev/shm') if os.getppid() == 1 else []\n"
        "mine = {1, os.getpid()}\n"
        "seen += [p for p in os.listdir('/proc') if p.isdigit() and int(p) not in mine] if os.getppid() == 1 else []\n"
        "raise ValueError(repr(seen))"
    )
    loaded = session.open(arrays, edited(after=look))
    session.close()
    assert loaded.problems[0].message == "[]"


def test_a_worker_cannot_be_tampered_with(session, arrays, edited):
    if not session.sandbox.confined:
        pytest.skip("without a sandbox the worker is an ordinary process")
    session.start()
    before = session._launched.process.pid
    tamper = "\nimport resource\nresource.prlimit(1, resource.RLIMIT_NOFILE, (64, 64))"
    loaded = session.open(arrays, edited(after=tamper))
    session.close()
    assert loaded.problems[0].exception == "PermissionError"
    assert answer(session, arrays, edited()).outcome is None
    assert session._launched.process.pid == before


def test_a_worker_that_was_changed_all_the_same_is_not_clean(tmp_path):
    keeper = Housekeeper([str(tmp_path)], isolated=False)
    keeper.remember()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    try:
        assert "changed RLIMIT_NOFILE" in keeper.leftovers()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    (tmp_path / "left").touch()
    found = [words for words in keeper.leftovers() if not words.startswith("process ")]  # others' workers
    assert found == [f"file in {tmp_path}"]


def test_a_lost_worker_costs_no_answer(session, arrays, edited):
    session.open(arrays, edited())
    os.kill(session._launched.process.pid, signal.SIGKILL)
    session._launched.process.wait()
    result = session.call(CENTER, seed=1)
    session.close()
    assert result.outcome is None


def test_a_verdict_waits_for_no_tidying_up_and_the_next_submission_does(arrays_course, arrays, edited):
    with Session(arrays_course, Unconfined()) as session:
        answer(session, arrays, edited())
        session.settle()
        worker = session._launched.process.pid
        session.open(arrays, edited())
        os.kill(worker, signal.SIGSTOP)
        session.close()  # a worker that was waited for now would be given up
        os.kill(worker, signal.SIGCONT)
        assert answer(session, arrays, edited()).outcome is None
        assert session._launched.process.pid == worker

        os.kill(worker, signal.SIGKILL)  # nobody knows what is left of this one's submission
        assert answer(session, arrays, edited()).outcome is None
        assert session._launched.process.pid != worker


def test_what_has_been_given_up_is_tidied_up_all_the_same(arrays_course, arrays, edited):
    def given_up():
        raise InterruptedError

    with Session(arrays_course, Unconfined()) as session:
        session.open(arrays, edited())
        worker = session._launched.process.pid
        session.tick = given_up
        os.kill(worker, signal.SIGSTOP)  # so that there is a wait, in which somebody could look
        session.close()
        again = threading.Timer(0.5, os.kill, (worker, signal.SIGCONT))
        again.start()
        session.settle()
        again.join()
        assert session.tick is given_up
        session.tick = None
        assert answer(session, arrays, edited()).outcome is None
        assert session._launched.process.pid == worker


def test_nothing_is_left_of_a_worker_that_is_ended_while_it_starts(arrays_course):
    """Between its fork and its exec bubblewrap waits for its other half, and would wait for ever."""
    with Session(arrays_course, sandbox_or_skip("bwrap")) as session:
        for number in range(60):
            session.launch()
            time.sleep(number / 10_000)
            session.shut()
    end = time.monotonic() + 5
    while (left := processes_of(arrays_course)) and time.monotonic() < end:
        time.sleep(0.1)
    for pid in left:  # not to be left by a test that fails
        os.kill(pid, signal.SIGKILL)
    assert left == []


def processes_of(course):
    """Those without a parent whose command line names the course's public folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_bytes()
            alone = int((path / "stat").read_text().rpartition(")")[2].split()[1]) == 1
        except OSError:
            continue
        if alone and str(course.exercises).encode() in command:
            found.append(int(path.name))
    return found


def test_nothing_is_left_when_a_session_ends(arrays_course, arrays, edited):
    with Session(arrays_course, Unconfined()) as session:
        answer(session, arrays, edited())
        scratch, pid = session._launched.scratch, session._launched.process.pid
    assert not Path(scratch).exists()
    assert not Path(f"/proc/{pid}").exists()


def test_random_numbers_are_the_same_in_every_probe(session, arrays, edited):
    snapshot = doing(edited, "return np.random.rand(3)")
    session.open(arrays, snapshot)
    values = [session.call(CENTER, seed=5).value["result"] for _ in range(2)]
    session.close()
    assert np.array_equal(*values)


WHICH = """

MARKS = []


def warm():
    MARKS.append("warm")


def which(module, inputs):
    return [{!r}, *MARKS]
"""


@pytest.fixture
def two_chapters(root):
    """A course of two chapters whose probes differ."""
    shutil.copytree(root / "exercises" / "ch1_arrays", root / "exercises" / "ch2_arrays")
    shutil.copytree(root / "solutions" / "ch1_arrays", root / "solutions" / "ch2_arrays")
    settings = root / "course.toml"
    settings.write_text(settings.read_text().replace('["ch1_arrays"]', '["ch1_arrays", "ch2_arrays"]'))
    for name in ("ch1_arrays", "ch2_arrays"):
        with (root / "exercises" / name / "probes.py").open("a") as file:
            file.write(WHICH.format(name))
    return load(root)


def test_a_spare_child_is_made_ready_for_the_last_chapter_and_used_for_no_other(two_chapters, edited):
    one, two = two_chapters.chapters
    seen = []
    with Session(two_chapters, sandbox_or_skip("bwrap")) as session:
        for chapter in (one, one, two, two, one):
            session.open(chapter, edited())
            seen.append(session.call(Inputs("which", {}, {}), seed=1).value)
            session.close()
            time.sleep(1)
    assert seen[:2] == [["ch1_arrays"], ["ch1_arrays", "warm"]]  # the first spare is for any chapter
    assert seen[3] == ["ch2_arrays", "warm"]
    assert [names[0] for names in seen] == ["ch1_arrays", "ch1_arrays", "ch2_arrays", "ch2_arrays", "ch1_arrays"]


def test_warming_up_gives_way_to_a_submission_that_waits(tmp_path):
    class Line:
        def pending(self):
            return True

        def receive(self):
            raise ChannelClosed("nobody asks")

    def warm():
        for step in ("one", "two"):
            done.append(step)
            yield

    done = []
    with pytest.raises(ChannelClosed):
        serve(Line(), SimpleNamespace(warm=warm), str(tmp_path), "ch1_arrays", print)
    assert done == ["one"]


def test_probes_that_fail_to_get_ready_spoil_nothing(two_chapters, edited):
    chapter = two_chapters.chapters[0]
    with (chapter.exercises / "probes.py").open("a") as file:
        file.write("\n\ndef warm():\n    raise SystemError('cold')\n")
    with Session(two_chapters, sandbox_or_skip("bwrap")) as session:
        for _ in range(2):
            assert np.allclose(answer(session, chapter, edited()).value["result"], X - X.mean(axis=0))


def test_a_submission_that_was_sent_ahead_can_be_given_up(session, arrays, edited):
    for _ in range(2):
        session.begin(arrays, edited())
        session.close()
    assert answer(session, arrays, edited()).outcome is None

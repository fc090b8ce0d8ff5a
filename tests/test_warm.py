"""The warm server is private, does exactly what was asked for, is gone when of no use and replaced when it dies."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
import venv
from pathlib import Path

import msgspec
import pytest

from grader.__main__ import main
from grader.model import Outcome
from grader.student import place, talk
from grader.student.client import Client, Unavailable, servers, stop

ROOT = Path(__file__).parent.parent
BODY = "return x - column_means(x)"


@pytest.fixture
def runtime(monkeypatch):
    """A runtime directory of this test's own; its servers are ended afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="run-"))  # a socket's path is short
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("GRADER_WARM", raising=False)
    yield folder / "grader"
    folder.chmod(0o700)
    if (folder / "grader").is_dir():
        (folder / "grader").chmod(0o700)
    for path in servers():
        stop(path)
    shutil.rmtree(folder)


@pytest.fixture
def work(root):
    """The course's own solution, to be graded as a student's."""
    path = root / "work" / "arrays.py"
    path.parent.mkdir()
    shutil.copy(root / "solutions" / "ch1_arrays" / "arrays.py", path)
    return path


def job(path, task="center"):
    return talk.Job("ch1", str(path), task=task)


def process(path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        return place.peer(connection)[1]


def gone(path, seconds=10.0):
    end = time.monotonic() + seconds
    while path.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return not path.exists()


def test_the_second_grading_finds_the_worker_there(runtime, root, work):
    with Client(root) as client:
        first, second = client.grade(job(work)), client.grade(job(work))
    assert (first.report.outcome, second.report.outcome) == (Outcome.PASSED, Outcome.PASSED)
    assert (first.warm, second.warm) == (False, True)


def test_nobody_else_can_enter(runtime, root, work):
    with Client(root) as client:
        client.grade(job(work))
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
    (path,) = servers()
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    for other in runtime.iterdir():
        assert not other.lstat().st_mode & 0o077


def test_a_folder_that_is_not_ones_own_is_not_used(runtime, root, work, monkeypatch):
    runtime.mkdir(mode=0o700)
    runtime.chmod(0o770)
    with pytest.raises(Unavailable, match="yours alone"):
        Client(root).grade(job(work))
    runtime.rmdir()
    (runtime.parent / "elsewhere").mkdir(mode=0o700)
    runtime.symlink_to(runtime.parent / "elsewhere")
    with pytest.raises(Unavailable, match="yours alone"):
        Client(root).grade(job(work))


@pytest.mark.slow
def test_a_socket_of_another_user_is_not_spoken_to(runtime, root, work, monkeypatch):
    with Client(root) as client:
        client.grade(job(work))
        client.close()
        with monkeypatch.context() as other:  # not longer, or its end would not be asked for either
            other.setattr(place, "peer", lambda _: (12345, -1))
            other.setattr("grader.student.client.START", 1.0)
            with pytest.raises(Unavailable):
                client.grade(job(work))


def test_another_user_is_not_served(runtime, root, work):
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    with Client(root) as client:
        client.grade(job(work))
    (path,) = servers()
    code = (
        "import os, socket, sys; s = socket.socket(socket.AF_UNIX); s.settimeout(5)\n"
        "os.setuid(65534)\n"
        "try: s.connect(sys.argv[1]); sys.exit(1 if s.recv(1) else 0)\n"
        "except PermissionError: sys.exit(0)\n"
    )
    # the folders are opened for the test, so that the check of who is calling is what refuses
    for each in (runtime.parent, runtime, path):
        each.chmod(0o777)
    assert subprocess.run([sys.executable, "-c", code, str(path)], timeout=30, check=False).returncode == 0
    runtime.chmod(0o700), runtime.parent.chmod(0o700), path.chmod(0o600)


@pytest.mark.slow
def test_another_sandbox_seed_or_course_is_another_server(runtime, root, work, tmp_path):
    names = {
        place.name(root, "cpu", "auto", None),
        place.name(root, "cpu", "none", None),
        place.name(root, "cpu", "auto", 1),
        place.name(root, "cuda", "auto", None),
        place.name(tmp_path, "cpu", "auto", None),
    }
    assert len(names) == 5
    reports = []
    for sandbox in ("bwrap", "none"):
        with Client(root, sandbox=sandbox) as client:
            reports.append(client.grade(job(work)).report)
    assert [report.environment["sandbox"] for report in reports] == ["bwrap", "none"]
    assert len(servers()) == 2


def test_a_server_that_dies_is_replaced(runtime, root, work):
    with Client(root) as client:
        client.grade(job(work))
        (path,) = servers()
        os.kill(process(path), signal.SIGKILL)
        assert client.grade(job(work)).report.outcome is Outcome.PASSED


def test_a_server_ends_when_the_course_changes(runtime, root, work):
    cases = root / "exercises" / "ch1_arrays" / "cases.py"
    with Client(root) as client:
        client.grade(job(work))
        before = process(servers()[0])
        cases.write_text(cases.read_text() + "\n# changed\n")
        assert client.grade(job(work)).report.outcome is Outcome.PASSED
        assert process(servers()[0]) != before


def test_a_server_ends_when_its_environment_changes(runtime, root, work, tmp_path, monkeypatch):
    made = tmp_path / "environment"
    venv.create(made, symlinks=True)
    packages = made / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    packages.rmdir()
    packages.symlink_to(sysconfig.get_path("purelib"))
    monkeypatch.setattr(sys, "executable", str(made / "bin" / "python"))  # the server's, not this process's
    with Client(root) as client:
        client.grade(job(work))
        assert client.grade(job(work)).warm
        before = process(servers()[0])
        (made / "lock.txt").write_text("something else is installed\n")
        assert client.grade(job(work)).report.outcome is Outcome.PASSED
        assert process(servers()[0]) != before


@pytest.mark.slow
def test_what_the_student_writes_is_no_change_of_the_course(runtime, root, work):
    own = root / "exercises" / "ch1_arrays" / "arrays.py"
    with Client(root) as client:
        client.grade(job(own.parent))
        before = process(servers()[0])
        own.write_bytes(work.read_bytes())
        (own.parent / "mine.py").write_text("x = 1\n")
        assert client.grade(job(own.parent)).report.outcome is Outcome.PASSED
        assert process(servers()[0]) == before


@pytest.mark.slow
def test_an_idle_server_ends_by_itself(runtime, root, work):
    name = place.folder() / "short.sock"
    code = (
        "import sys; from grader.student import server; server.IDLE, server.LOOK = 0.5, 0.1\n"
        "sys.exit(server.main(sys.argv[1:]))"
    )
    arguments = ["short", str(root), "cpu", "auto", "", ""]
    assert subprocess.run([sys.executable, "-c", code, *arguments], timeout=30, check=False).returncode == 0
    assert gone(name)


def test_a_job_is_given_up_when_the_client_hangs_up(runtime, root, work):
    slow = root / "work" / "slow.py"
    slow.write_text(work.read_text().replace(BODY, "import time; time.sleep(1.5); " + BODY))
    with Client(root) as client:
        client.grade(job(work))
        threading.Timer(0.4, client.give_up).start()
        with pytest.raises(talk.GivenUp):
            client.grade(job(slow, None))
        result = client.grade(job(work))
    assert result.report.outcome is Outcome.PASSED
    assert result.warm


def test_ctrl_c_of_the_command_ends_the_grading_and_not_the_server(runtime, root, work):
    work.write_text(work.read_text().replace(BODY, "import time; time.sleep(1.5); " + BODY))
    command = [sys.executable, "-m", "grader", "--course", str(root), "grade", "ch1", str(work), "--warm"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as grading:
        while not servers():
            time.sleep(0.05)
        time.sleep(1)
        grading.send_signal(signal.SIGINT)
        _, said = grading.communicate(timeout=20)
    assert grading.returncode == 130
    assert "Traceback" not in said
    assert len(servers()) == 1


@pytest.mark.slow
def test_stop_ends_a_server_that_is_at_work(runtime, root, work, capsys):
    work.write_text(work.read_text().replace(BODY, "import time; time.sleep(1.5); " + BODY))
    with Client(root) as client:

        def ask():
            with pytest.raises((talk.GivenUp, Unavailable)):
                client.grade(job(work))

        thread = threading.Thread(target=ask)
        thread.start()
        while not servers():
            time.sleep(0.05)
        (path,) = servers()
        time.sleep(1)
        client.give_up()
        assert main(["--course", str(root), "warm", "--stop"]) == 0
        thread.join(20)
    assert "1 background worker ended" in capsys.readouterr().out
    assert gone(path)


def test_what_is_wrong_comes_back_as_one_line(runtime, root, work, capsys):
    call = ["--course", str(root), "grade", "ch1"]
    assert main([*call, str(root / "nothing.py"), "--warm"]) == 2
    assert "course/nothing.py: there is no such file" in capsys.readouterr().err
    assert main([*call, str(work), "--warm", "--task", "nonsense"]) == 2
    assert "it has center" in capsys.readouterr().err
    assert main([*call, str(work), "--warm", "--task", "center"]) == 0


def test_a_course_that_cannot_be_read_is_said_to_be_so_and_no_server_stays(runtime, root, work, capsys):
    (root / "course.toml").write_text("id = 1\n")
    assert main(["--course", str(root), "grade", "ch1", str(work), "--warm"]) == 3
    assert "course.toml" in capsys.readouterr().err
    end = time.monotonic() + 10
    while servers() and time.monotonic() < end:
        time.sleep(0.05)
    assert not servers()


def test_it_can_be_turned_off(runtime, root, work, monkeypatch):
    monkeypatch.setenv("GRADER_WARM", "0")
    assert main(["--course", str(root), "grade", "ch1", str(work), "--warm"]) == 0
    assert not servers()


def test_where_there_is_no_place_for_a_socket_it_is_graded_all_the_same(runtime, root, work, capsys):
    runtime.mkdir(mode=0o777)
    runtime.chmod(0o777)
    assert main(["--course", str(root), "grade", "ch1", str(work), "--warm"]) == 0
    said = capsys.readouterr()
    assert "10 / 10" in said.out
    assert "yours alone" in said.err


def test_work_of_ones_own_runs_without_a_sandbox_where_none_works_and_others_never(root, work, monkeypatch, capsys):
    from grader.student import desk

    def none_works(name, image=""):
        if name == "auto":
            raise desk.InfrastructureError("no sandbox: bubblewrap is not installed")
        return real(name, image)

    real = desk.choose
    monkeypatch.setattr(desk, "choose", none_works)
    assert main(["--course", str(root), "grade", "ch1", str(work), "--own"]) == 0
    assert "no sandbox" in capsys.readouterr().err
    assert main(["--course", str(root), "grade", "ch1", str(work)]) == 3


def test_the_client_imports_nothing_slow(runtime, root, work):
    code = (
        "import sys\nfrom grader.__main__ import main\n"
        f"main(['--course', {str(root)!r}, 'grade', 'ch1', {str(work)!r}, '--warm', '--own'])\n"
        "slow = {'numpy', 'pytest', 'jinja2', 'nbformat', 'jupytext', 'watchfiles', 'safetensors'} & set(sys.modules)\n"
        "assert not slow, slow\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr


def test_another_environment_is_another_server(root, monkeypatch):
    before = place.name(root, "cpu", "auto", None)
    for variable in ("GRADER_SPAWN", "PYTHONPATH", "CUDA_VISIBLE_DEVICES", "TF_XLA_FLAGS", "UNRELATED"):
        with monkeypatch.context() as patch:
            patch.setenv(variable, "something")
            assert (place.name(root, "cpu", "auto", None) == before) == (variable == "UNRELATED")
    assert place.name(root, "cpu", "auto", None) == before


def test_only_this_courses_servers_are_counted_and_ended(runtime, root, work, tmp_path, capsys):
    dead = place.folder() / "dead.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(dead))
    dead.chmod(0o600)
    dead.with_suffix(".lock").write_text(f"1\n{root.resolve()}\n")
    other = shutil.copytree(root, tmp_path / "other")
    assert main(["--course", str(root), "warm"]) == 0
    assert "0 background workers" in capsys.readouterr().out
    with Client(root) as client:
        client.grade(job(work))
    assert not list(place.folder().glob("dead.*"))  # swept away when the other one started
    assert main(["--course", str(other), "warm", "--stop"]) == 0
    assert "there was no background worker" in capsys.readouterr().out
    assert len(servers()) == 1
    assert main(["--course", str(root), "warm"]) == 0
    assert "1 background worker:" in capsys.readouterr().out
    assert main(["--course", str(root), "warm", "--stop"]) == 0
    assert "1 background worker ended" in capsys.readouterr().out


def test_a_client_that_stays_connected_keeps_no_idle_server(runtime, root, work):
    code = (
        "import sys; from grader.student import server; server.IDLE, server.LOOK = 1.5, 0.1\n"
        "sys.exit(server.main(sys.argv[1:]))"
    )
    name = place.name(root, "cpu", "auto", None)
    arguments = [name, str(root), "cpu", "auto", "", ""]
    assert subprocess.run([sys.executable, "-c", code, *arguments], timeout=30, check=False).returncode == 0
    with Client(root) as client:
        client.grade(job(work))
        assert gone(place.folder() / f"{name}.sock")
        assert client.grade(job(work)).report.outcome is Outcome.PASSED  # by another one


def test_who_waits_for_another_command_is_told_which(runtime, root, work):
    slow = work.with_name("slow.py")
    slow.write_text(work.read_text().replace(BODY, f"import time; time.sleep(1.9); {BODY}"))
    with Client(root) as first, Client(root) as second:
        first.grade(job(work))
        asked = msgspec.structs.replace(job(slow), who="make watch-ch1")
        thread = threading.Thread(target=first.grade, args=(asked,))
        thread.start()
        time.sleep(0.3)
        said = []
        done = second.grade(job(work), said.append)
        thread.join(60)
    assert done.report.outcome is Outcome.PASSED
    first_word, *steps = said
    assert talk.waiting(first_word) == "waiting for make watch-ch1, which is grading just now"
    assert steps and all(isinstance(step, talk.Step) for step in steps)


def test_the_command_says_in_one_line_whom_it_waits_for(runtime, root, work, capsys):
    slow = work.with_name("slow.py")
    slow.write_text(work.read_text().replace(BODY, f"import time; time.sleep(1.9); {BODY}"))
    with Client(root) as first:
        first.grade(job(work))
        asked = msgspec.structs.replace(job(slow), who="make watch-ch1\x1b[2J")
        thread = threading.Thread(target=first.grade, args=(asked,))
        thread.start()
        time.sleep(0.3)
        code = main(["--course", str(root), "grade", "ch1", str(work), "--task", "center", "--warm"])
        thread.join(60)
    assert code == 0
    assert capsys.readouterr().err == "grader: waiting for make watch-ch1, which is grading just now\n"

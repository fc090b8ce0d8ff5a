"""What code in the sandbox can reach: its libraries, the public files, its scratch, and nothing else."""

import json

import pytest

from grader import sandbox
from grader.errors import InfrastructureError
from grader.grade import Grader
from grader.model import Outcome
from grader.sandbox import bubblewrap
from grader.session import Session
from tests.conftest import sandbox_or_skip

# each attempt is code that must raise, or print nothing of what it is after
ATTEMPTS = {
    "read the solutions": "open({solutions!r}).read()",
    "list the repository": "os.listdir({root!r})",
    "read the user's files": "os.listdir(os.path.expanduser('~root')) or 1/0",
    "read passwords": "open('/etc/shadow').read()",
    "write to the libraries": "open(np.__file__, 'a')",
    "write to the probes": "open('/opt/exercises/ch1_arrays/probes.py', 'a')",
    "write to the engine": "open('/opt/engine/grader/worker.py', 'a')",
    "write to the root": "open('/planted', 'w')",
    "write to the devices": "open('/dev/planted', 'w')",
    "change the machine's settings": "open('/proc/sys/kernel/core_pattern', 'r+')",
    "spare itself when memory is short": "open('/proc/1/oom_score_adj', 'r+')",
    "change a device": "os.chmod('/dev/null', 0o666)",
    "reach the network": "__import__('socket').create_connection(('127.0.0.1', 22), 2)",
    "read the worker's memory": "open('/proc/1/mem', 'rb').read(1)",
    "read the worker's environment": "open('/proc/1/environ').read()[0]",
    "look through the worker's descriptors": "[os.readlink('/proc/1/fd/' + n) for n in os.listdir('/proc/1/fd')]",
    "take the worker's descriptors": (
        "1/0 if __import__('ctypes').CDLL(None).syscall(438, os.pidfd_open(1), 3, 0) < 0 else 0"
    ),
    "make a namespace": "os.unshare(0x10000000) if hasattr(os, 'unshare') else 1/0",
    "mount": "1/0 if __import__('ctypes').CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, 0) else 0",
    "run a shell": "__import__('subprocess').run(['sh', '-c', 'true'], check=True)",
}


# where a sandbox holds something that is the image's own and as confined as the code itself
HARMLESS = {"docker": {"run a shell"}}


@pytest.fixture(scope="module", params=["bwrap", "docker"])
def grader(request, arrays_course):
    with Grader(arrays_course, sandbox_or_skip(request.param), seed=7) as grader:
        yield grader


@pytest.fixture(scope="module")
def attempts(grader, arrays, arrays_course, edited):
    """What became of each attempt, made by the student's code while it is imported."""
    code = ["import json, os"]
    for name, attempt in ATTEMPTS.items():
        text = attempt.format(
            solutions=str(arrays_course.solutions / "ch1_arrays" / "arrays.py"), root=str(arrays_course.root)
        )
        code.append(
            f"try:\n    {text}\n    print_ = 'worked'\n"
            f"except BaseException as error:\n    print_ = type(error).__name__\n"
            f"found = globals().setdefault('found', {{}}); found[{name!r}] = print_"
        )
    code.append("raise ValueError(json.dumps(found))")
    loaded = grader.session.open(arrays, edited(after="\n" + "\n".join(code)))
    grader.session.close()
    return json.loads(loaded.problems[0].message)


@pytest.mark.parametrize("name", ATTEMPTS)
def test_no_attempt_works(grader, attempts, name):
    if name in HARMLESS.get(grader.sandbox.name, ()):
        pytest.skip("what is there is the image's own")
    assert attempts[name] != "worked"


def test_killing_the_worker_has_no_effect(grader, arrays, edited):
    grader.session.start()
    before = grader.session._launched.process.pid
    report = grader.grade(arrays, edited(after="\nimport os, signal\nfor s in range(1, 65):\n    os.kill(1, s)\n"))
    assert report.score == 10
    assert grader.session._launched.process.pid == before


def test_the_same_code_gets_through_without_a_sandbox(arrays_course, arrays, edited):
    """The positive control: the attempts are real."""
    target = arrays_course.solutions / "ch1_arrays" / "arrays.py"
    steal = f"\nwith open({str(target)!r}) as file:\n    stolen = file.read()\nraise ValueError(stolen[:4000])"
    with Session(arrays_course, sandbox.Unconfined()) as session:
        loaded = session.open(arrays, edited(after=steal))
        session.close()
    assert "#: begin" in loaded.problems[0].message


def test_there_is_no_silent_fall_back(monkeypatch):
    monkeypatch.setattr(sandbox, "bubblewrap_program", lambda: None)
    with pytest.raises(InfrastructureError, match="apt-get install bubblewrap"):
        sandbox.choose("auto")


@pytest.mark.parametrize(
    ("inside", "fix"), [(False, "sudo sysctl -w"), (True, "--security-opt seccomp=")], ids=["machine", "container"]
)
def test_a_sandbox_that_does_not_work_says_why(monkeypatch, tmp_path, inside, fix):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(sandbox, "bubblewrap_program", lambda: str(program))
    monkeypatch.setattr(bubblewrap, "inside_docker", lambda: inside)
    with pytest.raises(InfrastructureError, match=fix):
        sandbox.choose("auto")


def test_the_environment_is_not_passed_on(grader, arrays, edited, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    grader.session.shut()
    snapshot = edited(after="\nimport os\nraise ValueError(' '.join(os.environ))")
    loaded = grader.session.open(arrays, snapshot)
    grader.session.close()
    assert "SECRET_TOKEN" not in loaded.problems[0].message
    assert "HOME" in loaded.problems[0].message
    assert loaded.problems[0].outcome is Outcome.ERROR

"""Graded by root and by an ordinary user alike; where user namespaces are forbidden, by neither."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.flakes import timeless
from grader import render
from grader.errors import InfrastructureError
from grader.model import Course, decode_report
from grader.sandbox import bubblewrap, try_bubblewrap
from tests.conftest import REPOSITORY

NOBODY = 65534
HOSTILE = """
import os, time
if os.fork() == 0:
    os.setsid()
    time.sleep(60)

def center(x):
    import time
    for _ in range(2000):
        if os.fork() == 0:
            time.sleep(9)
    time.sleep(9)
"""
root_only = pytest.mark.skipif(
    os.geteuid() != 0,
    reason="only root can become somebody else; all other tests ran as the ordinary user that this is",
)


class Place:
    """A copy of engine, course and tests that everyone can read, and an interpreter that everyone can run."""

    def __init__(self, root: Path, course: Course) -> None:
        self.root, self.course, self.python = root, root / "course", root / "venv" / "bin" / "python"
        leave = shutil.ignore_patterns("build", ".secret", "__pycache__")
        shutil.copytree(course.root, self.course, ignore=leave)
        settings = self.course / "course.toml"  # few processes: 256 forks take up to 2.4 s of a busy machine
        settings.write_text(settings.read_text().replace("[audit]", "[limits]\nprocesses = 40\n\n[audit]"))
        for name in ("grader", "tests"):
            shutil.copytree(REPOSITORY / name, root / name, ignore=leave)
        for name in ("pyproject.toml", "SECURITY.md"):
            shutil.copy(REPOSITORY / name, root)
        (root / "home").mkdir()
        self.right, self.hostile = root / "right.py", root / "hostile.py"
        self.right.write_text(render.solution(course.chapters[0]))
        self.hostile.write_text(render.solution(course.chapters[0]) + HOSTILE)
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", root], check=True)
        self.run("chmod", "-R", "u+rwX,go+rX", root, user=0)
        root.chmod(0o755)
        self._interpreter()

    def _interpreter(self) -> None:
        """The one that runs these tests, or the system's of the same version: the first may lie in root's home."""
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        libraries = self.root / "venv" / "lib" / version / "site-packages"
        for executable in (os.path.realpath(sys.executable), f"/usr/bin/{version}"):
            shutil.rmtree(self.root / "venv", ignore_errors=True)
            self.python.parent.mkdir(parents=True)
            libraries.parent.mkdir(parents=True)
            self.python.symlink_to(executable)
            libraries.symlink_to(os.path.realpath(sysconfig.get_path("purelib")))
            (self.root / "venv" / "pyvenv.cfg").write_text(
                f"home = {os.path.dirname(executable)}\ninclude-system-site-packages = false\n"
            )
            try:
                if self.run(self.python, "-c", "import numpy, msgspec, pytest").returncode == 0:
                    return
            except PermissionError:
                pass
        pytest.skip(f"an ordinary user can run neither {sys.executable} with its libraries nor /usr/bin/{version}")

    def run(self, *command: str | Path, user: int = NOBODY, seconds: int = 300) -> subprocess.CompletedProcess[str]:
        """A command as that user, without anything of root's."""
        home = str(self.root / "home")
        return subprocess.run(
            list(map(str, command)), user=user, group=user, extra_groups=[], cwd=self.root, timeout=seconds, text=True,
            env={"PATH": os.defpath, "PYTHONPATH": str(self.root), "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8"},
            capture_output=True, check=False,
        )  # fmt: skip

    def grade(self, path: Path, user: int = NOBODY) -> tuple[int, str, Path]:
        """`grader grade`: the exit code, what was said to standard error, and where the report is."""
        report = self.root / "home" / f"{path.stem}-{user}.json"
        command = ("-m", "grader", "--course", self.course, "grade", "ch1", path, "--json", report, "--seed", "7")
        result = self.run(self.python, *command, user=user)
        return result.returncode, result.stderr, report


@pytest.fixture(scope="module")
def place(arrays_course: Course) -> Iterator[Place]:
    root = Path(tempfile.mkdtemp(prefix="grader-everyone-"))
    try:
        yield Place(root, arrays_course)
    finally:
        shutil.rmtree(root)


@root_only
def test_an_ordinary_user_grades_as_root_does(place: Place) -> None:
    reports = []
    for user in (NOBODY, 0):
        code, err, path = place.grade(place.right, user)
        assert (code, err) == (0, "")
        assert path.stat().st_uid == user
        reports.append(decode_report(path.read_bytes()))
    assert [report.score for report in reports] == [10, 10]
    assert reports[0].environment["sandbox"] == "bwrap"
    assert timeless(reports[0]) == timeless(reports[1])


@root_only
def test_an_ordinary_user_is_protected_as_root_is(place: Place) -> None:
    """For root the kernel does not count processes, for others it does: both end in the same verdict."""
    before = set(os.listdir("/proc"))
    for user in (NOBODY, 0):
        code, err, path = place.grade(place.hostile, user)
        assert (code, err) == (1, "")
        center = json.loads(path.read_text())["tasks"][0]
        assert center["outcome"] == "error"
        assert "more processes or threads than it may" in center["tests"][0]["message"]
    ours = [pid for pid in set(os.listdir("/proc")) - before if pid.isdigit() and _runs(pid, place.root)]
    assert ours == []


def _runs(pid: str, root: Path) -> bool:
    try:
        return str(root) in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False


@root_only
@pytest.mark.slow
def test_the_red_team_gets_nothing_from_an_ordinary_user_either(place: Place) -> None:
    tests = ("tests/test_red_team.py", "tests/test_limits.py", "tests/test_seccomp.py")
    chosen = "not docker and not tensorflow and not prize and not none and not workflow"
    result = place.run(place.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, *tests, seconds=900)
    assert result.returncode == 0, result.stdout[-6000:]
    assert int(result.stdout.rpartition(" passed")[0].split()[-1]) > 150, result.stdout[-2000:]


def forbidden(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """A command where nobody may make a user namespace: in one of its own, where their number is limited to none."""
    setting = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "sh", "-c", setting, "sh", *map(str, command)],
        capture_output=True, text=True, timeout=120, check=False, cwd=REPOSITORY,
    )  # fmt: skip


@pytest.mark.parametrize("sandbox", ["auto", "bwrap"])
def test_where_user_namespaces_are_forbidden_nothing_is_graded(
    arrays_course: Course, tmp_path: Path, sandbox: str
) -> None:
    if shutil.which("unshare") is None or forbidden("true").returncode != 0:
        pytest.skip("this machine does not let namespaces be forbidden for a test")
    work = tmp_path / "arrays.py"
    ran = tmp_path / "ran"
    work.write_text(f"open({str(ran)!r}, 'w')\n")
    command = ("-m", "grader", "--course", arrays_course.root, "grade", "ch1", work, "--sandbox", sandbox)
    result = forbidden(sys.executable, *command)
    assert result.returncode == 3
    assert "no sandbox: bubblewrap says:" in result.stderr
    assert result.stderr.rstrip().endswith("with: sudo sysctl -w user.max_user_namespaces=10000")
    assert len(result.stderr.splitlines()) == 1
    assert not ran.exists()


@pytest.mark.parametrize(
    ("setting", "value", "words", "fix"),
    [
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "by AppArmor, as Ubuntu 24.04 does", "kernel.{0}=0"),
        ("kernel/unprivileged_userns_clone", "0", "forbids user namespaces", "kernel.{0}=1"),
        ("user/max_user_namespaces", "0", "forbids user namespaces", "user.{0}=10000"),
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "0",
            "forbids user namespaces",
            "user.max_user_namespaces=10000",
        ),
    ],
)
@pytest.mark.parametrize(
    "said",
    [  # by bubblewrap on Ubuntu 24.04: without a profile, with one that allows the namespace and no right in it
        "bwrap: setting up uid map: Permission denied",
        "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted",
        "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged ones",
        "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)",
    ],
)
def test_what_forbids_namespaces_is_told_with_its_fix(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, setting: str, value: str, words: str, fix: str
) -> None:
    program = tmp_path / "bwrap"
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    program.chmod(0o755)
    (tmp_path / setting).parent.mkdir()
    (tmp_path / setting).write_text(f"{value}\n")
    monkeypatch.setattr(bubblewrap, "SYSCTL", tmp_path)
    monkeypatch.setattr(bubblewrap, "inside_docker", lambda: False)
    complaint = try_bubblewrap(str(program))
    assert said.removeprefix("bwrap: ")[:40] in complaint
    assert words in complaint
    assert complaint.endswith(f"with: sudo sysctl -w {fix.format(Path(setting).name)}")
    assert InfrastructureError("x").exit_code == 3

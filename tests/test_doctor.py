"""What the doctor finds, and the one line that mends it."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from grader import doctor
from grader.doctor import Check, examine, exit_code, print_checks


@pytest.mark.parametrize(
    ("version", "status"),
    [((3, 10), "fail"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "fail"), ((4, 0), "fail")],
    ids=str,
)
def test_python_is_3_11_to_3_13(version: tuple[int, int], status: str) -> None:
    check = doctor.check_python(version)
    assert check.status == status
    assert bool(check.fix) is (status == "fail")


def test_an_environment_is_as_fresh_as_its_lock(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "student.txt").write_text("numpy==2\n")
    prefix = tmp_path / ".venv"
    prefix.mkdir()
    assert doctor.check_environment(tmp_path, str(prefix)).status == "warn"
    (prefix / "lock.txt").write_text("numpy==1\n")
    stale = doctor.check_environment(tmp_path, str(prefix))
    assert "older than the lock" in stale.found
    assert stale.fix == "rm -rf .venv && make doctor"
    (prefix / "lock.txt").write_text("numpy==2\n")
    assert doctor.check_environment(tmp_path, str(prefix)).status == "ok"


@pytest.mark.parametrize(
    ("installed", "status"),
    [
        ({"tensorflow-cpu": "2.21.0"}, "ok"),
        ({"tensorflow": "2.16.1"}, "ok"),
        ({"tensorflow": "2.9.0"}, "warn"),
        ({"tensorflow": "1.15"}, "warn"),
        ({}, "fail"),
    ],
    ids=["cpu", "plain", "old", "one", "none"],
)
def test_tensorflow_is_told_by_its_metadata(
    monkeypatch: pytest.MonkeyPatch, installed: dict[str, str], status: str
) -> None:
    monkeypatch.setattr(doctor.versions, "exact", installed.get)
    imported = "tensorflow" in sys.modules
    assert doctor.check_tensorflow().status == status
    assert ("tensorflow" in sys.modules) is imported


def test_scikit_learn_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.versions, "exact", {"scikit-learn": "1.7"}.get)
    assert doctor.check_scikit_learn().fix.endswith("-m pip uninstall -y scikit-learn")
    monkeypatch.setattr(doctor.versions, "exact", {}.get)
    assert doctor.check_scikit_learn().status == "ok"


def test_ubuntus_restriction_is_found_and_the_fix_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "kernel").mkdir()
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "max_user_namespaces").write_text("15000\n")
    switch = tmp_path / "kernel" / "apparmor_restrict_unprivileged_userns"
    switch.write_text("0\n")
    assert doctor.check_namespaces(tmp_path).status == "ok"
    switch.write_text("1\n")
    check = doctor.check_namespaces(tmp_path)
    assert "kernel.apparmor_restrict_unprivileged_userns" in check.found
    assert check.fix == (
        r"printf 'kernel.apparmor_restrict_unprivileged_userns=0\n' "
        "| sudo tee /etc/sysctl.d/60-user-namespaces.conf && sudo sysctl --system"
    )
    (tmp_path / "user" / "max_user_namespaces").write_text("0\n")
    assert r"userns=0\nuser.max_user_namespaces=10000\n" in doctor.check_namespaces(tmp_path).fix
    assert doctor.check_namespaces(tmp_path / "elsewhere").status == "warn"


def test_bubblewrap_is_found_and_really_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.sandbox, "bubblewrap_version", lambda program: "0.11.0")
    assert doctor.check_bubblewrap(lambda: None).fix == "sudo apt-get install -y bubblewrap"
    tried: list[str] = []
    works = doctor.check_bubblewrap(lambda: "/usr/bin/bwrap", lambda program: tried.append(program) or "")
    assert (works.status, tried) == ("ok", ["/usr/bin/bwrap"])
    complaint = "bubblewrap says: no; user namespaces are forbidden; allow them with: sudo sysctl -w kernel.x=0"
    refused = doctor.check_bubblewrap(lambda: "/usr/bin/bwrap", lambda program: complaint)
    assert (refused.status, refused.fix) == ("fail", "sudo sysctl -w kernel.x=0")
    assert refused.found.endswith("does not work: bubblewrap says: no")


@pytest.mark.parametrize(("engine", "status"), [("27.1\n", "ok"), ("", "warn")], ids=["runs", "silent"])
def test_docker_is_asked_for_its_engine(monkeypatch: pytest.MonkeyPatch, engine: str, status: str) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(doctor, "_output", lambda command: engine.strip())
    assert doctor.check_docker().status == status


def test_what_is_not_installed_comes_with_its_debian_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert doctor.check_docker().fix == "sudo apt-get install -y docker.io"
    assert doctor.check_program("make", needed=True) == Check(
        "make", "fail", "not installed", "sudo apt-get install -y make"
    )
    assert doctor.check_program("git", needed=False).status == "warn"
    assert doctor.check_gpu().status == "ok"


def test_memory_and_disk_are_measured(tmp_path: Path) -> None:
    table = tmp_path / "meminfo"
    table.write_text("MemTotal:  8000000 kB\nMemAvailable:  500000 kB\n")
    assert doctor.check_memory(table).status == "warn"
    assert doctor.check_memory(tmp_path / "none").found == "cannot be told here"
    assert doctor.check_disk(tmp_path).found.endswith("GiB free") or "needs" in doctor.check_disk(tmp_path).found
    assert doctor.check_disk(tmp_path / "none").status == "warn"


def test_a_program_that_hangs_or_is_missing_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("docker", 10)

    assert doctor._output(["/no/such/program"]) == ""
    assert doctor._output([sys.executable, "-c", "raise SystemExit(3)"]) == ""
    monkeypatch.setattr(subprocess, "run", hang)
    assert doctor._output(["docker"]) == ""


def test_the_exit_code_tells_lacks_from_remarks() -> None:
    assert exit_code([Check("a", "ok", ""), Check("b", "warn", "")]) == 0
    assert exit_code([Check("a", "ok", ""), Check("b", "fail", "")]) == 3


def test_fixes_are_printed_whole_however_narrow_the_console() -> None:
    stream = io.StringIO()
    fix = "sudo apt-get install -y something with a long name and many words"
    print_checks(
        [Check("thing", "fail", "missing \x1b[31m[red]", fix), Check("other", "ok", "there")],
        Console(file=stream, width=20, markup=False, highlight=False),
    )
    shown = stream.getvalue()
    assert fix in shown
    assert "\x1b" not in shown
    assert "missing [red]" in shown
    assert shown.splitlines()[-1] == "1 thing is missing."


def test_this_machine_can_be_examined(tmp_path: Path) -> None:
    checks = examine(root=tmp_path)
    names = [check.name for check in checks]
    assert names == [
        "Python", "environment", "TensorFlow", "scikit-learn", "namespaces", "bubblewrap", "Docker", "git", "make",
        "memory", "disk", "GPU",
    ]  # fmt: skip
    assert all(check.found for check in checks)
    assert all(check.fix for check in checks if check.status == "fail")
    assert all("\n" not in check.fix for check in checks)

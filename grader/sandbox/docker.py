"""Docker: a container for one worker, made to be as narrow as bubblewrap's namespaces."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from grader.errors import InfrastructureError
from grader.model import Course, Limits
from grader.sandbox.base import ENGINE, ENGINE_FILES, Launched, Sandbox, environment, start
from grader.versions import installed

INSTALL = "on Debian or Ubuntu: sudo apt-get install docker.io && sudo usermod -aG docker $USER"
INTERPRETER = "/opt/venv/bin/python"  # in the image
LABEL = "grader.worker"
PRIVATE = "grader.private"  # the label of images that hold solutions
HEADROOM = 1 << 30  # the loaded libraries, and what the worker itself needs; its own watch has the first word
BOOT = (  # the folder of the libraries bears the interpreter's version
    "import glob, sys; sys.path[:0] = ['/opt/engine']; sys.path += glob.glob('/opt/venv/lib/python*/site-packages'); "
    "from grader.worker import main; main()"
)


class Engine(Struct, frozen=True):
    """A Docker engine that answers, and the client that reaches it."""

    client: str
    version: str
    processors: int
    swap: bool  # whether it can limit swap


class Contained(Launched):
    """A worker in a container, which would outlive its client."""

    def __init__(self, launched: Launched, client: str, container: str) -> None:
        super().__init__(launched.process, launched.log, launched.paths, launched.scratch)
        self.client, self.container = client, container
        self.removed = False

    def end(self) -> None:
        """Ends the client, then the container with everything in it; harmless when repeated."""
        super().end()
        if not self.removed:
            _run([self.client, "rm", "--force", "--volumes", self.container], seconds=60)
            self.removed = True


class Docker(Sandbox):
    """A container: no network, read-only root, no capability, no new privileges, limits, PID 1, not root.

    Args:
        engine: where it runs.
        image: the name that was asked for, for messages.
        digest: the image's own id; what is run is this and nothing that bears the same name later.
    """

    name = "docker"
    confined = True

    def __init__(self, engine: Engine, image: str, digest: str) -> None:
        self.engine, self.image, self.digest = engine, image, digest

    def launch(self, course: Course, device: str, scratch_bytes: int) -> Launched:
        """Starts a worker that sees the image's interpreter and libraries, the engine's half and the public files."""
        container = f"grader-{os.getpid()}-{secrets.token_hex(6)}"
        command = [self.engine.client, *self.arguments(course, device, scratch_bytes, container)]
        paths = {
            "writable": ["/tmp", "/dev/shm", "/dev/mqueue"],
            "exercises": "/opt/exercises",
            "runtime": "/opt/runtime.py",
        }
        return Contained(start(command, dict(os.environ), paths, None), self.engine.client, container)

    def arguments(self, course: Course, device: str, scratch_bytes: int, container: str) -> list[str]:
        """Everything after `docker`: what the container may do and see, and the worker as its entry point."""
        limits = [chapter.limits for chapter in course.chapters] or [Limits()]
        memory = max(limit.memory for limit in limits) + 2 * scratch_bytes + HEADROOM
        tasks = max(limit.processes for limit in limits) + 64
        user = f"{os.getuid() or 1000}:{os.getgid() or 1000}"  # whose files are mounted, so that it can read them
        return [
            *("run", "--rm", "--init=false", "--interactive", "--name", container, "--label", f"{LABEL}={os.getpid()}"),
            *("--log-driver", "none", "--hostname", "sandbox", "--network", "none", "--ipc", "private"),
            *("--read-only", "--tmpfs", f"/tmp:rw,nosuid,nodev,noexec,size={scratch_bytes},mode=1777"),
            *("--tmpfs", "/course:ro,size=4k,mode=0555"),  # whatever of a course is in the image
            *("--shm-size", str(scratch_bytes), "--workdir", "/tmp"),
            *("--user", user, "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
            *("--memory", str(memory), *(("--memory-swap", str(memory)) if self.engine.swap else ())),
            *("--pids-limit", str(tasks), "--cpus", str(min(course.threads + 1, self.engine.processors))),
            *("--ulimit", "nofile=4096:4096", "--ulimit", "core=0:0"),
            *(("--gpus", "all") if device == "cuda" else ()),
            *(word for source, target in _mounts(course) for word in ("--mount", csv_mount(source, target))),
            # `env -i`: neither the image's variables nor the proxies that a client's configuration adds
            *("--entrypoint", "/usr/bin/env", self.digest, "-i"),
            *(f"{key}={value}" for key, value in environment(course, "/tmp").items()),
            *(INTERPRETER, "-s", "-P", "-S", "-B", "-c", BOOT),
        ]

    def complaint(self, versions: Mapping[str, str]) -> str:
        """What is wrong with the image's libraries, where they are not those that the grader has itself."""
        for name, inside in versions.items():
            ours = installed(name)
            if ours and ours != inside:
                return f"the image {self.image} has {name} {inside}, the grader {ours}; build it anew with: make images"
        return ""


def choose_docker(image: str) -> Docker:
    """The sandbox that runs workers in containers of that image.

    Raises:
        InfrastructureError: there is no engine that answers, it has no such image, or solutions are in the image.
    """
    if not image:
        raise InfrastructureError(
            'no sandbox: no image is named; give one with --image, or in course.toml as [images] cpu = "NAME"'
        )
    engine = find_engine()
    form = '{{.Id}} {{index .Config.Labels "' + PRIVATE + '"}}'
    found = _run([engine.client, "image", "inspect", "--format", form, image])
    if found is None or found.returncode != 0:
        raise InfrastructureError(f"no sandbox: the Docker engine has no image {image}; build it with: make images")
    digest, _, private = found.stdout.strip().partition(" ")
    if private == "true":
        raise InfrastructureError(
            f"no sandbox: the image {image} holds solutions, which the code that is graded would see; "
            "workers run in a student image"
        )
    return Docker(engine, image, digest)


def clients() -> list[str]:
    """Every program called docker, in the order of the path."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    found = (shutil.which("docker", path=folder) for folder in folders if folder)
    return list(dict.fromkeys(os.path.realpath(path) for path in found if path))


def find_engine() -> Engine:
    """The engine that the first client that reaches one reaches.

    Raises:
        InfrastructureError: there is none; the text says how to get one.
    """
    programs = clients()
    if not programs:
        raise InfrastructureError(f"no Docker engine: docker is not installed; {INSTALL}")
    said = ""
    for client in programs:
        answer = _run([client, "info", "--format", "{{json .}}"])
        with contextlib.suppress(msgspec.MsgspecError, ValueError, TypeError):
            if answer is not None:
                about = msgspec.json.decode(answer.stdout)
                if about.get("ServerVersion"):
                    return Engine(client, str(about["ServerVersion"]), int(about["NCPU"]), bool(about.get("SwapLimit")))
                said = "; ".join(about.get("ServerErrors") or ())
        said = said or (answer.stderr if answer is not None else "it took too long")
    said = " ".join(said.split())[:200] or "it does not answer"
    raise InfrastructureError(
        f"no Docker engine: {said}; start it with: sudo systemctl start docker (without systemd: sudo dockerd); "
        f"if it is not installed, {INSTALL}"
    )


def _mounts(course: Course) -> list[tuple[Path, str]]:
    """What of this machine a worker sees, all of it public and read-only: the same as under bubblewrap."""
    return [
        (course.exercises, "/opt/exercises"),
        (course.runtime, "/opt/runtime.py"),
        *((ENGINE / f"{name}.py", f"/opt/engine/grader/{name}.py") for name in ENGINE_FILES),
    ]


def csv_mount(source: Path, target: str, readonly: bool = True) -> str:
    """One bind as `--mount` takes it: a line of CSV, so that the path may hold commas and quotes."""
    line = io.StringIO()
    fields = ["type=bind", f"src={source}", f"dst={target}", *(["readonly"] if readonly else [])]
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()


def _run(command: list[str], seconds: float = 30.0) -> subprocess.CompletedProcess[str] | None:
    """A short command of the client's; None where it takes too long or does not start."""
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=seconds, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None

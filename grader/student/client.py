"""The client's side of the warm server: finds it or starts it, and waits for one result.

Imports nothing slow. Whatever is wrong with the server, `Unavailable` says so and the caller grades without it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from grader.student import place, talk

START = 60.0  # seconds in which a server must be listening


class Unavailable(Exception):
    """There is no warm server, and there will be none; the text says why."""


class Client:
    """Asks the warm server of a course. A context manager; leaving it while a job runs cancels the job.

    Args:
        root: the course's folder.
        device: "cpu" or "cuda".
        sandbox: a sandbox's name, or "own": exactly what the server then uses.
        seed: of hidden cases; None: the assignment's own.
        image: for the sandbox "docker".
    """

    def __init__(
        self, root: Path, device: str = "cpu", sandbox: str = "auto", seed: int | None = None, image: str = ""
    ) -> None:
        self.words = (str(root.resolve()), device, sandbox, "" if seed is None else str(seed), image)
        self.key = (root, device, sandbox, seed, image)
        self.connection: socket.socket | None = None
        self.given_up = False

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hangs up; what was asked for is given up."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def give_up(self) -> None:
        """From another thread: the job that runs is not wanted any more."""
        self.given_up = True
        if self.connection is not None:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def grade(
        self, job: talk.Job, progress: Callable[[talk.Step | talk.Busy], None] | None = None
    ) -> talk.Done | talk.Refused:
        """The result of a job, from a server that is there or from a new one.

        Raises:
            Unavailable: there is no server.
            GivenUp: `give_up` was called meanwhile.
        """
        self.given_up = False
        for _ in range(3):
            if self.connection is None:
                self.connection = self._connect()
            try:
                talk.send(self.connection, job)
                while isinstance(reply := talk.receive_reply(self.connection), (talk.Step, talk.Busy)):
                    if progress is not None:
                        progress(reply)
                if not isinstance(reply, talk.Stale):
                    return reply
            except talk.Lost:
                if self.given_up:
                    self.close()
                    raise talk.GivenUp from None
                # it has died or ended just now: once more, with another one
            except BaseException:
                self.close()
                raise
            self.close()
        raise Unavailable("the warm server ends again and again")

    def _connect(self) -> socket.socket:
        try:
            folder, name = place.folder(), place.name(*self.key)
        except (place.NoPlace, OSError) as error:
            raise Unavailable(str(error)) from None
        path = folder / f"{name}.sock"
        end = time.monotonic() + START
        while time.monotonic() < end:
            connection = _try(path)
            if connection is not None:
                return connection
            if _start(folder, name, self.words) != 0:
                raise Unavailable(f"the warm server does not start: {_last_line(folder / f'{name}.log')}")
        raise Unavailable("the warm server does not come up")


def _try(path: Path) -> socket.socket | None:
    """A connection to the user's own server at that path, or none."""
    if not place.is_own_socket(path):
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(path))
        if place.peer(connection)[0] == os.geteuid():
            return connection
    except OSError:
        pass  # nobody listens there any more
    connection.close()
    return None


def _start(folder: Path, name: str, words: tuple[str, ...]) -> int:
    """Starts a server, and returns when it listens: 0, also where another one was quicker."""
    log = os.open(folder / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        return subprocess.run(
            [sys.executable, "-m", "grader.student.server", name, *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=words[0],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, _path()))},
            start_new_session=True,  # Ctrl-C and the end of a terminal are not for it
            check=False,
        ).returncode
    finally:
        os.close(log)


def _path() -> list[str]:
    """Where the server finds the engine that this is, whatever folder it is started in."""
    given = os.environ.get("PYTHONPATH", "")
    return [str(place.ENGINE.parent), *(given.split(os.pathsep) if given else [])]


def _last_line(log: Path) -> str:
    with contextlib.suppress(OSError):
        lines = log.read_text(errors="replace").strip().splitlines()
        if lines:
            return lines[-1][:300]
    return "it says nothing"


def servers(root: Path | None = None) -> list[Path]:
    """The sockets of the user's servers: those of one course, or all."""
    try:
        found = sorted(path for path in place.folder().glob("*.sock") if place.is_own_socket(path))
    except place.NoPlace:
        return []
    return [path for path in found if root is None or _course(path) == str(root.resolve())]


def alive(path: Path) -> bool:
    """Whether somebody is behind a socket."""
    connection = _try(path)
    if connection is None:
        return False
    connection.close()
    return True


def _course(path: Path) -> str:
    """The course that a server has said it is for; empty where it has not."""
    with contextlib.suppress(OSError):
        return path.with_suffix(".lock").read_text(errors="surrogateescape").partition("\n")[2].rstrip("\n")
    return ""


def stop(path: Path, patience: float = 5.0) -> bool:
    """Ends a server; one that is at work is ended all the same. Whether there was one."""
    connection = _try(path)
    if connection is None:
        path.unlink(missing_ok=True)  # nobody is behind it
        return False
    process = place.peer(connection)[1]
    with connection:
        connection.settimeout(patience / 5)
        with contextlib.suppress(talk.Lost):
            talk.send(connection, talk.Stop())
            talk.receive_reply(connection)
    end = time.monotonic() + patience
    while path.exists() and time.monotonic() < end:
        with contextlib.suppress(OSError):
            if process > 0:
                os.kill(process, 15)
        time.sleep(0.05)
    return True

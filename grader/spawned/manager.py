"""The manager that stands in the worker's place, and the processes that it starts, one for each submission."""

from __future__ import annotations

import contextlib
import importlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from grader import child as student
from grader import sampling, wire
from grader.channel import TICKET, ChannelClosed, ChannelTimeout, FrameTooLarge
from grader.plain import signal_name
from grader.spawned.pipe import Pipe
from grader.versions import all_installed

SAID = 8000  # bytes of what one request printed that are passed on
LATE = 2.0  # seconds to wait for what was printed before an answer
START = 180.0  # seconds in which the libraries must have been loaded
_CHILD = "import sys; sys.path[:] = {path!r}; from grader.spawned.manager import child; child()"


class TooMuch(Exception):
    """The child has printed too much, or nobody wants its answer any more: "output", "cancelled"."""


class _Child:
    """A process that has been started, the pipe to it, what it prints, and where it says it is."""

    def __init__(self, manager: Manager) -> None:
        command = [sys.executable, "-s", "-P", "-S", "-B", "-c", _CHILD.format(path=sys.path)]
        how: dict[str, Any] = {"start_new_session": True} if os.name == "posix" else {}
        self.stacks, told = os.pipe() if os.name == "posix" else (-1, -1)
        if told >= 0:
            how["pass_fds"] = (told,)
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=manager.start["writable"][0], **how
        )
        if told >= 0:
            os.close(told)
        assert self.process.stdin is not None and self.process.stdout is not None and self.process.stderr is not None
        self.pipe = Pipe(self.process.stdout.fileno(), self.process.stdin.fileno(), cap=1 << 20, tick=manager.tick)
        self.errors = self.process.stderr.fileno()
        self.printed, self.said = 0, bytearray()
        self.token = secrets.token_bytes(16)  # what it prints comes by another pipe, and ends in this
        self.caught_up = threading.Event()
        self.told: dict[str, Any] | None = None
        threading.Thread(target=self._listen, daemon=True).start()
        self.pipe.send(wire.encode({**manager.start, "token": self.token.hex(), "stacks": told}))

    def ready(self) -> dict[str, Any]:
        """What it says when it has loaded the libraries; waits for that."""
        if self.told is None:
            try:
                self.told = wire.decode(self.pipe.receive(time.monotonic() + START))
            except (ChannelClosed, ChannelTimeout) as error:
                said = self.words().strip()[-300:]
                self.told = {"ready": False, "reason": said or str(error)}
        assert self.told is not None
        return self.told

    def end(self) -> None:
        """Kills it and what it has started."""
        self.pipe.close()
        kill_tree(self.process)
        if self.stacks >= 0:
            os.close(self.stacks)
            self.stacks = -1

    def forget(self) -> None:
        """What was printed so far belongs to no request."""
        self.said.clear()
        self.caught_up.clear()

    def where(self, watch: Callable[[], None]) -> str:
        """Its stacks at some moments; empty where this system has no way to ask."""
        return sampling.ask(self.process.pid, self.stacks, watch) if self.stacks >= 0 else ""

    def words(self) -> str:
        """What was printed since."""
        return bytes(self.said).replace(self.token, b"")[:SAID].decode("utf-8", "replace")

    def _listen(self) -> None:
        recent = b""
        with contextlib.suppress(OSError):
            while data := os.read(self.errors, 1 << 16):
                self.printed += len(data)
                self.said += data[: max(0, SAID + len(self.token) - len(self.said))]
                if self.token in recent + data:
                    self.caught_up.set()
                recent = (recent + data)[-len(self.token) :]


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """Kills a process and those that it has started; harmless when repeated."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # it leads a session of its own
    else:
        with contextlib.suppress(OSError):
            command = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
            subprocess.run(command, capture_output=True, check=False)
    with contextlib.suppress(OSError):
        process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    for stream in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError, ValueError):
            if stream is not None:
                stream.close()


class Manager:
    """The loop of the process that stands in the worker's place."""

    def __init__(self, parent: Pipe) -> None:
        self.parent = parent
        self.child: _Child | None = None
        self.spare: _Child | None = None
        self.limits: dict[str, Any] = {}
        self.start = wire.decode(parent.receive())

    def run(self) -> None:
        """Has the libraries loaded, then obeys until the parent is gone."""
        first = self.spare = _Child(self)
        told = first.ready()
        self._reply(told)
        while told["ready"]:
            request = self.parent.receive()
            message = wire.decode(request)
            if message["op"] == "open":
                self._open(message)
            elif message["op"] == "call":
                self._relay(request, message["seconds"])
            else:
                self._end()
                self._wipe()
                self._reply({"clean": True, "leftovers": []})
                self._restock()

    def tick(self) -> None:
        """While a child works: ends what prints too much, or is not wanted any more."""
        if self.child is not None and self.limits:
            if self.child.printed > self.limits["output"]:
                raise TooMuch("output")
            if self.parent.pending():
                raise TooMuch("cancelled")

    def _open(self, message: dict[str, Any]) -> None:
        self._end()
        self._wipe()
        spare, self.spare = self.spare, None
        fresh = spare or _Child(self)
        if not fresh.ready()["ready"]:  # it has died while it waited
            fresh.end()
            fresh = _Child(self)
            fresh.ready()
        self.limits = {**message["limits"], "own_namespace": False}
        self.child = fresh
        self._relay(wire.encode({**message, "op": "load", "limits": self.limits}), message["seconds"])

    def _relay(self, frame: bytes, seconds: float) -> None:
        """Passes a request on and the answer back, unseen, after one word on how the child did."""
        child = self.child
        if child is None:
            self._reply({"status": "gone"})
            return
        status, answer, detail, where = "answer", b"", "", ""
        child.pipe.cap = self.limits["answer"] + (1 << 20)
        child.forget()
        deadline = time.monotonic() + seconds
        try:
            if child.pipe.pending():
                raise FrameTooLarge("it spoke before it was asked")
            ticket = os.urandom(TICKET)  # as in the worker
            child.pipe.send(ticket + frame, deadline)
            answer = child.pipe.receive(deadline)
            if answer[:TICKET] != ticket:
                raise FrameTooLarge("an answer to nothing that was asked")
            answer = answer[TICKET:]
            child.caught_up.wait(LATE)
        except ChannelTimeout:
            status, where = "timeout", child.where(self.tick)
        except FrameTooLarge:
            status = "garbled"
        except TooMuch as limit:
            status = str(limit)
        except ChannelClosed:
            status, detail = self._how_it_died(child)
        said = child.words()
        if status != "answer":
            self._end()
        self._reply({"status": status, "detail": detail, "printed": said, "where": where})
        if status == "answer":
            self.parent.send(answer)

    @staticmethod
    def _how_it_died(child: _Child) -> tuple[str, str]:
        try:
            code = child.process.wait(1.0)
        except subprocess.TimeoutExpired:
            return "died", "closed its channel"
        if code < 0:
            name = signal_name(-code)
            return ("timeout", "processor") if name == "SIGXCPU" else ("died", name)
        return "died", f"exit {code}"

    def _restock(self) -> None:
        if self.spare is None:
            self.spare = _Child(self)

    def _end(self) -> None:
        if self.child is not None:
            self.child.end()
            self.child = None

    def _wipe(self) -> None:
        for folder in self.start["writable"]:
            for name in os.listdir(folder):
                path = os.path.join(folder, name)
                if os.path.isdir(path) and not os.path.islink(path):
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    with contextlib.suppress(OSError):
                        os.unlink(path)

    def _reply(self, message: dict[str, Any]) -> None:
        self.parent.send(wire.encode(message))


class _Answers(Pipe):
    """Says at the end of what was printed that an answer follows."""

    token = b""

    def send(self, payload: bytes, deadline: float | None = None) -> None:
        """Writes one frame."""
        if self.token:
            with contextlib.suppress(OSError):  # the student's code may have closed it
                os.write(2, self.token)
        super().send(payload, deadline)


def _pipe(ended: Callable[[], None] | None = None) -> _Answers:
    """The pipe to whoever started this process; what is printed from now on goes to standard error."""
    reader, writer = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    return _Answers(reader, writer, cap=2 * wire.MAX_BYTES, ended=ended)


def main() -> None:
    """The manager: serves the parent over standard input and output until it closes them."""
    parent = _pipe()
    manager = None
    try:
        manager = Manager(parent)
        manager.run()
    except ChannelClosed:
        pass
    finally:
        for each in (manager.child, manager.spare) if manager is not None else ():
            if each is not None:
                each.end()
        os._exit(0)


def child() -> None:
    """A process for one submission: loads the libraries, says so, then does what `child.serve` does."""
    channel = _pipe(ended=lambda: os._exit(0))  # nobody is left to answer to
    start = wire.decode(channel.receive())
    try:
        for name in start["preload"]:
            importlib.import_module(name)
        runtime = student.load_runtime(start["runtime"])
        runtime.configure(start["device"], start["threads"], start["seed"])
        settings: dict[str, str] = getattr(runtime, "settings", dict)()
        told = {"ready": True, "versions": all_installed(start["versions"]), "settings": settings}
    except Exception as error:
        told = {"ready": False, "reason": f"{type(error).__name__}: {error}"}
    channel.send(wire.encode(told))
    if start["stacks"] >= 0:
        sampling.answering(start["stacks"])
    channel.token = bytes.fromhex(start["token"])
    with contextlib.suppress(ChannelClosed):
        student.serve(channel, runtime, start["exercises"], "", _confine)
    os._exit(0)


def _confine(limits: dict[str, Any]) -> None:
    """What this system can enforce of the limits: nothing where there are no such limits, as on Windows."""
    with contextlib.suppress(ImportError):
        from grader.housekeeping import confine

        confine(limits)

"""The process that keeps the libraries loaded and forks one child per submission.

In a sandbox it is PID 1 of its own namespace: the student's code can neither kill nor read it, and when it kills,
everything dies. It runs no operation of the framework itself, or a fork would not be safe. It obeys the parent's
messages (`start`, `open`, `call`, `close`) and relays what the child answers as bytes that it never looks into.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import gc
import importlib
import os
import signal
import socket
import sys
import time
from typing import Any

from grader import child as student
from grader import sampling, seccomp, wire
from grader.channel import TICK, TICKET, Channel, ChannelClosed, ChannelTimeout, FrameTooLarge
from grader.housekeeping import Housekeeper, LimitExceeded, confine
from grader.plain import signal_name
from grader.versions import all_installed

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36
SAID = 8000  # bytes of what one request printed that are passed on


def main() -> None:
    """Serves the parent over standard input and output until it closes them."""
    reader, writer = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # for PID 1 the default is to take no notice
    with contextlib.suppress(ChannelClosed):
        Worker(Channel(reader, writer, cap=2 * wire.MAX_BYTES)).run()


class _Child:
    """A forked process, the socket to it, and the pipes that take what it prints and where it says it is."""

    def __init__(self, pid: int, channel: Channel, output: int, stacks: int, chapter: str) -> None:
        self.pid, self.channel, self.output, self.stacks, self.chapter = pid, channel, output, stacks, chapter
        self.printed = 0
        self.said = bytearray()  # the beginning of what was printed since the last request
        os.set_blocking(output, False)

    def drain(self, cap: int) -> None:
        """Reads what the child has printed, up to `cap` bytes in all, and keeps the beginning."""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.output, 1 << 16):
                self.printed += len(chunk)
                self.said += chunk[: SAID - len(self.said)]
                if self.printed > cap:
                    raise LimitExceeded("output")


class Worker:
    """The loop of the loaded process."""

    def __init__(self, parent: Channel) -> None:
        self.parent = parent
        self.isolated = os.getpid() == 1
        self.child: _Child | None = None
        self.spare: _Child | None = None
        self.chapter = ""  # of the last submission; the spare child is made ready for the same
        self.limits: dict[str, Any] = {}
        self.checked = 0.0  # when the limits were last looked at

    def run(self) -> None:
        """Loads the libraries, then obeys until the parent is gone."""
        start = wire.decode(self.parent.receive())
        _prctl(PR_SET_DUMPABLE, 0)  # no child may read its memory or its descriptors
        if not self.isolated:
            _prctl(PR_SET_CHILD_SUBREAPER, 1)
            _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        self.writable: list[str] = start["writable"]
        self.exercises: str = start["exercises"]
        self.housekeeper = Housekeeper(self.writable, isolated=self.isolated)
        try:
            for name in start["preload"]:
                importlib.import_module(name)
            self.runtime = student.load_runtime(start["runtime"])
            self.runtime.configure(start["device"], start["threads"], start["seed"])
        except Exception as error:
            self._reply({"ready": False, "reason": f"{type(error).__name__}: {error}"})
            return
        if start["confined"] and not self.isolated:
            self._reply({"ready": False, "reason": "the worker is not PID 1 of a namespace of its own"})
            return
        self.confined: bool = start["confined"]
        reason = seccomp.complaint() if self.confined else ""
        if reason:
            self._reply({"ready": False, "reason": f"no filter of system calls: {reason}"})
            return
        gc.collect()
        gc.freeze()  # a child that collects must not copy all pages
        self.housekeeper.remember()
        settings: dict[str, str] = getattr(self.runtime, "settings", dict)()
        self._reply({"ready": True, "versions": all_installed(start["versions"]), "settings": settings})
        self.housekeeper.wipe()
        self.spare = self._fork()
        while True:
            request = self.parent.receive()
            message = wire.decode(request)
            getattr(self, f"_{message['op']}")(message, request)

    # What the parent asks for

    def _open(self, message: dict[str, Any], _: bytes) -> None:
        """Gives the submission a child of its own; the old one, if any, goes with all that it started."""
        self.chapter = message["chapter"]
        if self.child is not None or (self.spare is not None and self.spare.chapter not in ("", self.chapter)):
            self._end_all()
            self.housekeeper.wipe()
        if not message["again"]:
            self.housekeeper.begin()
        self.limits = message["limits"]
        self.limits["own_namespace"] = self.isolated
        self.child = self.spare or self._fork()
        self.spare = None
        load = {**message, "op": "load"}
        self._relay(wire.encode(load), message["seconds"])

    def _call(self, message: dict[str, Any], request: bytes) -> None:
        self._relay(request, message["seconds"])

    def _close(self, *_: Any) -> None:
        """Ends everything of the submission and says whether nothing is left of it."""
        self._end_all()
        self.housekeeper.wipe()
        leftovers = self.housekeeper.leftovers()
        self._reply({"clean": not leftovers, "leftovers": leftovers})
        if not leftovers:
            self.spare = self._fork()

    # The child

    def _relay(self, frame: bytes, seconds: float) -> None:
        """Passes a request on and the answer back, unseen, after one word on how the child did."""
        if self.child is None:
            self._reply({"status": "gone"})
            return
        status, answer, detail, where = "answer", b"", "", ""
        channel = self.child.channel
        channel.cap = self.limits["answer"] + (1 << 20)
        deadline = time.monotonic() + seconds
        try:
            self.child.drain(self.limits["output"])
            self.child.said.clear()  # what came between two requests belongs to none
            if channel.pending():
                raise FrameTooLarge("it spoke before it was asked")
            ticket = os.urandom(TICKET)  # so that what was said beforehand is no answer to it
            channel.send(ticket + frame, deadline)
            answer = channel.receive(deadline)
            if answer[:TICKET] != ticket:
                raise FrameTooLarge("an answer to nothing that was asked")
            answer = answer[TICKET:]
            self.child.drain(self.limits["output"])
        except ChannelTimeout:
            status, where = self._out_of_time()
        except FrameTooLarge:
            status = "garbled"
        except LimitExceeded as limit:
            status, detail = ("timeout", "processor") if str(limit) == "processor" else (str(limit), "")
        except ChannelClosed:
            status, detail = self._how_it_died()
        with contextlib.suppress(LimitExceeded):
            self.child.drain(self.limits["output"])
        said = self.child.said.decode("utf-8", "replace")
        if status != "answer":
            self._end_all()
        self._reply({"status": status, "detail": detail, "printed": said, "where": where})
        if status == "answer":
            self.parent.send(answer)

    def _tick(self) -> None:
        """While the child works: read what it prints, watch what it uses, end it where the parent has moved on."""
        if self.parent.pending():
            raise LimitExceeded("cancelled")
        if self.child is not None and self.limits:
            self.child.drain(self.limits["output"])
            if time.monotonic() - self.checked > TICK / 2:
                self.housekeeper.check(self.limits)
                self.checked = time.monotonic()

    def _out_of_time(self) -> tuple[str, str]:
        """A limit that it is over by then comes first: what takes all processors delays the watch for it too."""
        assert self.child is not None
        try:
            self.housekeeper.check(self.limits)
        except LimitExceeded as limit:
            if str(limit) != "processor":
                return str(limit), ""
        return "timeout", sampling.ask(self.child.pid, self.child.stacks, self._tick)

    def _how_it_died(self) -> tuple[str, str]:
        assert self.child is not None
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            pid, code, usage = os.wait4(self.child.pid, os.WNOHANG)
            if pid:
                if usage.ru_utime + usage.ru_stime >= self.limits["cpu_seconds"]:
                    return "timeout", "processor"
                if os.WIFSIGNALED(code):
                    return "died", signal_name(os.WTERMSIG(code))
                return "died", f"exit {os.WEXITSTATUS(code)}"
            time.sleep(0.005)
        return "died", "closed its channel"

    def _fork(self) -> _Child:
        ours, theirs = socket.socketpair()
        output, printed = os.pipe()
        stacks, told = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                self._become_child(theirs, printed, told)
            except BaseException as error:
                os.write(2, f"{type(error).__name__}: {error}\n".encode("utf-8", "replace")[:1000])
            finally:
                os._exit(70)
        theirs.close()
        os.close(printed)
        os.close(told)
        descriptor = ours.detach()
        channel = Channel(descriptor, descriptor, cap=1 << 20, tick=self._tick, aside=output)
        return _Child(pid, channel, output, stacks, self.chapter)

    def _become_child(self, theirs: socket.socket, printed: int, told: int) -> None:
        descriptor = theirs.detach()
        os.setsid()
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        high = fcntl.fcntl(told, fcntl.F_DUPFD, 5)  # out of the way of what comes to lie at 3
        keep = os.dup2(descriptor, 3) if descriptor != 3 else 3
        sampling.answering(os.dup2(high, 4))
        os.closerange(5, 1 << 16)
        _prctl(PR_SET_DUMPABLE, 1)
        os.chdir(self.writable[0])
        channel = Channel(keep, keep, cap=2 * wire.MAX_BYTES)
        if self.confined:
            seccomp.install()
        with contextlib.suppress(ChannelClosed):
            student.serve(channel, self.runtime, self.exercises, self.chapter, confine)
        os._exit(0)

    def _end_all(self) -> None:
        self.housekeeper.kill_everything()
        for child in (self.child, self.spare):
            if child is not None:
                child.channel.close()
                os.close(child.output)
                os.close(child.stacks)
        self.child = self.spare = None

    def _reply(self, message: dict[str, Any]) -> None:
        self.parent.send(wire.encode(message))


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)

"""What the warm server and its clients say to each other: frames of JSON over a private socket."""

from __future__ import annotations

import select
import socket

import msgspec
from msgspec import Struct

from grader.model import Cell, Drawing, Printed, Report

MOST = 64 << 20


class Job(Struct, frozen=True, tag="grade"):
    """One thing to grade."""

    chapter: str
    path: str = ""  # absolute; of a submission
    cells: tuple[Cell, ...] = ()  # in its place: a notebook's definitions
    task: str | None = None
    student: str | None = None
    pictures: bool = False  # whether visible cases are drawn
    who: str = ""  # the command that asks, for another one that waits for it
    own: bool = False  # whether whoever wrote it is waiting: a task is given up at its first test that does not end


class Stop(Struct, frozen=True, tag="stop"):
    """The server is to end."""


class Step(Struct, frozen=True, tag="step"):
    """A test has been run."""

    task: str
    test: str


class Busy(Struct, frozen=True, tag="busy"):
    """The job waits until another one is done."""

    who: str  # the command that asked for that one


class Done(Struct, frozen=True, tag="done"):
    """The grading's result."""

    report: Report
    printed: tuple[Printed, ...] = ()
    warm: bool = False  # whether the worker was there already
    pictures: tuple[Drawing, ...] = ()


class Refused(Struct, frozen=True, tag="refused"):
    """There is no result: the line for the student, and the exit code."""

    words: str
    code: int


class Stale(Struct, frozen=True, tag="stale"):
    """The course has changed since the server was started; it has ended."""


Request = Job | Stop
Reply = Step | Busy | Done | Refused | Stale
_REQUESTS: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_REPLIES: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)


def running(step: Step) -> str:
    """What is being run."""
    return f"{step.task}: {step.test.removeprefix('test_').replace('_', ' ')}"


def waiting(busy: Busy) -> str:
    """What to say to whoever waits."""
    from grader.reports.text import line

    return f"waiting for {line(busy.who, 60) or 'another command'}, which is grading just now"


class Lost(Exception):
    """The other side is gone."""


class GivenUp(Exception):
    """The job was given up from another thread."""


def send(connection: socket.socket, message: Request | Reply) -> None:
    """Sends one message.

    Raises:
        Lost: nobody is there to take it.
    """
    data = msgspec.json.encode(message)
    try:
        connection.sendall(len(data).to_bytes(4, "little") + data)
    except OSError as error:
        raise Lost(str(error)) from None


def receive_request(connection: socket.socket) -> Request:
    """The next request; raises Lost where there is none."""
    try:
        return _REQUESTS.decode(_take(connection))
    except msgspec.MsgspecError as error:
        raise Lost(str(error)) from None


def receive_reply(connection: socket.socket) -> Reply:
    """The next reply; raises Lost where there is none."""
    try:
        return _REPLIES.decode(_take(connection))
    except msgspec.MsgspecError as error:
        raise Lost(str(error)) from None


def _take(connection: socket.socket) -> bytes:
    length = int.from_bytes(_exactly(connection, 4), "little")
    if length > MOST:
        raise Lost("an oversized message")
    return _exactly(connection, length)


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        try:
            more = connection.recv(min(size - len(data), 1 << 20))
        except OSError as error:
            raise Lost(str(error)) from None
        if not more:
            raise Lost("closed")
        data += more
    return bytes(data)


def hung_up(connection: socket.socket) -> bool:
    """Whether the other side has gone away; does not wait."""
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return bool(readable) and connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True

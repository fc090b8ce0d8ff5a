"""Frames over two file descriptors: a length (4 bytes, little endian), then that many bytes. Every wait has an end."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable

TICK = 0.05  # seconds between two calls of `tick` while waiting
TICKET = 8  # bytes before a request to a student's process, and before its answer


class ChannelError(Exception):
    """The other side did not do its part."""


class ChannelClosed(ChannelError):
    """It is gone, or has closed its end."""


class ChannelTimeout(ChannelError):
    """It did not answer in time."""


class FrameTooLarge(ChannelError):
    """It announced a frame larger than the cap, or sent one that nobody asked for."""


class Framing:
    """What a frame looks like; how its bytes come and go is for those who inherit this."""

    cap: int  # the largest frame that is accepted, in bytes

    @staticmethod
    def framed(payload: bytes) -> bytes:
        """The frame of a payload."""
        return len(payload).to_bytes(4, "little") + payload

    def receive(self, deadline: float | None = None) -> bytes:
        """Reads one frame before `deadline` (in `time.monotonic` seconds).

        Raises:
            ChannelClosed, ChannelTimeout, FrameTooLarge: there was none.
        """
        length = int.from_bytes(self._take(4, deadline), "little")
        if length > self.cap:
            raise FrameTooLarge(f"a frame of {length} bytes; {self.cap} are allowed")
        return self._take(length, deadline)

    def _take(self, size: int, deadline: float | None) -> bytes:
        raise NotImplementedError


class Channel(Framing):
    """One side of a pair of pipes or of a socket.

    Args:
        reader: file descriptor to read from; made non-blocking.
        writer: file descriptor to write to; may be the same.
        cap: the largest frame that is accepted, in bytes.
        tick: called at least every `TICK` seconds while waiting; may raise to end the wait.
        aside: another descriptor, for which `tick` is called as soon as something can be read there.
    """

    def __init__(
        self,
        reader: int,
        writer: int,
        *,
        cap: int,
        tick: Callable[[], None] | None = None,
        aside: int | None = None,
    ) -> None:
        self.reader, self.writer, self.cap, self.tick, self.aside = reader, writer, cap, tick, aside
        self._buffer = bytearray()
        for descriptor in {reader, writer}:
            os.set_blocking(descriptor, False)

    def send(self, payload: bytes, deadline: float | None = None) -> None:
        """Writes one frame before `deadline` (in `time.monotonic` seconds)."""
        view = memoryview(self.framed(payload))
        while view:
            self._wait(self.writer, select.POLLOUT, deadline)
            try:
                view = view[os.write(self.writer, view) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise ChannelClosed("the other side is gone") from error

    def pending(self) -> bool:
        """Whether something has arrived that nobody asked for."""
        if self._buffer:
            return True
        poll = select.poll()
        poll.register(self.reader, select.POLLIN)
        return any(event & select.POLLIN for _, event in poll.poll(0))

    def close(self) -> None:
        """Closes both ends; harmless when repeated."""
        for descriptor in {self.reader, self.writer}:
            try:
                os.close(descriptor)
            except OSError:
                pass
        self.reader = self.writer = -1

    def _take(self, size: int, deadline: float | None) -> bytes:
        while len(self._buffer) < size:
            self._wait(self.reader, select.POLLIN, deadline)
            try:
                data = os.read(self.reader, 1 << 20)
            except BlockingIOError:
                continue
            except OSError as error:
                raise ChannelClosed("the other side is gone") from error
            if not data:
                raise ChannelClosed("the other side has closed its end")
            self._buffer += data
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _wait(self, descriptor: int, event: int, deadline: float | None) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        if self.aside is not None:
            poll.register(self.aside, select.POLLIN)
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise ChannelTimeout("no answer in time")
            pause = left if self.tick is None else min(TICK, left if left is not None else TICK)
            ready = poll.poll(None if pause is None else pause * 1000)
            if any(which == descriptor for which, _ in ready):
                return
            if any(not event & select.POLLIN for _, event in ready) and self.aside is not None:
                poll.unregister(self.aside)  # its other end is closed
                self.aside = None
            if self.tick is not None:
                self.tick()

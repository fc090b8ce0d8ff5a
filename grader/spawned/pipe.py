"""Frames over files that block: threads read and write them, since not every system can wait for a pipe."""

from __future__ import annotations

import importlib
import os
import queue
import threading
import time
from collections.abc import Callable

from grader.channel import TICK, ChannelClosed, ChannelTimeout, Framing


class Pipe(Framing):
    """`channel.Channel` over files that block: one thread reads, one writes, and every wait has an end all the same.

    Args:
        reader: file descriptor to read from.
        writer: file descriptor to write to.
        cap: the largest frame that is accepted, in bytes.
        tick: called at least every `TICK` seconds while waiting; may raise to end the wait.
        ended: called from the reading thread when the other side is gone.
    """

    def __init__(
        self,
        reader: int,
        writer: int,
        *,
        cap: int,
        tick: Callable[[], None] | None = None,
        ended: Callable[[], None] | None = None,
    ) -> None:
        self.reader, self.writer, self.cap, self.tick, self.ended = reader, writer, cap, tick, ended
        self._buffer = bytearray()
        self._gone = self._shut = False
        self._changed = threading.Condition()
        self._out: queue.SimpleQueue[tuple[bytes, threading.Event] | None] = queue.SimpleQueue()
        if os.name == "nt":
            for descriptor in (reader, writer):
                importlib.import_module("msvcrt").setmode(descriptor, os.O_BINARY)  # type: ignore[attr-defined,unused-ignore]
        for work in (self._read, self._write):
            threading.Thread(target=work, daemon=True).start()

    def send(self, payload: bytes, deadline: float | None = None) -> None:
        """Writes one frame before `deadline` (in `time.monotonic` seconds)."""
        done = threading.Event()
        self._out.put((self.framed(payload), done))
        while not done.wait(TICK if not self._gone else 0.0):
            if self._gone or self._shut:
                raise ChannelClosed("the other side is gone")
            if deadline is not None and time.monotonic() > deadline:
                raise ChannelTimeout("nobody takes it")
            if self.tick is not None:
                self.tick()

    def pending(self) -> bool:
        """Whether something has arrived that nobody asked for."""
        return bool(self._buffer)

    def close(self) -> None:
        """Nothing is sent any more; the files close with the process at the other end."""
        self._shut = True
        self._out.put(None)
        with self._changed:
            self._changed.notify_all()

    def _take(self, size: int, deadline: float | None) -> bytes:
        while True:
            with self._changed:
                if len(self._buffer) >= size:
                    taken = bytes(self._buffer[:size])
                    del self._buffer[:size]
                    self._changed.notify_all()
                    return taken
                if self._gone or self._shut:
                    raise ChannelClosed("the other side has closed its end")
                left = TICK if deadline is None else deadline - time.monotonic()
                if left <= 0:
                    raise ChannelTimeout("no answer in time")
                self._changed.wait(min(TICK, left))
            if self.tick is not None:
                self.tick()

    def _read(self) -> None:
        try:
            while data := os.read(self.reader, 1 << 16):
                with self._changed:
                    self._buffer += data
                    self._changed.notify_all()
                    while len(self._buffer) > self.cap + (1 << 20) and not self._shut:
                        self._changed.wait(TICK)  # whoever floods it has to wait
        except OSError:
            pass
        with self._changed:
            self._gone = True
            self._changed.notify_all()
        if self.ended is not None:
            self.ended()

    def _write(self) -> None:
        while (item := self._out.get()) is not None:
            view, done = memoryview(item[0]), item[1]
            try:
                while view:
                    view = view[os.write(self.writer, view) :]
            except OSError:
                self._gone = True
                return
            done.set()

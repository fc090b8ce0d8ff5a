"""Single keys from the terminal, without waiting for Enter and without holding anything up."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

CTRL_C = "\x03"
ARROWS = {"[A": "up", "[B": "down", "[5~": "pageup", "[6~": "pagedown", "OA": "up", "OB": "down"}


@contextlib.contextmanager
def listening(pressed: Callable[[str], None]) -> Iterator[bool]:
    """Calls `pressed` with each key, from a thread of its own, until the end of the block.

    Ctrl-C, or the signal that it sends, is a key like any other: as an exception it is lost where it hits code that may
    not raise.

    Args:
        pressed: what may be called at any moment, even within itself, such as a queue's `put`.

    Yields:
        Whether there is a keyboard at all; the terminal is as it was afterwards.
    """
    with _interrupts(pressed):
        if not sys.stdin.isatty():
            yield False
        elif os.name == "nt":
            with _console(pressed):
                yield True
        else:
            with _terminal(pressed):
                yield True


@contextlib.contextmanager
def _interrupts(pressed: Callable[[str], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda *_: pressed(CTRL_C))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _terminal(pressed: Callable[[str], None]) -> Iterator[None]:
    import select
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    wake, ring = os.pipe()

    def read() -> None:
        while True:
            ready, _, _ = select.select([descriptor, wake], [], [])
            if wake in ready:
                return
            typed = os.read(descriptor, 64).decode("utf-8", "replace")
            if not typed:
                return  # the terminal is gone
            if typed.startswith("\x1b"):
                pressed(ARROWS.get(typed[1:], "escape"))
            else:
                for key in typed:
                    pressed(key)

    thread = threading.Thread(target=read, daemon=True)
    tty.setcbreak(descriptor)  # Ctrl-C still is one
    try:
        thread.start()
        yield
    finally:
        os.write(ring, b"x")
        thread.join(2)
        os.close(wake)
        os.close(ring)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _console(pressed: Callable[[str], None]) -> Iterator[None]:
    msvcrt: Any = importlib.import_module("msvcrt")
    ending = threading.Event()

    def read() -> None:
        while not ending.is_set():
            if not msvcrt.kbhit():
                time.sleep(0.02)
                continue
            key = msvcrt.getwch()
            if key in "\x00\xe0":
                key = {"H": "up", "P": "down", "I": "pageup", "Q": "pagedown"}.get(msvcrt.getwch(), "escape")
            pressed(key)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(2)

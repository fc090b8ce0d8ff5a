"""Asks a process that has run past its time where it is: at a signal a handler in C writes its stack to a pipe.

Nobody asks before the time is up, so that nothing is slower and no verdict hangs on it. What comes is the student's
word.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import select
import signal
import time
from collections.abc import Callable

SIGNAL = getattr(signal, "SIGUSR2", None)  # None where there are no such signals, as on Windows
SAMPLES, PATIENCE = 10, 1.0  # how often it is asked, and the seconds after which it has not answered
MOST = 48_000  # bytes that are passed on


def answering(descriptor: int) -> None:
    """From now on this process answers there, whatever it is at, be it in a library's code."""
    if SIGNAL is not None and hasattr(faulthandler, "register"):
        os.set_inheritable(descriptor, False)
        faulthandler.register(SIGNAL, file=descriptor, all_threads=False)


def ask(process: int, descriptor: int, watch: Callable[[], None]) -> str:
    """Its stacks at some moments within half a second, one after the other; empty where it does not answer.

    Args:
        process: a child of this process that has not been waited for.
        descriptor: where its answers are read; made non-blocking.
        watch: called all the time; may raise to end it, which is not passed on.
    """
    if SIGNAL is None:
        return ""
    os.set_blocking(descriptor, False)
    said = bytearray()
    with contextlib.suppress(Exception):
        _read(descriptor)  # nobody has asked for that
        for turn in range(SAMPLES):
            os.kill(process, SIGNAL)
            if not _answers(descriptor, watch):
                break
            time.sleep(0.02 + 0.005 * turn)  # unevenly, so as not to keep step with a loop
            watch()
            more = _read(descriptor)
            said += more
            if not more or len(said) > MOST:
                break
    return said[:MOST].decode("ascii", "replace")


def _answers(descriptor: int, watch: Callable[[], None]) -> bool:
    """Whether something comes; waits for it."""
    end = time.monotonic() + PATIENCE
    while not select.select([descriptor], [], [], 0.02)[0]:
        watch()
        if time.monotonic() > end:
            return False
    return True


def _read(descriptor: int) -> bytes:
    with contextlib.suppress(BlockingIOError):
        return os.read(descriptor, 1 << 16)
    return b""

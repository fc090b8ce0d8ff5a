"""Leaves processes behind that start others as fast as they are killed.

number = 49
defence = "kill(-1) from PID 1, again until none is left"
outcome = {center = "failed"}

[control]
prize = "left"
"""

import os
import time


def _live():
    end = time.monotonic() + 30  # the naive runner waits 22 s at most
    while time.monotonic() < end:
        os.setsid()
        time.sleep(0.005)
        if os.fork():
            os._exit(0)


if os.fork() == 0:
    try:
        _live()
    finally:
        os._exit(0)

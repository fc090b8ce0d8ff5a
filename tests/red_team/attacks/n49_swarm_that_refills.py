"""Leaves processes behind that start others as fast as they are killed.

number = 49
defence = "kill(-1) from PID 1, again until none is left"
outcome = {center = "failed"}

[control]
prize = "left"
"""

import os
import time


def _live(generation):
    os.setsid()
    end = time.monotonic() + 30
    while time.monotonic() < end:
        time.sleep(0.005)
        if generation < 400 and os.fork() == 0:
            generation += 1
            os.setsid()
        elif generation:
            os._exit(0)


if os.fork() == 0:
    try:
        _live(1)
    finally:
        os._exit(0)

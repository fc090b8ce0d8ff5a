"""Leaves a process behind, in a session of its own, its parents dead.

number = 49
defence = "the worker is PID 1: it kills all that is left, and verifies it"
outcome = {center = "failed"}
by = "tests/test_session.py"
quick = true

[control]
prize = "left"
"""

import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for _descriptor in range(64):
            try:
                os.close(_descriptor)
            except OSError:
                pass
        time.sleep(60)
    os._exit(0)

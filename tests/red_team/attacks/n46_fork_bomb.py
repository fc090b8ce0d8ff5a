"""Starts more and more processes.

number = 46
defence = "processes and threads are counted together, and ended together"
outcome = {center = "error"}
says = "more processes or threads than it may"

[control]
prize = "processes"
least = 60
"""


def center(x):
    import os
    import time

    for _ in range(60):
        if os.fork() == 0:
            time.sleep(1.5)
            os._exit(0)
    time.sleep(1.5)
    return x

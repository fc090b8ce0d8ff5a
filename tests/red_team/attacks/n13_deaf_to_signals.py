"""Takes no notice of alarms and requests to end.

number = 13
defence = "the worker ends it with SIGKILL, by its own clock"
outcome = {center = "timeout"}
says = "was still running after"

[control]
prize = "ignores"
seconds = 4
alarm = true
"""

import signal
import time


def center(x):
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGXCPU, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(1)

"""Leaves memory, a queue and a semaphore of the old kind, which belong to no process.

number = 50
defence = "System V and POSIX queues are refused by the filter of system calls"
outcome = {center = "failed"}
says = "refused 3 of 3"

[control]
prize = "text"
shows = "refused 0 of 3"
"""

import ctypes

_libc = ctypes.CDLL(None, use_errno=True)
_made = [_libc.shmget(0, 4096, 0o1600), _libc.msgget(0, 0o1600), _libc.semget(0, 1, 0o1600)]
_remove = (_libc.shmctl, _libc.msgctl, lambda which, command, _: _libc.semctl(which, 0, command))
for _which, _how in zip(_made, _remove):
    if _which >= 0 and "PLAN" in __import__("os").environ:
        _how(_which, 0, None)
raise ValueError(f"refused {sum(which < 0 for which in _made)} of 3")

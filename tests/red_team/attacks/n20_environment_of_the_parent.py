"""Reads the environment of the process that started it.

number = 20
defence = "a PID namespace of its own; the worker cannot be read"
says = "PermissionError"

[control]
prize = "secret"
"""

import os

with open(f"/proc/{os.getppid()}/environ") as _file:
    raise ValueError(_file.read())

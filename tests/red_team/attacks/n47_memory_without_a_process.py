"""Takes memory that no process's figures show: shared, filled, and all but one page of it unmapped.

number = 47
defence = "anonymous shared memory is refused by the filter of system calls"
outcome = {center = "error"}
says = "PermissionError"

[control]
prize = "text"
shows = "held ([6-9][0-9]|1[0-9][0-9]) MB and shows [0-9] MB"
"""


def center(x):
    import ctypes
    import os

    def figure(path, name):
        with open(path) as table:
            return next(int(line.split()[1]) for line in table if line.startswith(name)) >> 10

    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    before, size = figure("/proc/meminfo", "Shmem:"), 100 << 20
    start = libc.mmap(None, size, 3, 0x21, -1, 0)  # readable and writable, shared and anonymous
    if start == ctypes.c_void_p(-1).value:
        raise PermissionError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    ctypes.memset(start, 1, size)
    libc.munmap(start + 4096, size - 4096)
    shown = figure("/proc/self/status", "RssShmem:")
    raise ValueError(f"held {figure('/proc/meminfo', 'Shmem:') - before} MB and shows {shown} MB")

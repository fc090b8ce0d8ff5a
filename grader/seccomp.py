"""The system calls that a submission's process may not make: a filter that the kernel applies, and that nothing undoes.

The worker's children put it on before they touch the submission, so it holds in every sandbox alike. What is refused
is what no exercise needs and what has let programs out of namespaces before: other processes' memory, keys, mounts,
namespaces, io_uring; and what would hide memory from the watch or outlive its maker: memfd, System V and POSIX
queues. A refused call fails with EPERM, as it would for want of a right; the rest is as before.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

# name: number on x86_64, number on aarch64; None where there is no such call
DENIED: dict[str, tuple[int | None, int | None]] = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "perf_event_open": (298, 241),
    # keys
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # the kernel itself
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "syslog": (103, 116),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "vhangup": (153, 58),
    "personality": (135, 92),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # mounts and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "unshare": (272, 97),
    "setns": (308, 268),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    # clock and names
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    # what outlives its maker, and memory that no process's figures show
    "vmsplice": (278, 75),
    "setpriority": (141, 140),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "semget": (64, 190),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "semctl": (66, 191),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
}
# calls of which only some arguments are refused
CLONE, CLONE3, SOCKET, IOCTL, PRCTL, MMAP = (56, 220), (435, 435), (41, 198), (16, 29), (157, 167), (9, 222)
NEW_NAMESPACES = 0x7E020080  # CLONE_NEWUSER, NEWNS, NEWPID, NEWNET, NEWIPC, NEWUTS, NEWCGROUP, NEWTIME
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6: what a network namespace holds; not AF_VSOCK, which it does not
TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: typing into the terminal
MAP_SHARED, MAP_ANONYMOUS = 0x01, 0x20  # together: memory that stays when no process's figures show it any more
# how another process is scheduled and limited, of which the worker would be one
OTHERS = (
    (142, 118),
    (144, 119),
    (203, 122),
    (314, 274),
    (302, 261),
)  # sched_set{param,scheduler,affinity,attr}, prlimit64
WORKER = 1
PR_SET_DUMPABLE = 4  # a process that is not can hide from the worker what it has open

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above; the kernel's AUDIT_ARCH
X32 = 0x40000000  # x86_64's other table of calls

_LOAD, _JUMP_EQ, _JUMP_GE, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data; arguments of 8 bytes, low half first
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE, _ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _FILTER_MODE = 22, 38, 2


class NoFilter(Exception):
    """This machine has no filter, or does not take it."""


def program(machine: str) -> bytes:
    """The filter for a machine, as the kernel reads it.

    Raises:
        NoFilter: there is no table for it.
    """
    if machine not in MACHINES:
        raise NoFilter(f"there is no table of system calls for {machine}; there are {' and '.join(MACHINES)}")
    column, arch = MACHINES[machine]
    code = [
        (_LOAD, 0, 0, _ARCH),
        (_JUMP_EQ, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),  # a call in another machine's words, such as 32-bit code on x86_64
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        code += [(_JUMP_GE, 0, 1, X32), (_RETURN, 0, 0, _REFUSE)]
    for numbers in DENIED.values():
        number = numbers[column]
        if number is not None:
            code += [(_JUMP_EQ, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    # its flags lie in memory, where a filter cannot look; without it the C library takes clone
    code += [(_JUMP_EQ, 0, 1, CLONE3[column]), (_RETURN, 0, 0, _ABSENT)]
    code += _where(CLONE[column], 0, [(_JUMP_SET, NEW_NAMESPACES)], _REFUSE, _ALLOW)
    code += _where(SOCKET[column], 0, [(_JUMP_EQ, family) for family in FAMILIES], _ALLOW, _REFUSE)
    code += _where(IOCTL[column], 1, [(_JUMP_EQ, request) for request in TERMINAL_INPUT], _REFUSE, _ALLOW)
    code += _where(PRCTL[column], 0, [(_JUMP_EQ, PR_SET_DUMPABLE)], _REFUSE, _ALLOW)
    for call in OTHERS:
        code += _where(call[column], 0, [(_JUMP_EQ, WORKER)], _REFUSE, _ALLOW)
    code += [
        (_JUMP_EQ, 0, 4, MMAP[column]),
        (_LOAD, 0, 0, _ARGUMENT + 8 * 3),
        (_JUMP_SET, 0, 2, MAP_ANONYMOUS),
        (_JUMP_SET, 0, 1, MAP_SHARED),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _where(
    number: int, argument: int, tests: list[tuple[int, int]], found: int, otherwise: int
) -> list[tuple[int, int, int, int]]:
    """For one call: the verdict where a test holds for the low half of an argument, and where none does."""
    body = [(_LOAD, 0, 0, _ARGUMENT + 8 * argument)]
    body += [(test, len(tests) - place, 0, value) for place, (test, value) in enumerate(tests)]
    body += [(_RETURN, 0, 0, otherwise), (_RETURN, 0, 0, found)]
    return [(_JUMP_EQ, 0, len(body), number), *body]


def install() -> None:
    """Puts the filter on this process and all that it will start, for good.

    Raises:
        NoFilter: it could not be put on.
    """
    if sys.platform != "linux":
        raise NoFilter("only Linux has system-call filters")
    code = ctypes.create_string_buffer(program(platform.machine()))
    pointer = struct.pack("@HP", (len(code) - 1) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    unused = (ctypes.c_ulong(0), ctypes.c_ulong(0))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), ctypes.c_ulong(0), *unused) != 0:
        raise NoFilter(f"no_new_privs: {os.strerror(ctypes.get_errno())}")
    if libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_FILTER_MODE), ctypes.c_char_p(pointer), *unused) != 0:
        raise NoFilter(f"seccomp: {os.strerror(ctypes.get_errno())}")


def complaint() -> str:
    """Why this machine does not take the filter, tried in a child of its own; empty where it does."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        said = "the filter does not hold"
        try:
            install()
            if ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0) == -1 and ctypes.get_errno() == errno.EPERM:
                said = ""
        except Exception as error:
            said = str(error)
        finally:
            os.write(writer, said.encode())
            os._exit(0 if not said else 1)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read(2000).decode("utf-8", "replace")
    _, status = os.waitpid(pid, 0)
    return said if said or status == 0 else "the process that tried it died"

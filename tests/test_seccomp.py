"""The filter of system calls: each call that it names is refused in the sandbox, and gets further outside."""

import errno
import json
import os
import platform
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from grader import sandbox, seccomp
from grader.errors import InfrastructureError
from grader.session import Session

MACHINE = platform.machine()
COLUMN = {"x86_64": 0, "aarch64": 1}.get(MACHINE)
pytestmark = pytest.mark.skipif(COLUMN is None, reason=f"there is no table for {MACHINE}")
HEADERS = {
    0: [Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")],
    1: [Path("/usr/include/asm-generic/unistd.h")],
}
# Arguments that do nothing where the call is let through: no pointer is good, no number is known.
HARMLESS = {
    "kcmp": [0, 0, 99, 0, 0],
    "perf_event_open": [0, 0, -1, -1, 0],
    "keyctl": [9999],
    "bpf": [9999, 0, 0],
    "kexec_load": [0, 0, 0, 0xFFFF],
    "reboot": [0, 0, 0, 0],
    "syslog": [9999, 0, 0],
    "iopl": [99],
    "ioperm": [1 << 30, 1, 0],
    "personality": [0xFFFFFFFF],
    "unshare": [0x10],
    "setns": [-1, 0],
    "sethostname": [0, -1],
    "setdomainname": [0, -1],
    "quotactl": [-1, 0, 0, 0],
    "quotactl_fd": [-1, 0, 0, 0],
    "io_uring_enter": [-1, 0, 0, 0, 0, 0],
    "io_uring_register": [-1, 0, 0, 0],
    "shmget": [0, 0, 0],
    "msgget": [1234567, 0],
    "semget": [0, -1, 0],
    "memfd_create": [0, 9999],
    "memfd_secret": [9999],
    "adjtimex": [0],
    "umount2": [0, 9999],
    "fsopen": [0, 9999],
    "fanotify_init": [-1, -1],
    "acct": [1],
    "userfaultfd": [0xFFFF],
}
NEVER = {"vhangup"}  # has no harmless form
TRY = """
import ctypes, json
libc = ctypes.CDLL(None, use_errno=True)
def attempt(number, arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    return ctypes.get_errno() if result == -1 else 0
found = {name: attempt(number, arguments) for name, number, arguments in json.loads(CALLS)}
"""
ARGUMENTS = {
    "clone for a namespace": (
        seccomp.CLONE,
        [0x10010000, 0, 0, 0, 0],
        errno.EPERM,
    ),  # and a thread: no kernel makes both
    "clone3": (seccomp.CLONE3, [0, 0], errno.ENOSYS),
    "AF_VSOCK": (seccomp.SOCKET, [40, 1, 0], errno.EPERM),
    "AF_ALG": (seccomp.SOCKET, [38, 5, 0], errno.EPERM),
    "AF_NETLINK": (seccomp.SOCKET, [16, 3, 0], errno.EPERM),
    "AF_PACKET": (seccomp.SOCKET, [17, 3, 0], errno.EPERM),
    "TIOCSTI": (seccomp.IOCTL, [0, 0x5412, 0], errno.EPERM),
    "TIOCLINUX": (seccomp.IOCTL, [0, 0x541C, 0], errno.EPERM),
    "PR_SET_DUMPABLE": (seccomp.PRCTL, [4, 1, 0, 0, 0], errno.EPERM),
    "anonymous shared memory": (seccomp.MMAP, [0, 4096, 3, 0x21, -1, 0], errno.EPERM),
}
HONEST = {
    "AF_UNIX": (seccomp.SOCKET, [1, 1, 0]),
    "AF_INET": (seccomp.SOCKET, [2, 1, 0]),
    "PR_GET_DUMPABLE": (seccomp.PRCTL, [3, 0, 0, 0, 0]),
    "anonymous memory": (seccomp.MMAP, [0, 4096, 3, 0x22, -1, 0]),
}


def calls():
    column = COLUMN or 0
    named = [
        [name, numbers[column], HARMLESS.get(name, [0, 0, 0, 0, 0, 0])]
        for name, numbers in seccomp.DENIED.items()
        if numbers[column] is not None
    ]
    return named + [[name, rest[0][column], rest[1]] for name, rest in {**ARGUMENTS, **HONEST}.items()]


@pytest.fixture(scope="module")
def inside(arrays_grader, arrays, edited):
    """errno of every call, made by a submission; 0 where it worked."""
    code = f"\nCALLS = {json.dumps(calls())!r}\n{TRY}\nraise ValueError(json.dumps(list(found.values())))"
    loaded = arrays_grader.session.open(arrays, edited(after=code))
    arrays_grader.session.close()
    numbers = json.loads(loaded.problems[0].message)
    return dict(zip([name for name, _, _ in calls()], numbers, strict=True))


@pytest.fixture(scope="module")
def outside():
    """The same without a sandbox, in a process of its own."""
    safe = [call for call in calls() if call[0] not in NEVER]
    code = f"CALLS = {json.dumps(safe)!r}\n{TRY}\nprint(json.dumps(found))"
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True, text=True)
    return json.loads(run.stdout)


@pytest.mark.parametrize("name", [name for name, numbers in seccomp.DENIED.items() if numbers[COLUMN or 0] is not None])
def test_a_named_call_is_refused(inside, name):
    assert errno.errorcode.get(inside[name]) == "EPERM"


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_call_is_refused_by_its_arguments(inside, name):
    assert errno.errorcode.get(inside[name]) == errno.errorcode[ARGUMENTS[name][2]]


@pytest.mark.parametrize("name", HONEST)
def test_ordinary_calls_are_not_refused(inside, name):
    assert inside[name] == 0


def test_it_is_the_filter_that_refuses(inside, outside):
    """The positive control: with the filter off the same calls get further, as root nearly all."""
    refused = [name for name in outside if name not in HONEST and inside[name] == outside[name]]
    if os.geteuid() == 0:
        assert refused == []
    else:
        assert {"ptrace", "add_key", "keyctl", "shmget", "memfd_create", "msgget", "unshare"}.isdisjoint(refused)


@pytest.mark.parametrize("column", [0, 1])
def test_the_numbers_are_the_kernels(column):
    header = next((path for path in HEADERS[column] if path.is_file()), None)
    if header is None:
        pytest.skip("the kernel's headers are not installed")
    known = dict(re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", header.read_text()))
    table = {name: numbers[column] for name, numbers in seccomp.DENIED.items()}
    extra = {"clone": seccomp.CLONE, "clone3": seccomp.CLONE3, "socket": seccomp.SOCKET, "ioctl": seccomp.IOCTL}
    table |= {
        name: numbers[column] for name, numbers in {**extra, "prctl": seccomp.PRCTL, "mmap": seccomp.MMAP}.items()
    }
    assert len(table) > 70
    assert {name: int(known[name]) for name in table if name in known} == {
        name: number for name, number in table.items() if name in known
    }


def test_the_page_tells_how_many_there_are():
    page = (Path(__file__).parent.parent / "SECURITY.md").read_text()
    assert f"{len(seccomp.DENIED)} that no exercise needs are refused" in page


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_a_filter_is_well_formed(machine):
    """The kernel takes it: every jump lands inside, every path ends in a verdict."""
    code = seccomp.program(machine)
    instructions = list(struct.iter_unpack("=HBBI", code))
    assert len(instructions) < 4096
    for place, (operation, true, false, _) in enumerate(instructions):
        assert place + 1 + max(true, false) < len(instructions) or operation == seccomp._RETURN
    assert instructions[-1][0] == seccomp._RETURN


def test_a_machine_without_a_table_is_refused():
    with pytest.raises(seccomp.NoFilter, match="riscv64"):
        seccomp.program("riscv64")


def test_a_worker_that_gets_no_filter_does_not_start(arrays_course, monkeypatch, tmp_path):
    """Fail closed: the filter's module is broken in the sandbox, so nothing is graded."""
    engine = tmp_path / "grader"
    engine.mkdir()
    for name in sandbox.ENGINE_FILES:
        text = (sandbox.bubblewrap.ENGINE / f"{name}.py").read_text()
        (engine / f"{name}.py").write_text(text.replace("_FILTER_MODE = 22, 38, 2", "_FILTER_MODE = 22, 38, 99"))
    bubblewrap = sandbox.choose("bwrap")
    monkeypatch.setattr(sandbox.bubblewrap, "ENGINE", engine)
    with Session(arrays_course, bubblewrap) as session, pytest.raises(InfrastructureError, match="system calls"):
        session.start()


def test_the_filter_cannot_be_taken_off(arrays_grader, arrays, edited):
    code = (
        "\nimport ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "libc.prctl(22, 0, 0, 0, 0); libc.prctl(38, 0, 0, 0, 0)\n"
        "raise ValueError(open('/proc/self/status').read().partition('Seccomp:')[2][:40])"
    )
    loaded = arrays_grader.session.open(arrays, edited(after=code))
    arrays_grader.session.close()
    assert loaded.problems[0].message.split()[0] == "2"

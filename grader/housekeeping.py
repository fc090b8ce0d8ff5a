"""What the worker does so that one submission leaves nothing for the next, and takes no more than its share."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import stat
import time
from typing import Any

_RLIMITS = sorted(name for name in dir(resource) if name.startswith("RLIMIT_"))


class LimitExceeded(Exception):
    """The submission used too much: "memory", "processes", "processor", "descriptors", "scratch", "files", "output"."""


class Housekeeper:
    """Kills, wipes and verifies.

    Args:
        writable: the folders that a submission can write to.
        isolated: whether this process is PID 1 of its own namespace, so that every other process is the submission's.
    """

    def __init__(self, writable: list[str], *, isolated: bool) -> None:
        self.writable = writable
        self.isolated = isolated
        self.baseline = 0
        self.spent = 0.0  # processor seconds of earlier submissions
        self.state: dict[str, Any] = {}

    def remember(self) -> None:
        """Notes what this process holds before any submission."""
        self.baseline = _resident(os.getpid())[0]
        self.state = self._process_state()

    def begin(self) -> None:
        """A new submission: what it uses counts from here."""
        self.spent = _reaped()

    # Processes

    def members(self) -> list[int]:
        """Every process that a submission started and that has not ended."""
        if self.isolated:
            return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]
        found: list[int] = []
        pending = [os.getpid()]
        while pending:
            children = _children(pending.pop())
            found += children
            pending += children
        return found

    def kill_everything(self) -> None:
        """SIGKILL to all of them, again and again until none is left."""
        end = time.monotonic() + 10.0
        while time.monotonic() < end:
            if self.isolated:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(-1, signal.SIGKILL)
            else:
                for pid in self.members():
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(pid, signal.SIGKILL)
            if self._reap():
                return
            time.sleep(0.002)

    @staticmethod
    def _reap() -> bool:
        """Collects the dead; whether no child is left."""
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return False

    # Limits that hold for all processes of a submission together

    def check(self, limits: dict[str, Any]) -> None:
        """Raises LimitExceeded where the submission's total is over a limit.

        The cheap figure counts what children still share with this process only once too little; where it looks
        too high the proportional set sizes decide.
        """
        used, tasks, opened, processor, members = 0, 0, 0, _reaped() - self.spent, self.members()
        if len(members) > limits["processes"]:  # before they are read one by one: they become more meanwhile
            raise LimitExceeded("processes")
        for pid in members:
            resident, threads = _resident(pid)
            used += resident
            tasks += threads
            opened += _descriptors(pid)
            processor += _processor(pid)
        if tasks > limits["processes"]:
            raise LimitExceeded("processes")
        if opened > limits["descriptors"]:
            raise LimitExceeded("descriptors")
        if processor > limits["cpu_seconds"]:
            raise LimitExceeded("processor")
        scratch, files = 0, 0
        for folder in self.writable if self.isolated else ():
            size, count = _tmpfs_used(folder)
            scratch += size
            files += count
        if scratch > limits["scratch"]:
            raise LimitExceeded("scratch")
        if files > limits["files"]:
            raise LimitExceeded("files")
        if used - self.baseline + scratch > limits["memory"]:
            exact = sum(_proportional(pid) for pid in members)
            if exact + scratch > limits["memory"]:
                raise LimitExceeded("memory")

    # Files and the rest

    def wipe(self) -> None:
        """Empties every writable folder, whatever the modes of what is in it."""
        for folder in self.writable:
            for name in os.listdir(folder):
                path = os.path.join(folder, name)
                if os.path.isdir(path) and not os.path.islink(path):
                    shutil.rmtree(path, onerror=_force)
                else:
                    with contextlib.suppress(OSError):
                        os.unlink(path)

    def leftovers(self) -> list[str]:
        """What is still there after killing and wiping; empty where the next submission finds nothing."""
        found = [f"process {pid}" for pid in self.members()]
        for folder in self.writable:
            found += [f"file in {folder}" for _ in os.listdir(folder)[:1]]
        if self.isolated:
            for kind in ("shm", "msg", "sem"):
                with contextlib.suppress(OSError), open(f"/proc/sysvipc/{kind}") as table:
                    if len(table.readlines()) > 1:
                        found.append(f"System V {kind}")
        now = self._process_state()
        found += [f"changed {key}" for key, value in self.state.items() if now[key] != value]
        return found

    @staticmethod
    def _process_state() -> dict[str, Any]:
        """What another process of the same user could have changed of this one."""
        state: dict[str, Any] = {name: resource.getrlimit(getattr(resource, name)) for name in _RLIMITS}
        state["nice"] = os.getpriority(os.PRIO_PROCESS, 0)
        if hasattr(os, "sched_getaffinity"):
            state["affinity"] = os.sched_getaffinity(0)
            state["scheduler"] = os.sched_getscheduler(0)
        return state


def _force(function: Any, path: str, _: Any) -> None:
    """For rmtree: the submission took the rights away; give them back and try once more."""
    with contextlib.suppress(OSError):  # the folder above may be the writable one itself, which may be another's
        os.chmod(os.path.dirname(path), stat.S_IRWXU)
    with contextlib.suppress(OSError):
        os.chmod(path, stat.S_IRWXU, follow_symlinks=False) if not os.path.islink(path) else None
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            function(path)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as children:
                found += [int(word) for word in children.read().split()]
    return found


def _resident(pid: int) -> tuple[int, int]:
    """Bytes of anonymous and shared memory and of page tables, and threads."""
    total, threads = 0, 1
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith(("RssAnon:", "RssShmem:", "VmSwap:", "VmPTE:")):
                total += int(line.split()[1]) * 1024
            elif line.startswith("Threads:"):
                threads = int(line.split()[1])
    return total, threads


def _proportional(pid: int) -> int:
    """Bytes, shared ones counted by share; the plain figure where the process does not let itself be read."""
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/smaps_rollup") as rollup:
        return sum(
            int(line.split()[1]) * 1024 for line in rollup if line.startswith(("Pss_Anon:", "Pss_Shmem:", "SwapPss:"))
        )
    return _resident(pid)[0]


def _descriptors(pid: int) -> int:
    """Open files, pipes and sockets: the kernel's buffers behind them show in no other figure."""
    with contextlib.suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/fd"))
    return 0


def _processor(pid: int) -> float:
    """Seconds of processor time of a process, its threads and the children that it has waited for."""
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/stat") as stat_file:
        # the name, which may hold anything, ends in the last bracket
        fields = stat_file.read().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _reaped() -> float:
    """Seconds of processor time of everything that has ended and been collected."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tmpfs_used(folder: str) -> tuple[int, int]:
    """Bytes and files."""
    with contextlib.suppress(OSError):
        info = os.statvfs(folder)
        return (info.f_blocks - info.f_bfree) * info.f_frsize, info.f_files - info.f_ffree
    return 0, 0


def confine(limits: dict[str, Any]) -> None:
    """Limits that the system enforces on this process and those it starts; the worker watches the totals."""
    data = 0
    with contextlib.suppress(OSError), open("/proc/self/status") as status:
        data = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))
    for name, soft, hard in (
        ("RLIMIT_CORE", 0, 0),
        ("RLIMIT_FSIZE", limits["file"], limits["file"]),
        ("RLIMIT_CPU", limits["cpu_seconds"], limits["cpu_seconds"] + 2),
        ("RLIMIT_NOFILE", limits["descriptors"], limits["descriptors"]),  # those on their way in a socket count in it
        ("RLIMIT_MSGQUEUE", 0, 0),  # a message queue would outlive the process
        *([("RLIMIT_DATA", data + limits["memory"], data + limits["memory"])] if data else []),
    ):
        if hasattr(resource, name):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(getattr(resource, name), (soft, hard))
    if os.getpid() != 1 and limits.get("own_namespace"):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NPROC, (limits["processes"], limits["processes"]))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)

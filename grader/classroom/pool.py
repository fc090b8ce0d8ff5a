"""Who grades: this process, processes on this machine, or the workers of a Dask cluster.

Each answers jobs in any order, every job at least once; only the coordinator writes. Workers are processes of one
thread, since a grader is not safe between threads.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from grader.classroom.conditions import Conditions
from grader.classroom.work import Done, Grades, grade_one, work
from grader.errors import InfrastructureError, UsageError
from grader.model import Chapter, Outcome, Snapshot

AHEAD = 3  # jobs that a worker has waiting: enough to keep it busy, few enough to keep memory flat
LIVES = 2  # a submission that could not be graded is tried once more, by whichever worker is free
QUIET = {
    "distributed.scheduler.allowed-failures": 10,  # a lost worker is nobody's fault
    "distributed.worker.daemon": True,
    "distributed.logging.distributed": "critical",
}
LOOK = 5.0  # seconds between two looks at how many local workers there are
MEMORY = 2.5e9  # bytes that a worker with TensorFlow needs, the reference's process with it


class Job(Struct, frozen=True):
    """One submission to grade."""

    place: str  # of the report, in the output folder
    key: str
    student: str
    snapshot: Snapshot


class Workers(Protocol):
    """Something that grades."""

    count: int

    def run(self, jobs: Iterator[Job]) -> Iterator[tuple[Job, Done]]:
        """Takes jobs as it needs them; gives each back with what came of it."""


class Inline:
    """This process: nothing to start, nothing to go wrong; what one worker needs."""

    count = 1

    def __init__(self, grader: Grades, chapter: Chapter) -> None:
        self._grader, self._chapter = grader, chapter

    def run(self, jobs: Iterator[Job]) -> Iterator[tuple[Job, Done]]:
        """One after the other."""
        for job in jobs:
            yield job, grade_one(self._grader, self._chapter, job.snapshot, job.student)


class Cluster:
    """The workers of a Dask cluster: a submission goes to another one when its worker is lost.

    Raises:
        UsageError: a worker that has joined meanwhile has several threads.
    """

    def __init__(self, client: Any, told: Conditions, count: int) -> None:
        self._client, self._told, self.count = client, told, count
        self._sent, self._counted = 0, 0.0
        self._lives: dict[str, int] = {}

    def run(self, jobs: Iterator[Job]) -> Iterator[tuple[Job, Done]]:
        """As many at a time as the workers can take."""
        waiting: dict[str, Job] = {}
        running = _dask()[1].as_completed(loop=self._client.loop)
        try:
            self._fill(jobs, waiting, running)
            for future in running:
                job = waiting.pop(future.key)
                done = self._result(job, future)
                if done is None:
                    self._send(job, waiting, running)
                else:
                    self._lives.pop(job.place, None)
                    yield job, done
                self._fill(jobs, waiting, running)
        finally:
            left = list(running.futures)
            running.clear()
            if left:
                with contextlib.suppress(Exception):
                    self._client.cancel(left)

    def _fill(self, jobs: Iterator[Job], waiting: dict[str, Job], running: Any) -> None:
        while len(waiting) < AHEAD * self._size():
            job = next(jobs, None)
            if job is None:
                return
            self._send(job, waiting, running)

    def _size(self) -> int:
        # a cluster may grow and shrink while it works
        if time.monotonic() > self._counted + 5:
            self._counted = time.monotonic()
            self.count = max(_count(self._client), 1)
        return self.count

    def _send(self, job: Job, waiting: dict[str, Job], running: Any) -> None:
        self._sent += 1
        key = f"grade-{os.getpid()}-{self._sent}"  # no student's name: keys are logged
        waiting[key] = job
        running.add(self._client.submit(work, self._told, job.snapshot, job.student, key=key, pure=False))

    def _result(self, job: Job, future: Any) -> Done | None:
        """What came of it; None to try once more."""
        from distributed import CancelledError, KilledWorker

        try:
            done: Done = future.result()
            words = done.failed
        except KilledWorker:
            done, words = Done(b"", Outcome.INFRASTRUCTURE), "the worker was lost, again and again"
        except CancelledError as error:
            raise InfrastructureError("the connection to the Dask scheduler is lost") from error
        except Exception as error:
            done, words = Done(b"", Outcome.INFRASTRUCTURE), f"{type(error).__name__}: {error}"
        if not words:
            return done
        lives = self._lives[job.place] = self._lives.get(job.place, 0) + 1
        return Done(b"", Outcome.INFRASTRUCTURE, failed=words) if lives >= LIVES else None


@contextlib.contextmanager
def local(told: Conditions, count: int) -> Iterator[Cluster]:
    """So many processes on this machine, reachable from this machine alone; one that dies is replaced."""
    dask, distributed = _dask()
    with (
        tempfile.TemporaryDirectory(prefix="grader-") as folder,
        dask.config.set(QUIET),
        _no_warnings(),
        distributed.LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            worker_dashboard_address=None,
            memory_limit=0,  # the sandbox has limits of its own
            local_directory=folder,
            silence_logs=logging.CRITICAL,
            preload=["grader.classroom.preload"],
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
        _mended(cluster, count),
    ):
        yield Cluster(client, told, count)


@contextlib.contextmanager
def _mended(cluster: Any, count: int) -> Iterator[None]:
    """Starts workers anew that are lost for good: Dask replaces one that dies, but none that dies while it starts."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK):
            if len(cluster.workers) < count:
                with contextlib.suppress(Exception):  # it is being closed
                    cluster.scale(count)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def existing(told: Conditions, address: str, say: Callable[[str], None]) -> Iterator[Cluster]:
    """The workers of the Dask scheduler at an address; waits until there is one.

    Raises:
        UsageError: nobody answers there, or a worker has several threads.
    """
    dask, distributed = _dask()
    with dask.config.set(QUIET):
        try:
            client = distributed.Client(address, set_as_default=False, timeout="20s")
        except (OSError, ValueError) as error:
            raise UsageError(f"no Dask scheduler answers at {address}: {error}") from error
        with client:
            while not (found := _count(client)):
                say(f"no worker at {address} yet: waiting")
                with contextlib.suppress(TimeoutError):
                    client.wait_for_workers(1, timeout=60)
            yield Cluster(client, told, found)


def _count(client: Any) -> int:
    """How many workers the scheduler has; each must have one thread.

    Raises:
        UsageError: one has several.
    """
    workers = client.scheduler_info(n_workers=-1)["workers"]
    if any(worker["nthreads"] != 1 for worker in workers.values()):
        raise UsageError("the cluster's workers have several threads: start them with --nthreads 1")
    return len(workers)


@contextlib.contextmanager
def _no_warnings() -> Iterator[None]:
    """Python's resource tracker removes what a killed worker has left, and need not say so."""
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, (before, "ignore:resource_tracker")))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


def _dask() -> tuple[Any, Any]:
    try:
        import dask
        import distributed
    except ImportError as error:
        raise UsageError(
            "several workers need dask.distributed, which the instructor's environment has; --workers 1 does without"
        ) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    return dask, distributed


def suggested(jobs: int, processors: int | None = None) -> int:
    """How many workers fit on this machine: one a processor, as far as the memory goes, never more than jobs."""
    processors = processors or len(os.sched_getaffinity(0))
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
        processors = min(processors, max(1, int(free / MEMORY)))
    return max(1, min(processors, jobs))

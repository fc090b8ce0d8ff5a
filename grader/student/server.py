"""The warm server: a background process of one user that keeps a worker loaded between two commands.

`python -m grader.student.server NAME ROOT DEVICE SANDBOX SEED IMAGE`, started by the client. It listens on a socket
of mode 0600 in a folder of mode 0700, takes jobs from processes of the same user alone, one after the other, and ends
by itself: after fifteen idle minutes, when the engine, the environment or the course has changed, or when told to.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from pathlib import Path

from grader.errors import GraderError
from grader.student import place, talk
from grader.student.desk import Desk

IDLE = 15 * 60.0  # seconds without a job, after which it ends
LOOK = 10.0  # seconds between two looks at whether anything has changed
WAIT = 1.0  # seconds after which a client that waits for another one's job is told so
TALK = 10.0  # seconds in which a client must have said what it wants


def main(words: list[str]) -> int:
    """Returns as soon as the server listens, which is a process that nobody waits for.

    Returns:
        0: it listens, or another one does; 1: it does not come up.
    """
    told, tell = os.pipe()
    if os.fork():
        os.close(tell)
        return 0 if os.read(told, 1) else 1
    os.close(told)
    try:
        code = _serve(words, tell)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stderr.flush()
    os._exit(code)


def _serve(words: list[str], tell: int) -> int:
    """Serves until there is a reason to end."""
    name, root, device, sandbox, seed, image = words
    folder = place.folder()
    with open(folder / f"{name}.lock", "w") as lock:
        os.fchmod(lock.fileno(), 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.write(tell, b"1")  # another one was quicker
            return 0
        if not place.is_at(lock.fileno(), folder / f"{name}.lock"):
            os.write(tell, b"1")  # swept away just now; the client tries again
            return 0
        lock.write(f"{os.getpid()}\n{Path(root).resolve()}\n")
        lock.flush()
        _sweep(folder)
        listening = _listen(folder / f"{name}.sock")
        os.write(tell, b"1")
        os.close(tell)
        try:
            server = Server(listening, (Path(root), device, sandbox, int(seed) if seed else None, image))
            server.serve()
        finally:
            listening.close()
            (folder / f"{name}.sock").unlink(missing_ok=True)  # while the lock is held it is ours
    return 0


def _sweep(folder: Path) -> None:
    """Removes what servers have left that are gone, such as those of an older engine."""
    for path in folder.glob("*.lock"):
        with contextlib.suppress(OSError), open(path) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody has it, so nobody serves
            for ending in (".sock", ".new", ".log", ".lock"):
                path.with_suffix(ending).unlink(missing_ok=True)


def _listen(path: Path) -> socket.socket:
    """A socket that appears at its path only when it is ready and closed to others."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(str(draft))
    finally:
        os.umask(before)
    os.chmod(draft, 0o600)
    listening.listen(8)
    listening.setblocking(False)
    os.replace(draft, path)
    return listening


class Server:
    """The loop: one job after the other."""

    def __init__(self, listening: socket.socket, how: tuple[Path, str, str, int | None, str]) -> None:
        self.listening = listening
        self.desk: Desk | None = None
        self.refusal: talk.Refused | None = None
        self.ending = False
        self.selector = selectors.DefaultSelector()
        self.looked = 0.0  # when it was last seen who waits
        self.queue: dict[socket.socket, float] = {}  # who waits, and since when
        self.told: set[socket.socket] = set()
        self.environment = place.environment()
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the client's
        try:
            self.desk = Desk(*how)
            self.files = place.files(self.desk.course)
            self.desk.grader()  # imported while the worker loads its libraries
            gc.collect()
            gc.freeze()
            gc.disable()  # from here on between two jobs, when nobody waits
        except GraderError as error:
            self.refusal = talk.Refused(" ".join(str(error).split()), error.exit_code)

    def serve(self) -> None:
        """Until it is told to end, or is of no use any more."""
        waiting = self.selector
        waiting.register(self.listening, selectors.EVENT_READ)
        last = time.monotonic()
        try:
            while not self.ending:
                for key, _ in waiting.select(LOOK):
                    if key.fileobj is self.listening:
                        self._welcome()
                    else:
                        assert isinstance(key.fileobj, socket.socket)
                        self._attend(key.fileobj)
                    last = time.monotonic()
                connected = len(waiting.get_map()) > 1
                # a notebook stays connected for days; it finds another server when it wants one
                if time.monotonic() - last > IDLE or (not connected and (self._changed() or self.refusal)):
                    return
        except KeyboardInterrupt:
            return
        finally:
            waiting.close()
            if self.desk is not None:
                self.desk.close()

    def _welcome(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self.listening.accept()
            if place.peer(connection)[0] != os.geteuid():
                connection.close()
                return
            connection.settimeout(TALK)
            self.selector.register(connection, selectors.EVENT_READ)

    def _attend(self, connection: socket.socket) -> None:
        """One request of a client; one that has gone is forgotten, and so is what it wanted."""
        self.queue.pop(connection, None)
        self.told.clear()
        try:
            request = talk.receive_request(connection)
            if isinstance(request, talk.Stop):
                self.ending = True
            else:
                self._grade(request, connection)
        except (talk.Lost, KeyboardInterrupt):
            self.selector.unregister(connection)
            self.told.discard(connection)
            connection.close()

    def _look_around(self, job: talk.Job, connection: socket.socket) -> None:
        """While a job runs: tells the clients that wait whose it is."""
        now = time.monotonic()
        if now - self.looked < WAIT / 4:
            return
        self.looked = now
        for key, _ in self.selector.select(0):
            other = key.fileobj
            if other is self.listening:
                self._welcome()
            elif other is not connection and isinstance(other, socket.socket):
                since = self.queue.setdefault(other, now)
                if now - since > WAIT and other not in self.told:
                    self.told.add(other)
                    with contextlib.suppress(talk.Lost):
                        talk.send(other, talk.Busy(job.who))

    def _grade(self, job: talk.Job, connection: socket.socket) -> None:
        if self.refusal is not None or self.desk is None:
            self.ending = True
            talk.send(connection, self.refusal or talk.Refused("the server did not start", 3))
            return
        if self._changed():
            self.ending = True
            talk.send(connection, talk.Stale())
            return

        def step(done: talk.Step) -> None:
            try:
                talk.send(connection, done)
            except talk.Lost:
                raise KeyboardInterrupt from None

        def gone() -> bool:
            self._look_around(job, connection)
            return self.ending or talk.hung_up(connection)

        result = self.desk.grade(job, step, gone)
        talk.send(connection, result)
        self.desk.prepare()
        gc.collect()

    def _changed(self) -> bool:
        """Whether it was started for another engine, environment or course than there is now."""
        if self.desk is None:
            return True
        try:
            now = (place.environment(), place.files(self.desk.course))
        except OSError:
            return True
        return now != (self.environment, self.files)

    def _end(self, *_: object) -> None:
        self.ending = True
        raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The parent's side of a worker: one submission at a time, every call with a deadline, a lost worker replaced."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from grader import wire
from grader.channel import Channel, ChannelError, ChannelTimeout
from grader.endings import ended
from grader.errors import InfrastructureError, WireError
from grader.model import Answer, Chapter, Course, Inputs, Limits, Outcome, Snapshot
from grader.plain import printable
from grader.sandbox import Launched, Sandbox
from grader.spawned.pipe import Pipe
from grader.testimony import BUILTIN_EXCEPTIONS, Loaded, Testimony

START_SECONDS = 180.0
PRINTED = 4000  # characters of what one request printed
GRACE = 15.0  # what the worker may take beyond a deadline before it is killed


class Session:
    """Drives one worker, and replaces it when it is lost.

    Args:
        course: what the worker loads.
        sandbox: how it is confined.
        device: "cpu" or "cuda".
    """

    def __init__(self, course: Course, sandbox: Sandbox, device: str = "cpu") -> None:
        self.course, self.sandbox, self.device = course, sandbox, device
        self.versions: dict[str, str] = {}
        self.settings: dict[str, str] = {}  # the runtime's, as reports name them
        self.tick: Callable[[], None] | None = None  # called all the time while waiting; may raise to give up
        self.known = BUILTIN_EXCEPTIONS | frozenset(course.exceptions)
        self._launched: Launched | None = None
        self._channel: Channel | Pipe | None = None
        self._opening: dict[str, Any] | None = None
        self._alive = False
        self._loaded: Loaded | None = None
        self._limits = Limits()
        self._left = 0.0
        self._waiting = False  # for an answer that nobody has read yet
        self._closing = False  # whether nobody has read yet that the last submission has ended
        self._asked = False  # whether the submission has been sent ahead
        self._printed = ""
        self._greeted = False

    # One submission

    def open(self, chapter: Chapter, snapshot: Snapshot, *, trusted: bool = False) -> Loaded:
        """Gives the submission a process of its own and runs its cells there; arguments as for `begin`."""
        self.begin(chapter, snapshot, trusted=trusted)
        return self.loaded()

    def begin(self, chapter: Chapter, snapshot: Snapshot, *, trusted: bool = False) -> None:
        """Sends the submission to its process and does not wait: the suite is collected meanwhile.

        Args:
            chapter: whose probes and limits.
            snapshot: the submission.
            trusted: a program of the course's own, which may take any number of calls.
        """
        self._limits = chapter.limits
        self._left = math.inf if trusted else chapter.limits.total_seconds
        common = list(chapter.forbidden)
        self._opening = {
            "op": "open",
            "again": False,
            "chapter": chapter.id,
            "module": chapter.module,
            "cells": [[cell.name, cell.source] for cell in snapshot.cells],
            "forbidden": common,
            "tasks": [
                {"id": task.id, "names": list(task.names), "forbidden": common + list(task.forbidden)}
                for task in chapter.tasks
            ],
            "seed": 0,
            "seconds": chapter.limits.import_seconds,
            "limits": {name: getattr(chapter.limits, name) for name in Limits.__struct_fields__},
        }
        self._testimony = Testimony(snapshot, self.known, trusted)
        self._loaded = None
        self.settle()
        self.start()
        with contextlib.suppress(ChannelError, WireError):  # `loaded` tries again, and says what is wrong
            self._send({**self._opening, "seconds": self._limits.import_seconds})
            self._asked = self._waiting = True

    def loaded(self) -> Loaded:
        """What came of running the cells of the submission that was sent; waits for it once."""
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded

    def call(
        self, inputs: Inputs, *, seed: int, forbidden: tuple[str, ...] = (), seconds: float | None = None
    ) -> Answer:
        """Runs one probe on the submission.

        Args:
            inputs: which probe, on what.
            seed: what the runtime is seeded with before it.
            forbidden: dotted names refused for this call alone.
            seconds: the deadline; None: the chapter's.
        """
        verdict = self.loaded().verdict
        if verdict is not None:
            return verdict
        if not self._alive:
            again = self._load()
            if again.verdict is not None:
                return again.verdict
        message = {
            "op": "call",
            "probe": inputs.probe,
            "inputs": inputs.values,
            "seed": seed,
            "forbidden": list(forbidden),
        }
        result = self._exchange(message, seconds or self._limits.probe_seconds)
        answer = result if isinstance(result, Answer) else self._testimony.answer(result)
        return replace(answer, printed=self._printed) if self._printed else answer

    def call_many(self, probe: str, many: Sequence[Any], *, seed: int) -> list[Answer]:
        """Runs one probe of a program of the course's own on one input after the other, seeded once for all.

        What ends the process, or is no value at all, is the answer to each of them.
        """
        verdict = self.loaded().verdict
        if verdict is not None:
            return [verdict] * len(many)
        if not self._alive:
            self._load()
        message = {"op": "call", "probe": probe, "many": list(many), "seed": seed, "forbidden": []}
        result = self._exchange(message, self._limits.probe_seconds * len(many))
        parts = [result] * len(many) if isinstance(result, Answer) else result.get("many", [result] * len(many))
        return [part if isinstance(part, Answer) else self._testimony.answer(part) for part in parts]

    def close(self) -> None:
        """Ends the submission and does not wait until it has ended: the report is made meanwhile."""
        self._opening = None
        self._alive = self._asked = False
        if self._channel is None or self._closing:
            return
        with self._tidying():
            self._send({"op": "close"})  # the worker takes it for a cancellation where it is still at work
            self._closing = True

    def settle(self) -> None:
        """Waits until the submission before has ended; a worker in which something is left of it is replaced."""
        if not self._closing:
            return
        with self._tidying():
            if self._waiting and self._receive(GRACE)["status"] == "answer":
                self._receive(GRACE)
            if self._receive(GRACE)["clean"] is not True:
                raise WireError("something is left")
            self._waiting = self._closing = False

    @contextlib.contextmanager
    def _tidying(self) -> Iterator[None]:
        """For what has to be done also where the job has been given up; where it fails the worker goes."""
        tick, self.tick = self.tick, None
        try:
            yield
        except (ChannelError, WireError, KeyError, TypeError):
            self.shut()
        except BaseException:
            self.shut()
            raise
        finally:
            self.tick = tick

    # The worker

    def launch(self) -> None:
        """Launches the worker and does not wait for it: there may be something else to do meanwhile.

        Raises:
            InfrastructureError: it cannot be launched.
        """
        if self._launched is not None:
            return
        scratch = max((chapter.limits.scratch for chapter in self.course.chapters), default=Limits().scratch)
        launched = self._launched = self.sandbox.launch(self.course, self.device, scratch)
        self._channel = launched.connect(
            2 * wire.MAX_BYTES + (1 << 20), lambda: self.tick() if self.tick is not None else None
        )
        message = {
            "op": "start",
            "confined": self.sandbox.confined,
            "preload": list(self.course.preload),
            "versions": list(self.course.versions),
            "device": self.device,
            "threads": self.course.threads,
            "seed": 0,
            **launched.paths,
        }
        self._greeted = False
        with contextlib.suppress(ChannelError):  # a worker that has ended already is told of by `start`
            self._send(message)

    def start(self) -> None:
        """Waits until the worker, launched now if it was not before, has loaded the course's libraries.

        Raises:
            InfrastructureError: it does not come up; the text is the worker's own reason.
        """
        self.launch()
        launched = self._launched
        if self._greeted or launched is None:
            return
        try:
            reply = self._receive(START_SECONDS)
            self._greeted = True
        except (ChannelError, WireError) as error:
            said = printable(launched.last_words()[-300:]).replace("\n", " ") or str(error)
            self.shut()
            raise InfrastructureError(f"the worker does not start: {said}") from None
        if reply.get("ready") is not True:
            self.shut()
            raise InfrastructureError(f"the worker does not start: {printable(str(reply.get('reason')))}")
        complaint = self.sandbox.complaint(reply["versions"])
        if complaint:
            self.shut()
            raise InfrastructureError(complaint)
        self.versions, self.settings = reply["versions"], reply["settings"]

    def shut(self) -> None:
        """Kills the worker; the next submission starts another."""
        if self._launched is not None:
            self._launched.end()
        self._launched = self._channel = None
        self._alive = self._waiting = self._asked = self._closing = False

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    # Within

    def _load(self) -> Loaded:
        assert self._opening is not None
        result = self._exchange(self._opening, self._limits.import_seconds)
        self._opening = {**self._opening, "again": True}  # the processor time goes on counting
        if isinstance(result, Answer):
            return Loaded(verdict=result, printed=self._printed)
        self._alive = True
        return self._testimony.loaded(result, [task["id"] for task in self._opening["tasks"]], self._printed)

    def _exchange(self, message: dict[str, Any], seconds: float) -> dict[str, Any] | Answer:
        """One message to the submission's process: its word, or how it ended."""
        if self._left <= 0:
            return Answer(Outcome.TIMEOUT, message=f"all tests together may take {self._limits.total_seconds:g} s")
        what = "being imported" if message["op"] == "open" else ""
        for attempt in (1, 2):
            self.start()
            if attempt == 2 and message["op"] == "call":
                again = self._load()
                if again.verdict is not None:
                    return again.verdict
            began = time.monotonic()
            whole = seconds if seconds <= self._left else 0.0  # else it is the time of all tests that was over
            try:
                return self._once(message, min(seconds, max(self._left, 1.0)), what, whole)
            except WireError:
                return ended("garbled", "", what)
            except ChannelTimeout:
                self.shut()
                return ended("timeout", "", what, whole)
            except ChannelError:
                self.shut()  # the worker is gone; perhaps not this submission's doing, so once more
            finally:
                self._left -= time.monotonic() - began
        return ended("worker", "", what)

    def _once(self, message: dict[str, Any], seconds: float, what: str, whole: float) -> dict[str, Any] | Answer:
        self._printed = ""
        self._waiting = True
        if self._asked:
            self._asked = False
        else:
            self._send({**message, "seconds": seconds})
        reply = self._receive(seconds + GRACE)
        self._waiting = reply["status"] == "answer"
        self._printed = printable(str(reply.get("printed", "")), PRINTED)
        if reply["status"] == "answer":
            try:
                answer = self._receive(GRACE, depth=self._limits.depth + 2, count=self._limits.count + 1000)
            finally:
                self._waiting = False
            if type(answer) is dict:
                return answer
            raise WireError("an answer that is no dictionary")
        self._alive = False
        verdict = ended(reply["status"], reply.get("detail", ""), what, whole)
        return self._testimony.endless(verdict, reply.get("where")) if reply["status"] == "timeout" else verdict

    def _send(self, message: dict[str, Any]) -> None:
        assert self._channel is not None
        self._channel.send(wire.encode(message, max_bytes=2 * wire.MAX_BYTES), time.monotonic() + GRACE)

    def _receive(self, seconds: float, depth: int = wire.MAX_DEPTH, count: int = wire.MAX_COUNT) -> Any:
        assert self._channel is not None
        data = self._channel.receive(time.monotonic() + seconds)
        wire.check_parts(data, count)
        return wire.decode(data, max_bytes=2 * wire.MAX_BYTES, max_depth=depth, max_count=count)

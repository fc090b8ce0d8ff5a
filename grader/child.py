"""The process that runs a submission: forked from the loaded worker, confined, single use.

It loads the student's cells into one module and then answers probes until its socket closes. All that it says is the
student's word: the trusted side believes none of it but the values.
"""

from __future__ import annotations

import ast
import contextlib
import errno
import importlib
import importlib.util
import linecache
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from grader import wire
from grader.channel import TICKET
from grader.errors import UnsupportedValue
from grader.guard import ForbiddenUse, Guard, scan
from grader.plain import in_lines, message_of, printable

# errors that tell of a limit; TensorFlow has no such numbers and gives their texts
FULL = {errno.EFBIG: "file", errno.ENOSPC: "scratch", errno.EDQUOT: "scratch", errno.EMFILE: "descriptors"}


class AbsentName(AttributeError):
    """The module has no such name."""


class StudentModule(types.ModuleType):
    """The module made of the student's cells; a probe that asks for an absent name is told so."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__dict__["__touched__"] = set()

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if not name.startswith("__"):
            super().__getattribute__("__dict__")["__touched__"].add(name)
        return value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AbsentName(name)


class Sources:
    """A loader that knows the text of the first cell. AutoGraph drops what linecache holds for a module's file and
    looks again: without a loader it would find a file of that name on the path, such as the chapter's skeleton."""

    def __init__(self, source: str) -> None:
        self.source = source

    def get_source(self, _: str) -> str:
        """The source of the module."""
        return self.source


class Line(Protocol):
    """What the child hears and answers through: a channel, or where there is no fork, a pipe."""

    def send(self, payload: bytes) -> None:
        """Writes one frame."""

    def receive(self) -> bytes:
        """Reads one frame."""

    def pending(self) -> bool:
        """Whether one has arrived."""


def serve(
    channel: Line,
    runtime: types.ModuleType,
    exercises: str,
    chapter: str,
    confine: Callable[[dict[str, Any]], None],
) -> None:
    """Answers `load` once and `call` as often as asked; returns when the socket closes.

    Args:
        channel: to whoever asks.
        runtime: the course's. Its `warm` may be a generator: between two steps it gives way to a submission that waits.
        exercises: the public folder.
        chapter: where one is named, its probes are loaded before any submission is there, and their `warm`, if they
            have one, is called: what every submission of the chapter would wait for.
        confine: sets the limits that the system enforces on this process.
    """
    for _ in runtime.warm() or ():
        if channel.pending():
            break
    child = _Child(runtime, exercises, confine)
    if chapter and not channel.pending():
        with contextlib.suppress(Exception):  # `load` meets the same, and there is somebody to tell then
            child.prepare(chapter)
            if hasattr(child.probes, "warm"):
                child.probes.warm()
    while True:
        asked = channel.receive()
        request = wire.decode(asked[TICKET:])
        try:
            answer = child.load(request) if request["op"] == "load" else child.call(request)
        except ImportError as error:  # the course's own probes do not import
            answer = {"broken": f"{type(error).__name__}: {error}"}
        _flush()
        channel.send(asked[:TICKET] + (answer if isinstance(answer, bytes) else wire.encode(answer)))


def _flush() -> None:
    """What the student's code printed leaves with the answer, not with a later one."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # noqa: S110 - the student may have put anything there
            pass


class _Child:
    def __init__(self, runtime: types.ModuleType, exercises: str, confine: Callable[[dict[str, Any]], None]) -> None:
        self.runtime, self.confine = runtime, confine
        self.exercises = exercises
        self.guard = Guard()
        self.cells: frozenset[str] = frozenset()
        self.caps: dict[str, int] = {}
        self.processes = 0

    def prepare(self, chapter: str) -> None:
        """Loads the chapter's probes."""
        folder = os.path.join(self.exercises, chapter)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        self.probes = importlib.import_module("probes")

    def load(self, request: dict[str, Any]) -> dict[str, Any]:
        """Runs the cells in order; an exception stops only its cell."""
        self.confine(request["limits"])
        limits = request["limits"]
        self.processes = limits["processes"] if limits.get("own_namespace") else 0  # else others' count too
        self.caps = {"max_bytes": limits["answer"], "max_depth": limits["depth"] + 1, "max_count": limits["count"]}
        self.prepare(request["chapter"])
        self.module = StudentModule(request["module"])
        sys.modules[request["module"]] = self.module
        self.cells = frozenset(name for name, _ in request["cells"])
        problems, trees = [], {}
        for name, source in request["cells"]:
            # AutoGraph and inspect read the source of a function through linecache
            text = in_lines(source)
            linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
            try:
                trees[name] = ast.parse(source, name)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                problems.append(self._syntax(error, name))
        hits = scan(trees, request["tasks"])
        self.module.__file__, first = request["cells"][0]
        self.module.__loader__ = Sources(in_lines(first))  # type: ignore[assignment]
        self.forbidden = contextlib.ExitStack()
        self.forbidden.enter_context(self.guard.active(request["forbidden"]))
        self.runtime.reseed(request["seed"])
        tasks = [name for task in request["tasks"] for name in task["forbidden"]]
        with self.guard.watching(tasks):
            problems += self._run(trees)
        self.guard.used.clear()  # what a cell tried is told by its exception
        return {
            "problems": problems,
            "hits": [list(hit) for hit in hits],
            "untouched": untouched(trees.values(), request["tasks"]),
        }

    def _run(self, trees: dict[str, ast.Module]) -> list[dict[str, Any]]:
        problems = []
        for name, tree in trees.items():
            try:
                exec(compile(tree, name, "exec", dont_inherit=True), self.module.__dict__)  # noqa: S102
            except BaseException as error:
                problems.append(self._raised(error))
        return problems

    def call(self, request: dict[str, Any]) -> dict[str, Any] | bytes:
        """One probe: its value tree, or what was raised; with `many`, one after the other on several inputs."""
        probe = getattr(self.probes, request["probe"], None)
        if probe is None:
            return {"broken": f"probes.py has no {request['probe']}"}
        self.runtime.reseed(request["seed"])
        self.guard.used.clear()
        touched = self.module.__dict__["__touched__"] = set()
        with self.guard.active(request["forbidden"]):
            try:
                if "many" in request:
                    answers = [self._answer(probe, inputs) for inputs in request["many"]]
                    return wire.encode({"many": answers}, **self.caps)
                value = probe(self.module, request["inputs"])
                if not self.guard.used:
                    return wire.encode({"value": value, "touched": sorted(touched)}, **self.caps)
            except UnsupportedValue as error:
                return {"unsupported": printable(str(error))}
            except BaseException as error:
                if not self.guard.used:
                    return {"raised": self._raised(error)}
        return {"forbidden": self.guard.used[0]}

    def _answer(self, probe: Callable[..., Any], inputs: Any) -> dict[str, Any]:
        """One of many: the course's own programs are asked for their values, not how they came by them."""
        try:
            return {"value": probe(self.module, inputs)}
        except Exception as error:
            return {"raised": self._raised(error)}

    def _raised(self, error: BaseException) -> dict[str, Any]:
        frames = list(self._frames(error))
        cell, line = next(((name, line) for name, line in frames if name in self.cells), ("", 0))
        kind = "error"
        if isinstance(error, AbsentName):
            kind = "absent"
        elif isinstance(error, ForbiddenUse):
            kind = "forbidden"
        elif isinstance(error, NotImplementedError) and frames and frames[0][0] in self.cells:
            kind = "missing"
        elif isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
            kind = "memory"
        message = message_of(error, getattr(self.runtime, "message", str))
        return {
            "kind": exhausted(error, message, self.processes) or kind,
            "exception": type(error).__name__[:80],
            "message": message,
            "cell": cell,
            "line": int(line),
        }

    def _frames(self, error: BaseException) -> Iterator[tuple[str, int]]:
        """Innermost first; a framework that rewrites the student's code knows the true lines."""
        translate = getattr(self.runtime, "frames", None)
        if translate is not None:
            yield from translate(error)
        frames = []
        traceback = error.__traceback__
        while traceback is not None:
            frames.append((traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
            traceback = traceback.tb_next
        yield from reversed(frames)

    def _syntax(self, error: BaseException, cell: str) -> dict[str, Any]:
        line = getattr(error, "lineno", None) or 0
        offset = getattr(error, "offset", None) or 0
        message = getattr(error, "msg", None) or "the source is too deeply nested to be read"
        return {
            "kind": "syntax",
            "exception": type(error).__name__,
            "message": printable(str(message)),
            "cell": cell,
            "line": int(line),
            "column": int(offset),
        }


def untouched(trees: Iterable[ast.Module], tasks: Iterable[dict[str, Any]]) -> list[str]:
    """Tasks of which nothing is defined, or a skeleton's own `raise` is still there."""
    defined, waiting = set(), set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                defined.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                defined.add(node.id)
            elif isinstance(node, ast.alias):
                defined.add(node.asname or node.name)
            elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                for argument in node.exc.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        task, colon, rest = argument.value.partition(": ")
                        if colon and rest.endswith("is not written yet"):
                            waiting.add(task)
    return [task["id"] for task in tasks if task["id"] in waiting or not defined & set(task["names"])]


def exhausted(error: BaseException, message: str, processes: int) -> str:
    """The limit that an exception tells of, by the name of its verdict; empty where it tells of none.

    Args:
        error: what was raised.
        message: its text.
        processes: how many processes and threads there may be, since a refused one is told as a mere "try again"; 0
            where they cannot be counted.
    """
    if isinstance(error, RuntimeError) and "can't start new thread" in message:
        return "processes"  # by their number, or by the room that their stacks would take
    if isinstance(error, BlockingIOError):
        return "processes" if processes and _tasks() + 2 >= processes else ""
    if isinstance(error, OSError):
        return FULL.get(error.errno or 0, "")
    if type(error).__module__.startswith("tensorflow."):
        return next((word for code, word in FULL.items() if os.strerror(code) in message), "")
    return ""


def _tasks() -> int:
    """Processes and threads that can be seen; in a sandbox these are its own."""
    count = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                count += len(os.listdir(f"/proc/{name}/task"))
    return count


def load_runtime(path: str) -> types.ModuleType:
    """The course's runtime.py as a module."""
    spec = importlib.util.spec_from_file_location("course_runtime", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["course_runtime"] = module
    spec.loader.exec_module(module)
    return module

"""What verbs have in common: finding the course, opening a grader, exit codes."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.grade import Grader
    from grader.model import Chapter, Course, Report

    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Verbs = object

PASSED, FAILED, UNUSABLE, INFRASTRUCTURE = 0, 1, 2, 3


def add_running_options(parser: argparse.ArgumentParser) -> None:
    """The options of every verb that runs code."""
    parser.add_argument(
        "--sandbox",
        choices=("auto", "bwrap", "docker", "none"),
        default="auto",
        help="auto (default): bubblewrap, or refuse; none: your own work only",
    )
    parser.add_argument(
        "--image", default="", metavar="NAME", help="the image for --sandbox docker (default: the course's)"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="draw hidden cases from N, not the assignment's own seed")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where the code runs (default: cpu)")
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="run the solution and the known-wrong programs again instead of taking kept answers",
    )


def load_course(options: argparse.Namespace) -> Course:
    """The course that the command is about."""
    from grader.course import find_root, load

    return load(find_root(options.course or Path.cwd()))


def find_chapter(course: Course, name: str) -> Chapter:
    """The chapter of that name.

    Raises:
        UsageError: there is none.
    """
    from grader import course as courses

    return courses.find_chapter(course, name)


def chapter_of(options: argparse.Namespace) -> tuple[Course, Chapter]:
    """The course and the chapter that the command names."""
    course = load_course(options)
    return course, find_chapter(course, options.chapter)


def chapters_of(options: argparse.Namespace) -> tuple[Course, tuple[Chapter, ...]]:
    """The course, and the chapter that the command names, or all where it names none."""
    course = load_course(options)
    return course, (find_chapter(course, options.chapter),) if options.chapter else course.chapters


def open_grader(course: Course, options: argparse.Namespace) -> Grader:
    """A grader as the options ask for it."""
    from grader.grade import Grader

    check_running(options)
    return Grader(
        course, options.sandbox, options.device, options.seed, cache=not options.no_cache, image=options.image
    )


def check_running(options: argparse.Namespace) -> None:
    """Looks at the options of every verb that runs code; says so where there is no sandbox.

    Raises:
        UsageError: one of them cannot be.
    """
    check_device(options.device)
    if options.sandbox == "none":
        unconfined()
    check_image(options.image)


def check_image(image: str) -> None:
    """Raises UsageError where it is not the name of an image."""
    if image and not re.fullmatch(r"[A-Za-z0-9][\w.:/@-]*", image):
        raise UsageError(f"--image: {image!r} is not the name of an image")


def add_own(parser: argparse.ArgumentParser) -> None:
    """The option that says whose work it is."""
    parser.add_argument("--own", action="store_true", help="your own work: without a sandbox where none works")


def sandbox_of(options: argparse.Namespace) -> str:
    """The sandbox that is asked for: for one's own work, where none was named, the best that works."""
    own = options.own and options.sandbox == "auto"
    return "own" if own else str(options.sandbox)


def unconfined() -> None:
    """Says that code runs without a sandbox."""
    print("grader: no sandbox: the code that is graded can do all that you can", file=sys.stderr)


def check_device(device: str) -> None:
    """Raises UsageError where the device is not there."""
    if device == "cuda" and not Path("/dev/nvidiactl").exists():
        raise UsageError(
            "--device cuda: this machine has no NVIDIA GPU, or not its driver; leave it out to use the CPU"
        )


@contextlib.contextmanager
def watching(out: Console) -> Iterator[Callable[[str], None] | None]:
    """A line that says what is going on, where somebody is watching."""
    if not out.is_terminal:
        yield None
        return
    with out.status("waiting for a worker: starting one takes a few seconds the first time") as status:
        yield status.update


@contextlib.contextmanager
def workflow_commands_off(asked: bool) -> Iterator[None]:
    """Where GitHub's runner reads along: what is printed meanwhile, a student's words too, is no command to it."""
    if not asked and os.environ.get("GITHUB_ACTIONS") != "true":
        yield
        return
    token = secrets.token_hex(16)  # drawn when the student's code has ended: it cannot know the word that ends this
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        sys.stdout.flush()
        print(f"::{token}::", flush=True)


def check_writable(*paths: Path | None) -> None:
    """Raises UsageError where a file could not be written at the end."""
    for path in paths:
        if path is not None and not path.resolve().parent.is_dir():
            raise UsageError(f"{path} cannot be written: there is no folder {path.parent}")


def write_results(path: Path | None, results: object) -> None:
    """Writes what came of a run as JSON, where a file is asked for."""
    import msgspec

    from grader.atomic import write_atomic

    if path is not None:
        write_atomic(path, msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n")


def exit_code(reports: Sequence[Report]) -> int:
    """The exit code for these reports."""
    outcomes = {report.outcome for report in reports}
    if "infrastructure" in outcomes:
        return INFRASTRUCTURE
    return PASSED if outcomes <= {"passed"} else FAILED

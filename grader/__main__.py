"""The command line: verbs only. Each verb imports what it needs, so that `--help` is there at once."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader import __version__
from grader.errors import GraderError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.grade import Grader
    from grader.model import Chapter, Course, Report
    from grader.plugin import Record

PASSED, FAILED, UNUSABLE, INFRASTRUCTURE = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb.

    Returns:
        0 all passed; 1 graded, something failed; 2 the call or the submission is unusable; 3 infrastructure.
    """
    # what is sent by `kill` ends as Ctrl-C does: workers are ended, temporary files removed
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(INFRASTRUCTURE))
    try:
        options = _parser().parse_args(arguments)
        code: int = options.verb(options)
        sys.stdout.flush()
    except GraderError as error:
        print(f"grader: {_one_line(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("grader: stopped; nothing is half-written", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return PASSED
    except OSError as error:
        print(f"grader: {_one_line(str(error))}", file=sys.stderr)
        return INFRASTRUCTURE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="grader", description="Grades course exercises in a sandbox.")
    parser.add_argument("--version", action=_Version, nargs=0, help="the engine's version and its sandbox")
    parser.add_argument("--course", type=Path, default=None, help="the course's folder (default: the one around here)")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    grade = verbs.add_parser("grade", help="grade one submission")
    grade.add_argument("chapter", help="such as ch4")
    grade.add_argument("path", type=Path, help="a .py or .ipynb file, a folder, or a zip or tar of one")
    grade.add_argument("--task", help="only this task, and what it needs")
    grade.add_argument("--student", help="whose work it is (default: the submission's own name)")
    grade.add_argument("--json", type=Path, metavar="FILE", help="write the report there")
    grade.add_argument("--html", type=Path, metavar="FILE", help="write a feedback page there")
    _running(grade)
    grade.set_defaults(verb=_grade)

    classroom = verbs.add_parser("grade-class", help="grade a folder of submissions")
    classroom.add_argument("chapter")
    classroom.add_argument("folder", type=Path)
    classroom.add_argument("--out", type=Path, required=True, metavar="DIR", help="where reports and pages go")
    _running(classroom)
    classroom.set_defaults(verb=_grade_class)

    audit = verbs.add_parser("audit", help="prove that every check matters")
    audit.add_argument("chapter", nargs="?", help="one chapter (default: all)")
    audit.add_argument("--json", type=Path, metavar="FILE", help="write the matrix and the findings there")
    _running(audit)
    audit.set_defaults(verb=_audit)

    render = verbs.add_parser("render", help="generate skeletons, notebooks and recorded values from the solutions")
    render.add_argument("chapter", nargs="?", help="one chapter (default: all)")
    _running(render)
    render.set_defaults(verb=_render)

    doctor = verbs.add_parser("doctor", help="what this machine lacks, and the fix for each")
    doctor.set_defaults(verb=_doctor)
    return parser


def _running(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sandbox", choices=("auto", "bwrap", "none"), default="auto")
    parser.add_argument("--seed", type=int, metavar="N", help="draw hidden cases from N, not the assignment's own seed")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--no-cache", action="store_true", help="ask the reference and the mutants anew")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from grader.sandbox import bubblewrap_program, bubblewrap_version

        program = bubblewrap_program()
        sandbox = f"bubblewrap {bubblewrap_version(program)} ({program})" if program else "no bubblewrap"
        print(f"grader {__version__}, {sandbox}")
        parser.exit()


# Verbs


def _grade(options: argparse.Namespace) -> int:
    from grader.atomic import write_atomic
    from grader.model import encode_report
    from grader.reports.html import feedback_page
    from grader.reports.terminal import console, print_report
    from grader.reports.text import identifier
    from grader.submission import snapshot

    course, chapter = _chapter(options)
    _check_device(options.device)
    if options.task is not None and options.task not in (task.id for task in chapter.tasks):
        known = ", ".join(task.id for task in chapter.tasks)
        raise UsageError(f"{chapter.key} has no task {options.task!r}; it has {known}")
    _writable(options.json, options.html)
    work = snapshot(options.path, chapter)
    out = console()
    student = identifier(options.student or options.path.resolve().name)
    with _grader(course, options) as grader, _watching(out, chapter, options.task) as progress:
        report = grader.grade(chapter, work, student, options.task, progress)
    if options.json:
        write_atomic(options.json, encode_report(report))
    if options.html:
        write_atomic(options.html, feedback_page(report))
    print_report(report, out)
    return _code([report])


def _grade_class(options: argparse.Namespace) -> int:
    from grader.classroom import grade_class
    from grader.reports.terminal import console, print_class

    course, chapter = _chapter(options)
    out = console()
    with _grader(course, options) as grader:
        reports = grade_class(grader, chapter, options.folder, options.out, out)
    print_class(reports, out)
    print(f"Reports, gradebook and pages are in {options.out}: open {options.out / 'report.html'}")
    broken = any(report.outcome == "infrastructure" for report in reports)
    return INFRASTRUCTURE if broken else PASSED


def _audit(options: argparse.Namespace) -> int:
    from grader.atomic import write_atomic
    from grader.audit import audit, encode_audit
    from grader.reports.terminal import console

    course = _course(options)
    chapters = (_find(course, options.chapter),) if options.chapter else course.chapters
    _writable(options.json)
    with _grader(course, options) as grader:
        result = audit(course, chapters, grader, console(), jobs=os.cpu_count() or 1)
    if options.json:
        write_atomic(options.json, encode_audit(result))
    return PASSED if result.ok else FAILED


def _render(options: argparse.Namespace) -> int:
    from grader.atomic import write_atomic
    from grader.render import files

    course = _course(options)
    with _grader(course, options) as grader:
        for chapter in (_find(course, options.chapter),) if options.chapter else course.chapters:
            if chapter.solutions is None:
                raise UsageError(f"{chapter.id} has no solution here to generate anything from")
            made = {**files(chapter), **grader.recorded_values(chapter)}
            for path, data in made.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                if not path.is_file() or path.read_bytes() != data:
                    write_atomic(path, data)
                    print(f"wrote {path.relative_to(course.root)}")
    return PASSED


def _doctor(options: argparse.Namespace) -> int:
    from grader.doctor import examine, print_checks

    checks = examine(_course(options))
    print_checks(checks)
    return INFRASTRUCTURE if any(check.status == "fail" for check in checks) else PASSED


# What verbs have in common


def _course(options: argparse.Namespace) -> Course:
    from grader.course import find_root, load

    return load(find_root(options.course or Path.cwd()))


def _find(course: Course, name: str) -> Chapter:
    try:
        return course.chapter(name)
    except KeyError:
        known = ", ".join(chapter.key for chapter in course.chapters)
        raise UsageError(f"there is no chapter {name!r} yet; there is {known}") from None


def _chapter(options: argparse.Namespace) -> tuple[Course, Chapter]:
    course = _course(options)
    return course, _find(course, options.chapter)


def _grader(course: Course, options: argparse.Namespace) -> Grader:
    from grader.grade import Grader

    _check_device(options.device)
    if options.sandbox == "none":
        print("grader: no sandbox: the code that is graded can do all that you can", file=sys.stderr)
    return Grader(course, options.sandbox, options.device, options.seed, cache=not options.no_cache)


def _check_device(device: str) -> None:
    if device == "cuda" and not Path("/dev/nvidiactl").exists():
        raise UsageError(
            "--device cuda: this machine has no NVIDIA GPU, or not its driver; leave it out to use the CPU"
        )


@contextlib.contextmanager
def _watching(out: Console, chapter: Chapter, task: str | None) -> Iterator[Callable[[Record], None] | None]:
    """A line that says what is going on, where somebody is watching."""
    if not out.is_terminal:
        yield None
        return
    with out.status("starting a worker: loading the libraries takes a few seconds") as status:
        yield lambda record: status.update(f"{record.task}: {record.test.removeprefix('test_').replace('_', ' ')}")


def _writable(*paths: Path | None) -> None:
    for path in paths:
        if path is not None and not path.resolve().parent.is_dir():
            raise UsageError(f"{path} cannot be written: there is no folder {path.parent}")


def _code(reports: Sequence[Report]) -> int:
    outcomes = {report.outcome for report in reports}
    if "infrastructure" in outcomes:
        return INFRASTRUCTURE
    return PASSED if outcomes <= {"passed"} else FAILED


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    sys.exit(main())

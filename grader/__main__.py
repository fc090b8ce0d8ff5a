"""The command line: each verb is a module of `verbs`, which imports what it needs only when it runs."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from grader import __version__
from grader.errors import GraderError, Terminated
from grader.verbs import (
    audit,
    ci,
    classroom,
    doctor,
    explain,
    generality,
    grade,
    hint,
    lab,
    mutate,
    nbgrader,
    progress,
    regrade,
    release,
    render,
    reset,
    scaffold,
    warm,
    watch,
)
from grader.verbs.shared import INFRASTRUCTURE, PASSED

STUDENT = (watch, hint, progress, reset, lab, warm)
TEACHING = (grade, classroom, regrade, explain, nbgrader, release, ci)
AUTHORS = (audit, mutate, generality, render, scaffold)
VERBS = (*TEACHING, *AUTHORS, doctor, *STUDENT)  # in the order of the help


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb.

    Returns:
        0 all passed; 1 graded, something failed; 2 the call or the submission is unusable; 3 infrastructure. Of a
        class there is no 1: `grade-class` gives 0 where all are graded, whatever their marks.
    """
    # what is sent by `kill` ends as Ctrl-C does: workers are ended, temporary files removed; of SystemExit pytest would
    # make the outcome of the test that is running
    signal.signal(signal.SIGTERM, _stop)
    hook, sys.unraisablehook = sys.unraisablehook, _again
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
    finally:
        sys.unraisablehook = hook
    return code


def _stop(*_: object) -> None:
    raise Terminated


def _again(lost: sys.UnraisableHookArgs) -> None:
    """A stop that met code which may not raise, such as a finaliser, comes once more when that is over."""
    if isinstance(lost.exc_value, KeyboardInterrupt):
        number = signal.SIGTERM if isinstance(lost.exc_value, Terminated) else signal.SIGINT
        threading.Timer(0.02, signal.raise_signal, (number,)).start()
    else:
        sys.__unraisablehook__(lost)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="grader", description="Grades course exercises in a sandbox.")
    parser.add_argument("--version", action=_Version, nargs=0, help="the engine's version and its sandbox")
    parser.add_argument("--course", type=Path, default=None, help="the course's folder (default: the one around here)")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for verb in VERBS:
        verb.add(verbs)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from grader.sandbox import bubblewrap_program, bubblewrap_version

        program = bubblewrap_program()
        sandbox = f"bubblewrap {bubblewrap_version(program)} ({program})" if program else "no bubblewrap"
        print(f"grader {__version__}, {sandbox}")
        parser.exit()


def _one_line(text: str) -> str:
    # an error may quote a file's name, and with it whatever a student wrote there
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))


if __name__ == "__main__":
    sys.exit(main())

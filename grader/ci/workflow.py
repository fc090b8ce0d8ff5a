"""How a step speaks to the workflow that it is part of: outputs, the summary, annotations. Elsewhere: the terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}


def set_output(name: str, value: str) -> None:
    """An output of the step: one line, so that nobody can smuggle in another.

    Raises:
        ValueError: the value has more than one line.
    """
    if "\n" in value or "\r" in value:
        raise ValueError("an output is one line")
    _append("GITHUB_OUTPUT", f"{name}={value}\n")


def add_summary(markdown: str) -> None:
    """Words on the page of the run. Whoever may see the run reads them: no names, no marks."""
    _append("GITHUB_STEP_SUMMARY", markdown.rstrip("\n") + "\n\n")


def notice(title: str, message: str) -> str:
    """The command that shows a notice with the run."""
    return f"::notice title={_escape(title, _PROPERTY)}::{_escape(message, _DATA)}"


def _escape(text: str, table: dict[str, str]) -> str:
    # "##[" opens a command of the runner's older form anywhere in a line
    return "".join(table.get(character, character) for character in text.replace("##[", "## ["))


def _append(variable: str, text: str) -> None:
    path = os.environ.get(variable)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
    else:
        sys.stdout.write(text)

"""What student code says and does, in plain text: nothing in it acts on whoever reads it."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable


def in_lines(source: str) -> str:
    """The source as Python counts its lines; `splitlines` would also part it at page breaks and rarer characters."""
    return re.sub("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", " ", source)


def message_of(error: BaseException, text: Callable[[BaseException], str] = str) -> str:
    """The exception's own text, which may itself be code that fails."""
    try:
        return printable(text(error))
    except BaseException:
        return ""


def printable(text: str, limit: int = 2000) -> str:
    """Plain text without control characters, capped."""
    text = text[:limit].encode("utf-8", "replace").decode()
    return re.sub(r"[^\S\n ]", " ", "".join(c if c.isprintable() or c == "\n" else " " for c in text))


def signal_name(number: int) -> str:
    """SIGKILL and the like; one of the many that have no name by its number."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"

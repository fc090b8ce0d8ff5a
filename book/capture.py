"""The README's picture: what `make test-ch4` really shows in a terminal, as an SVG: `python -m book.capture`.

The command runs in a terminal of its own, on a submission of the sample class. The seed is given, so that the picture
stays the same; nothing in it is fetched from anywhere.
"""

from __future__ import annotations

import argparse
import io
import os
import pty
import re
import struct
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from grader.atomic import write_atomic

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "book" / "figures" / "test-ch4.svg"
SHOWN = "make test-ch4 TASK=momentum"
COMMAND = ["make", "-s", "test-ch4", "TASK=momentum", "SUBMISSION=examples/class/student04.zip", "SEED=4"]
WIDTH, HEIGHT = 92, 60
_PIECES = re.compile(r"\x1b\[[0-9;]*m|\x1b\[([0-9;?]*)([A-Za-z])|\r|\n|[^\x1b\r\n]+|\x1b")


def main() -> int:
    """Writes the picture."""
    argparse.ArgumentParser(prog="book.capture", description=__doc__).parse_args()
    write_atomic(PICTURE, picture(screen(run(COMMAND))).encode())
    print(f"wrote {PICTURE.relative_to(ROOT)}")
    return 0


def run(command: list[str]) -> str:
    """What a command writes to a terminal of its own."""
    import fcntl
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "LINES")}
    environment |= {"TERM": "xterm-256color", "MAKEFLAGS": ""}
    with subprocess.Popen(
        command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        os.close(theirs)
        written = bytearray()
        while True:
            try:
                data = os.read(ours, 1 << 16)
            except OSError:  # the other side is closed
                break
            if not data:
                break
            written += data
        process.wait()
    os.close(ours)
    if not written:
        raise SystemExit(f"{' '.join(command)} shows nothing")
    return written.decode("utf-8", "replace")


def screen(written: str) -> str:
    """What stays on the screen of what was written: lines that were taken back are gone, colours stay."""
    lines, at = [""], 0
    for piece in _PIECES.finditer(written):
        text, count, move = piece[0], piece[1], piece[2]
        if text == "\n":
            at += 1
            lines += [""] * (at + 1 - len(lines))
        elif text == "\r":
            continue  # whatever is written over a line here, erases it first
        elif move == "K":
            lines[at] = ""
        elif move == "A":
            at = max(0, at - int(count or 1))
        elif move is None and text != "\x1b":
            lines[at] += text
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def picture(shown: str) -> str:
    """The screen as an SVG that fetches nothing."""
    out = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    out.print(Text("$ ", style="dim").append(SHOWN, style="bold not dim"))
    out.print(Text.from_ansi(shown))
    svg = out.export_svg(title="a course folder", theme=DIMMED_MONOKAI, unique_id="capture")
    svg = re.sub(r"\s*@font-face\s*\{[^}]*\}", "", svg)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL).replace("Fira Code, monospace", "monospace")
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


if __name__ == "__main__":
    sys.exit(main())

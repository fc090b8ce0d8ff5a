"""Opens a file in the program that the system has for it, where there is a screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

FOR_LINUX = "xdg-open"


def opened(path: Path) -> bool:
    """Whether the file is being opened: by what BROWSER names, else by the system's own program."""
    browser = os.environ.get("BROWSER", "")
    screen = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    program = browser or {"darwin": "open", "win32": ""}.get(sys.platform, FOR_LINUX)
    if os.name == "nt" and not browser:
        os.startfile(path)  # type: ignore[attr-defined,unused-ignore]  # noqa: S606 - our own file
        return True
    if not (screen or browser) or not shutil.which(program):
        return False
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([program, str(path)], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    threading.Thread(target=process.wait, daemon=True).start()  # so that nothing is left of it when it ends
    return True

"""JupyterLab on the course's public half: lessons open as notebooks, `%grade` is at hand."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys

from grader.atomic import write_atomic
from grader.errors import Terminated, UsageError
from grader.model import Course

# a double click on a lesson or a skeleton opens it as a notebook; jupytext writes it back as the text that it was
OVERRIDES = {
    "@jupyterlab/docmanager-extension:plugin": {
        "defaultViewers": {"markdown": "Jupytext Notebook", "myst": "Jupytext Notebook"}
    },
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


def start(course: Course, port: int | None, browser: bool) -> int:
    """Runs JupyterLab until it ends; it listens on this machine alone.

    Returns:
        Its exit code.

    Raises:
        UsageError: it is not installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        remedy = f"{os.path.relpath(sys.executable)} -m pip install jupyterlab"
        raise UsageError(f"JupyterLab is not installed in this environment; get it with: {remedy}")
    settings = course.root / "build" / "lab"
    settings.mkdir(parents=True, exist_ok=True)
    write_atomic(settings / "overrides.json", json.dumps(OVERRIDES, indent=2).encode() + b"\n")
    command = [
        *(sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1"),
        f"--ServerApp.root_dir={course.exercises}",
        f"--LabApp.app_settings_dir={settings}",
        "--ServerApp.contents_manager_class=jupytext.TextFileContentsManager",
    ]
    if port is not None:
        command.append(f"--ServerApp.port={port}")
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # Jupyter asks for it; it listens on the loopback interface only
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3")}
    with subprocess.Popen(command, env=environment) as server:
        while True:
            try:
                return server.wait()
            except Terminated:
                server.terminate()
                raise
            except KeyboardInterrupt:
                continue  # Jupyter has it too, and asks whether it is meant

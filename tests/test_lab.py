"""`grader lab` starts JupyterLab on the loopback interface: lessons open as notebooks."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOKEN = "for-this-test-alone"


@pytest.fixture
def lab(tmp_path):
    """The course's own lab at work; asks its API."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    private = {f"JUPYTER_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    environment = {**os.environ, **private, "JUPYTER_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "grader", "lab", "--no-browser", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:

        def ask(path):
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/{path}", headers={"Authorization": f"token {TOKEN}"}
            )
            end = time.monotonic() + 60
            while True:
                try:
                    with urllib.request.urlopen(request, timeout=20) as answer:
                        return answer.read().decode()
                except urllib.error.HTTPError:
                    raise
                except OSError:
                    if process.poll() is not None or time.monotonic() > end:
                        raise
                    time.sleep(0.2)

        ask.port = port
        yield ask
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


@pytest.mark.slow
def test_lessons_and_notebooks_are_served_to_this_machine_alone(lab):
    assert json.loads(lab("api/status"))["kernels"] == 0
    lesson = json.loads(lab("api/contents/ch4_optimizers/lesson.md?type=notebook"))
    assert lesson["type"] == "notebook"
    assert any(cell["cell_type"] == "code" for cell in lesson["content"]["cells"])
    assert json.loads(lab("api/contents/ch4_optimizers/optimizers.ipynb"))["type"] == "notebook"
    page = lab("lab")
    assert "JupyterLab" in page
    settings = json.loads(lab("lab/api/settings/@jupyterlab/docmanager-extension:plugin"))
    assert settings["settings"].get("defaultViewers", {}).get("markdown") == "Jupytext Notebook" or (
        "Jupytext Notebook" in json.dumps(settings)
    )
    listening = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True, check=True).stdout
    places = [line.split()[1] for line in listening.splitlines()[1:] if line.split()[3] == "0A"]
    assert [place for place in places if place.endswith(f":{lab.port:04X}")] == [f"0100007F:{lab.port:04X}"]
    request = urllib.request.Request(f"http://127.0.0.1:{lab.port}/api/contents")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=20)


def test_without_jupyterlab_one_line_says_how_to_get_it(monkeypatch, capsys):
    import importlib.util

    from grader.__main__ import main

    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert main(["--course", str(ROOT), "lab"]) == 2
    assert "pip install jupyterlab" in capsys.readouterr().err

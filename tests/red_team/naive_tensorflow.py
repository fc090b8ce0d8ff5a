"""The naive runner for attacks through TensorFlow: it imports TensorFlow once and forks for each, without a sandbox."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent


def grade(plans: list[dict[str, Any]], work: Path) -> dict[str, dict[str, Any]]:
    """What was seen of each submission: the marks, the text that the student gets, whether its port answered.

    Args:
        plans: each with `name`, `code`, `door` (a port), `plant` (a path) and `forbids`.
        work: a folder to work in.
    """
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, "-B", str(HERE / "naive_tensorflow.py"), str(work)],
        input=json.dumps(plans), env=environment, capture_output=True, text=True, timeout=580, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.splitlines()[-1])


def main() -> None:
    """The process that grades."""
    import tensorflow as tf  # noqa: F401  # before the fork

    found = {}
    for plan in json.loads(sys.stdin.read()):
        folder = Path(sys.argv[1]) / plan["name"].replace("/", "-")
        folder.mkdir(parents=True)
        pid = os.fork()
        if pid == 0:
            child(plan, folder)
        answered, end = False, time.monotonic() + 60
        while os.waitpid(pid, os.WNOHANG)[0] == 0:
            answered = answered or answers(plan["door"])
            if time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        text = (folder / "text").read_text() if (folder / "text").exists() else ""
        marks = (folder / "marks").exists()
        plant = Path(plan["plant"])
        planted = sorted(path.name for path in plant.parent.glob(f"{plant.name}*"))
        for path in plant.parent.glob(f"{plant.name}*"):  # the next one plants its own
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        found[plan["name"]] = {"text": text, "marks": marks, "listens": answered, "planted": planted}
    print(json.dumps(found))


def child(plan: dict[str, Any], folder: Path) -> None:
    """Runs the submission, and compares what it computes with what is right, in the same process."""
    os.chdir(folder)
    tempfile.tempdir = str(folder)  # AutoGraph's files stay when a process ends like this
    os.dup2(2, 1)
    names: dict[str, Any] = {"__name__": "submission"}
    try:
        if not (plan["forbids"] and plan["forbids"] in plan["code"]):
            exec(compile(plan["code"], "submission.py", "exec"), names)
        if right(names):
            Path("marks").touch()
    except BaseException:
        with contextlib.suppress(OSError):
            Path("text").write_text(traceback.format_exc())
    finally:
        os._exit(0)


def right(names: dict[str, Any]) -> bool:
    """Whether the submission computes what it should."""
    import tensorflow as tf

    if "pairwise_distances" in names:
        a, b = tf.constant([[0.0, 1.0], [2.0, 3.0]]), tf.constant([[4.0, 6.0]])
        expected = tf.norm(a[:, None] - b[None], axis=-1)
        return bool(tf.reduce_all(tf.abs(names["pairwise_distances"](a, b) - expected) < 1e-5))
    if "GradientDescent" in names:
        theta = tf.Variable([1.0, 2.0])
        names["GradientDescent"](lr=0.5).apply_gradients([(tf.constant([1.0, -2.0]), theta)])
        return theta.numpy().tolist() == [0.5, 3.0]
    return False


def answers(port: int) -> bool:
    """Whether someone listens there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


if __name__ == "__main__":
    main()

"""The solutions against PyTorch, optax and SciPy: values recorded by `make oracles` in an environment of its own.

TensorFlow runs in one process of its own (this file, as a script), so that the tests' process stays without it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
RECORDED = json.loads((ROOT / "tests" / "oracles" / "recorded.json").read_text())
CASES = [
    (kind, case, oracle)
    for kind in ("activations", "losses", "optimizers")
    for case, row in RECORDED[kind].items()
    for oracle in ("pytorch", "optax", "scipy")
    if oracle in row
]


@pytest.fixture(scope="module")
def ours():
    """What the solutions give, by the script at the end of this file."""
    done = subprocess.run(
        [sys.executable, __file__],
        capture_output=True, text=True, timeout=600, check=False, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(("kind", "case", "oracle"), CASES, ids=[f"{case} - {oracle}" for _, case, oracle in CASES])
def test_the_solution_agrees_with_an_independent_one(ours, kind, case, oracle):
    """In float64, values and, where the other gives them, gradients."""
    theirs = RECORDED[kind][case][oracle]
    if kind == "optimizers":
        assert np.ptp(theirs, axis=0).max() > 0.05, "it hardly moved, so that this comparison says little"
        np.testing.assert_allclose(ours[kind][case], theirs, rtol=1e-6, atol=1e-9)
        return
    for what, values in theirs.items():
        np.testing.assert_allclose(ours[kind][case][what], values, rtol=1e-9, atol=1e-12, err_msg=what)


def test_all_three_have_their_say():
    assert {oracle for _, _, oracle in CASES} == {"pytorch", "optax", "scipy"}
    assert len(CASES) >= 35


def _main():
    import importlib.util

    import tensorflow as tf

    def solution(chapter, module):
        path = ROOT / "solutions" / chapter / f"{module}.py"
        sys.path.insert(0, str(ROOT / "exercises" / chapter))
        spec = importlib.util.spec_from_file_location(f"solution_{module}", path)
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
        sys.path.pop(0)
        sys.modules.pop("given", None)
        return loaded

    def tensor(values):
        return tf.constant(values, tf.float64 if np.asarray(values).dtype.kind == "f" else tf.int64)

    def measured(function, arguments, by, settings):
        tensors = [tensor(a) for a in arguments]
        with tf.GradientTape() as tape:
            tape.watch(tensors[by])
            value = function(*tensors, **settings)
        return {"value": value.numpy().tolist(), "gradient": tape.gradient(value, tensors[by]).numpy().tolist()}

    problems = {
        "valley": lambda x: tf.reduce_sum(x**2 * tf.constant([1.0, 25.0, 0.25], tf.float64)) / 2,
        "rosenbrock": lambda x: (1 - x[0]) ** 2 + 10 * (x[1] - x[0] ** 2) ** 2,
    }

    def path(optimizers, row):
        x = tf.Variable(tensor(row["start"]))
        optimizer = getattr(optimizers, row["optimizer"])(**row["settings"])
        if hasattr(optimizer, "init_moments"):
            optimizer.init_moments([x])
        seen = []
        for _ in range(200):
            with tf.GradientTape() as tape:
                loss = problems[row["problem"]](x)
            optimizer.apply_gradients([(tape.gradient(loss, x), x)])
            seen.append(x.numpy().tolist())
        return seen[::25]

    models, losses = solution("ch3_models", "models"), solution("ch5_losses", "losses")
    optimizers = solution("ch4_optimizers", "optimizers")
    answer = {
        "activations": {
            name: measured(getattr(models, name), [row["x"]], 0, {}) for name, row in RECORDED["activations"].items()
        },
        "losses": {
            name: measured(getattr(losses, name.split(",")[0]), row["arguments"], 1, row["settings"])
            for name, row in RECORDED["losses"].items()
        },
        "optimizers": {name: path(optimizers, row) for name, row in RECORDED["optimizers"].items()},
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    _main()

"""A step of the course's reference optimizers inside a `tf.function`, against Keras' own, on MLPs of several sizes.

A step is `apply_gradients` alone, with gradients that are there already. The two sides take turns in one process,
and each turn times some hundred steps.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks import common
from benchmarks.common import CHAPTER, ROOT, Options, Row
from grader import course as courses

# layers of an MLP with about 10^2 ... 10^6 parameters
SIZES = {
    "10^2": (6, 8, 5),
    "10^3": (13, 32, 16, 1),
    "10^4": (64, 96, 32, 10),
    "10^5": (256, 256, 128, 10),
    "10^6": (784, 768, 512, 10),
}
SECONDS = 0.2  # of each side in a turn


def rows(options: Options) -> tuple[list[Row], str]:
    """Each optimizer at each size; a row an optimizer, with the worst size as its figure."""
    import tensorflow as tf

    course = courses.load(ROOT)
    chapter = course.chapter(CHAPTER)
    assert chapter.solutions is not None
    sys.path[:0] = [str(course.runtime.parent), str(chapter.exercises)]
    import runtime  # type: ignore[import-not-found]

    runtime.configure("cpu", course.threads, 0)
    spec = importlib.util.spec_from_file_location("reference", chapter.solutions / f"{chapter.module}.py")
    assert spec is not None and spec.loader is not None
    reference = importlib.util.module_from_spec(spec)
    sys.modules["reference"] = reference
    spec.loader.exec_module(reference)
    keras = tf.keras.optimizers
    pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "GradientDescent": (lambda: reference.GradientDescent(lr=1e-3), lambda: keras.SGD(1e-3)),
        "Momentum": (lambda: reference.Momentum(lr=1e-3), lambda: keras.SGD(1e-3, momentum=0.9)),
        "Adam": (lambda: reference.Adam(lr=1e-3), lambda: keras.Adam(1e-3, epsilon=1e-8)),
        "KerasAdam": (lambda: reference.KerasAdam(1e-3), lambda: keras.Adam(1e-3, epsilon=1e-8)),
    }
    turns = 3 if options.quick else 15
    sizes = ("10^2", "10^6") if options.quick else tuple(SIZES)
    found, lines = [], []
    for name, (ours, theirs) in pairs.items():
        worst: tuple[float, str, list[float], list[float]] = (0.0, "", [], [])
        cells = []
        for size in sizes:
            a, b = step(tf, ours, SIZES[size]), step(tf, theirs, SIZES[size])
            count = max(20, int(SECONDS / min(timed(a, 20), timed(b, 20))))
            mine, other = [], []
            for turn in range(turns):
                for side, times in ((a, mine), (b, other)) if turn % 2 else ((b, other), (a, mine)):
                    times.append(1e6 * timed(side, count))
            ratio = statistics.median(x / y for x, y in zip(mine, other, strict=True))
            cells.append(f"{ratio:.2f}")
            if ratio > worst[0]:
                worst = (ratio, size, mine, other)
        ratio, size, mine, other = worst
        lines.append(f"| {name} | {' | '.join(cells)} |")
        found.append(
            common.times_more(f"a step of {name}, {size} parameters", "Keras' own", mine, other, 1.1, unit="us")
        )
    head = f"| ours / Keras' by parameters | {' | '.join(sizes)} |\n|{'---|' * (len(sizes) + 1)}\n"
    return found, head + "\n".join(lines)


def step(tf: Any, make: Callable[[], Any], sizes: tuple[int, ...]) -> Callable[[], Any]:
    """One step of a fresh optimizer on the weights of an MLP, as a graph that is traced already."""
    model = tf.keras.Sequential([tf.keras.Input((sizes[0],)), *(tf.keras.layers.Dense(n) for n in sizes[1:])])
    variables = model.trainable_variables
    gradients = [tf.random.stateless_normal(v.shape, (1, i)) for i, v in enumerate(variables)]
    optimizer = make()
    if hasattr(optimizer, "init_moments"):
        optimizer.init_moments(variables)
    elif hasattr(optimizer, "build"):
        optimizer.build(variables)

    @tf.function
    def one(gradients: Any) -> None:
        optimizer.apply_gradients(list(zip(gradients, variables, strict=True)))

    one(gradients)
    return lambda: one(gradients)


def timed(side: Callable[[], Any], count: int) -> float:
    """Seconds of one step."""
    began = time.perf_counter()
    for _ in range(count):
        side()
    return (time.perf_counter() - began) / count


if __name__ == "__main__":
    sys.exit(common.main("optimizers", __doc__, rows))

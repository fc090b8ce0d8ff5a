"""How a worker of this course is set up. NumPy needs no more than a seed."""

import os
import random

import numpy as np


def configure(device: str, threads: int, seed: int) -> None:
    """Before the fork: threads and seeds; runs no operation."""
    if device != "cpu":
        raise ValueError(f"this course knows no device but cpu, not {device}")
    os.environ["OMP_NUM_THREADS"] = str(threads)
    reseed(seed)


def warm() -> None:
    """Once in the forked child: what the first probe should not have to wait for."""
    np.linalg.norm(np.ones(3))


def reseed(seed: int) -> None:
    """Before every probe: the same seed gives the same numbers."""
    random.seed(seed)
    np.random.seed(seed % 2**32)

"""What people do without a grader: the same tests by plain pytest, all in one process, no sandbox.

A pytest plugin that offers the fixtures of the hidden suites. It is given every advantage: the reference's
values are read from a file, so that only the student's code is run.

    python -m pytest -p benchmarks.naive --submission PATH --task momentum --answers FILE \\
        solutions/ch4_optimizers/test_hidden.py
"""

from __future__ import annotations

import importlib.util
import os
import pickle
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader import course as courses
from grader import wire
from grader.model import Inputs

ROOT = courses.find_root(Path(__file__).parent)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("naive")
    group.addoption("--submission", type=Path, required=True, help="the student's file")
    group.addoption("--course", type=Path, default=ROOT, help="the course that the suite belongs to")
    group.addoption("--task", help="run this task's tests only")
    group.addoption("--answers", type=Path, required=True, help="the reference's values; made if absent")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    task = config.getoption("--task")
    if task:
        items[:] = [item for item in items if any(mark.args == (task,) for mark in item.iter_markers("task"))]


def _load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Programs:
    """The student's module and the solution, each imported once, and the probes that drive them."""

    def __init__(self, config: pytest.Config) -> None:
        suite = Path(config.args[0]).resolve().parent
        course = courses.load(config.getoption("--course"))
        self.chapter = course.chapter(suite.name)
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ.setdefault("MPLBACKEND", "Agg")
        self.runtime = _load("naive_runtime", course.runtime)
        self.runtime.configure("cpu", course.threads, 0)
        sys.path.insert(0, str(self.chapter.exercises))
        self.cases = _load("naive_cases", self.chapter.exercises / "cases.py")
        self.probes = _load("naive_probes", self.chapter.exercises / "probes.py")
        self.student = _load("naive_student", config.getoption("--submission"))
        self.answers_file: Path = config.getoption("--answers")
        self.recorded: dict[str, bytes] | None = None
        if self.answers_file.exists():
            self.recorded = pickle.loads(self.answers_file.read_bytes())
        else:
            self.solution = _load("naive_solution", suite / f"{self.chapter.module}.py")
        self.fresh: dict[str, bytes] = {}

    def run(self, module: ModuleType, inputs: Inputs) -> bytes:
        self.runtime.reseed(0)
        probe = getattr(self.probes, inputs.probe)
        return wire.encode({"value": probe(module, inputs.values)})

    def answer(self, key: str, inputs: Inputs) -> bytes:
        if self.recorded is not None:
            return self.recorded[key]
        return self.fresh.setdefault(key, self.run(self.solution, inputs))


@pytest.fixture(scope="session")
def programs(request: pytest.FixtureRequest) -> Iterator[Programs]:
    found = Programs(request.config)
    yield found
    if found.recorded is None:
        found.answers_file.write_bytes(pickle.dumps(found.fresh))


@pytest.fixture
def case(programs: Programs, request: pytest.FixtureRequest) -> Callable[..., Inputs]:
    """Draws a case; every run draws the same."""

    def draw(name: str, **choices: Any) -> Inputs:
        rng = np.random.default_rng(zlib.crc32(f"{request.node.name} {name} {choices}".encode()))
        return Inputs(probe=name, values=getattr(programs.cases, name)(rng, **choices), choices=choices)

    return draw


@pytest.fixture
def submission(programs: Programs) -> Callable[[Inputs], Any]:
    return lambda inputs: wire.decode(programs.run(programs.student, inputs))["value"]


@pytest.fixture
def reference(programs: Programs, request: pytest.FixtureRequest) -> Callable[[Inputs], Any]:
    calls = 0

    def answer(inputs: Inputs) -> Any:
        nonlocal calls
        calls += 1
        return wire.decode(programs.answer(f"{request.node.name} {calls}", inputs))["value"]

    return answer

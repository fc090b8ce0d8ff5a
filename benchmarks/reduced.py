"""Chapter 4 cut down to one task, or to a few of its tests, so that every side runs the same; and those tests for a
program that is in the same process, as notebook graders have it."""

from __future__ import annotations

import ast
import os
import pickle
import re
import shutil
import sys
import types
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.common import CHAPTER, ROOT, TASK
from benchmarks.naive import _load
from grader import course as courses
from grader import wire
from grader.model import Chapter, Inputs


def reduced_course(root: Path, task: str | None = TASK, tests: tuple[str, ...] = ()) -> Chapter:
    """A copy of the course below `root` with chapter 4 alone.

    Args:
        task: its only task; None: all of them.
        tests: the hidden tests to keep, and no visible ones; none: all of both.
    """
    shutil.rmtree(root, ignore_errors=True)
    whole = courses.load(ROOT).chapter(CHAPTER)
    course = courses.load(ROOT)
    assert whole.solutions is not None
    root.mkdir(parents=True)
    listed = re.sub(r"^chapters = .*$", f'chapters = ["{CHAPTER}"]', (ROOT / "course.toml").read_text(), flags=re.M)
    (root / "course.toml").write_text(listed)
    ignore = shutil.ignore_patterns("__pycache__", "mutants", "alternates")
    shutil.copytree(whole.exercises, root / "exercises" / CHAPTER, ignore=ignore)
    shutil.copytree(whole.solutions, root / "solutions" / CHAPTER, ignore=ignore)
    for path in (course.runtime, course.translated):
        if path is not None:
            shutil.copy(path, root / "exercises")
    shutil.copytree(ROOT / "exercises" / "data", root / "exercises" / "data")
    settings = root / "exercises" / CHAPTER / "chapter.toml"
    source = root / "solutions" / CHAPTER / f"{whole.module}.py"
    hidden, public = source.with_name("test_hidden.py"), settings.with_name("test_public.py")
    if task is not None:
        head, *tasks = settings.read_text().split("[[tasks]]")
        settings.write_text("[[tasks]]".join([head, *(part for part in tasks if f'id = "{task}"' in part)]))
        source.write_text(re.sub(rf"^ *#: (begin|end) (?!{task}\.).*\n", "", source.read_text(), flags=re.M))
        hints = root / "exercises" / CHAPTER / "hints.md"
        head, *parts = re.split(r"^(?=## )", hints.read_text(), flags=re.M)
        hints.write_text(head + "".join(part for part in parts if part.startswith(f"## {task}\n")))
        _keep(hidden, lambda test: f"task('{task}')" in ast.unparse(test))
        _keep(public, lambda test: f"task('{task}')" in ast.unparse(test))
    if tests:
        _keep(hidden, lambda test: test.name in tests)
        public.unlink()
    return courses.load(root).chapters[0]


def _keep(suite: Path, wanted: Callable[[ast.FunctionDef], bool]) -> None:
    tree = ast.parse(suite.read_text())
    tree.body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.FunctionDef) and node.name.startswith("test_")) or wanted(node)
    ]
    suite.write_text(ast.unparse(tree) + "\n")


class Tests:
    """A pytest plugin that offers the fixtures of the hidden suite, for a program in this process."""

    def __init__(self, program: types.ModuleType, root: Path, record: bool) -> None:
        course = courses.load(root)
        chapter = course.chapters[0]
        sys.path.insert(0, str(chapter.exercises))
        self.program = program
        self.runtime = _load("bench_runtime", course.runtime)
        self.cases = _load("bench_cases", chapter.exercises / "cases.py")
        self.probes = _load("bench_probes", chapter.exercises / "probes.py")
        self.answers: dict[str, bytes] = {} if record else pickle.loads((root / "answers.pickle").read_bytes())
        self.record = record

    def run(self, inputs: Inputs) -> bytes:
        self.runtime.reseed(0)
        return wire.encode({"value": getattr(self.probes, inputs.probe)(self.program, inputs.values)})

    @pytest.fixture
    def case(self, request: pytest.FixtureRequest) -> Callable[..., Inputs]:
        def draw(name: str, **choices: Any) -> Inputs:
            rng = np.random.default_rng(zlib.crc32(f"{request.node.name} {name} {choices}".encode()))
            return Inputs(probe=name, values=getattr(self.cases, name)(rng, **choices), choices=choices)

        return draw

    @pytest.fixture
    def submission(self) -> Callable[[Inputs], Any]:
        return lambda inputs: wire.decode(self.run(inputs))["value"]

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest) -> Callable[[Inputs], Any]:
        calls = 0

        def answer(inputs: Inputs) -> Any:
            nonlocal calls
            calls += 1
            key = f"{request.node.name} {calls}"
            if self.record:
                self.answers[key] = self.run(inputs)
            return wire.decode(self.answers[key])["value"]

        return answer


def in_kernel(namespace: dict[str, Any], root: str) -> None:
    """The hidden tests on what a notebook's cells have defined. Raises AssertionError where one fails."""
    program = types.ModuleType("student")
    program.__dict__.update(namespace)
    _pytest(Tests(program, Path(root), record=False), Path(root))


def record(root: str) -> None:
    """Writes the reference's values for `in_kernel` and for `benchmarks.naive`."""
    chapter = courses.load(Path(root)).chapters[0]
    assert chapter.solutions is not None
    sys.path.insert(0, str(chapter.exercises))
    tests = Tests(_load("solution", chapter.solutions / f"{chapter.module}.py"), Path(root), record=True)
    _pytest(tests, Path(root))
    (Path(root) / "answers.pickle").write_bytes(pickle.dumps(tests.answers))


def _pytest(tests: Tests, root: Path) -> None:
    suite = root / "solutions" / CHAPTER / "test_hidden.py"
    options = ["-q", "-c", os.devnull, "--rootdir", str(root), "-p", "no:cacheprovider", "-p", "no:warnings"]
    assert pytest.main([*options, str(suite)], plugins=[tests]) == 0

"""How the course's own Python files come into the trusted process: cases.py, the test modules, a quiet pytest."""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
import types
from pathlib import Path

from grader.errors import AuthorError
from grader.model import Chapter


@functools.cache
def _load_cases(path: Path, changed: int) -> types.ModuleType:
    name = f"_cases_{path.parent.name}_{changed}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise AuthorError(f"{path} cannot be imported: {type(error).__name__}: {error}") from None
    return module


_seen: dict[Path, int] = {}


def forget_changed(files: list[Path]) -> None:
    """pytest keeps test modules; one that was edited since must be read again."""
    for path in files:
        changed = path.stat().st_mtime_ns
        if _seen.setdefault(path, changed) != changed:
            _seen[path] = changed
            for name, module in list(sys.modules.items()):
                if getattr(module, "__file__", None) == str(path):
                    del sys.modules[name]


def cases_of(chapter: Chapter) -> types.ModuleType:
    """The chapter's cases.py, the course's own, never the submission's."""
    path = chapter.exercises / "cases.py"
    if not path.is_file():
        raise AuthorError(f"{path} is missing")
    return _load_cases(path, path.stat().st_mtime_ns)


class QuietEnvironment:
    """While pytest runs: none of the caller's options or plugins, no bytecode beside the suites."""

    NAMES = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")

    def __enter__(self) -> None:
        self.saved = {name: os.environ.pop(name, None) for name in self.NAMES}
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        self.bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True

    def __exit__(self, *_: object) -> None:
        sys.dont_write_bytecode = self.bytecode
        for name, value in self.saved.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

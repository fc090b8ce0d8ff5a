"""A Sphinx extension: says how far the build is, and mends what the theme leaves unsaid to a screen reader."""

from __future__ import annotations

import re
import sys
from typing import Any

from sphinx.application import Sphinx


def _count(app: Sphinx, _env: object, names: list[str]) -> None:
    app.book_left = len(names)  # type: ignore[attr-defined]
    app.book_all = len(names)  # type: ignore[attr-defined]


def _say(app: Sphinx, name: str, _source: list[str]) -> None:
    done = app.book_all - app.book_left + 1  # type: ignore[attr-defined]
    app.book_left -= 1  # type: ignore[attr-defined]
    runs = ": runs, if it has changed" if name.endswith("/lesson") and app.config.nb_execution_mode != "off" else ""
    if runs or not name.startswith("api/"):
        print(f"[{done}/{app.book_all}] {name}{runs}", file=sys.stderr, flush=True)  # type: ignore[attr-defined]


def _mend(_app: Sphinx, _name: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def plain(lines: list[str]) -> list[str]:
    """A docstring's lines with the signs escaped that mean nothing in the house's docstrings and much to Sphinx."""
    parts = re.split(r"(`[^`]*`)", "\n".join(lines))
    return "".join(
        part if index % 2 else re.sub(r"([|*])|(?<=\w)(_)(?!\w)", r"\\\g<0>", part) for index, part in enumerate(parts)
    ).split("\n")


def _docstring(_app: Sphinx, _what: str, _name: str, _object: object, _options: object, lines: list[str]) -> None:
    lines[:] = plain(lines)


def setup(app: Sphinx) -> dict[str, Any]:
    """Listens to what Sphinx reads and writes."""
    app.connect("env-before-read-docs", _count)
    app.connect("source-read", _say)
    app.connect("autodoc-process-docstring", _docstring, priority=400)  # before napoleon
    app.connect("html-page-context", _mend, priority=900)  # after the theme's own
    return {"parallel_read_safe": False, "parallel_write_safe": True, "version": "1"}

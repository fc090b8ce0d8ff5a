"""A Sphinx extension: says how far the build is, and mends what the theme leaves unsaid to a screen reader."""

from __future__ import annotations

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


def setup(app: Sphinx) -> dict[str, Any]:
    """Listens to what Sphinx reads and writes."""
    app.connect("env-before-read-docs", _count)
    app.connect("source-read", _say)
    app.connect("html-page-context", _mend, priority=900)  # after the theme's own
    return {"parallel_read_safe": False, "parallel_write_safe": True, "version": "1"}

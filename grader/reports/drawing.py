"""Draws plates: SVG that stands in a page by itself, without script, style sheet or anything that is fetched.

matplotlib is imported only here, when something is drawn.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET  # what is read here, matplotlib has just written
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.model import Drawing
from grader.plates import Numbers, Plate, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
RIGHT, YOURS = "#4b5563", "#c2410c"  # told apart by shape too: dashed with rings, solid with dots
SMALLEST = 1e-12  # of a loss on a log scale


def drawn(plates: Sequence[Plate]) -> tuple[Drawing, ...]:
    """The pictures; a plate that cannot be drawn is left out."""
    found = []
    for number, plate in enumerate(plates):
        try:
            svg = _svg(plate, f"p{number}-")
        except (ValueError, FloatingPointError, OverflowError, ArithmeticError):  # numbers that no axes can hold
            continue
        found.append(Drawing(plate.task, plate.test, plate.caption, svg))
    return tuple(found)


def _svg(plate: Plate, prefix: str) -> str:
    import matplotlib
    from matplotlib.figure import Figure

    settings: Any = {"svg.fonttype": "path", "svg.hashsalt": prefix, "font.size": 9, "axes.linewidth": 0.6}
    with matplotlib.rc_context(settings), np.errstate(all="ignore"):
        figure = Figure(figsize=(3.5 * len(plate.rows), 2.7), layout="constrained")
        for number, row in enumerate(plate.rows, start=1):
            axes = figure.add_subplot(1, len(plate.rows), number)
            {"path": _path, "curve": _curve, "losses": _losses}[plate.kind](axes, row)
            axes.set_title(row.name if plate.kind != "path" else "", fontsize=9)
            axes.spines[["top", "right"]].set_visible(False)
            if number == 1:
                axes.legend(fontsize=8, frameon=False)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return _for_a_page(stream.getvalue(), plate.caption, prefix)


def _pair(axes: Axes, x: Numbers, expected: Numbers, actual: Numbers | None) -> None:
    axes.plot(x, expected, "--o", color=RIGHT, mfc="none", ms=5, lw=1.4, label="expected")
    if actual is not None:
        axes.plot(x, _finite(actual), "-o", color=YOURS, ms=2.6, lw=1.2, label="your code")


def _curve(axes: Axes, row: Row) -> None:
    order = np.argsort(row.x, kind="stable")
    actual = None if row.actual is None else row.actual[order]
    _pair(axes, row.x[order], row.expected[order], actual)
    _limit(axes.set_ylim, row.expected, actual)


def _losses(axes: Axes, row: Row) -> None:
    from matplotlib.ticker import MaxNLocator

    def positive(values: Numbers) -> Numbers:
        return np.where(np.isfinite(values) & (values > 0), np.clip(values, SMALLEST, 1 / SMALLEST), np.nan)

    actual = None if row.actual is None else positive(row.actual)
    axes.set_yscale("log")
    _pair(axes, row.x, positive(row.expected), actual)
    axes.set_xlabel(row.over)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _path(axes: Axes, row: Row) -> None:
    actual = None if row.actual is None else _finite(row.actual)
    for set_limit, column in ((axes.set_xlim, 0), (axes.set_ylim, 1)):
        _limit(set_limit, row.expected[:, column], None if actual is None else actual[:, column])
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    x, y = np.meshgrid(np.linspace(left, right, 60), np.linspace(bottom, top, 60))
    points = np.stack([x, y], axis=-1)
    height = 0.5 * np.einsum("...i,ij,...j->...", points, row.x, points)
    if np.isfinite(height).all() and height.max() > height.min():
        levels = height.min() + (height.max() - height.min()) * np.linspace(0.02, 0.95, 9) ** 2
        axes.contour(x, y, height, levels=levels, colors="#94a3b8", linewidths=0.6)
    axes.plot(*row.expected.T, "--o", color=RIGHT, mfc="none", ms=5, lw=1.4, label="expected")
    if actual is not None:
        axes.plot(*actual.T, "-o", color=YOURS, ms=2.6, lw=1.2, label="your code")


def _finite(values: Numbers) -> Numbers:
    return np.where(np.isfinite(values) & (np.abs(values) < 1e30), values, np.nan)


def _limit(set_limit: Any, expected: Numbers, actual: Numbers | None) -> None:
    """Room for both, but not so much that what runs away makes the rest a point."""
    good = expected[np.isfinite(expected)]
    low, high = (float(good.min()), float(good.max())) if good.size else (0.0, 1.0)
    room = max(high - low, 1e-3 * max(abs(low), abs(high)), 1e-9)
    seen = _finite(actual) if actual is not None else good
    seen = seen[np.isfinite(seen)]
    if seen.size:
        low = max(min(low, float(seen.min())), low - 1.5 * room)
        high = min(max(high, float(seen.max())), high + 1.5 * room)
    set_limit(low - 0.1 * (high - low or 1.0), high + 0.1 * (high - low or 1.0))


def _for_a_page(text: str, words: str, prefix: str) -> str:
    """matplotlib's file as a part of a page: styles as attributes, which a page's policy allows; names of its own."""
    ET.register_namespace("", _SVG)
    root = ET.fromstring(text)  # noqa: S314
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("metadata", "style"):
                parent.remove(child)
    for element in root.iter():
        for declaration in element.attrib.pop("style", "").split(";"):
            name, colon, value = declaration.partition(":")
            if colon:
                element.set(name.strip(), value.strip())
        name = element.attrib.pop("id", "")
        if name:
            element.set("id", prefix + name)
        link = element.attrib.pop(f"{{{_LINK}}}href", element.attrib.pop("href", ""))
        if link:
            element.set("href", f"#{prefix}{link.removeprefix('#')}")
        for key, value in list(element.attrib.items()):
            element.set(key, re.sub(r"url\(#", f"url(#{prefix}", value))
    for key in ("height", "version"):
        root.attrib.pop(key, None)
    root.set("stroke-linejoin", "round")
    root.set("stroke-linecap", "butt")
    root.set("class", "picture")
    root.set("role", "img")
    root.set("aria-label", words)
    return ET.tostring(root, encoding="unicode")

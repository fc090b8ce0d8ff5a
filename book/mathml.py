"""A Sphinx extension: formulas as MathML, made while the site is built. No script, no font, no network.

latex2mathml does the work. What it leaves undone is mended here: names of functions and the room around them,
`aligned`, bars and strokes that are no relations.
"""

from __future__ import annotations

import itertools
import re
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
ROOM = "0.1667em"  # TeX's thin space
BARS = "|∥‖∣"
TIGHT = "/…" + BARS  # where browsers put room and TeX does not
NAME = "\ue000"  # marks what was an operator's name


def to_mathml(formula: str, block: bool) -> str:
    """One formula of LaTeX as a MathML element.

    Args:
        formula: what stands between the dollars.
        block: whether it has a line of its own.

    Raises:
        ExtensionError: something in it is not known.
    """
    if formula.count("{") - formula.count(r"\{") != formula.count("}") - formula.count(r"\}"):
        raise ExtensionError(f"the formula {formula!r} cannot be made into MathML: its braces do not match")
    source = re.sub(r"\\(begin|end)\{aligned\}", r"\\\1{align*}", formula.strip())
    source = re.sub(r"\\operatorname\{([^{}]*)\}", rf"\\text{{{NAME}\1}}", source)
    try:
        text = convert(source, display="block" if block else "inline")
        root = _without_namespace(ElementTree.fromstring(text))
    except Exception as error:
        raise ExtensionError(f"the formula {formula!r} cannot be made into MathML: {error!r}") from error
    left = [text for element in root.iter() if element.tag != "mtext" and (text := element.text or "")]
    if unknown := [text for text in left if "\\" in text or "&" in text]:
        raise ExtensionError(f"the formula {formula!r} cannot be made into MathML: {unknown[0]!r} is not known")
    _mend(root)
    return ElementTree.tostring(root, encoding="unicode")


def _without_namespace(root: Element) -> Element:
    """The namespace as an attribute of the root alone: ElementTree's table of prefixes is the whole process's."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    root.attrib = {"xmlns": NAMESPACE, **root.attrib}
    return root


def _mend(parent: Element) -> None:
    for element in parent:
        text = element.text or ""
        if text.startswith(NAME):
            element.tag, element.text = "mi", text.removeprefix(NAME)
        elif element.tag == "mo" and (text == "∞" or (len(text) > 1 and text.isalpha())):  # \max
            element.tag = "mi"
        elif element.tag == "mi" and text == "±":
            element.tag = "mo"
        elif element.tag == "mo" and text and text in TIGHT:
            element.attrib.update(lspace="0", rspace="0")
            if text in BARS:
                element.set("stretchy", "false")
        _mend(element)
    if parent.tag in {"mrow", "mtd", "mstyle", "math"}:
        _space(parent)


def _space(row: Element) -> None:
    """Puts room between the name of a function and a neighbour that brings none of its own."""
    children = list(row)
    for left, right in itertools.pairwise(children):
        after = _is_name(left) and not _is_operator(right)
        before = _is_name(right) and (not _is_operator(left) or left.text in {")", "]"})
        if (after or before) and "mspace" not in {left.tag, right.tag}:
            row.insert(list(row).index(right), Element("mspace", width=ROOM))


def _is_name(element: Element) -> bool:
    """Whether it is log, or log with an index."""
    if element.tag in {"msub", "msup", "msubsup"} and len(element):
        element = element[0]
    return element.tag == "mi" and len(element.text or "") > 1


def _is_operator(element: Element) -> bool:
    return element.tag == "mo" and (element.text or " ") not in BARS


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(to_mathml(node.astext(), block=False))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="formula">{to_mathml(node.astext(), block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Registers the renderer under the name `mathml`."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}

"""Marked regions: exact markers only, whole statements only, and nothing of them left in the skeleton."""

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import AuthorError
from grader.regions import parse, strip, unmark

GOOD = '''\
import math


def f(x):
    """Half of x."""
    #: begin half.f
    y = x / 2
    return y
    #: end half.f


class A:
    def g(self):
        #: begin g.g
        for i in range(3):
            yield i
        #: end g.g
'''


def test_regions_are_found_in_order():
    half, g = parse(GOOD, "s.py")
    assert (half.name, half.indent, half.begin, half.end) == ("half.f", "    ", 6, 9)
    assert (g.task, g.part, g.indent) == ("g", "g", "        ")


def test_each_region_becomes_one_line():
    assert (
        strip(GOOD, "s.py")
        == '''\
import math


def f(x):
    """Half of x."""
    raise NotImplementedError("half: f is not written yet")


class A:
    def g(self):
        raise NotImplementedError("g: g is not written yet")
'''
    )


def test_markers_can_be_taken_out():
    plain = unmark(GOOD, "s.py")
    assert "#:" not in plain
    assert ast.dump(ast.parse(plain)) == ast.dump(ast.parse(GOOD))


@pytest.mark.parametrize(
    "line",
    [
        "#:begin half.f",
        "#: begin  half.f",
        "#: Begin half.f",
        "#: begin half",
        "#: begin half.f.g",
        "#: begin half.F",
        "#: begin half.f ",
        "#: begin half.f  # the part",
        "# begin half.f",
        "#begin half.f",
        "## begin half.f",
        "#- begin half.f",
        "# : begin half.f",
        "#: beginn half.f",
        "#： begin half.f",
        "#\N{NO-BREAK SPACE}begin half.f",
        "# BEGIN SOLUTION",
        "### END SOLUTION",
        "#_end half.f",
        "x = 1  #: begin half.f",
        "x = 1  # end half.f",
    ],
)
def test_what_only_looks_like_a_marker_is_an_error(line):
    with pytest.raises(AuthorError, match=r"s\.py:2: .* looks like a region marker"):
        parse(f"x = 0\n{line}\ny = 2\n", "s.py")


@pytest.mark.parametrize(
    "line",
    [
        "# the beginning",
        "# beginners",
        "# we begin here",
        "x = '#: begin a.b'",
        "# Ends well",
        "# %% [markdown]",
    ],
)
def test_other_comments_are_comments(line):
    assert parse(f"{line}\n", "s.py") == ()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("#: begin a.b\nx = 1\n", "s.py:1: this region never ends"),
        ("x = 1\n#: end a.b\n", "s.py:2: region a.b ends, but has not begun"),
        ("#: begin a.b\nx = 1\n#: end a.c\n", "s.py:3: region a.c ends where a.b, begun in line 1, should"),
        ("#: begin a.b\n#: begin a.c\nx = 1\n#: end a.c\n#: end a.b\n", "s.py:2: region a.c begins inside"),
        ("#: begin a.b\nx = 1\n#: end a.b\n" * 2, "s.py:4: region a.b is there twice"),
        ("if x:\n    #: begin a.b\n    x = 1\n#: end a.b\n", "s.py:4: region a.b ends at another indent"),
        ("#: begin a.b\n# only words\n\n#: end a.b\n", "s.py:1: region a.b is empty"),
        ("if x:\n    y\n#: begin a.b\nelse:\n    z\n#: end a.b\n", "does not hold whole statements"),
        ("f(\n    #: begin a.b\n    1,\n    #: end a.b\n)\n", "not Python|whole|invalid|perhaps"),
        ("if x:\n    #: begin a.b\n    y\nz\n    #: end a.b\n", "not at the same indent|unexpected"),
        ("for x in y:\n    a\n#: begin a.b\n    b\n#: end a.b\n", "not at the same indent"),
        ("s = '''\n#: begin a.b\nx = 1\n#: end a.b\n'''\n", "s.py:2: a region marker inside a string"),
        ("x = (\n", r"s\.py:1: "),
        ("x = 1\r\n", "s.py:1: a line is broken by"),
        ("x = 1\x0c\n", "s.py:1: a line is broken by"),
    ],
)
def test_what_is_wrong_with_a_region(source, words):
    with pytest.raises(AuthorError, match=words):
        strip(source, "s.py")


names = st.from_regex(r"[a-z0-9_]{1,8}", fullmatch=True)
bodies = st.lists(st.sampled_from(["secret = 41", "secret += 1", "print(secret)"]), min_size=1, max_size=4)


@given(st.lists(st.tuples(names, names, bodies), max_size=5, unique_by=lambda r: r[:2]), st.integers(0, 3))
def test_no_line_of_a_region_survives(regions, depth):
    source, expected = [], []
    for indent in range(depth):
        head = "    " * indent + "if True:"
        source.append(head)
        expected.append(head)
    pad = "    " * depth
    source.append(f"{pad}pass")
    expected.append(f"{pad}pass")
    for task, part, body in regions:
        block = [f"#: begin {task}.{part}", *body, f"#: end {task}.{part}"]
        source.append(textwrap.indent("\n".join(block), pad))
        expected.append(f'{pad}raise NotImplementedError("{task}: {part} is not written yet")')
    text = "\n".join(source) + "\n"
    assert [(r.task, r.part) for r in parse(text, "s.py")] == [r[:2] for r in regions]
    assert strip(text, "s.py") == "\n".join(expected) + "\n"


@given(st.text(alphabet="#: begindxab._-\n'\"\\(", max_size=60))
def test_any_text_is_parsed_or_refused_in_one_line(text):
    try:
        assert "#: begin" not in strip(text, "s.py") or "'" in text or '"' in text
    except AuthorError as error:
        words = str(error)
        assert "\n" not in words

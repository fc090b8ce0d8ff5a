"""The README's picture is what a terminal really shows, and fetches nothing."""

import re
from xml.etree import ElementTree

import pytest

from book import capture
from tests.conftest import REPOSITORY


def words(svg):
    """The text of a picture, line by line."""
    found = {}
    for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        if element.get("clip-path"):
            found.setdefault(element.get("clip-path"), []).append((float(element.get("x")), element.text or ""))
    return ["".join(text for _, text in sorted(pieces)).replace("\xa0", " ").strip() for pieces in found.values()]


def test_what_was_taken_back_is_not_on_the_screen():
    written = "\x1b[?25l\x1b[32m-\x1b[0m waiting\r\x1b[2K\x1b[32m|\x1b[0m at work\r\n\x1b[?25h\r\x1b[1A\x1b[2K"
    written += "\x1b[1mone\x1b[0m two  \r\n\r\nthree\r\n"
    assert capture.screen(written) == "\x1b[1mone\x1b[0m two\n\nthree"


def test_the_picture_fetches_nothing():
    svg = capture.PICTURE.read_text()
    links = set(re.findall(r"https?://[^\"' )]+", svg))
    assert links <= {"http://www.w3.org/2000/svg"}
    assert "@font-face" not in svg and "<script" not in svg


def test_the_readme_shows_it_with_words_for_who_cannot_see_it():
    readme = (REPOSITORY / "README.md").read_text()
    (alternative,) = re.findall(r"!\[([^\]]+)\]\(book/figures/test-ch4\.svg\)", readme)
    assert len(alternative) > 80
    assert capture.SHOWN in alternative


def test_the_picture_shows_what_it_says():
    shown = " ".join(words(capture.PICTURE.read_text()))
    for part in (
        f"$ {capture.SHOWN}",
        "0.5 / 3 points",
        "The first step is 2 times too short.",
        "A known mistake",
        "Hint:",
    ):
        assert part in shown


def test_each_part_of_the_readme_is_five_lines_with_a_link():
    readme = (REPOSITORY / "README.md").read_text()
    for who in ("a student", "an instructor", "an author"):
        part = readme.split(f"## If you are {who}\n")[1].split("\n## ")[0].strip()
        assert len(part.split("\n")) == 5
        assert re.search(r"\]\([a-z]+[/.A-Z]", part) or re.search(r"\]\([A-Z]+\.md\)", part)


@pytest.mark.slow
def test_the_picture_is_what_the_command_shows_today():
    now = capture.picture(capture.screen(capture.run(capture.COMMAND)))
    assert words(now) == words(capture.PICTURE.read_text())

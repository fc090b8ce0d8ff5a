"""What exceptions mean in plain words: each entry is held against what the libraries really say today."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader import feedback
from grader.course import load
from grader.errors import AuthorError
from grader.grade import as_snapshot
from grader.model import Answer, Outcome, Translation
from grader.translations import meaning, read
from tests.conftest import REPOSITORY
from tests.raised import PIECES

COURSE = load(REPOSITORY)


@pytest.fixture(scope="module")
def raised():
    """What the pieces raise under the libraries that are installed."""
    run = subprocess.run(
        [sys.executable, str(REPOSITORY / "tests" / "raised.py")], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize("number", range(len(PIECES)), ids=[f"{n}: {said[:40]}" for n, (said, _) in enumerate(PIECES)])
def test_what_the_libraries_say_is_translated(raised, number):
    exception, message = raised[str(number)]
    assert PIECES[number][0] in meaning(COURSE.translations, exception, message), (exception, message)


def test_every_translation_is_of_something_that_is_really_raised(raised):
    unseen = []
    for at, entry in enumerate(COURSE.translations):
        earlier = [other for other in COURSE.translations[:at] if other.exception == entry.exception and other.says]
        for exception, message in raised.values():
            if exception != entry.exception:
                continue
            if not entry.says:
                break
            if re.search(entry.says, message) and not any(re.search(other.says, message) for other in earlier):
                break
        else:
            unseen.append((entry.exception, entry.says))
    assert not unseen


def test_a_class_that_feedback_may_not_name_is_not_translated():
    from grader.testimony import BUILTIN_EXCEPTIONS

    assert not {entry.exception for entry in COURSE.translations} - BUILTIN_EXCEPTIONS - set(COURSE.exceptions)


def test_the_engines_frames_are_not_in_a_message(raised):
    for exception, message in raised.values():
        assert "Graph execution error" not in message, exception
        assert "\x1b" not in message and "[Op:" not in message and "most recent call" not in message


# --- where they are shown

MEANS = (
    Translation("ValueError", "A shape does not fit.", "shape"),
    Translation("ValueError", "Some value cannot be used."),
)


def test_without_the_message_only_the_class_counts():
    assert meaning(MEANS, "ValueError", "a shape") == "A shape does not fit."
    assert meaning(MEANS, "ValueError", "") == "Some value cannot be used."
    assert meaning(MEANS, "", "a shape") == meaning(MEANS, "KeyError", "shape") == ""


def test_it_stands_beside_the_original(arrays):
    snapshot = as_snapshot(arrays, "def center(x):\n    raise ValueError('a shape of 3')\n")
    answer = Answer(
        Outcome.ERROR, exception="ValueError", message="a shape of 3", cell="arrays.py", line=2, hearsay=True
    )
    seen = feedback.raised(answer, snapshot, True, MEANS)
    assert "ValueError in arrays.py, line 2: a shape of 3" in seen
    assert seen.endswith("In plain words: A shape does not fit.")
    unseen = feedback.raised(answer, snapshot, False, MEANS)
    assert "shape" not in unseen.replace("raise ValueError('a shape of 3')", "")
    assert unseen.endswith("In plain words: Some value cannot be used.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "missing required field `exceptions`"),
        ('[[exceptions]]\nexception = "A B"\nmeans = "x"', "not the name of a class"),
        ('[[exceptions]]\nexception = "A"\nmeans = " "', "one line of text"),
        ('[[exceptions]]\nexception = "A"\nmeans = "x"\nsays = "("', "not a regular expression"),
        ('[[exceptions]]\nexception = "A"\nmeans = "x"\nother = 1', "unknown field"),
        ("[[", "exceptions.toml"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path, text, words):
    path = tmp_path / "exceptions.toml"
    path.write_text(text)
    with pytest.raises(AuthorError, match=words) as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(AuthorError, match="cannot be read"):
        read(Path(tmp_path / "nowhere.toml"))

"""Attacks through TensorFlow on the real course: what must hold after each, and what counts as its prize."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import Any

from grader import render
from grader.course import load
from grader.grade import Grader, as_snapshot
from grader.sandbox import Sandbox
from tests.red_team import naive_tensorflow
from tests.red_team.field import LOOK, SECRET, Attack, as_declared
from tests.red_team.witness import Witness

REPOSITORY = Path(__file__).parent.parent.parent
CHAPTERS = ("ch1", "ch4")  # that the attacks name


class Outside:
    """Places outside the sandbox: one with a secret, one to write to."""

    def __init__(self, root: Path) -> None:
        self.plant = root / "planted"
        self.secret = root / "solution.py"
        self.secret.write_text(f"# {SECRET}\n")

    def code(self, attack: Attack, door: int, library: bytes = b"") -> str:
        """The attack, with the names of places."""
        words = {"@SOLUTION@": str(self.secret), "@PLANT@": str(self.plant), "@DOOR@": str(door)}
        code = attack.code.replace("@LIBRARY@", library.hex())
        for word, value in words.items():
            code = code.replace(word, value)
        return code


def took(attack: Attack, seen: dict[str, Any]) -> bool:
    """Whether the naive runner gave it its prize."""
    match attack.control.prize:
        case "secret":
            return SECRET in seen["text"]
        case "planted":
            return seen["planted"] != []
    return seen[attack.control.prize] is True


class TensorFlowGrading:
    """The grader of the real course, with its two workers."""

    def __init__(self, sandbox: Sandbox, root: Path) -> None:
        self.course = load(REPOSITORY)
        self.grader = Grader(self.course, sandbox, seed=4)
        self.outside = Outside(root)
        scratch = root / "scratch"
        scratch.mkdir()
        watched = {"exercises": self.course.exercises, "engine": Path(render.__file__).parent}
        self.witness = Witness(self.grader, scratch, SECRET, watched)
        for chapter in CHAPTERS:
            self._grade_honest(chapter, whole=True)
        self._grade_honest(CHAPTERS[0])
        self.witness.settle()

    def close(self) -> None:
        """Ends it."""
        self.grader.close()
        self.witness.close()

    def attack(self, attack: Attack, library: bytes = b"") -> None:
        """It gets nothing, and the next honest submission in the same worker has full marks."""
        door = free_port()
        chapter = self.course.chapter(attack.chapter)
        self.witness.begin()
        watch = Watcher(door)
        report = self.grader.grade(chapter, as_snapshot(chapter, self.outside.code(attack, door, library)), "red")
        watch.close()
        self.witness.nothing_hidden_is_shown(as_declared(report, attack))
        self.witness.nothing_secret_was_sent()
        assert list(self.outside.plant.parent.glob("planted*")) == []
        assert not watch.answered
        self._grade_honest(attack.chapter)
        self.witness.the_worker_is(replaced=attack.replaced)
        self.witness.all_is_as_it_was()

    def _grade_honest(self, name: str, whole: bool = False) -> None:
        """Full marks, with nothing of the last one to be found; the chapter's first task, unless it is to be all."""
        chapter = self.course.chapter(name)
        honest = as_snapshot(chapter, render.solution(chapter) + "\nimport numpy as np\n" + LOOK)
        report = self.grader.grade(chapter, honest, task=None if whole else chapter.tasks[0].id)
        assert (report.score, report.notes) == (report.max_score, ()), report.notes


class Watcher:
    """Knocks at a port of this machine's until it is told to stop."""

    def __init__(self, port: int) -> None:
        self.port, self.answered, self.ended = port, False, False
        self.thread = threading.Thread(target=self._knock)
        self.thread.start()

    def _knock(self) -> None:
        while not self.ended:
            self.answered = self.answered or naive_tensorflow.answers(self.port)
            time.sleep(0.05)

    def close(self) -> None:
        """Ends it."""
        self.ended = True
        self.thread.join()


def free_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])

"""The field: a course to attack, the attacks with what is declared of them, and what must hold after each."""

from __future__ import annotations

import ast
import csv
import importlib.util
import io
import json
import re
import shutil
import socket
import threading
import time
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from rich.console import Console

from grader import render
from grader.course import load
from grader.errors import SubmissionError
from grader.grade import Grader
from grader.model import Chapter, Course, Report, encode_report
from grader.reports.gradebook import gradebook
from grader.reports.html import feedback_page
from grader.reports.terminal import print_report
from grader.sandbox import Sandbox
from grader.submission import snapshot
from tests.red_team import naive
from tests.red_team.witness import Witness

HERE = Path(__file__).parent
NUMPY_COURSE = HERE.parent / "numpy_course"
HONEST = (HERE / "honest.py").read_text()
SECRET = "red-team-secret-e7c1f0"
FULL = 10.0
MIB = 1 << 20
# Large enough for honest work, small enough that an attack on a limit is small too.
LIMITS = {
    "import_seconds": 4, "probe_seconds": 2, "total_seconds": 40, "cpu_seconds": 12, "memory": 160 * MIB,
    "processes": 40, "descriptors": 200, "scratch": 24 * MIB, "files": 500, "file": 16 * MIB, "output": MIB,
    "answer": 8 * MIB, "depth": 16, "count": 20000,
}  # fmt: skip


class Control(msgspec.Struct, forbid_unknown_fields=True):
    """How the naive runner grades, and what it gives away: fields of the table `control` in an attack's head."""

    prize: str  # what the attack gets there: one of `PRIZES`
    score: float = FULL  # for the prize "marks"
    least: float = 0.0  # for prizes that are amounts: processes, memory in MB, ...
    shows: str = ""  # for the prize "text": what the student, or the reader, gets to see
    trusts: str = "result"
    compares: str = "array"
    suite: str = "hidden"
    name: str = "student"
    forbids: str = ""  # searched for in the text, and that is all
    rounds: int = 1
    seconds: float = 20.0
    alarm: bool = False
    environment: bool = False  # whether the student's process inherits the grader's
    theirs: bool = False  # whether the tests are taken from the submission
    cache: bool = False
    reference: bool = False  # whether the reference is loaded after the submission


class Attack(msgspec.Struct, forbid_unknown_fields=True):
    """The head of an attack's file."""

    number: int  # in the list of ways
    defence: str  # for SECURITY.md
    control: Control
    score: float = 2.0  # what honest work in it earned
    outcome: dict[str, str] = {}
    says: str = ""  # found in what the student is told
    refused: str = ""  # the one line with which it is turned away; then there is no report
    rounds: int = 1
    replaced: bool = False  # whether the worker is replaced by another before the next submission
    quick: bool = False  # in `make check` too
    chapter: str = "ch1"  # of the real course, for attacks through TensorFlow
    compiles: bool = False  # whether it brings a shared library
    by: str = ""  # a test elsewhere that goes into it more deeply
    path: Path = Path()
    claim: str = ""
    code: str = ""

    @property
    def name(self) -> str:
        """The file's own."""
        return f"{self.path.parent.name}/{self.path.stem}"


def read(path: Path) -> Attack:
    """An attack's file: its docstring is a sentence, then TOML; the rest is hostile, or builds what is."""
    text = path.read_text()
    tree = ast.parse(text)
    head = ast.get_docstring(tree) or ""
    claim, _, table = head.partition("\n\n")
    code = "\n".join(text.splitlines()[tree.body[0].end_lineno or 0 :])
    real = path.parent.name == "with_tensorflow"  # on the real course, where nothing honest is in the attack
    default = {"score": 0.0} if real else {"outcome": {"center": "failed"}}
    fields = msgspec.convert(default | tomllib.loads(table), Attack)
    fields.path, fields.claim, fields.code = path, " ".join(claim.split()), code
    return fields


def attacks(folder: str) -> list[Attack]:
    """All of a folder, in the order of their numbers."""
    found = [read(path) for path in sorted((HERE / folder).glob("[a-z]*.py"))]
    return sorted(found, key=lambda attack: (attack.number, attack.path.name))


class Listener:
    """Someone outside who waits for stolen goods."""

    def __init__(self) -> None:
        self.heard = b""
        self.doors = [socket.create_server(("127.0.0.1", 0))]
        self.port = self.doors[0].getsockname()[1]
        abstract = socket.socket(socket.AF_UNIX)
        abstract.bind(f"\0red-team-{self.port}")
        abstract.listen()
        self.doors.append(abstract)
        for door in self.doors:
            threading.Thread(target=self._hear, args=(door,), daemon=True).start()

    def _hear(self, door: socket.socket) -> None:
        while True:
            try:
                caller, _ = door.accept()
            except OSError:
                return
            with caller:
                caller.settimeout(2)
                try:
                    while data := caller.recv(4096):
                        self.heard += data
                except OSError:
                    pass

    def close(self) -> None:
        """Nobody waits any more."""
        for door in self.doors:
            try:
                door.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            door.close()


class Field:
    """A course of its own with a secret in all that is private, and the words that attacks may use for its places."""

    def __init__(self, root: Path) -> None:
        self.root = root / "course"
        shutil.copytree(NUMPY_COURSE, self.root, ignore=shutil.ignore_patterns("build", ".secret", "__pycache__"))
        shutil.copy(HERE / "hidden_suite.py", self.root / "solutions" / "ch1_arrays" / "test_hidden.py")
        toml = self.root / "exercises" / "ch1_arrays" / "chapter.toml"
        head, _, rest = toml.read_text().partition("[limits]")
        limits = "\n".join(f"{key} = {value}" for key, value in LIMITS.items())
        toml.write_text(f"{head}[limits]\n{limits}\n\n[[tasks]]{rest.partition('[[tasks]]')[2]}")
        solution = self.root / "solutions" / "ch1_arrays" / "arrays.py"
        solution.write_text(solution.read_text() + f"\n# {SECRET}\n")
        self.course: Course = load(self.root)
        self.chapter: Chapter = self.course.chapters[0]
        self.solution = render.solution(self.chapter)
        self.honest = HONEST
        self.plant = root / "planted"
        self.listener = Listener()

    def fill(self, code: str, learned: str = "") -> str:
        """The places' names in an attack: the strongest attacker knows them all."""
        words = {
            "@SOLUTION@": str(self.root / "solutions" / "ch1_arrays" / "arrays.py"),
            "@TESTS@": str(self.root / "solutions" / "ch1_arrays" / "test_hidden.py"),
            "@COURSE@": str(self.root),
            "@PLANT@": str(self.plant),
            "@PORT@": str(self.listener.port),
            "@LEARNED@": learned.encode().hex(),
            "@SECRET@": SECRET[:15],  # how it starts, for those who search memory
        }
        for word, value in words.items():
            code = code.replace(word, value)
        return code

    def submission(self, attack: Attack, folder: Path, learned: str = "") -> Path:
        """Where the submission lies that this attack makes."""
        folder.mkdir(parents=True)
        if attack.path.parent.name != "shapes":
            (folder / "arrays.py").write_text(HONEST + self.fill(attack.code, learned))
            return folder
        built = module(attack).build(self, folder)
        assert isinstance(built, Path)
        return built

    def plan(self, attack: Attack, submission: Path, work: Path) -> dict[str, Any]:
        """What the naive runner is told."""
        suite = {"hidden": "solutions/ch1_arrays/test_hidden.py", "public": "exercises/ch1_arrays/test_public.py"}
        plan = {
            "work": str(work),
            "submission": str(submission),
            "suite": str(self.root / suite[attack.control.suite]),
            "solution": str(self.root / "solutions" / "ch1_arrays" / "arrays.py"),
            "exercises": str(self.root / "exercises" / "ch1_arrays"),
            "points": {task.id: task.points for task in self.chapter.tasks},
            "control": msgspec.structs.asdict(attack.control),
        }
        swap = getattr(module(attack), "swap", None) if attack.path.parent.name == "shapes" else None
        return plan | ({"swap": swap(self)} if swap else {})


def module(attack: Attack) -> Any:
    """The builder of a submission that is no plain file."""
    spec = importlib.util.spec_from_file_location(attack.path.stem, attack.path)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


# --- the positive control ---


def gets_its_prize(field: Field, attack: Attack, tmp: Path) -> None:
    """The attack works on the naive runner: not that it runs, but that it gets what it is after."""
    field.plant.unlink(missing_ok=True)
    learned, seen = "", {}
    for number in range(attack.rounds):
        submission = field.submission(attack, tmp / f"submission{number}", learned)
        seen = naive.grade(field.plan(attack, submission, tmp / "work"), SECRET)
        learned = seen["text"]
    assert PRIZES[attack.control.prize](attack.control, seen, field), f"no prize, but: {str(seen)[-3000:]}"


PRIZES = {
    "marks": lambda control, seen, _: seen["score"] == control.score,
    "secret": lambda _, seen, __: SECRET in seen["text"],
    "text": lambda control, seen, _: re.search(control.shows, seen["text"]),
    "contact": lambda _, seen, field: _soon(lambda: b"seen" in field.listener.heard),
    "planted": lambda _, __, field: field.plant.exists(),
    "host": lambda _, seen, field: field.plant.exists() and field.plant.read_text() == str(seen["pid"]),
    "left": lambda _, seen, __: seen["left"] > 0,
    "ignores": lambda _, seen, __: seen["ignores"],
    "late": lambda _, seen, __: seen["late"],
    "runner": lambda _, seen, __: seen["runner"],
    "processes": lambda control, seen, _: seen["processes"] >= control.least,
    "memory": lambda control, seen, _: seen["memory"] >= control.least * MIB,
    "printed": lambda control, seen, _: seen["printed"] >= control.least * MIB,
    "scratch": lambda control, seen, _: seen["scratch"] >= control.least * MIB,
    "files": lambda control, seen, _: seen["files"] >= control.least,
}


def _soon(condition: Any) -> bool:
    for _ in range(50):
        if condition():
            return True
        time.sleep(0.02)
    return False


# --- the real grader ---


class Grading:
    """The grader under attack, and what it is like when nobody attacks."""

    def __init__(self, field: Field, sandbox: Sandbox) -> None:
        assert sandbox.confined
        self.field = field
        self.grader = Grader(field.course, sandbox, seed=11)
        scratch = field.root.parent / f"scratch-{sandbox.name}-{time.monotonic_ns()}"
        scratch.mkdir()
        watched = {
            "course": field.root,
            "libraries": Path(np.__file__).parent / "lib",
            "engine": Path(render.__file__).parent,
        }
        self.witness = Witness(self.grader, scratch, SECRET, watched)
        self.honest = field.root.parent / "honest"
        self.honest.mkdir(exist_ok=True)
        (self.honest / "arrays.py").write_text(field.solution.replace(SECRET, "") + LOOK)
        self._grade_honest()
        self._grade_honest()
        self.kept = {path: path.read_bytes() for path in (field.root / "build").rglob("*") if path.is_file()}
        self.witness.settle()

    def close(self) -> None:
        """Ends it."""
        self.grader.close()
        self.witness.close()

    def attack(self, attack: Attack, tmp: Path) -> None:
        """The attack gets what was declared, and everything holds that must hold after each."""
        field = self.field
        field.plant.unlink(missing_ok=True)
        field.listener.heard = b""
        self.witness.begin()
        learned = ""
        for number in range(attack.rounds):
            submission = field.submission(attack, tmp / f"submission{number}", learned)
            refusal = ""
            try:
                taken = snapshot(submission, field.chapter)
            except SubmissionError as error:
                refusal = str(error)
            assert bool(refusal) == bool(attack.refused), refusal
            if refusal:
                assert re.search(attack.refused, refusal)
                assert SECRET not in refusal
                break
            swap = getattr(module(attack), "swap", None) if attack.path.parent.name == "shapes" else None
            if swap:
                (submission / "arrays.py").write_text(swap(field))
            report = self.grader.grade(field.chapter, taken, attack.control.name)
            learned = self._report(report, attack)
        assert not field.plant.exists()
        assert field.listener.heard == b""
        self.witness.nothing_secret_was_sent()
        self._grade_honest()
        self.witness.the_worker_is(replaced=attack.replaced)
        self.witness.all_is_as_it_was()
        assert all(path.read_bytes() == content for path, content in self.kept.items())

    def _report(self, report: Report, attack: Attack) -> str:
        shown = as_declared(report, attack)
        self.witness.nothing_hidden_is_shown(shown)
        page = feedback_page(report).decode()
        assert "<script" not in page.lower()
        assert "onerror=" not in re.sub(r"&[a-z#0-9]+;.*", "", page)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", terminal(report))
        for row in csv.reader(io.StringIO(gradebook([report]).decode(), newline="")):
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]
        return shown

    def _grade_honest(self) -> None:
        """The next one in the same worker has full marks and finds nothing of the last one."""
        report = self.grader.grade(self.field.chapter, snapshot(self.honest, self.field.chapter), "honest")
        assert report.score == FULL, [test for task in report.tasks for test in task.tests if test.message]
        assert report.notes == ()


def as_declared(report: Report, attack: Attack) -> str:
    """The score, the outcomes and the words that the attack's file declares; returns all that is shown."""
    outcomes = {task.id: task.outcome.value for task in report.tasks}
    told = "\n".join([*report.notes, *(test.message for task in report.tasks for test in task.tests)])
    assert report.score == attack.score, told
    assert attack.outcome.items() <= outcomes.items(), f"{outcomes}: {told}"
    assert re.search(attack.says, told), told
    return everything(report)


LOOK = """

def _look():
    import os, resource, tempfile
    here = {"1", str(os.getpid())}
    found = [name for name in os.listdir("/proc") if name.isdigit() and name not in here]
    for folder in ("/tmp", "/dev/shm", "/dev/mqueue", tempfile.gettempdir()):
        found += [os.path.join(folder, name) for name in (os.listdir(folder) if os.path.isdir(folder) else [])]
    # what warming up leaves is this process's own
    found = [name for name in found if not os.path.basename(name).startswith("__autograph_generated_file")]
    for kind in ("msg", "sem", "shm"):
        with open(f"/proc/sysvipc/{kind}") as table:
            found += table.readlines()[1:]
    if os.getpriority(os.PRIO_PROCESS, 1) != 0 or os.sched_getaffinity(1) != os.sched_getaffinity(0):
        found.append("a changed worker")
    if "numpy" not in np.testing.assert_allclose.__module__:
        found.append("a changed library")
    if found:
        raise ValueError(f"found {found}")

_look()
"""


def everything(report: Report) -> str:
    """All that a student may get to see of it."""
    return encode_report(report).decode() + feedback_page(report).decode() + terminal(report)


def terminal(report: Report) -> str:
    """As it is printed."""
    stream = io.StringIO()
    print_report(report, Console(file=stream, width=200, no_color=True))
    return stream.getvalue()


def visible_answers(field: Field) -> str:
    """What a student can read of the visible cases."""
    return json.dumps(json.loads((field.root / "exercises/ch1_arrays/expected/recorded.json").read_text()))

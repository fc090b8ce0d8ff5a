"""The commands of instructor/README.md, run one after the other as they stand there; and the sample class."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grader import render, submission
from grader.course import load
from grader.grade import Grader
from grader.reports.text import WORDS
from tests.conftest import REPOSITORY, with_nbgrader

pytest.importorskip("nbgrader", reason="nbgrader is not installed: it is in requirements/dev.txt")

from grader.__main__ import main
from grader.classroom.intake import take_in

pytestmark = pytest.mark.slow


def surroundings(home):
    home.mkdir(exist_ok=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    own = {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home), "JUPYTER_DATA_DIR": str(home / "data")}
    return {**os.environ, **own, "PATH": path, "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "ignore"}


def test_every_command_of_the_readme_works_as_it_stands(arrays_course, tmp_path):
    """With the small course in the place of chapter 4."""
    root = with_nbgrader(arrays_course, tmp_path)
    (tmp_path / "class").mkdir()
    for name, source in render.alternates(arrays_course.chapters[0]).items():
        (tmp_path / "class" / f"{name}.py").write_text(source)
    out = root / "build" / "nbgrader"
    call = ["--course", str(root), "nbgrader", "--out", str(out), "--chapter", "ch1"]
    assert main([*call, "--submissions", str(tmp_path / "class")]) == 0
    page = (REPOSITORY / "instructor" / "README.md").read_text().replace("ch4_optimizers", "ch1_arrays")
    blocks = re.findall(r"^```sh\n(.+?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 7
    script = "set -ex\n" + "".join(blocks)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=out,
        env=surroundings(tmp_path / "home"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    with open(out / "grades.csv", newline="") as file:
        grades = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    fetched = set(grades) - {"loops", "functional"}
    assert len(fetched) == 1  # the student of the exchange, who is whoever runs this
    assert grades == {"loops": 10.0, "functional": 10.0, fetched.pop(): 0.0}
    for student in ("loops", "functional"):
        assert "passed, 2 of 2 points" in (out / "feedback" / student / "ch1_arrays" / "arrays.html").read_text()


def verdicts(text):
    words = "|".join(re.escape(word) for word in WORDS.values())
    return re.findall(rf"^({words}) +(?:visible|[\d.]+/[\d.]+) +(.+)$", text, re.MULTILINE)


def test_the_sample_class_gets_the_same_marks_by_nbgrader_test_by_test(tmp_path):
    """`make nbgrader`, and all eight submissions, whatever form they had."""
    out = REPOSITORY / "build" / f"nbgrader-{tmp_path.name}"
    try:
        call = ["--course", str(REPOSITORY), "nbgrader", "--out", str(out), "--chapter", "ch4"]
        assert main([*call, "--submissions", str(REPOSITORY / "examples" / "class")]) == 0
        for step in ("generate_assignment", "autograde"):
            command = [sys.executable, "-m", "nbgrader", step, "ch4_optimizers"]
            environment = surroundings(tmp_path / "home")
            done = subprocess.run(command, cwd=out, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr[-4000:]
        skeleton = json.loads((REPOSITORY / "exercises/ch4_optimizers/optimizers.ipynb").read_text())
        released = nbformat.read(out / "release/ch4_optimizers/optimizers.ipynb", as_version=4)
        assert ["".join(cell["source"]) for cell in skeleton["cells"]] == [cell.source for cell in released.cells]
        course = load(REPOSITORY)
        chapter = course.chapter("ch4")
        with Grader(course) as grader:
            for entry in take_in(REPOSITORY / "examples" / "class", chapter).values():
                student, path = entry.student.id, entry.attempts[-1].path
                report = grader.grade(chapter, submission.snapshot(path, chapter))
                book = nbformat.read(out / "autograded" / student / "ch4_optimizers/optimizers.ipynb", as_version=4)
                cells = {cell.id: cell.outputs for cell in book.cells if cell.get("outputs")}
                for task in report.tasks:
                    words, result = cells[f"{task.id}-grade"]
                    expected = [(WORDS[test.outcome], test.claim) for test in task.tests]
                    assert verdicts(words.text) == expected, (student, task.id)
                    assert float(result.data["text/plain"]) == pytest.approx(task.score, abs=1e-4), (student, task.id)
    finally:
        shutil.rmtree(out, ignore_errors=True)

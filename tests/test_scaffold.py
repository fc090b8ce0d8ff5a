"""A new task comes with all its pieces, runs at once, and the audit names what is left to write."""

import io
import re

import pytest
from rich.console import Console

from grader.__main__ import main
from grader.audit import audit
from grader.course import load
from grader.grade import Grader


def findings(root):
    course = load(root)
    with Grader(course, "bwrap", seed=7) as grader:
        result = audit(course, course.chapters, grader, Console(file=io.StringIO()))
    return [f"{finding.kind}: {finding.where}: {finding.words}" for finding in result.findings]


def test_a_new_task_runs_and_the_audit_says_what_is_missing(root, capsys):
    assert main(["--course", str(root), "new-task", "ch1", "scale", "--points", "2"]) == 0
    assert main(["--course", str(root), "render", "--seed", "7"]) == 0
    lines = findings(root)
    for pattern in (
        r"unwritten: solutions/ch1_arrays/arrays\.py:\d+: ",
        r"unwritten: exercises/ch1_arrays/hints\.md:\d+: ",
        r"unwritten: solutions/ch1_arrays/mutants/scale_wrong\.py:1: ",
        r"right program: ch1_arrays loops: test_scale_whatever_the_numbers \(scale\): missing",
    ):
        assert any(re.match(pattern, line) for line in lines), lines
    assert {line.partition(":")[0] for line in lines} == {"unwritten", "right program", "alike", "count"}


@pytest.mark.slow
def test_a_task_that_is_filled_in_has_no_findings(root):
    assert main(["--course", str(root), "new-task", "ch1", "scale"]) == 0
    for path in [*root.rglob("*.py"), *root.rglob("*.md"), *root.rglob("*.toml")]:
        if "TODO(author)" in (text := path.read_text()):
            path.write_text(text.replace("TODO(author)", "Written now"))
    for name, body in (("loops", "return np.array(list(x))"), ("functional", "return x.copy()")):
        alternate = root / "solutions" / "ch1_arrays" / "alternates" / f"{name}.py"
        alternate.write_text(alternate.read_text() + f"\n\ndef scale(x):\n    {body}\n")
    wrong = root / "solutions" / "ch1_arrays" / "mutants" / "scale_wrong.py"
    wrong.with_name("scale_minus.py").write_text(wrong.read_text().replace("x + 1", "-x"))
    assert main(["--course", str(root), "render", "--seed", "7"]) == 0
    assert findings(root) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ch1", "Scale"], "cannot be a task's id"),
        (["ch1", "center"], "has a 'center' already"),
        (["ch1", "centered"], "cases.py of ch1_arrays has a 'centered' already"),
        (["ch7", "scale"], "there is no chapter 'ch7'"),
    ],
)
def test_what_cannot_be_made_leaves_everything_as_it_is(root, capsys, words, said):
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert main(["--course", str(root), "new-task", *words]) == 2
    assert said in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

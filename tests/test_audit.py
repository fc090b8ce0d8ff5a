"""The audit passes what is in order and names every planted fault."""

import io
import re
import shutil

import msgspec
import pytest
from rich.console import Console

from grader import assembly, redundant, rehearsal
from grader.audit import audit
from grader.course import AuditNumbers, load
from grader.errors import AuthorError
from grader.grade import Grader, as_snapshot
from grader.model import Outcome
from grader.proof import Audit, Finding, encode_audit
from grader.reports.matrix import page


def console():
    return Console(file=io.StringIO(), width=80, highlight=False)


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def told(findings):
    return [f"{finding.kind}: {finding.where}: {finding.words}" for finding in findings]


def test_a_course_in_order_has_no_findings(arrays_course, arrays, arrays_grader):
    out = console()
    result = audit(arrays_course, [arrays], arrays_grader, out)
    assert told(result.findings) == []
    assert told(result.notes) == []
    assert result.ok
    (proof,) = result.chapters
    assert proof.scores == {"solution": 10, "skeleton": 0, "notebook": 0, "functional": 10, "loops": 10}
    rows = {row.name: row for row in proof.mutants}
    assert rows["center_rows"].failed == ("center",)
    assert rows["center_rows"].blocked == ("normalise",)
    assert rows["center_rows"].named == {"center": "center_rows"}
    assert rows["center_in_place"].tests["test_argument_is_left_alone"] is Outcome.FAILED
    text = out.file.getvalue()
    assert "  center_in_place        .x. bb .. ..\n" in text
    assert text.endswith("9 mutants, 9 hidden tests: nothing is wrong\n")
    assert msgspec.json.decode(encode_audit(result), type=Audit) == result


def test_a_students_report_names_each_mutant_and_gives_its_hint(arrays, arrays_grader):
    for mutant in assembly.mutants(arrays):
        report = arrays_grader.grade(arrays, as_snapshot(arrays, mutant.source), "somebody")
        for task in mutant.fails:
            tests = [test for row in report.tasks if row.id == task for test in row.tests]
            failed = [test for test in tests if test.outcome is Outcome.FAILED]
            assert {(test.misconception, test.hint) for test in failed} == {(mutant.name, mutant.hint)}


NEVER = "    order = np.sort(rng.permutation(len(x)))"
VISIBLE = '''"""Goes wrong for two rows and two columns only.

fails: center
hint: Look at small arrays.
"""


def center(x):
    return x - (x[0] if x.shape == (2, 2) else column_means(x))
'''
HOLLOW = """    if len(x) == 0:
        #: begin shuffle_rows.empty
        y = y[:0]
        #: end shuffle_rows.empty
"""  # a region that no test comes by: the skeleton passes
IDLE = '''

@pytest.mark.task("running_mean")
def test_nothing_at_all(submission, case):
    """A mean is there."""
    check(len(submission(case("means"))) == 4, "there is no mean")
'''


def test_each_planted_fault_is_found(root):
    public, private = root / "exercises" / "ch1_arrays", root / "solutions" / "ch1_arrays"
    mutants, alternates = private / "mutants", private / "alternates"
    edit(mutants / "center_rows.py", "fails: center\n", "fails: running_mean\n")
    shutil.copy(mutants / "shuffle_rows_never.py", mutants / "shuffle_rows_still.py")
    edit(mutants / "shuffle_rows_still.py", NEVER, f"    rng.random()\n{NEVER}")
    (mutants / "center_visible.py").write_text(VISIBLE)
    (mutants / "notes.txt").write_text("words")
    (public / "arrays_old.py").write_text("x = 1")
    (public / "link.md").symlink_to(public / "hints.md")
    renamed = re.sub(r"\bz\b", "centred", (alternates / "functional.py").read_text())
    (alternates / "renamed.py").write_text(renamed)
    edit(alternates / "loops.py", "if spread > 0", "if spread >= 0")
    edit(public / "arrays.py", "# Four small functions.", "# Four small tasks.")
    edit(private / "arrays.py", "    #: begin shuffle_rows.shuffle_rows\n", "")
    edit(private / "arrays.py", "    order = rng", f"{HOLLOW}    order = rng")
    edit(private / "arrays.py", "    #: end shuffle_rows.shuffle_rows\n", "")
    (private / "test_hidden.py").write_text((private / "test_hidden.py").read_text() + IDLE)
    course = load(root)
    with Grader(course, "bwrap", seed=7) as grader:
        result = audit(course, course.chapters, grader, console(), AuditNumbers(mutants=3, alternates=4, points=20))
    assert not result.ok
    lines = "\n".join(told(result.findings))
    for words in (
        "mutant: ch1_arrays center_rows: declares that it fails running_mean, and passes it",
        "mutant: ch1_arrays center_rows: fails center without declaring it: test_centred_by_column",
        "mutant: ch1_arrays center_visible: fails center in visible tests only",
        "misconception: ch1_arrays shuffle_rows_still: shuffle_rows: no test tells it from shuffle_rows_never",
        "misconception: ch1_arrays shuffle_rows_never: shuffle_rows: no test tells it from shuffle_rows_still",
        "redundant: ch1_arrays running_mean: test_nothing_at_all: no mutant fails it",
        "alike: ch1_arrays normalise: functional and renamed are written alike",
        "right program: ch1_arrays loops: test_constant_column_becomes_zeros (normalise): failed",
        "stale: exercises/ch1_arrays/arrays.py: is not what the solution gives",
        "unexpected: solutions/ch1_arrays/mutants/notes.txt: ",
        "unexpected: exercises/ch1_arrays/arrays_old.py: ",
        "unexpected: exercises/ch1_arrays/link.md: ",
        "count: ch1_arrays normalise: has 2 mutants; 3 are wanted",
        "count: ch1_arrays: has 3 alternates; 4 are wanted",
        "points: ch1_arrays: its tasks do not add up to 20 points",
        "skeleton: ch1_arrays skeleton: shuffle_rows is passed with 2 points; it must be missing",
    ):
        assert words in lines, lines
    assert len(lines.splitlines()) == len(result.findings)
    for healthy in ("center_float64", "normalise_unbiased", "running_mean_of_means"):
        assert healthy not in lines


HINTS = ("exercises/ch1_arrays/hints.md", "### 3\n", "")
MUTANT = ("solutions/ch1_arrays/mutants/center_rows.py", "def center", "def centre")
IMPORT = (
    "solutions/ch1_arrays/alternates/loops.py",
    "import numpy as np",
    "import numpy as np\nimport no_such_module",
)
POINTS = ("solutions/ch1_arrays/test_hidden.py", '"shuffle_rows"', '"center"')
WRONG = (
    "solutions/ch1_arrays/test_hidden.py",
    "assert_close(submission(inputs), reference(inputs), **ROUNDING)",
    "check(False, 'never')",
)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            [HINTS, MUTANT],
            [
                r"author: ch1_arrays: .*hints\.md: task center has 2 hints",
                r"author: ch1_arrays: .*center_rows\.py: replaces no definition",
            ],
        ),
        (
            [POINTS, IMPORT],
            ["points: ch1_arrays shuffle_rows: has no hidden test", "right program: ch1_arrays loops: "],
        ),
        ([WRONG], ["skipped: ch1_arrays: its mutants were not run"]),
    ],
    ids=["authors", "others", "solution"],
)
def test_a_step_that_cannot_be_made_is_a_finding(root, changes, words):
    for file, old, new in changes:
        edit(root / file, old, new)
    out = console()
    course = load(root)
    with Grader(course, "bwrap", seed=7) as grader:
        result = audit(course, course.chapters, grader, out)
    assert not result.ok
    lines = "\n".join(told(result.findings))
    for line in words:
        assert re.search(line, lines), lines
    assert all(line in out.file.getvalue() for line in told(result.findings))


def test_mutants_can_be_run_by_several_processes(root, monkeypatch):
    monkeypatch.setattr(rehearsal, "_WORTH_IT", 4)
    course = load(root)
    (chapter,) = course.chapters
    with Grader(course, "bwrap", seed=7) as grader:
        rehearsal.rehearse(grader, chapter, jobs=2)
        for mutant in grader.mutants(chapter):
            grader.run_program(chapter, as_snapshot(chapter, mutant.source), ("shuffle_rows",), blocking=True)
        assert grader.oracle.asked == 0


TWICE = '''

@pytest.mark.task("running_mean")
def test_batches_weigh_by_rows_again(submission, reference, case):
    """Every row counts the same, once more."""
    inputs = case("means", steps=4)
    assert_close(submission(inputs), reference(inputs), **ROUNDING)
'''


def test_a_claim_that_nothing_fails_alone_needs_a_reason(root):
    private = root / "solutions" / "ch1_arrays"
    hidden, listed = private / "test_hidden.py", private / "redundant.toml"
    hidden.write_text(hidden.read_text() + TWICE)
    names = ["test_batches_weigh_by_rows", "test_batches_weigh_by_rows_again"]
    course = load(root)
    with Grader(course, "bwrap", seed=7) as grader:
        result = audit(course, course.chapters, grader, console())
        assert told(result.findings) == [
            f"redundant: ch1_arrays running_mean: {name}: whatever fails it fails another test of the task too"
            for name in names
        ]
        entries = [f'[[redundant]]\ntest = "{name}"\nreason = "twice"\n' for name in (*names, "test_no_such")]
        listed.write_text("\n".join(entries[:2]))
        out = console()
        result = audit(course, course.chapters, grader, out)
        assert told(result.findings) == []
        assert result.chapters[0].redundant == dict.fromkeys(names, "twice")
        assert f"fails with another test always, and is kept: {names[0]}: twice" in out.file.getvalue()
        listed.write_text("\n".join(entries))
        (note,) = audit(course, course.chapters, grader, console()).notes
        assert note.words.startswith("test_no_such: listed as redundant, but ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[redundant]]\ntest = "test_a"\n', "reason"),
        ('[[redundant]]\ntest = "test_a"\nreason = " "\n', "'test_a' has no reason"),
        ('[[redundant]]\ntest = "test_a"\nreason = "b"\n' * 2, "'test_a' is there twice"),
        ('[[other]]\ntest = "test_a"\nreason = "b"\n', r"only \[\[redundant\]\] may stand here, not other"),
        ('[redundant]\ntest = "test_a"\n', "Expected `array`"),
    ],
)
def test_a_list_of_accepted_tests_that_is_not_in_order_is_refused(root, text, words):
    (root / "solutions" / "ch1_arrays" / "redundant.toml").write_text(text)
    with pytest.raises(AuthorError, match=words):
        redundant.accepted(load(root).chapters[0])


ELSEWHERE = """
[[variants]]
name = "half as exact"
environment = { SPOIL = "1e-3" }

[[variants]]
name = "other dtypes"
environment = { SPOIL_DTYPE = "float64" }

[[variants]]
name = "float64"
wide = true

[[variants]]
name = "other draws"
environment = { SPOIL_DRAWS = "1" }
form = false
draws = false
"""
SPOILT = """

def column_means(x, _exact=column_means):
    import os
    means = _exact(x) + np.asarray(os.environ.get("SPOIL", "0")).astype(x.dtype)
    if "SPOIL_DRAWS" in os.environ:
        means = (means + np.random.random()).astype(x.dtype)
    return means.astype(os.environ.get("SPOIL_DTYPE", x.dtype))
"""


def test_right_programs_are_measured_in_other_surroundings(root):
    edit(root / "course.toml", "\n[audit]", f"{ELSEWHERE}\n[audit]")
    given = root / "exercises" / "ch1_arrays" / "given.py"
    given.write_text(given.read_text() + SPOILT)
    course = load(root)
    out = console()
    with Grader(course, "bwrap", seed=7) as grader:
        result = audit(course, course.chapters, grader, out, surroundings=course.variants)
    rows = {(row.variant, row.program): row for row in result.chapters[0].variants}
    assert len(rows) == 4 * 3
    spoilt = rows["half as exact", "solution"]
    assert spoilt.error > 1
    assert spoilt.apart == ()
    lines = told(result.findings)
    tolerance = "tolerance: ch1_arrays center: test_centred_by_column: "
    assert any(line.startswith(tolerance) and "(half as exact) is right and errs by" in line for line in lines)
    # where only last digits may differ, another dtype is a finding
    apart = rows["other dtypes", "solution"].apart
    assert apart[0] == "test_dtype_is_kept"
    variant = "variant: ch1_arrays other dtypes: solution does not pass "
    assert sum(line.startswith(variant) for line in lines) == len(apart)
    # what hangs on drawn numbers is not compared where these come out otherwise
    drawn = rows["other draws", "solution"]
    assert "test_centred_by_column" in drawn.apart
    assert drawn.error < 1
    assert not any("(other draws)" in line or "other draws:" in line for line in lines)
    # what is asked in float64 is compared as float32
    exact = rows["float64", "solution"]
    assert exact.apart == ()
    assert 0 < exact.error < 0.1
    assert "  other dtypes: 3 right programs err by at most " in out.file.getvalue()
    assert "half as exact" in page(result).decode()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('name = "a"\n[[variants]]\nname = "a"', 'variants: name: "a" is there twice'),
        ('name = "a"\nthreads = 0', "variants: a: threads: at least 1, not 0"),
        ('name = ""', "variants: name: one line of text is wanted"),
    ],
)
def test_surroundings_that_cannot_be_are_refused(root, table, words):
    edit(root / "course.toml", "\n[audit]", f"\n[[variants]]\n{table}\n\n[audit]")
    with pytest.raises(AuthorError, match=re.escape(words)):
        load(root)


@pytest.mark.parametrize(
    ("tolerance", "words"),
    [
        ('{"rtol": 1e-7, "atol": 1e-7}', "is right and errs by"),
        ('{"rtol": 1e-1, "atol": 1e-1}', "is wrong and errs by only"),
    ],
    ids=["narrow", "wide"],
)
def test_a_tolerance_too_near_to_a_program_is_reported(root, tolerance, words):
    edit(root / "solutions" / "ch1_arrays" / "test_hidden.py", '{"rtol": 1e-4, "atol": 1e-5}', tolerance)
    course = load(root)
    with Grader(course, "bwrap", seed=7) as grader:
        result = audit(course, course.chapters, grader, console())
    assert any(words in line for line in told(result.findings) if line.startswith("tolerance: ch1_arrays"))


def test_the_page_shows_each_mutant_and_what_is_wrong(arrays_course, arrays, arrays_grader):
    result = audit(arrays_course, [arrays], arrays_grader, console())
    spoilt = msgspec.structs.replace(result, findings=(Finding("stale", "x.py", "<b>is not</b> what it was"),))
    for proof, wanted in ((result, "nothing is wrong"), (spoilt, "&lt;b&gt;is not&lt;/b&gt; what it was")):
        html = page(proof).decode()
        assert wanted in html
        assert "<script" not in html
        assert all(row.name in html for row in proof.chapters[0].mutants)
        assert "Takes from each row its own mean, not from each column." in html

"""Solution and mutant are asked the same inputs by the thousand: what is said to be equivalent is seen to be."""

import numpy as np
import pytest

from grader import equivalence, equivalents, mutation
from grader.__main__ import main
from grader.course import load
from grader.grade import Grader
from grader.mutation import Campaign, Judged, chapter_mutants

LIST = "solutions/ch1_arrays/equivalents.toml"
ROOT = "normalise.normalise: spread == 0 -> spread <= 0"
WRONG = "normalise.normalise: np.ones_like(spread) -> np.zeros_like(spread)"


def compared(grader, chapter, name, count, seconds=60.0, but=()):
    mutants = [mutant for mutant in chapter_mutants(chapter) if mutant.name == name]
    (found,) = equivalence.compare(grader, chapter, mutants, count, seconds, {name: but})
    return found


def test_an_equivalent_mutant_agrees_on_as_many_inputs_as_are_asked(arrays, arrays_grader):
    found = compared(arrays_grader, arrays, ROOT, 700)
    assert (found.task, found.inputs, found.differs) == ("normalise", 700, "")
    assert 80 < found.extremes < 200
    assert found.kinds == 3  # what the tests of other tasks draw does not come to the mutant


def test_what_differs_on_an_extreme_input_alone_is_found(arrays, arrays_grader):
    """No ordinary input has a column without spread."""
    found = compared(arrays_grader, arrays, WRONG, 2000)
    assert found.differs.startswith("test_")
    assert "made extreme" in found.differs or "constant=True" in found.differs


def test_what_right_programs_differ_in_can_be_left_out(arrays, arrays_grader):
    all_of_it = compared(arrays_grader, arrays, ROOT, 200)
    assert compared(arrays_grader, arrays, ROOT, 200, but=("normalised",)).kinds == 0 < all_of_it.kinds
    assert compared(arrays_grader, arrays, ROOT, 200, but=(equivalents.ZEROS,)).extremes < all_of_it.extremes


def test_the_same_input_counts_once(root):
    cases = root / "exercises" / "ch1_arrays" / "cases.py"
    text = cases.read_text()
    old = "    x = _matrix(rng, n, d, dtype)\n    if constant"
    assert old in text
    cases.write_text(text.replace(old, "    x = _matrix(np.random.default_rng(0), n, d, dtype)\n    if constant"))
    course = load(root)
    with Grader(course, "bwrap", seed=7) as grader:
        found = compared(grader, course.chapters[0], ROOT, 2000)
    assert 3 <= found.inputs < 150
    assert found.differs == ""


@pytest.mark.parametrize("draw", range(20))
def test_extremes_keep_shape_and_dtype(draw):
    array = np.linspace(1, 2, 6, dtype="float32").reshape(2, 3)
    before = array.copy()
    equivalence.make_extreme(array, np.random.default_rng(draw))
    assert (array.shape, array.dtype) == (before.shape, before.dtype)
    assert np.isfinite(array).all()
    assert not np.array_equal(array, before)


def test_the_numbers_are_written_into_the_list(root, capsys):
    before = equivalents.read(load(root).chapters[0])
    assert set(before) >= {ROOT}
    assert main(["--course", str(root), "mutate", "ch1", "--agree", "50", "--record", "--seed", "7"]) == 0
    after = equivalents.read(load(root).chapters[0])
    assert after.keys() == before.keys()
    assert {entry.inputs for entry in after.values()} == {50}
    assert {name: entry.reason for name, entry in after.items()} == {n: e.reason for n, e in before.items()}
    assert not any(entry.shown for entry in after.values())
    said = capsys.readouterr().out
    assert f"ch1 {ROOT}: 50 inputs of 3 kinds, " in said


def test_what_is_shown_need_not_be_asked_again(root, capsys):
    chapter = load(root).chapters[0]
    entry = equivalents.Equivalent(ROOT, "why", 200, "it takes long", but=(equivalents.ZEROS,))
    equivalents.write(chapter, [entry])
    assert equivalents.read(chapter) == {ROOT: entry}
    assert main(["--course", str(root), "mutate", "ch1", "--agree", "50", "--record", "--unshown", "--seed", "7"]) == 0
    assert capsys.readouterr().out == ""
    assert equivalents.read(chapter) == {ROOT: entry}


def test_a_mutant_that_is_listed_and_differs_is_told(root, capsys):
    text = f'[[equivalent]]\nmutant = "{WRONG}"\nreason = "none"\ninputs = 10000\n'
    (root / LIST).write_text(text)
    assert main(["--course", str(root), "mutate", "ch1", "--agree", "2000", "--record", "--seed", "7"]) == 1
    assert "DIFFERS: test_" in capsys.readouterr().out
    assert equivalents.read(load(root).chapters[0])[WRONG].inputs == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--agree", "0"], "--agree and --seconds: a number above 0"),
        (["--agree", "5", "--seconds", "nan"], "--agree and --seconds: a number above 0"),
        (["--record"], "--seconds, --record and --unshown go with --agree"),
        (["--seconds", "3"], "--seconds, --record and --unshown go with --agree"),
        (["--unshown"], "--seconds, --record and --unshown go with --agree"),
    ],
)
def test_options_that_cannot_be_are_refused(root, capsys, options, words):
    assert main(["--course", str(root), "mutate", "ch1", *options]) == 2
    assert words in capsys.readouterr().err


def test_a_campaign_is_in_order_only_where_all_is_shown_and_little_is_equivalent():
    killed = Judged("a", "one", 1, "sign", "killed")
    right = Judged("a", "two", 1, "sign", "equivalent")
    assert Campaign("ch1", (killed,) * 20 + (right,), (), (), 1.0).ok
    assert not Campaign("ch1", (killed,) * 10 + (right,), (), (), 1.0).ok
    assert Campaign("ch1", (killed,) * 10 + (right,), (), (), 1.0, whole=False).ok
    assert not Campaign("ch1", (killed,) * 20 + (right,), (), ("two",), 1.0).ok


def test_fewer_inputs_need_a_reason(arrays, arrays_grader, root):
    entry = equivalents.Equivalent("x", "why", 200)
    assert not entry.shown
    assert equivalents.Equivalent("x", "why", 200, "a training takes a second").shown
    assert equivalents.Equivalent("x", "why", equivalents.WANTED).shown
    # where right programs differ in all that can be asked, the reason is what there is
    assert equivalents.Equivalent("x", "why", 0, "another stream is as good", ("data",)).shown
    assert not equivalents.Equivalent("x", "why", 0, "another stream is as good").shown
    chapter = load(root).chapters[0]
    equivalents.write(chapter, [equivalents.Equivalent(ROOT, "why", 200)])
    with Grader(load(root), "bwrap", seed=7) as grader:
        result = mutation.campaign(grader, chapter, ["normalise"])
    assert result.unshown == (ROOT,)

"""Machine-made mutants: what is changed, that it stays within the regions, and what becomes of each."""

import ast
import json
import pickle
from types import SimpleNamespace

import pytest

from grader import crew, equivalents, mutation
from grader.__main__ import main
from grader.course import load
from grader.errors import AuthorError
from grader.grade import Grader
from grader.mutators import machine_mutants
from grader.sandbox.docker import Docker, Engine

SOURCE = '''"""A module."""
LIMIT = 3


def outside(x):
    return x + LIMIT


def inside(x, y):
    """Adds."""
    #: begin add.inside
    for i in range(2):
        if x < y and i == 0:
            x = -x
    return np.maximum(x * 2.0, y[1:], axis=0)
    #: end add.inside
'''


def made(source=SOURCE):
    return list(machine_mutants(source, "module.py"))


def test_every_mutant_is_another_program_and_changes_the_region_alone():
    whole = ast.parse(SOURCE)
    programs = [mutant.source for mutant in made()]
    assert len(set(programs)) == len(programs)
    for source in programs:
        tree = ast.parse(source)
        assert ast.dump(tree) != ast.dump(whole)
        assert [ast.dump(node) for node in tree.body[:-1]] == [ast.dump(node) for node in whole.body[:-1]]


@pytest.mark.parametrize(
    "change",
    [
        "x < y -> x <= y",
        "x < y and i == 0 -> x < y or i == 0",
        "x < y and i == 0 -> i == 0",
        "-x -> x",
        "x * 2.0 -> x / 2.0",
        "x * 2.0 -> -(x * 2.0)",
        "2.0 -> 4.0",
        "y[1:] -> y[:]",
        "np.maximum(x * 2.0, y[1:], axis=0) -> np.maximum(x * 2.0, y[1:])",
        "np.maximum(x * 2.0, y[1:], axis=0) -> np.minimum(x * 2.0, y[1:], axis=0)",
        "np.maximum(x * 2.0, y[1:], axis=0) -> x * 2.0",
        "x = -x -> pass",
    ],
)
def test_each_operator_is_applied(change):
    assert f"add.inside: {change}" in {mutant.name for mutant in made()}


EVEN = """def norm(x, y):
    #: begin norm.norm
    if x:
        del y
    z = tf.square(x - y) + np.abs(x * y) + (x - y) ** 2 + x**3
    return self.add_weight(z, name="z")
    #: end norm.norm
"""


def test_what_is_the_same_by_construction_is_not_made():
    changes = {mutant.name.removeprefix("norm.norm: ") for mutant in made(EVEN)}
    for same in ("x - y -> y - x", "x * y -> -(x * y)", "del y -> pass", "'z' -> ''", "'z' -> 'zx'"):
        assert same not in changes
    # in x - y, x * y, x - y again and x ** 3; not where x is asked for its truth
    assert len([change for change in changes if change.startswith("x -> -x")]) == 4
    assert {"x - y -> x + y", "x ** 3 -> 3 ** x", "x ** 3 -> -x ** 3"} <= changes


def test_names_stay_the_same_when_lines_move():
    moved = SOURCE.replace("LIMIT = 3", "\n\nLIMIT = 3")
    assert [mutant.name for mutant in made()] == [mutant.name for mutant in made(moved)]
    assert len({mutant.name for mutant in made()}) == len(made())


@pytest.fixture
def spoilt(root):
    """A copy of the course whose hidden suite has lost a test."""
    hidden = root / "solutions" / "ch1_arrays" / "test_hidden.py"
    text = hidden.read_text()
    lost = text[
        text.index('@pytest.mark.task("normalise")\ndef test_constant') : text.index('@pytest.mark.task("running')
    ]
    hidden.write_text(text.replace(lost, ""))
    return root


@pytest.mark.slow
def test_the_suite_kills_every_mutant_or_knows_why_not(arrays, arrays_grader):
    result = mutation.campaign(arrays_grader, arrays)
    assert result.ok
    assert result.survivors == ()
    assert result.stale == ()
    outcomes = {mutant.name: mutant.outcome for mutant in result.mutants}
    assert set(outcomes.values()) == {"killed", "equivalent"}
    assert {name for name, outcome in outcomes.items() if outcome == "equivalent"} == set(equivalents.read(arrays))


def test_what_no_test_fails_survives(spoilt, capsys):
    code = main(["--course", str(spoilt), "mutate", "ch1", "--task", "normalise", "--jobs", "1", "--seed", "7"])
    said = capsys.readouterr().out
    assert code == 1
    assert "survived: line 48, normalise.normalise: np.ones_like(spread) -> np.zeros_like(spread)\n" in said
    assert "center" not in said.replace("centred", "")


def test_what_is_listed_and_killed_is_stale(spoilt):
    path = spoilt / "solutions" / "ch1_arrays" / "equivalents.toml"
    path.write_text('[[equivalent]]\nmutant = "center.center: no such -> change"\nreason = "none"\n')
    course = load(spoilt)
    with Grader(course, "bwrap", seed=7) as grader:
        result = mutation.campaign(grader, course.chapters[0], ["center"])
        assert result.stale == ()  # it is of another run's tasks, for all that is known
        path.write_text(path.read_text().replace("no such -> change", "x - column_means(x) -> x + column_means(x)"))
        assert len(mutation.campaign(grader, course.chapters[0], ["center"]).stale) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[equivalent]]\nmutant = 'a'\nreason = ' '\n", "has no reason"),
        ("[[equivalent]]\nmutant = 'a'\nreason = 'b'\n" * 2, "is there twice"),
        ("[[equivalent]]\nmutant = 'a'\n", "reason"),
        ("equivalent = ", "Invalid value"),
    ],
)
def test_a_list_that_is_not_in_order_is_refused(spoilt, text, words):
    (spoilt / "solutions" / "ch1_arrays" / "equivalents.toml").write_text(text)
    with pytest.raises(AuthorError, match=words):
        equivalents.read(load(spoilt).chapters[0])


def test_other_processes_open_the_grader_that_was_asked_for(arrays_course, arrays, monkeypatch):
    """The image, and whether answers are kept: the command's, not the course's own."""
    told = []

    class Pool:
        def __init__(self, _, start, common):
            told.append(pickle.loads(pickle.dumps((start, common))))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def imap(self, *_, **__):
            return []

    monkeypatch.setattr(crew.multiprocessing, "get_context", lambda _: SimpleNamespace(Pool=Pool))
    monkeypatch.setattr(crew, "_open", [])
    docker = Docker(Engine("docker", "27.0", 2, True), "mine", "sha256:00")
    asked = Grader(arrays_course, docker, seed=7, cache=False)
    mutation.campaign(asked, arrays, jobs=2)
    ((start, common),) = told
    start(*common)
    ((opened, chapter),) = crew._open
    assert (chapter, opened.course, opened.seed, opened.oracle.cache) == (arrays, arrays_course, 7, None)
    assert (opened.sandbox.image, opened.sandbox.digest) == ("mine", "sha256:00")


def test_several_processes_judge_as_one_does(spoilt, tmp_path, arrays, arrays_grader):
    file = tmp_path / "mutants.json"
    options = ["mutate", "ch1", "--task", "center", "--task", "shuffle_rows", "--jobs", "2", "--seed", "7"]
    assert main(["--course", str(spoilt), *options, "--json", str(file)]) == 0
    (result,) = json.loads(file.read_text())
    alone = mutation.campaign(arrays_grader, arrays, ["center", "shuffle_rows"])
    told = [(mutant.name, mutant.outcome, mutant.by) for mutant in alone.mutants]
    assert [(mutant["name"], mutant["outcome"], mutant["by"]) for mutant in result["mutants"]] == told


def test_a_task_that_is_not_there_is_refused(spoilt, capsys):
    assert main(["--course", str(spoilt), "mutate", "ch1", "--task", "centre"]) == 2
    assert capsys.readouterr().err == "grader: there is no task 'centre' in ch1\n"

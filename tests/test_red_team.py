"""The red team: hostile submissions that must get nothing here, each shown to get its prize from a naive runner."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import sandbox_or_skip
from tests.red_team import field as red
from tests.red_team import framework, naive_tensorflow, table, workflow

ATTACKS = [*red.attacks("attacks"), *red.attacks("shapes")]
QUICK = [attack for attack in ATTACKS if attack.quick]
WITH_TENSORFLOW = red.attacks("with_tensorflow")
SANDBOXES = ("bwrap", "docker")
REPOSITORY = Path(__file__).parent.parent
HOSTILE_WORKFLOWS = sorted((REPOSITORY / "tests" / "red_team" / "hostile_workflows").glob("*.yml"))
LIBRARY = """
#include <stdio.h>
__attribute__((constructor)) static void first(void) {
    FILE *file = fopen("@PLANT@", "w");
    if (file) { fputs("here", file); fclose(file); }
}
"""


def named(attack):
    return attack.name


@pytest.fixture(scope="module")
def field(tmp_path_factory):
    field = red.Field(tmp_path_factory.mktemp("red"))
    yield field
    field.listener.close()


@pytest.fixture(scope="module", params=SANDBOXES)
def grading(field, request):
    grading = red.Grading(field, sandbox_or_skip(request.param))
    yield grading
    grading.close()


@pytest.fixture(scope="module")
def bubblewrap(field):
    grading = red.Grading(field, sandbox_or_skip("bwrap"))
    yield grading
    grading.close()


def test_every_way_is_tried():
    """The list has 64; what each file says of itself is in SECURITY.md, as it is now."""
    rows = table.rows()
    assert {number for number, *_ in rows} == set(range(1, 65))
    assert table.on_the_page().strip() == table.table().strip(), "run: make red-team-table"


@pytest.mark.parametrize("path", HOSTILE_WORKFLOWS, ids=lambda path: path.stem)
def test_a_hostile_workflow_is_seen(path):
    assert workflow.complaints(path.read_text())


@pytest.mark.parametrize(
    "path", sorted((REPOSITORY / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.stem
)
def test_no_workflow_of_ours_gives_away_its_rights(path):
    assert workflow.complaints(path.read_text()) == []


@pytest.mark.parametrize("attack", QUICK, ids=named)
def test_a_sample_gets_nothing(bubblewrap, attack, tmp_path):
    bubblewrap.attack(attack, tmp_path)


@pytest.mark.parametrize("attack", QUICK, ids=named)
def test_the_sample_gets_its_prize_from_a_naive_runner(field, attack, tmp_path):
    red.gets_its_prize(field, attack, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS, ids=named)
def test_an_attack_gets_nothing(grading, attack, tmp_path):
    grading.attack(attack, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS, ids=named)
def test_an_attack_gets_its_prize_from_a_naive_runner(field, attack, tmp_path):
    red.gets_its_prize(field, attack, tmp_path)


# what a careless grader might let happen, done by the test itself: the checks after each attack notice it
def _sends_an_answer(witness, tmp_path):
    witness.sent += b"GVT1" + witness.answers[0]


def _sends_the_solution(witness, tmp_path):
    witness.sent += f"x = 1  # {red.SECRET}".encode()


def _leaves_a_file(witness, tmp_path):
    (witness.scratch / "left").touch()


def _changes_the_course(witness, tmp_path):
    (witness.watched["course"] / "exercises" / "more.py").touch()


def _keeps_a_descriptor(witness, tmp_path):
    return (tmp_path / "open").open("w").close


def _keeps_a_process(witness, tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    return lambda: process.communicate()


def _keeps_memory(witness, tmp_path):
    keep = [bytearray(os.urandom(1 << 20) * 80)]
    return keep.clear


def _changes_a_limit(witness, tmp_path):
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0 if before[0] else 1, before[1]))
    return lambda: resource.setrlimit(resource.RLIMIT_CORE, before)


def _loses_the_worker(witness, tmp_path):
    witness.grader.session.shut()
    witness.grader.session.start()


NOTICED = [_sends_an_answer, _sends_the_solution, _leaves_a_file, _changes_the_course, _keeps_a_descriptor]
NOTICED += [_keeps_a_process, _keeps_memory, _changes_a_limit, _loses_the_worker]


@pytest.mark.parametrize("does", NOTICED, ids=lambda does: does.__name__.strip("_"))
def test_what_an_attack_could_leave_is_noticed(does, tmp_path):
    field = red.Field(tmp_path)
    grading = red.Grading(field, sandbox_or_skip("bwrap"))
    witness = grading.witness

    def check():
        witness.nothing_secret_was_sent()
        witness.the_worker_is(replaced=False)
        witness.all_is_as_it_was()

    try:
        check()
        undo = does(witness, tmp_path)
        with pytest.raises(AssertionError):
            check()
        if undo:
            undo()
            check()
    finally:
        grading.close()
        field.listener.close()


@pytest.fixture(scope="module", params=SANDBOXES)
def course(tmp_path_factory, request):
    grading = framework.TensorFlowGrading(sandbox_or_skip(request.param), tmp_path_factory.mktemp("tensorflow"))
    yield grading
    grading.close()


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Makes a shared library that writes a file as soon as it is loaded."""

    def build(plant):
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            return None
        folder = tmp_path_factory.mktemp("library")
        (folder / "ops.c").write_text(LIBRARY.replace("@PLANT@", str(plant)))
        command = [compiler, "-shared", "-fPIC", "-o", folder / "ops.so", folder / "ops.c"]
        subprocess.run(command, check=True, capture_output=True)
        return (folder / "ops.so").read_bytes()

    return build


@pytest.fixture(scope="module")
def naively(tmp_path_factory, library):
    """All of them on the naive runner, which imports TensorFlow once."""
    root = tmp_path_factory.mktemp("naive")
    outside = framework.Outside(root)
    plans = []
    for attack in WITH_TENSORFLOW:
        made = library(outside.plant) if attack.compiles else b""
        if made is None:
            continue
        door = framework.free_port()
        code = outside.code(attack, door, made)
        control = attack.control
        plans.append(
            {"name": attack.name, "code": code, "door": door, "plant": str(outside.plant), "forbids": control.forbids}
        )
    return naive_tensorflow.grade(plans, root / "work")


@pytest.mark.slow
@pytest.mark.parametrize("attack", WITH_TENSORFLOW, ids=named)
def test_tensorflow_is_no_way_out(course, library, attack):
    made = library(course.outside.plant) if attack.compiles else b""
    if made is None:
        pytest.skip("there is no C compiler to make the attack's library with")
    course.attack(attack, made)


@pytest.mark.slow
@pytest.mark.parametrize("attack", WITH_TENSORFLOW, ids=named)
def test_tensorflow_is_a_way_out_of_a_naive_runner(naively, attack):
    if attack.compiles and attack.name not in naively:
        pytest.skip("there is no C compiler to make the attack's library with")
    assert framework.took(attack, naively[attack.name]), naively[attack.name]

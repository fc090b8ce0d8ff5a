"""The red team: hostile submissions that must get nothing here, each shown to get its prize from a naive runner."""

import shutil

import pytest

from grader import sandbox
from grader.errors import InfrastructureError
from tests.red_team import field as red

ATTACKS = [*red.attacks("attacks"), *red.attacks("shapes")]
QUICK = [attack for attack in ATTACKS if attack.quick]
SANDBOXES = ("bwrap", "docker")


def named(attack):
    return attack.name


@pytest.fixture(scope="module")
def field(tmp_path_factory):
    field = red.Field(tmp_path_factory.mktemp("red"))
    yield field
    field.listener.close()


def grading_in(field, name):
    if name != "bwrap" and shutil.which(name) is None:
        pytest.skip(f"there is no {name} here")
    try:
        chosen = sandbox.choose(name)
    except InfrastructureError as error:
        pytest.skip(str(error))
    assert chosen.confined
    return red.Grading(field, name)


@pytest.fixture(scope="module", params=SANDBOXES)
def grading(field, request):
    grading = grading_in(field, request.param)
    yield grading
    grading.close()


@pytest.fixture(scope="module")
def bubblewrap(field):
    grading = grading_in(field, "bwrap")
    yield grading
    grading.close()


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

"""The same work has the same report, whenever and beside whatever it is graded."""

import os

import pytest

from benchmarks.flakes import markdown, measure
from tests.conftest import REPOSITORY


def test_the_same_works_have_the_same_reports(root):
    found = measure(root, "ch1", 26, seed=3)
    assert found["flakes"] == 0
    assert found["flaky works"] == []
    assert found["works"] == 8  # the solution, the skeleton, two alternates, four mutants
    assert (found["alone"], found["two at a time"]) == (20, 6)
    assert found["warm"] + found["cold"] == 26
    assert found["cold"] > 2


def test_a_report_that_differs_is_a_flake(root):
    path = root / "solutions" / "ch1_arrays" / "alternates" / "loops.py"
    path.write_text(f"{path.read_text()}\n\nimport os\n_exact = center\n\n\ndef center(x):\n"
                    "    return _exact(x) + int.from_bytes(os.urandom(4), 'big') / 2**32\n")  # fmt: skip
    found = measure(root, "ch1", 32, seed=3)
    assert found["flaky works"] == ["loops"]
    assert found["flakes"] == 3  # of four: all differ from the first
    page = markdown(found)
    assert f"| flakes | {found['flakes']} |" in page
    assert "Flaky: loops." in page


@pytest.mark.slow
def test_the_same_works_of_chapter_4_have_the_same_reports():
    """GRADER_GRADINGS says how many gradings; 200 take twenty minutes."""
    found = measure(REPOSITORY, "ch4", int(os.environ.get("GRADER_GRADINGS", "20")), seed=1)
    assert found["flakes"] == 0, found["flaky works"]

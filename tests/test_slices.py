"""What a mutant does not touch is told from what it may touch."""

from grader.slices import changed, reachable

SOURCE = """
import numpy as np
LIMIT = 3

def low(x):
    return x + LIMIT

def high(x):
    return low(x) * 2

class Thing:
    def run(self):
        return high(1)

class Other(Thing):
    pass

def alone():
    return np.ones(1)
"""


def test_reach_follows_mentions_and_bases():
    assert {"Other", "Thing", "high", "low", "LIMIT"} <= reachable(SOURCE, ("Other",))
    assert reachable(SOURCE, ("alone",)) == {"alone", "np"}


def test_a_changed_definition_is_named():
    assert changed(SOURCE, SOURCE.replace("x + LIMIT", "x - LIMIT")) == {"low"}
    assert changed(SOURCE, SOURCE.replace("LIMIT = 3", "LIMIT = 4")) == {"LIMIT"}
    assert changed(SOURCE, SOURCE) == frozenset()


def test_a_new_definition_and_a_new_import_are_named():
    assert changed(SOURCE, "import random\n" + SOURCE + "\ndef more():\n    pass\n") == {"random", "more"}


def test_comments_do_not_count_and_other_statements_forbid_a_verdict():
    assert changed(SOURCE, SOURCE + "# done\n") == frozenset()
    assert changed(SOURCE, SOURCE + "print(high(2))\n") is None
    assert changed(SOURCE, SOURCE + "np.ones = None\n") is None


def test_mutants_are_judged_alike_with_and_without_the_short_cut(arrays_course, arrays, arrays_grader):
    """The short cut saves work and changes no verdict."""
    from grader.grade import Grader, as_snapshot

    tasks = tuple(task.id for task in arrays.tasks)
    with Grader(arrays_course, "bwrap", seed=7, cache=False) as plain:
        plain.program = plain.oracle.program  # type: ignore[method-assign]
        for mutant in arrays_grader.mutants(arrays):
            program = as_snapshot(arrays, mutant.source)
            short, long = (
                [(r.test, r.params, r.outcome) for r in grader.run_program(arrays, program, tasks)]
                for grader in (arrays_grader, plain)
            )
            assert short == long
        assert plain.oracle.asked > arrays_grader.oracle.asked

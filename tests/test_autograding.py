"""GitHub Classroom's results, to the letter, and whatever a student writes."""

import json

from grader import model
from grader.model import Outcome, Report, TaskReport
from grader.reports.autograding import encode, totals


def one(message: str = "expected 1, got 2", outcome: Outcome = Outcome.FAILED, hidden: bool = True) -> Report:
    worth = 2.0 if hidden else 0.0
    hint = "Look at the dtype."
    passed = model.TestReport("test_a", "It adds.", Outcome.PASSED, worth / 2, worth / 2, "public")
    failed = model.TestReport("test_b", "It keeps the dtype.", outcome, worth / 2, 0.0, "public", message, hint)
    task = TaskReport("add", "Add two numbers", worth / 2, worth, outcome, (passed, failed))
    return Report(
        course="c", chapter="ch1_arrays", student="ann", submission="", suite="", engine="", environment={}, seed_id="",
        started="", seconds=0.0, score=worth / 2, max_score=worth, outcome=outcome, tasks=(task,),
    )  # fmt: skip


GOLDEN = """\
{
  "version": 1,
  "status": "fail",
  "max_score": 2.0,
  "tests": [
    {
      "name": "ch1 add: Add two numbers",
      "status": "fail",
      "score": 1.0,
      "max_score": 2.0,
      "message": "It keeps the dtype.\\nexpected 1, got 2\\nLook at the dtype.",
      "test_code": "make test-ch1 TASK=add",
      "filename": "",
      "line_no": 0,
      "duration": 0
    }
  ]
}
"""


def test_the_results_are_these_to_the_letter() -> None:
    assert encode([one()]).decode() == GOLDEN


def test_without_the_hidden_suite_a_visible_case_is_a_point() -> None:
    assert totals([one(hidden=False)]) == (1.0, 2.0)


def test_a_fault_of_the_graders_is_an_error_and_all_right_is_a_pass() -> None:
    assert json.loads(encode([one(outcome=Outcome.INFRASTRUCTURE)]))["status"] == "error"
    assert json.loads(encode([one(outcome=Outcome.PASSED)]))["status"] == "pass"


def test_whatever_a_student_writes_it_stays_a_message() -> None:
    hostile = '"}]}\n::error::no\x1b[31m\u202e\x00<script>\ud800' + "x" * 100_000
    data = encode([one(hostile)])
    results = json.loads(data.decode("ascii"))
    message = results["tests"][0]["message"]
    assert len(results["tests"]) == 1 and results["status"] == "fail"
    assert len(message) < 1100
    assert not set("\x1b\u202e\x00") & set(message)
    assert not [line for line in data.decode().splitlines() if line.startswith("::")]

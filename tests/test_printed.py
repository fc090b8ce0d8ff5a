"""What a student's code prints reaches the student: of visible cases only, cut short, without control characters."""

import io
import re

import pytest

from grader.reports.terminal import console, print_printed, print_report

BODY = "return x - column_means(x)"


def saying(edited, code):
    return edited((BODY, f"{code}\n    {BODY}"))


def printed(grader, chapter, snapshot):
    report = grader.grade(chapter, snapshot)
    return report, {each.where: each.text for each in grader.printed}


def test_what_the_code_prints_is_told_by_case(arrays_grader, arrays, edited):
    snapshot = edited((BODY, f"print('shape', x.shape)\n    {BODY}"), after="\nprint('hello from the top')\n")
    report, said = printed(arrays_grader, arrays, snapshot)
    assert report.outcome == "passed"
    assert said["while your file was read"] == "hello from the top\n"
    assert said["center: The mean of each column is taken from it"] == "shape (2, 2)\n"


def test_nothing_that_is_printed_in_a_hidden_case_is_told(arrays_grader, arrays, edited):
    # what a case holds is kept, and printed with every later call
    code = "seen = globals().setdefault('SEEN', [])\n    seen.append(x.shape)\n    print(seen)"
    _, said = printed(arrays_grader, arrays, saying(edited, code))
    text = "".join(said.values())
    assert "(2, 2)" in text  # the visible case's shape
    assert "(5, 3)" not in text  # a hidden one's
    assert len(said) == 2  # the visible cases of the two tasks that call it


def test_a_task_that_is_blocked_by_a_hidden_case_is_blocked_wholly(arrays_grader, arrays, edited):
    wrong = edited((BODY, "x -= column_means(x)\n    return x"))  # right in the visible case
    report, _ = printed(arrays_grader, arrays, wrong)
    outcomes = {task.id: [str(test.outcome) for test in task.tests] for task in report.tasks}
    assert outcomes["center"].count("failed") == 1
    assert outcomes["normalise"] == ["blocked"] * 3
    assert outcomes["shuffle_rows"] == ["passed"] * 3


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_call_that_raises_has_printed_too(arrays_grader, arrays, edited, stream):
    code = f"import sys; print('so far', file=sys.{stream}); raise ValueError('no')"
    _, said = printed(arrays_grader, arrays, saying(edited, code))
    assert "so far\n" in said.values()


def test_a_flood_is_cut_and_control_characters_are_gone(arrays_grader, arrays, edited):
    code = "print('\\x1b[2J\\x07\\u202e' + 'x' * 100000)\n    for i in range(100): print(i)"
    report, _ = printed(arrays_grader, arrays, saying(edited, code))
    assert report.outcome == "passed"
    assert all(len(each.text) <= 4000 for each in arrays_grader.printed)
    out = io.StringIO()
    print_printed(arrays_grader.printed, console(out))
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", out.getvalue())


def test_many_lines_are_counted_not_shown(arrays_grader, arrays, edited):
    printed(arrays_grader, arrays, saying(edited, "print(*range(90), sep='\\n')"))
    out = io.StringIO()
    print_printed(arrays_grader.printed, console(out))
    assert "| 9" in out.getvalue()
    assert "| 11" not in out.getvalue()
    assert "... 80 more lines" in out.getvalue()


def test_a_grading_that_is_given_up_leaves_the_worker_ready(arrays_grader, arrays, edited):
    arrays_grader.session.start()
    before = arrays_grader.session._launched.process.pid

    def give_up():
        raise KeyboardInterrupt

    arrays_grader.session.tick = give_up
    try:
        with pytest.raises(KeyboardInterrupt):
            arrays_grader.grade(arrays, saying(edited, "import time; time.sleep(30)"))
    finally:
        arrays_grader.session.tick = None
    assert arrays_grader.grade(arrays, edited()).outcome == "passed"
    assert arrays_grader.session._launched.process.pid == before


def shown(grader, chapter, snapshot, **how):
    out = io.StringIO()
    print_report(grader.grade(chapter, snapshot, **how), console(out), own=True, printed=grader.printed)
    return out.getvalue()


def test_what_a_failing_task_prints_stands_beside_its_fail_and_the_rest_below(arrays_grader, arrays, edited):
    mean = "        return self.total / self.count\n"
    said = shown(
        arrays_grader,
        arrays,
        edited(
            (BODY, f"print('right')\n    {BODY}"),
            (mean, "        print('wrong')\n        return self.total\n"),
            after="print('at the top')",
        ),
    )
    order = ("running_mean failed (", "| wrong", "To see it yourself", "| at the top", "| right", "What to do")
    places = [said.find(words) for words in order]
    assert places == sorted(places) and -1 not in places, said


def test_what_prints_much_does_not_crowd_out_the_task_that_fails(arrays_grader, arrays, edited):
    mean = "        return self.total / self.count\n"
    flood = edited(
        (BODY, f"print(*range(90), sep='\\n')\n    {BODY}"),
        (mean, "        print('wrong')\n        return self.total\n"),
    )
    said = shown(arrays_grader, arrays, flood)
    assert "| wrong" in said
    assert "... 80 more lines" in said

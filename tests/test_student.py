"""Hints go one step at a time, progress is a plain file that merges, a reset loses nothing."""

import datetime
import io
import json
import os
import shutil
import subprocess
import sys
import time

import msgspec
import pytest
from msgspec.structs import replace
from rich.console import Console

from grader.__main__ import main
from grader.course import load
from grader.model import Outcome, Printed
from grader.reports import terminal
from grader.student import hints, overview, progress, talk
from grader.student.reset import reset
from grader.student.screen import changes
from grader.student.watch import Watch

DAY = datetime.date(2026, 3, 1)
BODY = "return x - column_means(x)"


@pytest.fixture
def course(root):
    """A copy of the course that a test may change."""
    return load(root)


@pytest.fixture
def chapter(course):
    return course.chapters[0]


@pytest.fixture(scope="module")
def right(arrays_grader, arrays, edited):
    return arrays_grader.grade(arrays, edited())


@pytest.fixture(scope="module")
def wrong(arrays_grader, arrays, edited):
    return arrays_grader.grade(arrays, edited((BODY, "return x")))


def another(report, number):
    """The same verdict on another program."""
    return msgspec.structs.replace(report, submission="sha256:" + f"{number}".ljust(64, "0"))


def share(course):
    path = course.root / "course.toml"
    path.write_text(path.read_text() + "\n[student]\nhints_reach_instructor = true\n")


def test_each_hint_is_one_step_further(course, chapter):
    steps = [hints.next_hint(course, chapter, "center") for _ in range(4)]
    assert [hint.step for hint in steps] == [1, 2, 3, 3]
    assert [hint.again for hint in steps] == [False, False, False, True]
    assert len({hint.text for hint in steps}) == 3
    assert hints.next_hint(course, chapter, "normalise").step == 1


def test_counts_stay_here_unless_the_course_says_so(course, chapter, capsys):
    assert main(["--course", str(course.root), "hint", "ch1", "--task", "center"]) == 0
    said = capsys.readouterr().out
    assert "kept on this computer only" in said
    assert not (course.root / "progress.toml").exists()
    assert (course.root / ".grader" / ".gitignore").read_text() == "*\n"
    share(course)
    assert main(["--course", str(course.root), "hint", "ch1", "--task", "center"]) == 0
    assert "your instructor can see it" in capsys.readouterr().out
    assert "ch1_arrays.center.hints = 2" in (course.root / "progress.toml").read_text()


def test_the_hint_is_for_the_first_task_that_has_not_passed(course, chapter, right, capsys):
    assert hints.current(course, chapter) == "center"
    (first,) = [task for task in right.tasks if task.id == "center"]
    progress.record(course, msgspec.structs.replace(right, tasks=(first,)))
    assert hints.current(course, chapter) == "normalise"
    assert main(["--course", str(course.root), "hint", "ch1"]) == 0
    assert "Normalise the columns: hint 1 of 3" in capsys.readouterr().out


def test_after_three_equal_fails_of_different_code_the_next_hint_is_offered(course, wrong):
    assert progress.taken_in(course, another(wrong, 1)) == ()
    assert progress.taken_in(course, another(wrong, 1)) == ()  # the same code once more is no new try
    assert progress.taken_in(course, another(wrong, 2)) == ()
    (said,) = progress.taken_in(course, another(wrong, 3))
    assert "center" in said
    assert "make hint-ch1 TASK=center" in said
    assert "(1 of 3)" in said


def test_another_fail_or_a_pass_begins_anew(course, right, wrong):
    progress.taken_in(course, another(wrong, 1))
    progress.taken_in(course, another(wrong, 2))
    progress.taken_in(course, another(right, 3))
    assert progress.taken_in(course, another(wrong, 4)) == ()


def test_what_passed_and_broke_is_remembered(course, right, wrong, capsys):
    progress.record(course, right, DAY)
    progress.record(course, wrong, DAY + datetime.timedelta(days=2))
    assert main(["--course", str(course.root), "progress"]) == 0
    said = capsys.readouterr().out
    assert "Passed before and broken since: ch1 center, since 2026-03-03" in said
    assert "Next: center" in said
    progress.record(course, right, DAY + datetime.timedelta(days=3))
    main(["--course", str(course.root), "progress"])
    said = capsys.readouterr().out
    assert "broken" not in said
    assert "10 of 10 points" in said


def test_points_are_those_of_the_last_grading(course, edited, arrays_grader, arrays, capsys):
    half = arrays_grader.grade(arrays, edited((BODY, "return (x - column_means(x)).astype('float32')")))
    progress.record(course, half, DAY)
    main(["--course", str(course.root), "progress"])
    said = capsys.readouterr().out
    assert "0.67 / 2" in said
    assert "5.67 of 10 points" in said  # what needs it is blocked
    (first,) = [task for task in half.tasks if task.id == "center"]
    public = msgspec.structs.replace(half, tasks=(msgspec.structs.replace(first, score=0.0),), max_score=0.0)
    progress.record(course, public, DAY)
    main(["--course", str(course.root), "progress"])
    assert "- / 2" in capsys.readouterr().out  # no hidden case was run: nobody knows


def test_points_that_no_task_can_have_are_none(course, chapter):
    task = chapter.task("center")
    for value, points in ((99, 2.0), (-1.0, 0.0), (float("nan"), 0.0), ("all", None)):
        assert progress.score({"ch1_arrays.center.score": value}, chapter.id, task) == points


def test_the_file_is_plain_sorted_and_one_fact_a_line(course, right):
    progress.record(course, right, DAY)
    lines = (course.root / "progress.toml").read_text().splitlines()
    assert lines[0].startswith("#")
    assert lines[1:] == sorted(lines[1:])
    assert 'ch1_arrays.center.passed = "2026-03-01"' in lines
    before = (course.root / "progress.toml").read_bytes()
    progress.record(course, right, DAY + datetime.timedelta(days=9))
    assert (course.root / "progress.toml").read_bytes() == before


def test_a_merge_that_was_not_finished_loses_nothing(course):
    (course.root / "progress.toml").write_text(
        '<<<<<<< ours\nch1_arrays.center.passed = "2026-03-05"\nch1_arrays.center.outcome = "failed"\n=======\n'
        'ch1_arrays.center.passed = "2026-03-01"\nch1_arrays.center.outcome = "passed"\n>>>>>>> theirs\nnonsense\n= 3\n'
        "ch1_arrays = 5\nch1_arrays.center.score = [1]\n"
    )
    facts = progress.read(course)
    assert facts == {"ch1_arrays.center.passed": "2026-03-01", "ch1_arrays.center.outcome": "passed"}


def test_grading_ones_own_work_is_progress_and_others_work_is_not(course, chapter, capsys):
    shutil.copy(chapter.solutions / "arrays.py", chapter.exercises / "arrays.py")
    call = ["--course", str(course.root), "grade", "ch1", str(chapter.exercises), "--task", "center"]
    assert main(call) == 0
    assert not (course.root / "progress.toml").exists()
    assert main([*call, "--own"]) == 0
    assert 'ch1_arrays.center.outcome = "passed"' in (course.root / "progress.toml").read_text()


def test_a_folder_that_cannot_be_written_to_is_no_reason_to_fail(course, right, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(progress, "write_atomic", full)
    assert "No space left" in progress.taken_in(course, right)[0]


def test_a_hint_is_given_where_nothing_can_be_kept(course, chapter, monkeypatch, capsys):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(progress, "write_atomic", full)
    assert main(["--course", str(course.root), "hint", "ch1", "--task", "center"]) == 0
    said = capsys.readouterr().out
    assert "A column runs along the first axis" in said
    assert "Your progress is not kept" in said and "No space left" in said

    watch = Watch(course, chapter, "center", None, None, None)
    for step in (1, 2, 3):
        watch._key("h")
        assert watch.state.hints == hints.texts(chapter, "center")[:step]
        assert "No space left" in watch.state.words


def test_a_reset_keeps_the_old_work_beside_the_fresh_skeleton(course, chapter, capsys):
    own = chapter.exercises / "arrays.py"
    skeleton = own.read_text()
    for number in (1, 2):
        own.write_text(f"# work {number}\n")
        assert main(["--course", str(course.root), "reset", "ch1"]) == 0
        assert own.read_text() == skeleton
        assert (chapter.exercises / f"arrays.old-{number}.py").read_text() == f"# work {number}\n"
        assert f"arrays.old-{number}.py" in capsys.readouterr().out
    assert main(["--course", str(course.root), "reset", "ch1"]) == 0
    assert "nothing to put back" in capsys.readouterr().out


def test_a_student_without_the_solutions_can_reset_too(course, chapter):
    skeleton = (chapter.exercises / "arrays.py").read_bytes()
    pages = (chapter.exercises / "arrays.ipynb").read_bytes()
    shutil.rmtree(course.solutions)
    copy = load(course.root).chapters[0]
    (copy.exercises / "arrays.py").write_text("mine\n")
    (copy.exercises / "arrays.ipynb").unlink()
    done = reset(copy)
    assert {path.name: kept and kept.name for path, kept in done} == {
        "arrays.py": "arrays.old-1.py",
        "arrays.ipynb": None,
    }
    assert (copy.exercises / "arrays.py").read_bytes() == skeleton
    assert (copy.exercises / "arrays.ipynb").read_bytes() == pages


def test_a_reset_without_the_released_files_says_so(course, chapter, capsys):
    shutil.rmtree(course.solutions)
    path = chapter.exercises / "expected" / "fresh.json"
    path.write_text(json.dumps({"arrays.py": 3}))
    (chapter.exercises / "arrays.py").write_text("mine\n")
    assert main(["--course", str(course.root), "reset", "ch1"]) == 2
    assert "fresh.json" in capsys.readouterr().err
    assert (chapter.exercises / "arrays.py").read_text() == "mine\n"


def test_progress_is_kept_where_a_file_system_has_no_locks(course, right, monkeypatch):
    import fcntl

    def refuses(descriptor, operation):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuses)
    progress.record(course, right, DAY)
    assert progress.read(course)


def test_progress_in_a_narrow_terminal_has_no_titles(course, right):
    progress.record(course, right, DAY)
    shown = {}
    for width in (60, 80):
        stream = io.StringIO()
        overview.print_progress(course, Console(file=stream, width=width))
        shown[width] = stream.getvalue()
    assert "Centre the columns" in shown[80]
    assert "Centre the columns" not in shown[60]
    assert len(shown[60].splitlines()) == len(shown[80].splitlines())


def test_the_hint_is_for_the_task_that_was_graded_last_by_name(course, chapter, wrong, right):
    progress.taken_in(course, wrong, "running_mean")
    assert hints.current(course, chapter) == "center"  # running_mean has passed
    shuffled = msgspec.structs.replace(wrong, tasks=tuple(
        msgspec.structs.replace(task, outcome="failed") if task.id == "shuffle_rows" else task for task in wrong.tasks
    ))  # fmt: skip
    progress.taken_in(course, shuffled, "shuffle_rows")
    assert hints.current(course, chapter) == "shuffle_rows"
    progress.taken_in(course, shuffled)
    assert hints.current(course, chapter) == "shuffle_rows"
    progress.taken_in(course, right)
    assert "asked" not in (course.root / "progress.toml").read_text()


def test_what_is_blocked_has_not_broken(course, right, wrong, capsys):
    progress.record(course, right, DAY)
    progress.record(course, wrong, DAY + datetime.timedelta(days=2))
    assert {task.id: task.outcome.value for task in wrong.tasks}["normalise"] == "blocked"
    main(["--course", str(course.root), "progress"])
    said = capsys.readouterr().out
    assert "broken since: ch1 center" in said
    assert "normalise, since" not in said


def test_a_reset_begins_progress_anew(course, chapter, wrong, right, capsys):
    progress.record(course, right, DAY)
    hints.next_hint(course, chapter, "center")
    (chapter.exercises / "arrays.py").write_text("# work\n")
    assert main(["--course", str(course.root), "reset", "ch1"]) == 0
    assert "make progress begins anew for ch1" in capsys.readouterr().out
    main(["--course", str(course.root), "progress"])
    said = capsys.readouterr().out
    assert "0 of 10 points" in said
    assert "broken" not in said
    assert progress.hints_taken(progress.read(course), chapter.id, "center") == 1


def test_two_processes_do_not_undo_one_anothers_facts(course):
    code = (
        "import sys; from pathlib import Path; from grader.course import load; from grader.student import hints\n"
        "course = load(Path(sys.argv[1])); chapter = course.chapters[0]\n"
        "for task in chapter.tasks[int(sys.argv[2])::2]:\n"
        "    for _ in range(3): hints.next_hint(course, chapter, task.id)"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(course.root), str(n)]) for n in (0, 1)]
    assert [each.wait(60) for each in both] == [0, 0]
    facts = progress.read(course)
    assert [progress.hints_taken(facts, "ch1_arrays", task.id) for task in course.chapters[0].tasks] == [3] * 4


def test_a_task_may_be_written_in_large_letters_and_a_slip_is_told(course, chapter, capsys):
    call = ["--course", str(course.root), "hint", "ch1", "--task"]
    assert main([*call, "Center"]) == 0
    assert "Centre the columns" in capsys.readouterr().out
    assert main([*call, "centre"]) == 2
    assert "did you mean center?" in capsys.readouterr().err


def test_an_older_verdict_does_not_stand_beside_a_refusal(course, chapter, right):
    watch = Watch(course, chapter, "center", None, None, Console(file=io.StringIO()))
    for refusal in (talk.Refused("arrays.py is empty", 2), "The grader failed"):
        watch.state.report = watch.state.everything = right
        watch.state.printed = (Printed("x", "y"),)
        assert watch._result(talk.Job("ch1"), refusal)
        assert (watch.state.report, watch.state.everything, watch.state.printed) == (None, None, ())


def test_the_time_since_a_save_is_from_the_save(course, chapter):
    own = chapter.exercises / "arrays.py"
    watch = Watch(course, chapter, "center", None, None, Console(file=io.StringIO()))
    watch._changed()
    own.write_text("# saved\n")
    assert watch._changed()
    saved = watch.saved
    assert saved == own.stat().st_mtime
    assert not watch._changed()  # touched, and nothing else
    assert watch.saved == saved
    own.write_text("# checked out\n")
    os.utime(own, (1, 1))
    os.utime(chapter.exercises / "arrays.ipynb", (1, 1))
    assert watch._changed()
    assert time.time() - watch.saved < 5


def test_a_watch_that_waits_for_another_command_says_for_which(course, chapter):
    watch = Watch(course, chapter, "center", None, None, Console(file=io.StringIO()))
    watch._take("step", (watch.number, talk.Busy("make test-ch1")))
    assert watch.state.corner == "waiting for make test-ch1, which is grading just now"
    watch._take("step", (watch.number, talk.Step("center", "test_means_go")))
    assert watch.state.corner == "center: means go"


def test_what_has_changed_leaves_room_for_the_verdict():
    claims = [(("center", f"test_{n}"), f"Claim {n}.") for n in range(5)] + [(("normalise", "test_a"), "One.")]
    before = {key: (Outcome.FAILED, claim) for key, claim in claims}
    now = {key: (Outcome.PASSED, claim) for key, claim in claims}
    assert changes(before, now) == (("center: 5 claims", "normalise: One."), ())
    assert changes(now, before) == ((), ("center: 5 claims", "normalise: One."))
    assert changes({}, now) == changes(now, now) == ((), ())


def test_the_key_for_the_next_task_leads_to_the_one_that_was_named(course, chapter, right):
    watch = Watch(course, chapter, "shuffle_rows", None, None, Console(file=io.StringIO()))
    last = replace(right.tasks[0], outcome=Outcome.FAILED)
    watch._after_all(replace(right, tasks=(last, *right.tasks[1:])))
    assert watch.state.words == "shuffle_rows is done. Next: center (press n)."
    watch.state.passed = ("shuffle_rows: 3 claims",)
    watch._key("n")
    assert (watch.state.task, watch.state.passed) == ("center", ())
    watch.busy = False
    watch._key("n")
    assert watch.state.task == "normalise"


def test_who_watches_only_saves_and_the_folders_name_is_told_once(right):
    task = replace(right.tasks[0], outcome=Outcome.FAILED)
    report = replace(right, student=right.chapter, outcome=Outcome.FAILED, tasks=(task,))
    out = io.StringIO()
    terminal.print_report(report, terminal.console(out), watched=True)
    assert "What to do first: Look at center (Centre the columns), then save." in out.getvalue()
    assert out.getvalue().count(right.chapter) == 1


def test_where_no_claim_is_told_all_are_counted(right):
    failed = tuple(replace(test, outcome=Outcome.FAILED) for test in right.tasks[0].tests)
    report = replace(right, tasks=(replace(right.tasks[0], outcome=Outcome.FAILED, tests=failed),))
    out = io.StringIO()
    terminal.print_report(report, terminal.console(out), claims=0)
    assert f"\n{len(failed)} claims fail; " in out.getvalue()

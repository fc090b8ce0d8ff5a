"""`grader explain`: everything about one verdict, for an instructor."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.verbs.shared import PASSED, Verbs, add_running_options, find_chapter, load_course, open_grader

if TYPE_CHECKING:
    from grader.explain import Case, Explanation, Test
    from grader.model import Chapter, Course, Snapshot


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("explain", help="show an instructor everything about one verdict, hidden values too")
    parser.add_argument("work", metavar="STUDENT_OR_PATH", help="a submission, or a student of a graded class")
    parser.add_argument("test", metavar="TEST", help="the test's name, as the report has it")
    parser.add_argument("--in", dest="graded", type=Path, metavar="DIR", help="the class's output folder")
    parser.add_argument("--chapter", help="where the test's name alone does not say it")
    add_running_options(parser)
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.explain import explain

    course = load_course(options)
    path, student, key, report = _work(options, course)
    chapter, test, snapshot = _find(course, path, options.test, options.chapter or key)
    if report is not None:
        _check_seed(course, chapter, options.seed, report)
    with open_grader(course, options) as grader:
        _tell(explain(grader, chapter, snapshot, test, student))
    return PASSED


def _work(options: argparse.Namespace, course: Course) -> tuple[Path, str, str, Path | None]:
    """Where the submission is, whose it is; where a class says so, the chapter, and where the report is."""
    import json

    from grader.classroom.results import RESULTS

    path = Path(options.work)
    if path.exists() and options.graded is None:
        return path, path.name, "", None
    places = [options.graded] if options.graded else sorted((course.root / "build").glob("*/class.json"), key=_age)
    for place in reversed(places):
        file = place if place.name == "class.json" else place / "class.json"
        try:
            about = json.loads(file.read_bytes())
            relative = about["submissions"][options.work]
            report = file.parent / RESULTS / f"{options.work}.json"
            return Path(about["folder"]) / relative, options.work, about["chapter"], report
        except (OSError, ValueError):
            continue
        except KeyError:
            continue
    where = options.graded or "a class under build/"
    raise UsageError(
        f"{options.work!r} is neither a path nor a student of {where}; --in DIR names the class's output folder"
    )


def _check_seed(course: Course, chapter: Chapter, seed: int | None, place: Path) -> None:
    """Raises UsageError where the class was graded on other inputs than would be drawn now."""
    import msgspec

    from grader.model import decode_report
    from grader.seeds import assignment_seed, seed_id

    try:
        report = decode_report(place.read_bytes())
    except (OSError, msgspec.DecodeError):
        return  # there is no verdict to differ from
    drawn = report.seed_id and report.chapter == chapter.id
    if drawn and report.seed_id != seed_id(course, assignment_seed(course, chapter, seed)):
        raise UsageError(
            "the class was graded with another seed or secret, so other inputs would be shown: "
            "pass the --seed that grade-class had, if any"
        )


def _age(path: Path) -> float:
    return path.stat().st_mtime


def _find(course: Course, path: Path, name: str, key: str) -> tuple[Chapter, Test, Snapshot]:
    """The chapter that has such a test and whose file the submission holds."""
    from grader.errors import GraderError
    from grader.explain import find_test
    from grader.submission import snapshot

    if key:
        chapter = find_chapter(course, key)
        return chapter, find_test(chapter, name), snapshot(path, chapter)
    complaint: GraderError | None = None
    for chapter in course.chapters:
        try:
            return chapter, find_test(chapter, name), snapshot(path, chapter)
        except GraderError as error:
            # a chapter that has the test but not the submission says more than one without the test
            if complaint is None or " has no test " not in str(error):
                complaint = error
    assert complaint is not None
    raise complaint


def _tell(explanation: Explanation) -> None:
    from grader.reports import text

    test, report = explanation.test, explanation.report
    verdict = next(found for task in report.tasks for found in task.tests if found.id == test.name)
    print(f"{report.chapter}  {test.task}  {test.name}  {text.WORDS[verdict.outcome]}")
    print(f"{test.visibility} test in {test.file}, line {test.line}; the values below are not for students\n")
    print(f"Claim: {text.line(verdict.claim, 300)}")
    if verdict.message:
        print(f"The student reads: {text.clean(verdict.message)}")
    if verdict.misconception:
        print(f"A known mistake: {verdict.misconception}")
    if verdict.hint:
        print(f"Hint: {text.clean(verdict.hint)}")
    for note in report.notes:
        print(f"Note: {text.clean(note, 600)}")
    for case in explanation.cases:
        _tell_case(case)
    print(f"\nThe test:\n{test.source}")


def _tell_case(case: Case) -> None:
    from grader.reports import explained, text

    record = case.record
    named = f" [{record.params}]" if record.params else ""
    print(f"\nCase{named}: {text.WORDS[record.outcome]}, {record.seconds:.3f} s")
    if case.alone is not None:
        words = text.WORDS[case.alone.outcome]
        more = ": it depends on what ran before it" if case.differs else ""
        print(f"Alone, in a fresh process: {words}, {case.alone.seconds:.3f} s{more}")
    asked = record if record.inputs or case.alone is None else case.alone
    for number, inputs in enumerate(asked.inputs):
        print(
            f"Probe {inputs.probe}, asked for with {inputs.choices}\n Inputs:\n{explained.value(inputs.values, '   ')}"
        )
        print(f" Expected:\n{explained.value(case.expected[number].value, '   ')}")
        if number < len(asked.calls):
            answer = asked.calls[number]
            if answer.outcome is None:
                print(f" Actual:\n{explained.value(answer.value, '   ')}")
            else:
                place = f" in {text.line(answer.cell, 80)}, line {answer.line}" if answer.line else ""
                print(f" Actual: {text.WORDS[answer.outcome]} {text.line(answer.exception, 80)}{place}")
                print(f"   {text.clean(answer.message)}")
    if asked.difference is not None:
        print(f" Difference: {asked.difference.words(show_values=True)}")
    elif asked.words:
        print(f" The check says: {text.clean(asked.words)}")

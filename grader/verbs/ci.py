"""`grader ci ...`: what the workflows run. A class's names and marks are never printed: logs may be public."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import InfrastructureError, UsageError
from grader.verbs.shared import (
    INFRASTRUCTURE,
    PASSED,
    UNUSABLE,
    Verbs,
    add_running_options,
    chapters_of,
    check_image,
    exit_code,
    find_chapter,
    load_course,
    open_grader,
)

if TYPE_CHECKING:
    from grader.ci.github import GitHub

SETTINGS = Path("instructor/grading.toml")
WORK = Path("build/ci")


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("ci", help="what the workflows of GitHub and GitLab run, step by step")
    steps = parser.add_subparsers(required=True, metavar="STEP")

    def step(name: str, words: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        one: argparse.ArgumentParser = steps.add_parser(name, help=words)
        one.set_defaults(verb=run)
        return one

    one = step("feedback", "a student's push: visible cases, summary, annotations, Classroom's results", run_feedback)
    one.add_argument("--chapter", help="only this one (default: all that are begun)")
    out = Path("build/feedback")
    one.add_argument("--out", type=Path, default=out, metavar="DIR", help=f"where the results go (default: {out})")
    add_running_options(one)
    one = step("state", "get or put the branch that holds attempts and gradebook", run_state)
    one.add_argument("what", choices=("get", "put"), help="from the branch, or onto it")
    one.add_argument("--remote", default="origin", help="an address, or the name of a remote of this repository")
    _add_state(one)
    one = step("collect", "the submissions that are due, as data, in shards", run_collect)
    _add_class_options(one)
    one.add_argument("--chapter", default="", help="only this one (default: all that are open)")
    one.add_argument("--only", default="", metavar="OWNER/NAME", help="only this repository, which asked to be graded")
    one.add_argument("--now", type=datetime.fromisoformat, metavar="TIME", help="as if it were then")
    one = step("secret", "put GRADER_SECRET where the grader looks for it", run_secret)
    one = step("grade", "one shard, with nothing of it in the log", run_grade)
    one.add_argument("shard", help="its number, as `collect` gave it")
    _add_work(one)
    one.add_argument("--image", default="", metavar="NAME", help="grade in containers of this image")
    one.add_argument("options", nargs="*", help="for grade-class, after --")
    one = step("join", "the shards' results into the gradebook, the attempts into the ledger", run_join)
    _add_class_options(one)
    one = step("post", "feedback to each student's commit, with the token of GRADER_TOKEN", run_post)
    _add_state(one)
    one.add_argument(
        "--as", dest="form", choices=("check", "comment"), default="comment",
        help="a comment on the commit (default), or a check of it, for which the token must be a GitHub App's",
    )  # fmt: skip
    one = step("publish", "the release into the student repository, with the token of STUDENTS_TOKEN", run_publish)
    one.add_argument("remote", help="its address")
    one.add_argument("--branch", default="main", help="the branch that students copy (default: %(default)s)")
    one.add_argument("--chapters", metavar="LIST", help="only these, such as ch1,ch2 (default: all)")
    one = step("changelog", "what CHANGELOG.md says of a version", run_changelog)
    one.add_argument("tag", help="such as v0.1.0")
    one.add_argument("--publish", metavar="OWNER/NAME", help="as the notes of this repository's release")
    one = step("push-images", "local images to a registry", run_push_images)
    one.add_argument("registry", help="such as ghcr.io/OWNER")
    one.add_argument("images", nargs="+", help="such as tensorflow-course:student-cpu")
    one = step("pull-image", "an image of a registry, with the token of REGISTRY_TOKEN", run_pull_image)
    one.add_argument("image", help="its name in the registry, with its tag")
    one = step("dispatch", "ask a repository that only passes it on to have this one graded", run_dispatch)
    one.add_argument("relay", metavar="RELAY", help="OWNER/NAME of the repository that passes it on")
    one.add_argument("repository", metavar="REPOSITORY", help="OWNER/NAME of the one to be graded")


def _add_class_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--settings", type=Path, default=SETTINGS, metavar="FILE", help=f"default: {SETTINGS}")
    _add_state(parser)
    _add_work(parser)


def _add_state(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", type=Path, default=WORK / "state", metavar="DIR", help="the branch of the state")


def _add_work(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--work", type=Path, default=WORK, metavar="DIR", help="the plan, the shards, the results")


def run_feedback(options: argparse.Namespace) -> int:
    """The visible cases of what was pushed."""
    from grader.ci.feedback import feedback
    from grader.reports.text import line

    course, chapters = chapters_of(options)
    with open_grader(course, options) as grader:
        graded, unusable = feedback(grader, chapters, options.out)
    for words in unusable:
        print(f"grader: {line(words, 300)}".replace("##[", "## ["), file=sys.stderr)
    code = exit_code(graded)
    return code if code == INFRASTRUCTURE or not unusable else UNUSABLE


def run_state(options: argparse.Namespace) -> int:
    """The branch `grades`."""
    from grader.ci.publish import get_state, put_state

    address = _address(options)
    where = (address, options.state, _token("GRADER_TOKEN"), _server())
    if options.what == "get":
        get_state(*where)
        print(f"state: in {options.state}")
    else:
        print("state: pushed" if put_state(*where) else "state: nothing new")
    return PASSED


def run_collect(options: argparse.Namespace) -> int:
    """Fetches what is due."""
    from grader.ci import workflow
    from grader.ci.collect import collect, matrix
    from grader.ci.config import read_grading, read_roster, slug
    from grader.ci.ledger import read_ledger
    from grader.ci.outbox import waiting

    course = load_course(options)
    grading = read_grading(options.settings)
    for name in (*grading.assignments, *filter(None, [options.chapter])):
        find_chapter(course, name)
    if options.now is not None and options.now.tzinfo is None:
        raise UsageError("--now: write the time with its zone, such as 2027-01-31T23:59:59+01:00")
    roster, github = read_roster(options.settings.parent / grading.roster), _github(retries=2)
    if github is None and os.environ.get("GITHUB_ACTIONS") and any(slug(one.repository) for one in roster):
        raise UsageError("GRADER_TOKEN is not set: when a push happened GitHub tells to a token of the class alone")
    plan, counts = collect(
        course, grading, roster, read_ledger(options.state),
        options.work, now=options.now or datetime.now(UTC), github=github, only=options.only,
        chapter=options.chapter, server=_server(),
    )  # fmt: skip
    workflow.set_output("matrix", matrix(plan))
    workflow.set_output("count", str(len(plan.entries)))
    # feedback that an earlier run could not post is reason enough for the last job
    workflow.set_output("post", str(len(plan.entries) + len(waiting(options.state))))
    _tell("Collected", counts)
    return PASSED


def run_secret(options: argparse.Namespace) -> int:
    """The class's secret."""
    from grader.ci.publish import write_secret

    write_secret(load_course(options), os.environ.get("GRADER_SECRET", ""))
    print("secret: in its place")
    return PASSED


def run_grade(options: argparse.Namespace) -> int:
    """One shard."""
    from grader.ci.shards import grade_shard
    from grader.model import Outcome

    if not options.shard.isdecimal():
        raise UsageError("a shard is a number of the matrix")
    course = load_course(options)
    work = options.work.resolve()
    if options.image:  # here the words are seen; what a class's grading says goes into a file
        from grader.sandbox.docker import choose_docker

        check_image(options.image)
        choose_docker(options.image)
    more = [*(("--sandbox", "docker", "--image", options.image) if options.image else ()), *options.options]
    counts = grade_shard(course.root, work / "shards" / options.shard, work / "results" / options.shard, more)
    # of a run for one student, how many passed would be that student's mark
    ours = counts[Outcome.INFRASTRUCTURE.value]
    _tell("Graded", {"graded": counts.total() - ours, "not graded, through the grader's fault": ours})
    return PASSED


def run_join(options: argparse.Namespace) -> int:
    """All shards."""
    from grader.ci.collect import read_plan
    from grader.ci.config import read_grading
    from grader.ci.ledger import read_ledger, write_ledger
    from grader.ci.shards import join

    course = load_course(options)
    grading = read_grading(options.settings)
    rules = {find_chapter(course, name).id: one for name, one in grading.assignments.items()}
    plan = read_plan(options.work)
    if missing := sorted({entry.chapter for entry in plan.entries} - set(rules)):
        raise UsageError(f"{options.settings} says nothing of {missing[0]}, which the plan holds")
    ledger = read_ledger(options.state)
    with _nameless():
        counts = join(plan, options.work / "results", options.state, ledger, grading.keep, rules)
        write_ledger(options.state, ledger)
    _tell("Joined", counts)
    return PASSED


def run_post(options: argparse.Namespace) -> int:
    """Feedback to the students."""
    from grader.ci.post import post

    github = _github(retries=2, spacing=1.0)
    if github is None:
        raise UsageError("GRADER_TOKEN is not set: feedback needs a token of the class's repositories")
    with _nameless():
        counts = post(options.state, github, options.form)
    _tell("Feedback", counts)
    return INFRASTRUCTURE if set(counts) - {"posted"} else PASSED


def run_publish(options: argparse.Namespace) -> int:
    """The student repository."""
    from grader import __version__
    from grader.ci.publish import publish_students
    from grader.release.contents import release
    from grader.verbs.release import chosen

    course = load_course(options)
    chapters = chosen(course, options.chapters)

    def write(folder: Path) -> list[str]:
        return [str(change) for change in release(course, chapters, folder) if change.what == "conflict"]

    message = f"Release {__version__}"
    token = _token("STUDENTS_TOKEN")
    new = publish_students(options.remote, options.branch, write, message, token, _server())
    print("student repository: pushed" if new else "student repository: nothing new")
    return PASSED


def run_changelog(options: argparse.Namespace) -> int:
    """What changed."""
    from grader.ci.publish import changelog

    notes = changelog(load_course(options), options.tag)
    print(notes, end="")
    if options.publish:
        github = _github(retries=2)
        if github is None:
            raise UsageError("GRADER_TOKEN is not set: a release's notes need a token of the repository")
        github.publish(options.publish, options.tag, notes)
    return PASSED


def run_push_images(options: argparse.Namespace) -> int:
    """The images."""
    from grader import __version__
    from grader.ci.registry import push_images

    user, token = os.environ.get("REGISTRY_USER", ""), _token("REGISTRY_TOKEN")
    for name in push_images(options.registry, options.images, __version__, user, token):
        print(f"pushed {name}", flush=True)
    return PASSED


def run_pull_image(options: argparse.Namespace) -> int:
    """An image to grade in."""
    from grader.ci.registry import pull_image

    pull_image(options.image, os.environ.get("REGISTRY_USER", ""), _token("REGISTRY_TOKEN"))
    print("image: here")
    return PASSED


def run_dispatch(options: argparse.Namespace) -> int:
    """A student's push asks to be graded."""
    from grader.ci.config import slug

    if not slug(options.relay) or not slug(options.repository):
        raise UsageError("dispatch: OWNER/NAME is wanted, of the relay and of the repository that asks")
    github = _github(retries=2)
    if github is None:
        print("dispatch: no GRADER_TOKEN here, so the grader finds this push when it next looks")
        return PASSED
    try:
        github.dispatch(options.relay, "submission", {"repository": options.repository})
    except InfrastructureError as error:
        raise InfrastructureError(f"dispatch: not asked: {error}; the grader finds it when it next looks") from error
    print("dispatch: asked")
    return PASSED


def _tell(title: str, counts: Mapping[str, int]) -> None:
    """Counts in the log and on the run's page."""
    from grader.ci import workflow

    words = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()) if count) or "nothing to do"
    print(f"{title.lower()}: {words}")
    if os.environ.get("GITHUB_STEP_SUMMARY"):
        workflow.add_summary(f"**{title}**: {words}")


@contextlib.contextmanager
def _nameless() -> Iterator[None]:
    """What the system says of a file would repeat its name, which is a student's."""
    try:
        yield
    except OSError as error:
        raise InfrastructureError(f"a file of the class cannot be read or written: {error.strerror}") from error


def _token(name: str) -> str:
    return os.environ.get(name, "").strip()


def _server() -> str:
    return os.environ.get("GITHUB_SERVER_URL") or os.environ.get("CI_SERVER_URL") or "https://github.com"


def _github(retries: int = 0, spacing: float = 0.0) -> GitHub | None:
    from grader.ci.github import GitHub

    token = _token("GRADER_TOKEN")
    return GitHub(token, retries=retries, spacing=spacing) if token and not os.environ.get("GITLAB_CI") else None


def _address(options: argparse.Namespace) -> str:
    """Where the state lives: an address as it is, a remote by its name."""
    from grader.ci.git import git

    remote: str = options.remote
    if "://" in remote:
        return remote
    if not remote.isidentifier():
        raise UsageError("--remote: the name of a remote or an address is wanted")
    return git("remote", "get-url", remote, folder=load_course(options).root).decode().strip()

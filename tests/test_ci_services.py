"""What the workflows ask of others: a registry, GitHub's interface, GitLab. Each is a stand-in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from grader import model
from grader.__main__ import main
from grader.ci import github as github_client
from grader.ci import outbox
from grader.ci.collect import Entry, Source
from grader.ci.github import LONGEST, MOST_ANNOTATIONS, PATIENCE, GitHub
from grader.ci.post import TRIES, at_lines, post
from grader.ci.workflow import notice
from grader.errors import InfrastructureError
from grader.model import Course, Outcome
from grader.release.contents import release
from grader.reports.markdown import CLAIMS
from tests.github_stand_in import StandIn, stand_in
from tests.workflow_runner import REPOSITORY, Runner, environment_of_steps, lend_environment

TOKEN = "t0p-s3cret"

# Docker as the steps see it: it notes what it is asked, keeps logins as Docker does, and fails as told.
DOCKER = """#!/bin/sh
folder=$(dirname "$0")
printf '%s\\n' "$*" >> "$folder/asked"
case "$1" in
  login) cat > "$folder/said"; cp "$folder/said" "$folder/config.json"; echo 'Login Succeeded' ;;
  logout) rm -f "$folder/config.json" ;;
  buildx) echo 'v0.17' ;;
  info) echo '{"ServerVersion": "27.0", "NCPU": 2, "SwapLimit": true}' ;;
  image) [ "$2" = inspect ] && printf 'sha256:1 %s\\n' "$(cat "$folder/private" 2>/dev/null)" ;;
esac
if [ "$1" = "$(cat "$folder/fails" 2>/dev/null)" ]; then echo 'denied: you
may not' >&2; exit 1; fi
"""


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a `docker` that stands first on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "docker").write_text(DOCKER)
    (folder / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


@pytest.fixture
def api() -> Iterator[StandIn]:
    with stand_in() as held:
        yield held


def asked(docker: Path, *verbs: str) -> list[str]:
    return [line for line in (docker / "asked").read_text().splitlines() if line.split()[0] in verbs]


# --- the registry ---


def images_of_a_release(folder: Path) -> Runner:
    def checkout(machine: Path) -> None:
        for name in ("grader", "docker", "requirements"):
            shutil.copytree(REPOSITORY / name, machine / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("Makefile", "course.toml", "pyproject.toml"):
            shutil.copy(REPOSITORY / name, machine)
        lend_environment(machine, "dev")

    values = {
        "vars.REGISTRY": "ghcr.io/Some-Class", "github.actor": "somebody", "secrets.GITHUB_TOKEN": TOKEN,
    }  # fmt: skip
    environment = {**environment_of_steps(folder, ""), "PATH": os.environ["PATH"]}
    runner = Runner(REPOSITORY / ".github/workflows/release.yml", folder, checkout, values, environment)
    runner.workflow["jobs"] = {"images": runner.workflow["jobs"]["images"]}
    runner.results["changelog"] = "success"
    return runner


def test_a_release_builds_its_images_and_pushes_those_with_solutions_apart(docker: Path, tmp_path: Path) -> None:
    runner = images_of_a_release(tmp_path / "run")
    assert runner.run()["images"] == "success", runner.log
    built = [line.split("--tag ")[1].split()[0] for line in asked(docker, "build")]
    there = "ghcr.io/some-class/tensorflow-course"
    pushed = [line.split()[-1] for line in asked(docker, "push")]
    assert pushed == [
        f"{there}-student:0.1.0-cpu", f"{there}-lab:0.1.0-cpu", f"{there}-grader:0.1.0-cpu",
        f"{there}-student:0.1.0-cuda", f"{there}-grader:0.1.0-cuda",
    ]  # fmt: skip
    tagged = [line.split()[1:] for line in asked(docker, "tag")]
    assert [new for _, new in tagged] == pushed and {old for old, _ in tagged} == set(built)
    # a registry hides a package as a whole: none holds both what students may have and what they may not
    assert not {name.split(":")[0] for name in pushed if "-grader:" in name} & {
        name.split(":")[0] for name in pushed if "-grader:" not in name
    }
    assert asked(docker, "login") == ["login --username somebody --password-stdin ghcr.io"]
    assert (docker / "said").read_text() == TOKEN
    assert TOKEN not in (docker / "asked").read_text() + runner.log + runner.summary
    assert (docker / "asked").read_text().splitlines()[-1] == "logout ghcr.io"
    assert not (docker / "config.json").exists()


@pytest.mark.parametrize(("fails", "last"), [("push", "logout"), ("tag", "logout"), ("login", "login")])
def test_a_registry_that_refuses_is_one_line_and_keeps_no_token(
    fails: str, last: str, docker: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REGISTRY_TOKEN", TOKEN)
    (docker / "fails").write_text(fails)
    assert main(["ci", "push-images", "ghcr.io/org", "course:student-cpu"]) == 3
    said = capsys.readouterr()
    assert said.err == f"grader: docker {fails}: denied: you may not\n" and "pushed" not in said.out
    assert (docker / "asked").read_text().splitlines()[-1].split()[0] == last
    assert last == "login" or not (docker / "config.json").exists()


def test_what_was_pushed_before_a_failure_is_said_and_the_failure_not_hidden_by_the_logout(
    docker: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REGISTRY_TOKEN", TOKEN)
    (docker / "fails").write_text("logout")
    assert main(["ci", "push-images", "ghcr.io/org", "course:student-cpu"]) == 3
    said = capsys.readouterr()
    assert said.out == "pushed ghcr.io/org/course-student:0.1.0-cpu\n" and "docker logout" in said.err


@pytest.mark.parametrize("words", [("-x", "a:b"), ("ghcr.io/o", "a"), ("ghcr.io/o", "--all-tags:x"), ("a b", "c:d")])
def test_odd_names_of_images_never_reach_docker(words: tuple[str, str], docker: Path) -> None:
    assert main(["ci", "push-images", "--", *words]) == 2
    assert not (docker / "asked").exists()


@pytest.mark.parametrize(
    ("image", "logins"),
    [
        ("ghcr.io/org/course-student:1-cpu", ["login --username token --password-stdin ghcr.io"]),
        ("localhost:5000/course:x", ["login --username token --password-stdin localhost:5000"]),
        ("org/course-student:1-cpu", []),  # Docker's own registry: not where the token belongs
        ("course:student-cpu", []),
    ],
)
def test_an_image_is_fetched_and_no_login_stays(
    image: str, logins: list[str], docker: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REGISTRY_TOKEN", TOKEN)
    assert main(["ci", "pull-image", image]) == 0
    assert asked(docker, "login") == logins and asked(docker, "pull") == [f"pull --quiet {image}"]
    assert not (docker / "config.json").exists()
    assert TOKEN not in capsys.readouterr().out + (docker / "asked").read_text()


def test_an_image_with_solutions_is_refused_with_its_words(
    docker: Path, tmp_path: Path, whole_course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    (docker / "private").write_text("true")
    image = "ghcr.io/org/course-grader:1-cpu"
    course = ["--course", str(whole_course.root)]
    for step in (["pull-image", image], ["grade", "0", "--image", image, "--work", str(tmp_path)]):
        assert main([*course, "ci", *step]) == 3
        words = capsys.readouterr().err
        assert f"the image {image} holds solutions" in words and words.count("\n") == 1
    assert not asked(docker, "run", "create")


def test_a_shard_is_graded_in_containers_of_the_image_that_is_named(
    docker: Path, tmp_path: Path, whole_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.ci import shards

    given: list[list[str]] = []
    environments: list[dict[str, str]] = []

    def run(command: list[str], **more: Any) -> Any:
        given.append(command)
        environments.append(more["env"])
        folder = Path(command[command.index("--out") + 1])
        (folder / "gradebook.csv").write_text("")
        return subprocess.CompletedProcess(command, 0)

    (tmp_path / "shards/0/ch1_arrays/a").mkdir(parents=True)
    monkeypatch.setattr(shards.subprocess, "run", run)
    monkeypatch.setenv("REGISTRY_TOKEN", TOKEN)
    image = "ghcr.io/org/course-student:1-cpu"
    words = ["--course", str(whole_course.root), "ci", "grade", "0", f"--image={image}", "--work", str(tmp_path)]
    monkeypatch.setattr("grader.verbs.ci.choose_docker", lambda image: None, raising=False)
    monkeypatch.setattr("grader.sandbox.docker.choose_docker", lambda image: None)
    assert main(words) == 0
    assert given[0][-4:] == ["--sandbox", "docker", "--image", image]
    assert TOKEN not in environments[0].values()


# --- a student's push asks ---


def ask(folder: Path, course: Course, api: StandIn, **values: str) -> Runner:
    release(course, course.chapters, folder / "mine")

    def checkout(machine: Path) -> None:
        shutil.copytree(folder / "mine", machine, dirs_exist_ok=True)
        lend_environment(machine, "student")
        (machine / "requirements/dev.txt").unlink()

    given = {
        "vars.RELAY": "org/relay", "github.ref_name": "main", "github.event.repository.default_branch": "main",
        "github.repository": "class/ann", "secrets.RELAY_TOKEN": TOKEN, **values,
    }  # fmt: skip
    path = folder / "mine" / ".github/workflows/feedback.yml"
    runner = Runner(path, folder / "run", checkout, given, environment_of_steps(folder, api.address))
    del runner.workflow["jobs"]["feedback"]  # has a test of its own
    return runner


def test_a_push_asks_the_relay_and_tells_nobody_the_token(whole_course: Course, api: StandIn, tmp_path: Path) -> None:
    runner = ask(tmp_path, whole_course, api)
    assert runner.run() == {"ask": "success"}, runner.log
    body = {"event_type": "submission", "client_payload": {"repository": "class/ann"}}
    assert api.posted == [("/repos/org/relay/dispatches", body)]
    assert api.tokens == {f"Bearer {TOKEN}"} and TOKEN not in runner.log
    assert "dispatch: asked" in runner.log


def test_a_refused_request_is_one_clear_line(whole_course: Course, api: StandIn, tmp_path: Path) -> None:
    api.refusals = {"dispatches": [(404, {})]}
    runner = ask(tmp_path, whole_course, api)
    assert runner.run() == {"ask": "failure"}
    said = "grader: dispatch: not asked: GitHub answers 404 to POST dispatches; the grader finds it when it next looks"
    assert runner.log.rstrip().splitlines()[-1] == said
    assert not api.posted and TOKEN not in runner.log


@pytest.mark.parametrize(
    ("values", "result", "words"),
    [
        ({"vars.RELAY": ""}, "skipped", ""),
        ({"github.ref_name": "experiment"}, "skipped", ""),
        ({"secrets.RELAY_TOKEN": ""}, "success", "no GRADER_TOKEN here"),
        ({"vars.RELAY": "org/.."}, "failure", "OWNER/NAME is wanted"),
    ],
)
def test_who_may_not_ask_does_not(
    values: dict[str, str], result: str, words: str, whole_course: Course, api: StandIn, tmp_path: Path
) -> None:
    runner = ask(tmp_path, whole_course, api, **values)
    assert runner.run() == {"ask": result}, runner.log
    assert words in runner.log and not api.posted


def test_the_relay_passes_on_a_name_as_one_word(tmp_path: Path) -> None:
    (tmp_path / "gh").write_text("#!/bin/sh\nprintf '<%s>' \"$@\"\n")
    (tmp_path / "gh").chmod(0o755)
    name = "a/b; touch pwned $(touch pwned) `touch pwned`\n::error::x"
    values = {
        "vars.COURSE": "org/course", "secrets.COURSE_TOKEN": TOKEN, "github.event.client_payload.repository": name,
    }  # fmt: skip
    path = REPOSITORY / "examples/relay.yml"
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    runner = Runner(path, tmp_path / "run", lambda _: None, values, environment)
    assert runner.run() == {"pass-on": "success"}
    assert runner.log.endswith(f"<-f><event_type=submission><-f><client_payload[repository]={name}>")
    assert not list(tmp_path.rglob("pwned"))
    values["github.event.client_payload.repository"] = ""  # would mean the whole class
    assert Runner(path, tmp_path / "run2", lambda _: None, values, environment).run() == {"pass-on": "skipped"}


# --- feedback ---


def report(outcome: Outcome = Outcome.FAILED, message: str = "expected 1, got 2") -> model.Report:
    score = 2.0 if outcome is Outcome.PASSED else 0.0
    test = model.TestReport("test_a", "It adds.", outcome, 2.0, score, "public", message)
    task = model.TaskReport("add", "Add two numbers", score, 2.0, outcome, (test,))
    return model.Report(
        course="c", chapter="ch1_arrays", student="ann", submission="", suite="", engine="", environment={}, seed_id="",
        started="", seconds=0.0, score=score, max_score=2.0, outcome=outcome, tasks=(task,),
    )  # fmt: skip


def enclose(state: Path, name: str, one: model.Report, final: bool = False, *sources: Source) -> None:
    entry = Entry("ch1_arrays", name, f"class/{name}", "c" * 40, final, 0, by_service=True, sources=sources)
    outbox.enclose(state, entry, one)


HOSTILE = (
    "no\n::error::no\r##[error]no %0A::error::no </summary><img src=x> ``` ~~~ @all #1 \x1b[31m\u202e" + "x" * 99_999
)


def test_a_check_is_made_with_its_conclusion_and_words_that_do_nothing(api: StandIn, tmp_path: Path) -> None:
    enclose(tmp_path, "ann", report(Outcome.PASSED, ""))
    enclose(tmp_path, "bob", report(message=HOSTILE), final=True)
    assert post(tmp_path, GitHub(TOKEN, api.address), "check") == {"posted": 2}
    (path, passed), (other, failed) = api.posted
    assert (path, other) == ("/repos/class/ann/check-runs", "/repos/class/bob/check-runs")
    assert passed["name"] == "ch1" and passed["conclusion"] == "success"
    assert failed["name"] == "ch1 at the deadline" and failed["conclusion"] == "neutral"
    for body in (passed, failed):
        assert body["head_sha"] == "c" * 40 and body["status"] == "completed"
        # nobody knows which file of the repository was graded: nothing is said at any line
        assert set(body["output"]) == {"title", "summary", "annotations"} and not body["output"]["annotations"]
        assert len(body["output"]["summary"]) < 65_535
    summary = failed["output"]["summary"]
    assert not {"\x1b", "\u202e", "\r"} & set(summary)
    fence = next(line for line in summary.splitlines() if line.startswith("````"))  # longer than any in the message
    inside = summary.split(fence)[1]
    assert "<img src=x>" in inside and "@all" in inside
    assert not outbox.waiting(tmp_path)


HOME = "exercises/ch1_arrays/arrays.py"
RAISED = "Your code raised ValueError in arrays.py, line 12: no\n    x = 1"


def said_at(api: StandIn, state: Path, one: model.Report, *sources: Source) -> list[dict[str, Any]]:
    """The annotations of the check that is made of a report."""
    api.posted.clear()  # the same report twice is one check
    enclose(state, "ann", one, False, *sources)
    assert post(state, GitHub(TOKEN, api.address), "check") == {"posted": 1}
    said: list[dict[str, Any]] = api.posted[-1][1]["output"]["annotations"]
    return said


def test_a_check_speaks_at_the_students_lines(api: StandIn, tmp_path: Path) -> None:
    one = replace(report(Outcome.ERROR, RAISED), submission="sha256:2")
    sources = [Source("arrays.ipynb", "sha256:1", 90), Source(HOME, "sha256:2", 40)]
    expected = {
        "path": HOME, "start_line": 12, "end_line": 12, "annotation_level": "failure", "title": "add: It adds.",
        "message": RAISED,
    }  # fmt: skip
    assert said_at(api, tmp_path, one, *sources) == [expected]
    assert said_at(api, tmp_path, one, sources[0]) == []  # some other file was graded than was copied
    assert said_at(api, tmp_path, replace(one, submission=""), *sources) == []
    ours = replace(one, tasks=report(Outcome.INFRASTRUCTURE, "The grader failed.").tasks)
    (warning,) = said_at(api, tmp_path, ours, *sources)
    assert (warning["annotation_level"], warning["start_line"]) == ("warning", 1)
    assert said_at(api, tmp_path, replace(report(Outcome.PASSED, ""), submission="sha256:2"), *sources) == []


@pytest.mark.parametrize(
    ("lines", "message", "line"),
    [(12, RAISED, 12), (11, RAISED, 1), (40, "expected 1, got 2", 1), (0, RAISED, None),
     (40, RAISED.replace("12", "9999999"), 1), (40, RAISED.replace("12", "0"), 1)],
)  # fmt: skip
def test_a_check_speaks_only_at_lines_that_exist(lines: int, message: str, line: int | None) -> None:
    said = at_lines(report(Outcome.ERROR, message), HOME, lines)
    assert [one["start_line"] for one in said] == ([] if line is None else [line])
    assert all(one["start_line"] == one["end_line"] for one in said)


def test_what_a_check_says_at_lines_is_bounded_and_no_more_than_its_summary(api: StandIn, tmp_path: Path) -> None:
    one = report(message=HOSTILE)
    tests = [
        replace(one.tasks[0].tests[0], id=f"test_{n}", claim=f"{n}{HOSTILE}", visibility="hidden") for n in range(70)
    ]
    one = replace(one, submission="sha256:2", tasks=(replace(one.tasks[0], tests=tuple(tests)),))
    said = said_at(api, tmp_path, one, Source(HOME, "sha256:2", 40))
    assert len(said) == CLAIMS == api.posted[-1][1]["output"]["summary"].count("\n### ")
    for annotation in said:
        assert len(annotation["title"]) <= 255 and len(annotation["message"].encode()) < 64 << 10
        words = annotation["title"] + annotation["message"]
        assert not {"\x1b", "\u202e", "\r"} & set(words) and "\n" not in annotation["title"]


def test_a_check_holds_as_many_annotations_as_github_takes_and_says_how_many_are_left_out(api: StandIn) -> None:
    many = [{"path": HOME, "start_line": n, "end_line": n, "title": "t", "message": str(n)} for n in range(1, 71)]
    GitHub(TOKEN, api.address).check_run("class/ann", "c" * 40, "ch1", "words", many, passed=False, mark="1")
    said = api.posted[0][1]["output"]["annotations"]
    assert len(said) == MOST_ANNOTATIONS and said[:-1] == many[:49]
    assert said[-1] == {"path": HOME, "start_line": 1, "end_line": 1, "message": "21 more remarks are not shown."}
    GitHub(TOKEN, api.address).check_run("class/ann", "c" * 40, "ch1", "words", many[:50], passed=False, mark="2")
    assert api.posted[1][1]["output"]["annotations"] == many[:50]


def test_work_that_cannot_be_read_is_told_of_at_the_only_file(api: StandIn, tmp_path: Path) -> None:
    one = replace(report(), tasks=(), notes=("arrays.py is not text: byte 3 is 0",), outcome=Outcome.ERROR)
    (said,) = said_at(api, tmp_path, one, Source("work/arrays.py", "sha256:2", 1))
    assert (said["path"], said["start_line"], said["message"]) == ("work/arrays.py", 1, one.notes[0])
    assert "title" not in said
    assert not said_at(api, tmp_path, one, Source("a/arrays.py", "sha256:2", 1), Source("b/arrays.py", "sha256:3", 1))


def test_what_is_too_long_for_a_comment_is_cut_at_a_line(api: StandIn) -> None:
    GitHub(TOKEN, api.address).comment("class/ann", "c" * 40, "a line\n" * 20_000, "m")
    ((_, body),) = api.posted
    assert len(body["body"]) < LONGEST + 50 and body["body"].endswith("\na line\n\n(The rest is cut.)\n")


def test_a_request_is_made_again_when_github_asks_for_patience(api: StandIn) -> None:
    waits: list[float] = []
    api.refusals = {"comments": [(429, {"Retry-After": "7"}), (502, {}), (403, {"x-ratelimit-remaining": "0"})]}
    GitHub(TOKEN, api.address, retries=3, wait=waits.append).comment("class/ann", "c" * 40, "words", "m")
    assert waits == [7, 2, PATIENCE] and len(api.posted) == 1


def test_a_limit_that_github_only_speaks_of_is_no_refusal(api: StandIn) -> None:
    waits: list[float] = []
    api.refusals = {"POST": [(403, {"said": "You have exceeded a secondary rate limit. Please wait a few minutes."})]}
    GitHub(TOKEN, api.address, retries=1, wait=waits.append).comment("class/ann", "c" * 40, "words", "m")
    assert waits == [PATIENCE] and len(api.posted) == 1


def test_feedback_is_posted_one_a_second(api: StandIn) -> None:
    waits: list[float] = []
    github = GitHub(TOKEN, api.address, wait=waits.append, spacing=1.0)
    for mark in ("one", "two", "two", "three"):  # what is there already takes no turn
        github.comment("class/ann", "c" * 40, "words", mark)
    assert len(api.posted) == 3 and len(waits) == 2 and all(0 < seconds <= 1 for seconds in waits)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("form", ["comment", "check"])
def test_a_repository_that_was_renamed_is_followed_with_the_token(
    form: str, status: int, api: StandIn, tmp_path: Path
) -> None:
    api.moved = {"/repos/class/ann/": (status, f"{api.address}/repos/class/lee/")}
    api.pushes["class/lee"] = [{"timestamp": "2026-11-01T00:00:00Z", "after": "c" * 40}]
    github = GitHub(TOKEN, api.address)
    enclose(tmp_path, "ann", report())
    assert post(tmp_path, github, form) == {"posted": 1}
    ((path, body),) = api.posted
    assert path.startswith("/repos/class/lee/") and body and api.tokens == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize("status", [301, 303, 307])
def test_the_token_follows_to_no_other_server_and_nothing_counts_as_posted(
    status: int, api: StandIn, tmp_path: Path
) -> None:
    enclose(tmp_path, "ann", report())
    with stand_in() as other:
        where = api.address if status == 303 else other.address
        api.moved = {"/repos/class/ann/": (status, f"{where}/repos/class/lee/")}
        counts = post(tmp_path, GitHub(TOKEN, api.address), "comment")
    assert not other.tokens and not other.posted and not api.posted
    assert counts == {"not posted, tried again next time": 1, f"(GitHub answers {status} to GET commits)": 1}


def test_a_repository_of_a_classroom_that_was_deleted_stops_nobody(api: StandIn) -> None:
    there = {"students": [{"login": "Ann"}], "repository": {"full_name": "org/lab-ann"}}
    api.accepted = [{"students": [{"login": "bob"}], "repository": None}, there]
    assert GitHub(TOKEN, api.address).classroom(1) == {"ann": "org/lab-ann"}


@pytest.mark.parametrize(
    ("refusals", "waited"),
    [
        ([(403, {})], 0),  # a refusal, and it will be one next time
        ([(422, {})], 0),
        ([(429, {"Retry-After": "3600"})], 0),  # longer than a job should wait
        ([(500, {})] * 9, 2),  # and not for ever
        ([(429, {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"})] * 9, 2),
    ],
)
def test_a_request_is_not_made_again_for_nothing(
    refusals: list[tuple[int, dict[str, str]]], waited: int, api: StandIn
) -> None:
    waits: list[float] = []
    api.refusals = {"comments": list(refusals)}
    with pytest.raises(InfrastructureError, match="GitHub answers"):
        GitHub(TOKEN, api.address, retries=2, wait=waits.append).comment("class/ann", "c" * 40, "words", "m")
    assert len(waits) == waited and not api.posted


@pytest.mark.parametrize("seconds", [0.0, 1.5])  # the connection breaks off; nothing comes in time
@pytest.mark.parametrize("form", ["comment", "check"])
def test_what_github_took_without_an_answer_is_not_posted_twice(
    form: str, seconds: float, api: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github_client, "SECONDS", 0.5)
    enclose(tmp_path, "ann", report())
    api.silences = {"POST /repos/class/ann/": [seconds]}
    waits: list[float] = []
    github = GitHub(TOKEN, api.address, retries=2, wait=waits.append)
    assert post(tmp_path, github, form) == {"posted": 1}
    assert len(api.posted) == 1 and waits == [1.0] and not outbox.waiting(tmp_path)


@pytest.mark.parametrize("form", ["comment", "check"])
def test_a_run_that_was_lost_after_it_had_posted_is_followed_by_no_second_post(
    form: str, api: StandIn, tmp_path: Path
) -> None:
    github = GitHub(TOKEN, api.address)
    enclose(tmp_path, "ann", report())
    letters = outbox.waiting(tmp_path)
    for _ in range(150):  # what others say, more than a page of it
        api.answer("POST", f"/repos/class/ann/commits/{'c' * 40}/comments", {"body": "words"}, {})
        api.answer("POST", "/repos/class/ann/check-runs", {"name": "ch1", "head_sha": "c" * 40}, {})
    already = len(api.posted)
    assert post(tmp_path, github, form) == {"posted": 1}
    outbox.keep(tmp_path, *letters)  # as the branch still has it
    assert post(tmp_path, github, form) == {"posted": 1}
    assert len(api.posted) == already + 1
    # the same commit graded again, or at the deadline, is something else to say
    enclose(tmp_path, "ann", replace(report(), started="2026-12-01T12:00:01+00:00"))
    assert post(tmp_path, github, form) == {"posted": 1}
    enclose(tmp_path, "ann", report(), final=True)
    assert post(tmp_path, github, form) == {"posted": 1}
    assert len(api.posted) == already + 3


def test_a_mark_is_out_of_sight_and_tells_nothing(api: StandIn, tmp_path: Path) -> None:
    enclose(tmp_path, "ann", report())
    assert post(tmp_path, GitHub(TOKEN, api.address), "comment") == {"posted": 1}
    first, blank, head, *_ = api.posted[0][1]["body"].split("\n")
    assert re.fullmatch(r"<!-- graded-[0-9a-f]{32} -->", first) and not blank and head.startswith("## ")


def test_a_release_whose_answer_was_lost_is_made_once(api: StandIn) -> None:
    api.silences = {"POST /repos/org/course/releases": [0.0]}
    waits: list[float] = []
    GitHub(TOKEN, api.address, retries=2, wait=waits.append).publish("org/course", "v1", "words")
    assert [path for path, _ in api.posted] == ["/repos/org/course/releases"] and waits == [1.0]


def test_one_that_is_refused_stops_no_other_and_is_given_up_in_the_end(api: StandIn, tmp_path: Path) -> None:
    enclose(tmp_path, "ann", report())
    api.refusals = {"class/ann/": [(403, {})] * 99}
    github = GitHub(TOKEN, api.address)
    for number in range(1, TRIES):
        enclose(tmp_path, f"other{number}", report())
        counts = post(tmp_path, github, "comment")
        assert counts["posted"] == 1 and counts["not posted, tried again next time"] == 1
    assert post(tmp_path, github, "comment")["not posted, given up"] == 1
    assert not outbox.waiting(tmp_path)


def test_where_github_does_not_answer_the_rest_waits(api: StandIn, tmp_path: Path) -> None:
    for number in range(8):
        enclose(tmp_path, f"s{number}", report())
    api.refusals = {"comments": [(503, {})] * 3}
    counts = post(tmp_path, GitHub(TOKEN, api.address), "comment")
    assert counts["not posted, tried again next time"] == 8 and not counts["posted"]
    assert post(tmp_path, GitHub(TOKEN, api.address), "comment") == {"posted": 8}
    assert len(api.posted) == 8


def test_a_token_that_has_expired_uses_up_no_try(api: StandIn, tmp_path: Path) -> None:
    enclose(tmp_path, "ann", report())
    api.refusals = {"class/ann/": [(401, {})]}
    with pytest.raises(InfrastructureError, match="the token has expired or is wrong"):
        post(tmp_path, GitHub(TOKEN, api.address), "comment")
    assert [letter.tries for letter in outbox.waiting(tmp_path)] == [0]


def test_a_damaged_outbox_is_one_line_without_a_name(
    api: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enclose(tmp_path, "ann", report())
    (tmp_path / "unposted/ch1_arrays/ann.json").write_text('{"report": {}}')
    monkeypatch.setenv("GRADER_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", api.address)
    assert main(["ci", "post", "--state", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "ann" not in said.replace(str(tmp_path), "")


def test_a_disk_that_is_full_is_one_line_without_a_name(
    api: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(state: Path, letter: outbox.Letter) -> None:
        raise OSError(28, "No space left on device", f"{state}/ann.json")

    enclose(tmp_path, "ann", report())
    monkeypatch.setattr(outbox, "drop", full)
    monkeypatch.setenv("GRADER_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", api.address)
    assert main(["ci", "post", "--state", str(tmp_path)]) == 3
    said = capsys.readouterr().err
    assert said == "grader: a file of the class cannot be read or written: No space left on device\n"


def test_an_answer_of_another_shape_is_no_traceback(api: StandIn) -> None:
    import datetime

    api.pushes["class/ann"] = [{"when": "now"}]
    now = datetime.datetime.now(datetime.UTC)
    with pytest.raises(InfrastructureError, match="not understood"):
        GitHub(TOKEN, api.address).pushed_before("class/ann", now)
    api.accepted = [{"students": None}]
    with pytest.raises(InfrastructureError, match="not understood"):
        GitHub(TOKEN, api.address).classroom(1)


def test_a_notice_is_one_command_whatever_is_in_it() -> None:
    text = notice("ch1", HOSTILE)
    assert len(text.splitlines()) == 1 and "##[" not in text
    assert text.count("::") == HOSTILE.count("::") + 2 and "%250A" in text


# --- GitLab ---


def test_the_scripts_of_the_gitlab_file_grade_a_class(whole_course: Course, tmp_path: Path) -> None:
    """Jobs in order, each script in a clean folder with what its artefacts hand on."""
    from tests.test_ci import run_git

    work, student = tmp_path / "work", tmp_path / "ann.git"
    shutil.copytree(whole_course.root, work, ignore=shutil.ignore_patterns("build", ".secret"))
    solution = (work / "solutions/ch1_arrays/arrays.py").read_text()
    place = tmp_path / "ann/exercises/ch1_arrays"
    place.mkdir(parents=True)
    (place / "arrays.py").write_text(solution)
    state = tmp_path / "course.git"
    for bare in (student, state):
        bare.mkdir()
        run_git(bare, "init", "--quiet", "--bare")
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "w"]):
        run_git(tmp_path / "ann", *words)
    run_git(tmp_path / "ann", "push", "--quiet", str(student), "HEAD:main")
    (work / "instructor").mkdir()
    (work / "instructor/grading.toml").write_text("[assignments.ch1]\ndeadline = 2099-01-01T00:00:00Z\n")
    (work / "instructor/roster.csv").write_text(f"id,repository\nann-lee,file://{student}\n")
    file = yaml.safe_load((REPOSITORY / "examples/gitlab-ci.yml").read_text())
    environment = {
        **environment_of_steps(tmp_path, ""), "GITLAB_CI": "true", "CI_PROJECT_URL": f"file://{state}"[:-4],
        "CI_JOB_TOKEN": TOKEN, "CI_SERVER_URL": f"file://{tmp_path}",
    }  # fmt: skip
    for name in ("GITHUB_SERVER_URL", "GITHUB_ACTIONS"):
        environment.pop(name, None)
    own = {"collect": "CLASS_TOKEN", "grade": "GRADER_SECRET", "post": "STATE_TOKEN"}
    log = ""
    for job, secret in own.items():
        machine = tmp_path / job
        shutil.copytree(work, machine)
        lend_environment(machine, "instructor")
        before = {"collect": [], "grade": ["collect"], "post": ["grade"]}[job]
        for other in before:
            for path in file[other]["artifacts"]["paths"]:
                source, target = tmp_path / other / path, machine / path
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
        script = "set -e\n" + "\n".join(file[job]["script"])
        value = {"GRADER_SECRET": "5e" * 32}.get(secret, TOKEN)
        done = subprocess.run(
            ["sh", "-c", script], cwd=machine, env={**environment, secret: value}, capture_output=True, text=True
        )
        log += done.stdout + done.stderr
        assert done.returncode == 0, log
    assert TOKEN not in log and "ann" not in log.replace(str(tmp_path), "")
    book = subprocess.run(["git", "show", "grades:gradebook.csv"], cwd=state, capture_output=True, check=True)
    assert b"ann-lee" in book.stdout and b"10" in book.stdout
    listed = run_git(state, "ls-tree", "-r", "--name-only", "grades")
    assert "unposted" not in listed and json.loads(run_git(state, "show", "grades:ledger.json"))["attempts"]

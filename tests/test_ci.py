"""A class graded by the workflow itself: real git, real grading, GitHub's interface on the loopback."""

from __future__ import annotations

import base64
import datetime
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import model
from grader.__main__ import main
from grader.ci import git, outbox
from grader.ci.collect import Entry, Plan, Source, collect, matrix, read_plan
from grader.ci.config import Assignment, Grading, Student, read_grading, read_roster
from grader.ci.github import GitHub
from grader.ci.ledger import Attempt, Ledger, read_ledger, write_ledger
from grader.ci.publish import changelog, publish_students, put_state, write_secret
from grader.ci.shards import join
from grader.ci.workflow import notice, set_output
from grader.classroom import roster as class_roster
from grader.course import load
from grader.errors import GraderError, InfrastructureError, UsageError
from grader.model import Course, Outcome, encode_report
from grader.release.contents import release
from grader.reports.gradebook import COLUMNS, read_gradebook
from tests.conftest import REPOSITORY
from tests.github_stand_in import StandIn, stand_in
from tests.workflow_runner import APP_TOKEN, Runner, environment_of_steps, lend_environment

words_are_there = pytest.mark.skipif(
    importlib.util.find_spec("grader.reports.markdown") is None, reason="grader/reports/markdown.py is not there yet"
)
UTC = datetime.UTC
DEADLINE = datetime.datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
SECRET = "5e" * 32
RULES = {"ch1_arrays": Assignment(deadline=DEADLINE)}
Commit = Callable[..., str]


def run_git(folder: Path, *words: str, at: datetime.datetime = DEADLINE) -> str:
    environment = {
        **os.environ,
        "GIT_AUTHOR_DATE": at.isoformat(), "GIT_COMMITTER_DATE": at.isoformat(),
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    }  # fmt: skip
    identity = ("-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *identity, *words], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A folder of repositories, as OWNER/NAME.git."""
    (tmp_path / "server").mkdir()
    return tmp_path / "server"


@pytest.fixture
def commit(server: Path, tmp_path: Path) -> Commit:
    """Commits files to a repository of the server; None removes, a link is (target,)."""

    def make(slug: str, at: datetime.datetime = DEADLINE, **files: str | tuple[str] | None) -> str:
        bare, work = server / f"{slug}.git", tmp_path / "work" / slug
        if not bare.exists():
            bare.mkdir(parents=True)
            run_git(bare, "init", "--quiet", "--bare")
            work.mkdir(parents=True)
            run_git(work, "init", "--quiet")
        for name, text in files.items():
            place = work / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            if isinstance(text, tuple):
                place.symlink_to(text[0])
            elif text is not None:
                place.write_text(text)
        run_git(work, "add", "--all")
        run_git(work, "commit", "--quiet", "--allow-empty", "--message=work", at=at)
        run_git(work, "push", "--quiet", str(bare), "HEAD:main")
        return run_git(work, "rev-parse", "HEAD")

    return make


HOME = "exercises/ch1_arrays/arrays.py"


def collected(
    course: Course, server: Path, out: Path, students: list[Student], **more: object
) -> tuple[object, object]:
    rules = more.pop("rules", Assignment(deadline=DEADLINE))
    ledger = more.pop("ledger", Ledger())
    assert isinstance(rules, Assignment) and isinstance(ledger, Ledger)
    grading = Grading({"ch1": rules}, per_runner=2)
    options = {"now": DEADLINE - datetime.timedelta(hours=1), "server": f"file://{server}", **more}
    return collect(course, grading, students, ledger, out, **options)  # type: ignore[arg-type]


# --- submissions are data ---


def test_a_submission_is_taken_as_it_was_at_the_deadline(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    hours = datetime.timedelta(hours=1)
    early = commit("class/a", DEADLINE - 2 * hours, **{HOME: "early = 1\n"})
    commit("class/a", DEADLINE + 2 * hours, **{HOME: "late = 1\n"})
    plan, _ = collected(arrays_course, server, tmp_path / "out", [Student("a", "class/a")], now=DEADLINE + 24 * hours)
    (entry,) = plan.entries  # type: ignore[attr-defined]
    assert (entry.commit, entry.final, entry.by_service) == (early, True, False)
    taken = tmp_path / "out/shards/0/ch1_arrays/a/arrays.py"
    assert taken.read_text() == "early = 1\n"
    assert read_plan(tmp_path / "out") == plan
    assert entry.sources == (Source(HOME, f"sha256:{hashlib.sha256(taken.read_bytes()).hexdigest()}", 1),)


def test_an_extension_moves_a_students_deadline(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    days = datetime.timedelta(days=1)
    commit("class/a", DEADLINE - days, **{HOME: "early = 1\n"})
    late = commit("class/a", DEADLINE + days, **{HOME: "late = 1\n"})
    student = Student("a", "class/a", extension=2 * days)
    plan, _ = collected(arrays_course, server, tmp_path / "out", [student], now=DEADLINE + 5 * days)
    assert [entry.commit for entry in plan.entries] == [late]  # type: ignore[attr-defined]


def test_a_commit_that_lies_about_its_date_gains_nothing_where_the_service_says_when_it_was_pushed(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    hours = datetime.timedelta(hours=1)
    honest = commit("class/a", DEADLINE - 2 * hours, **{HOME: "honest = 1\n"})
    backdated = commit("class/a", DEADLINE - hours, **{HOME: "backdated = 1\n"})
    with stand_in() as api:
        api.pushes["class/a"] = [
            {"timestamp": (DEADLINE + 3 * hours).isoformat(), "after": backdated},
            {"timestamp": (DEADLINE - 2 * hours).isoformat(), "after": honest},
        ]
        plan, _ = collected(
            arrays_course, server, tmp_path / "out", [Student("a", "class/a")],
            now=DEADLINE + 9 * hours, github=GitHub("t0ken", api.address),
        )  # fmt: skip
    (entry,) = plan.entries  # type: ignore[attr-defined]
    assert (entry.commit, entry.by_service) == (honest, True)


def test_a_branch_that_was_renamed_after_the_deadline_takes_nothing_away(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    hours = datetime.timedelta(hours=1)
    early = commit("class/a", DEADLINE - 2 * hours, **{HOME: "early = 1\n"})
    late = commit("class/a", DEADLINE + hours, **{HOME: "late = 1\n"})
    with stand_in() as api:
        api.pushes["class/a"] = [
            {"timestamp": (DEADLINE + 2 * hours).isoformat(), "after": late, "ref": "refs/heads/main"},
            {"timestamp": (DEADLINE + hours).isoformat(), "after": late, "ref": "refs/heads/master"},
            # pushed in time, but never part of what is handed in
            {"timestamp": (DEADLINE - hours).isoformat(), "after": "f" * 40, "ref": "refs/heads/try"},
            {"timestamp": (DEADLINE - 2 * hours).isoformat(), "after": early, "ref": "refs/heads/master"},
        ]
        github = GitHub("t0ken", api.address)
        students = [Student("a", "class/a")]
        when = {"now": DEADLINE + 9 * hours, "github": github}
        plan, _ = collected(arrays_course, server, tmp_path / "out", students, **when)
        api.pushes["class/a"] = api.pushes["class/a"][:3]
        none, counts = collected(arrays_course, server, tmp_path / "out2", students, **when)
    assert [entry.commit for entry in plan.entries] == [early]  # type: ignore[attr-defined]
    assert not none.entries and counts == {"nothing pushed": 1}  # type: ignore[attr-defined]


def test_a_commit_that_a_forced_push_took_away_after_the_deadline_is_graded(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    hours = datetime.timedelta(hours=1)
    early = commit("class/a", DEADLINE - 2 * hours, **{HOME: "early = 1\n"})
    other = commit("class/b", DEADLINE + hours, **{HOME: "other = 1\n"})
    bare = server / "class/a.git"
    run_git(bare, "config", "uploadpack.allowAnySHA1InWant", "true")
    run_git(bare, "fetch", "--quiet", str(server / "class/b.git"), "+main:main")
    with stand_in() as api:
        api.pushes["class/a"] = [
            {"timestamp": (DEADLINE + hours).isoformat(), "after": other},
            {"timestamp": (DEADLINE - hours).isoformat(), "after": early},
        ]
        plan, _ = collected(
            arrays_course, server, tmp_path / "out", [Student("a", "class/a")],
            now=DEADLINE + 9 * hours, github=GitHub("t0ken", api.address),
        )  # fmt: skip
    assert [entry.commit for entry in plan.entries] == [early]  # type: ignore[attr-defined]
    assert (tmp_path / "out/shards/0/ch1_arrays/a/arrays.py").read_text() == "early = 1\n"


def test_what_was_graded_already_is_not_even_fetched(
    arrays_course: Course, server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git, "fetch", lambda *given, **more: pytest.fail("it was fetched"))
    ledger = Ledger()
    ledger.add("ch1_arrays", "a", Attempt("c" * 40, DEADLINE - datetime.timedelta(hours=9)))
    with stand_in() as api:
        api.pushes |= {"class/a": [{"timestamp": "2026-11-01T00:00:00Z", "after": "c" * 40}], "class/b": []}
        _, counts = collected(
            arrays_course, server, tmp_path / "out", [Student("a", "class/a"), Student("b", "class/b")],
            github=GitHub("t0ken", api.address), ledger=ledger,
        )  # fmt: skip
    assert counts == {"graded already": 1, "nothing pushed": 1}


def test_an_empty_repository_is_one_that_nothing_was_pushed_to(
    arrays_course: Course, server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    (server / "class/a.git").mkdir(parents=True)
    run_git(server / "class/a.git", "init", "--quiet", "--bare")
    _, counts = collected(
        arrays_course, server, tmp_path / "out", [Student("a", "class/a"), Student("gone", "class/gone")]
    )
    assert counts == {"nothing pushed": 1, "not reachable": 1}


def test_where_github_wants_to_be_left_alone_the_rest_of_the_class_waits(
    arrays_course: Course, server: Path, tmp_path: Path
) -> None:
    students = [Student("gone", "class/gone"), *(Student(f"s{number}", f"class/s{number}") for number in range(9))]
    with stand_in() as api:
        api.refusals = {"/repos/class/s": [(429, {"Retry-After": "3600"})] * 99}
        _, counts = collected(
            arrays_course, server, tmp_path / "out", students, github=GitHub("t0ken", api.address, retries=2)
        )
        assert len(api.refusals["/repos/class/s"]) == 96
    assert counts == {"not reachable": 4, "left for the next run": 6}


def test_a_token_that_has_expired_is_said_at_once(arrays_course: Course, server: Path, tmp_path: Path) -> None:
    with stand_in() as api:
        api.refusals = {"/repos/": [(401, {})] * 9}
        with pytest.raises(InfrastructureError, match="401 to GET repos: the token has expired or is wrong"):
            collected(
                arrays_course, server, tmp_path / "out", [Student("a", "class/a")], github=GitHub("t", api.address)
            )


def test_without_a_token_no_workflow_takes_a_commits_word_for_its_date(
    whole_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "grading.toml").write_text("[assignments.ch1]\ndeadline = 2099-01-01T00:00:00Z\n")
    (tmp_path / "roster.csv").write_text("id,repository\na,class/a\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GRADER_TOKEN", "")
    where = [f"--settings={tmp_path}/grading.toml", f"--state={tmp_path}/state", f"--work={tmp_path}/work"]
    assert main(["--course", str(whole_course.root), "ci", "collect", *where]) == 2
    assert capsys.readouterr().err.startswith("grader: GRADER_TOKEN is not set")
    assert not (tmp_path / "work").exists()


def test_a_class_takes_no_more_runners_than_a_matrix_has(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.ci.collect._MOST_SHARDS", 1)
    for name in "abc":
        commit(f"class/{name}", **{HOME: "x = 1\n"})
    students = [Student(name, f"class/{name}") for name in "abc"]
    plan, counts = collected(arrays_course, server, tmp_path / "out", students)  # two a runner
    assert json.loads(matrix(plan)) == {"shard": [0]}  # type: ignore[arg-type]
    assert counts == {"collected": 2, "left for the next run": 1}


def test_a_hundred_pushes_after_the_deadline_hide_nothing(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    minutes = datetime.timedelta(minutes=1)
    early = commit("class/a", DEADLINE - minutes, **{HOME: "early = 1\n"})
    commit("class/a", DEADLINE + minutes, **{HOME: "late = 1\n"})
    with stand_in() as api:
        late = [{"timestamp": (DEADLINE + n * minutes).isoformat(), "after": "f" * 40} for n in range(250, 0, -1)]
        api.pushes["class/a"] = [*late, {"timestamp": (DEADLINE - minutes).isoformat(), "after": early}]
        plan, _ = collected(
            arrays_course, server, tmp_path / "out", [Student("a", "class/a")],
            now=DEADLINE + 900 * minutes, github=GitHub("t0ken", api.address),
        )  # fmt: skip
    assert [entry.commit for entry in plan.entries] == [early]  # type: ignore[attr-defined]


def test_a_file_elsewhere_does_not_replace_the_work_and_odd_folders_do_no_harm(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    before = DEADLINE - datetime.timedelta(hours=1)
    commit("class/a", before, **{HOME: "work = 1\n", "arrays.py": "stray = 1\n"})
    odd = "x" * 200
    commit("class/b", before, **{"a:b/arrays.py": "one = 1\n\n2", f"{odd}/{odd}/{odd}/arrays.ipynb": "{}"})
    strange = {f"\udcff/{name}": "x = 1\n" for name in ("arrays.py", "\n/arrays.py", "\u202e/arrays.py")}
    commit("class/c", before, **strange, **{"d/arrays.py": ""})
    students = [Student(name, f"class/{name}") for name in "abc"]
    plan, _ = collected(arrays_course, server, tmp_path / "out", students, now=DEADLINE)
    entries = read_plan(tmp_path / "out").entries
    assert plan.entries == entries  # type: ignore[attr-defined]
    named = [[(source.path, source.lines) for source in entry.sources] for entry in entries]
    assert named == [[(HOME, 1)], [("a:b/arrays.py", 3)], []]  # none of a path that is no plain text, or too long
    shard = tmp_path / "out/shards/0/ch1_arrays"
    assert [path.read_text() for path in (shard / "a").rglob("*.*")] == ["work = 1\n"]
    assert sorted(str(path.relative_to(shard / "b")) for path in (shard / "b").rglob("*.*")) == [
        "1/arrays.py", "2/arrays.ipynb",
    ]  # fmt: skip


def test_links_submodules_filters_and_hooks_of_a_submission_do_nothing(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    commit(
        "class/a",
        **{
            HOME: ("/etc/passwd",),
            "arrays.py": "mine = 1\n",
            ".gitattributes": "*.py filter=evil export-subst\n",
            ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = https://localhost/x\n',
            ".git-hooks/post-checkout": "touch /tmp/never\n",
        },
    )
    collected(arrays_course, server, tmp_path / "out", [Student("a", "class/a")])
    taken = sorted(path for path in (tmp_path / "out/shards").rglob("*") if not path.is_dir())
    assert [path.relative_to(tmp_path / "out/shards/0/ch1_arrays").as_posix() for path in taken] == ["a/arrays.py"]
    assert not taken[0].is_symlink() and taken[0].read_text() == "mine = 1\n"


def test_what_cannot_be_had_is_counted_and_stops_nobody(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    commit("class/a", **{HOME: "x = 1\n"})
    students = [Student("a", "class/a"), Student("b", "class/gone"), Student("c", "")]
    plan, counts = collected(arrays_course, server, tmp_path / "out", students)
    assert [entry.student for entry in plan.entries] == ["a"]  # type: ignore[attr-defined]
    assert counts == {"collected": 1, "not reachable": 1, "no repository": 1}


def test_a_request_finds_only_a_repository_of_the_roster(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    commit("class/a", **{HOME: "x = 1\n"})
    commit("class/b", **{HOME: "x = 1\n"})
    students = [Student("a", "class/a"), Student("b", "class/b")]
    for number, asked in enumerate(("class/b", "Class/B")):
        plan, _ = collected(arrays_course, server, tmp_path / f"out{number}", students, only=asked)
        assert [entry.student for entry in plan.entries] == ["b"]  # type: ignore[attr-defined]
    plan, _ = collected(arrays_course, server, tmp_path / "none", students, only="$(id) ../solutions")
    assert not plan.entries  # type: ignore[attr-defined]


def test_a_request_that_looks_like_an_option_finds_nobody(whole_course: Course, tmp_path: Path) -> None:
    (tmp_path / "grading.toml").write_text("[assignments.ch1]\ndeadline = 2099-01-01T00:00:00Z\n")
    (tmp_path / "roster.csv").write_text("id,repository\na,class/a\n")
    where = [f"--settings={tmp_path}/grading.toml", f"--state={tmp_path}/state", f"--work={tmp_path}/work"]
    course = ["--course", str(whole_course.root), "ci", "collect", *where]
    for asked in ("--help", "-x", "--chapter=ch2", "$(id)\n::error::x"):
        assert main([*course, f"--only={asked}"]) == 0
    assert json.loads((tmp_path / "work/plan.json").read_text())["entries"] == []


def test_a_matrix_names_nobody(arrays_course: Course, server: Path, commit: Commit, tmp_path: Path) -> None:
    students = []
    for name in ("ann", "bob", "cid"):
        commit(f"class/{name}", **{HOME: "x = 1\n"})
        students.append(Student(name, f"class/{name}"))
    plan, _ = collected(arrays_course, server, tmp_path / "out", students)
    assert json.loads(matrix(plan)) == {"shard": [0, 1]}  # type: ignore[arg-type]


def test_a_classroom_gives_the_repositories(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    head = commit("org/lab-ann", **{HOME: "x = 1\n"})
    with stand_in() as api:
        api.accepted = [{"students": [{"login": "Ann"}], "repository": {"full_name": "org/lab-ann"}}]
        api.pushes["org/lab-ann"] = [{"timestamp": "2026-11-01T00:00:00Z", "after": head}]
        plan, counts = collected(
            arrays_course, server, tmp_path / "out", [Student("1", "", login="ann"), Student("2", "")],
            rules=Assignment(deadline=DEADLINE, classroom=7), github=GitHub("t", api.address),
        )  # fmt: skip
    assert [entry.slug for entry in plan.entries] == ["org/lab-ann"]  # type: ignore[attr-defined]
    assert counts == {"collected": 1, "no repository": 1}


def test_a_tree_that_names_billions_of_files_stops_nobody(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    commit("class/a", **{HOME: "x = 1\n"})
    commit("class/bomb", **{HOME: "x = 1\n"})
    bare = server / "class/bomb.git"
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=bare, input=b"x = 1\n", capture_output=True, check=True
    )
    kind, name = "100644 blob", blob.stdout.decode().strip()
    for _ in range(9):  # ten of them in each: 10^9 files in ten small objects
        listed = "".join(f"{kind} {name}\tarrays{n}\n" for n in range(10)).encode()
        made = subprocess.run(["git", "mktree"], cwd=bare, input=listed, capture_output=True, check=True)
        kind, name = "040000 tree", made.stdout.decode().strip()
    head = run_git(bare, "commit-tree", name, "-m", "work")
    run_git(bare, "update-ref", "refs/heads/main", head)
    students = [Student("b", "class/bomb"), Student("a", "class/a")]
    plan, counts = collected(arrays_course, server, tmp_path / "out", students)
    assert [entry.student for entry in plan.entries] == ["a"]  # type: ignore[attr-defined]
    assert counts == {"collected": 1, "not reachable": 1}


@pytest.mark.parametrize(
    "address", ["ext::sh -c true", "--upload-pack=true", "http://localhost/x", "git://localhost/x"]
)
def test_git_fetches_over_no_odd_transport(address: str, tmp_path: Path) -> None:
    with pytest.raises(git.GitFailed):
        git.fetch(address, tmp_path / "store")


# --- attempts ---


@pytest.mark.parametrize(
    ("attempts", "rules", "final", "expected"),
    [
        ([], {}, False, ""),
        (["c1"], {}, False, "graded already"),
        (["c0"], {"attempts": 1}, False, "no attempt left"),
        (["c0"], {"attempts": 2}, False, ""),
        (["c0"], {"hours_between": 3}, False, "too soon"),
        (["c0"], {"hours_between": 1}, False, ""),
        (["c0"], {"attempts": 1, "hours_between": 9}, True, ""),
        (["c1"], {}, True, "graded already"),
        (["c1", "c0"], {"attempts": 2}, True, ""),  # what was there at the deadline is not what was graded last
    ],
)
def test_attempts_are_limited_and_spaced(
    attempts: list[str], rules: dict[str, int], final: bool, expected: str
) -> None:
    now = DEADLINE
    ledger = Ledger()
    for number, name in enumerate(attempts):
        ledger.add("ch1", "a", Attempt(name, now - datetime.timedelta(hours=2, minutes=len(attempts) - number)))
    assignment = Assignment(deadline=DEADLINE, **rules)  # type: ignore[arg-type]
    assert ledger.refusal("ch1", "a", "c1", assignment, now, final=final) == expected


def test_the_deadlines_grading_is_no_attempt_and_happens_once() -> None:
    ledger = Ledger()
    ledger.add("ch1", "a", Attempt("c1", DEADLINE, final=True))
    rules = Assignment(deadline=DEADLINE, attempts=1)
    assert ledger.refusal("ch1", "a", "c1", rules, DEADLINE, final=True) == "graded already"
    assert ledger.refusal("ch1", "a", "c2", rules, DEADLINE, final=False) == ""


def test_a_ledger_comes_back_as_it_was_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add("ch1", "a", Attempt("c1", DEADLINE))
    write_ledger(tmp_path, ledger)
    assert read_ledger(tmp_path) == ledger
    (tmp_path / "ledger.json").write_text("{")
    with pytest.raises(UsageError, match="damaged"):
        read_ledger(tmp_path)


def test_a_shard_that_was_lost_costs_nobody_an_attempt(
    arrays_course: Course, server: Path, commit: Commit, tmp_path: Path
) -> None:
    commit("class/a", **{HOME: "x = 1\n"})
    plan, _ = collected(arrays_course, server, tmp_path / "out", [Student("a", "class/a")])
    ledger = Ledger()
    counts = join(plan, tmp_path / "nothing", tmp_path / "state", ledger, "last", RULES)  # type: ignore[arg-type]
    assert (counts, ledger) == ({"not graded, no attempt spent": 1}, Ledger())


def shard_of(out: Path, name: str, arrays_course: Course, outcome: Outcome, score: float = 10.0) -> Path:
    """What a runner would leave of one student."""
    test = model.TestReport("test_a", "It adds.", outcome, 10.0, score, "hidden")
    task = model.TaskReport("center", "Center", score, 10.0, outcome, (test,))
    report = model.Report(
        course="c", chapter="ch1_arrays", student=name, submission="sha256:0", suite="", engine="", environment={},
        seed_id="", started="", seconds=0.0, score=score, max_score=10.0, outcome=outcome, tasks=(task,),
    )  # fmt: skip
    folder = out / "0/ch1_arrays"
    (folder / "results").mkdir(parents=True, exist_ok=True)
    (folder / "results" / f"{name}.json").write_bytes(encode_report(report))
    row = {"student": name, "chapter": "ch1_arrays", "raw": f"{score:g}", "outcome": outcome.value}
    text = ",".join(COLUMNS) + "\r\n" + ",".join(row.get(column, "") for column in COLUMNS) + "\r\n"
    (folder / "gradebook.csv").write_text(text)
    return out


def one_entry(commit: str, at: datetime.datetime = DEADLINE, final: bool = False) -> Plan:
    return Plan(at, (Entry("ch1_arrays", "a", "class/a", commit, final, 0, by_service=True),))


def test_a_fault_of_the_graders_costs_no_attempt_and_leaves_the_earlier_mark(
    arrays_course: Course, tmp_path: Path
) -> None:
    state, ledger = tmp_path / "state", Ledger()
    good = shard_of(tmp_path / "good", "a", arrays_course, Outcome.PASSED)
    assert join(one_entry("c1"), good, state, ledger, "last", RULES) == {"graded": 1}
    before = {path: path.read_bytes() for path in state.rglob("*.*")}
    attempts = ledger.of("ch1_arrays", "a").copy()
    broken = shard_of(tmp_path / "broken", "a", arrays_course, Outcome.INFRASTRUCTURE, 0.0)
    later = DEADLINE + datetime.timedelta(hours=9)
    counts = join(one_entry("c2", later), broken, state, ledger, "last", RULES)
    assert counts == {"not graded, no attempt spent": 1}
    assert {path: path.read_bytes() for path in state.rglob("*.*")} == before
    assert ledger.of("ch1_arrays", "a") == attempts
    (broken / "0/ch1_arrays/results/a.json").write_text("{")  # nor does a report that cannot be read
    assert join(one_entry("c2", later), broken, state, ledger, "last", RULES) == counts
    # so the same commit is graded by the next run
    assert not ledger.refusal("ch1_arrays", "a", "c2", RULES["ch1_arrays"], later, final=False)


def test_a_run_that_was_overtaken_spends_no_second_attempt_and_tells_nothing(
    arrays_course: Course, tmp_path: Path
) -> None:
    rules = {"ch1_arrays": Assignment(deadline=DEADLINE, attempts=1)}
    state, ledger = tmp_path / "state", Ledger()
    out = shard_of(tmp_path / "out", "a", arrays_course, Outcome.PASSED)
    assert join(one_entry("c1"), out, state, ledger, "last", rules) == {"graded": 1}
    outbox.drop(state, *outbox.waiting(state))
    assert join(one_entry("c2"), out, state, ledger, "last", rules) == {"counted already": 1}
    assert len(ledger.of("ch1_arrays", "a")) == 1 and not outbox.waiting(state)


@pytest.mark.parametrize("final", [False, True])
def test_a_slow_run_does_not_put_older_work_over_newer(final: bool, arrays_course: Course, tmp_path: Path) -> None:
    state, ledger, minutes = tmp_path / "state", Ledger(), datetime.timedelta(minutes=5)
    new = shard_of(tmp_path / "new", "a", arrays_course, Outcome.PASSED)
    old = shard_of(tmp_path / "old", "a", arrays_course, Outcome.FAILED, 2.0)
    assert join(one_entry("c2", DEADLINE + minutes, final), new, state, ledger, "last", RULES) == {"graded": 1}
    before = {path: path.read_bytes() for path in state.rglob("*.*")}
    counts = join(one_entry("c1", DEADLINE - minutes), old, state, ledger, "last", RULES)
    assert counts == {"overtaken, no attempt spent": 1}
    assert {path: path.read_bytes() for path in state.rglob("*.*")} == before
    assert [one.commit for one in ledger.of("ch1_arrays", "a")] == ["c2"]


# --- settings ---


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[assignments.ch1]\n", "deadline"),
        ("[assignments.ch1]\ndeadline = 2026-12-01T00:00:00\n", "zone"),
        ("[assignments.ch1]\ndeadline = 2026-12-01T00:00:00Z\nattempts = 0\n", "attempts"),
        ("attempt = 1\n[assignments]\n", "attempt"),
        ('keep = "first"\n[assignments]\n', "keep"),
        ("[", "grading"),
    ],
)
def test_wrong_settings_are_one_line(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "grading.toml").write_text(text)
    with pytest.raises(UsageError, match=words) as caught:
        read_grading(tmp_path / "grading.toml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nAnn\n", "no column 'id'"),
        ("id,repository\n", "columns id, repository"),
        ("id,repository\nann,--upload-pack=x\n", "repository"),
        ("id,repository\nann,a/b\nANN,a/c\n", "already"),
        ("id,repository,extension days\nann,a/b,soon\n", "number"),
        ("id,repository,extension\nann,a/b,ann\n", "number"),
    ],
)
def test_a_wrong_roster_is_one_line_without_a_name(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(UsageError, match=words) as caught:
        read_roster(tmp_path / "roster.csv")
    assert "\n" not in str(caught.value) and "ann" not in str(caught.value).lower().replace(str(tmp_path), "")


@pytest.mark.parametrize("column", ["extension", "extension days", "Extension_Days"])
def test_one_roster_serves_both_ways_of_grading(column: str, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(f"id;name;{column};repository;github\nann;Ann;1,5;c/ann;ann-gh\n")
    assert read_roster(tmp_path / "roster.csv") == [Student("ann", "c/ann", datetime.timedelta(days=1.5), "ann-gh")]
    (student,) = class_roster.read_roster(tmp_path / "roster.csv").students.values()
    assert (student.name, student.extension_days) == ("Ann", 1.5)


def test_the_example_settings_are_right() -> None:
    grading = read_grading(REPOSITORY / "instructor" / "grading.example.toml")
    assert grading.roster == "roster.csv"  # as the instructions call the copy of the example
    course = load(REPOSITORY)
    assert all(course.chapter(key) for key in grading.assignments)
    assert read_roster(REPOSITORY / "instructor" / "roster.example.csv")
    for name in ("grading.toml", "roster.csv"):  # the copies are to be committed
        ignored = subprocess.run(["git", "check-ignore", "--quiet", f"instructor/{name}"], cwd=REPOSITORY, check=False)
        assert ignored.returncode != 0


# --- what is said to the workflow ---


def test_an_output_cannot_smuggle_in_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "out"))
    with pytest.raises(ValueError, match="one line"):
        set_output("count", "1\nmatrix={}")


def test_a_notice_stays_one_command() -> None:
    text = notice("a:b,c", "100%\n::error::no\r")
    assert text == "::notice title=a%3Ab%2Cc::100%25%0A::error::no%0D"


def test_the_token_goes_to_no_other_place_than_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://example.org")
    with pytest.raises(InfrastructureError, match="https"):
        GitHub("t")


def test_git_never_has_the_token_among_its_arguments() -> None:
    environment = git._environment("s3cret", "https://github.com")
    assert "s3cret" not in " ".join(environment.values())  # not even plainly in the environment
    assert any("extraHeader" in value for value in environment.values())
    assert not any("extraHeader" in value for value in git._environment("s3cret", "file:///x").values())


def test_the_secret_goes_where_the_grader_looks(whole_course: Course, tmp_path: Path) -> None:
    shutil.copytree(whole_course.root, tmp_path / "course", ignore=shutil.ignore_patterns(".secret"))
    course = load(tmp_path / "course")
    with pytest.raises(UsageError, match="GRADER_SECRET"):
        write_secret(course, "")
    path = write_secret(course, SECRET)
    assert path.read_text().strip() == SECRET and path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(InfrastructureError, match="another secret"):
        write_secret(course, "00" * 32)


# --- the whole workflow ---


@pytest.fixture
def api() -> Iterator[StandIn]:
    with stand_in() as held:
        yield held


def test_the_words_of_a_version_are_those_of_the_changelog() -> None:
    course = load(REPOSITORY)
    assert "### Added" in changelog(course, "v0.1.0")
    with pytest.raises(UsageError, match="not the version"):
        changelog(course, "v9")


def test_the_student_repository_is_pushed_and_an_edited_one_is_left(
    whole_course: Course, server: Path, tmp_path: Path
) -> None:
    bare = server / "students.git"
    bare.mkdir()
    run_git(bare, "init", "--quiet", "--bare")

    def write(folder: Path) -> list[str]:
        changes = release(whole_course, whole_course.chapters, folder)
        return [str(change) for change in changes if change.what == "conflict"]

    assert publish_students(f"file://{bare}", "main", write, "Release 1")
    assert not publish_students(f"file://{bare}", "main", write, "Release 1")
    run_git(tmp_path, "clone", "--quiet", str(bare), "clone")
    clone = tmp_path / "clone"
    assert (clone / HOME).is_file() and not (clone / "solutions").exists()
    assert run_git(clone, "log", "--format=%an %ae %s") == "grader grader@localhost Release 1"
    manifest = json.loads((clone / ".release/manifest.json").read_text())
    manifest["files"]["README.md"] = "0" * 64  # as if the last release had had another one
    (clone / ".release/manifest.json").write_text(json.dumps(manifest))
    (clone / "README.md").write_text("edited by hand\n")
    run_git(clone, "commit", "--quiet", "--all", "--message=by hand")
    run_git(clone, "push", "--quiet")
    with pytest.raises(UsageError, match="not pushed, the student repository was edited: conflict: README"):
        publish_students(f"file://{bare}", "main", write, "Release 2")


def test_two_runs_cannot_overwrite_each_others_attempts(server: Path, tmp_path: Path) -> None:
    bare = server / "course.git"
    bare.mkdir()
    run_git(bare, "init", "--quiet", "--bare")
    address = f"file://{bare}"
    from grader.ci.publish import get_state

    for name in ("one", "two"):
        get_state(address, tmp_path / name)
        (tmp_path / name / "ledger.json").write_text(name)
    assert put_state(address, tmp_path / "one")
    with pytest.raises(GraderError, match="push"):
        put_state(address, tmp_path / "two")


@words_are_there
def test_the_workflow_grades_a_class(
    whole_course: Course, server: Path, commit: Commit, api: StandIn, tmp_path: Path
) -> None:
    solution = (whole_course.root / "solutions/ch1_arrays/arrays.py").read_text()
    skeleton = (whole_course.root / HOME).read_text()
    hostile = solution + "\nprint('::set-output name=count::0')\nimport os\nos.environ.clear()\n"
    now = datetime.datetime.now(UTC).replace(microsecond=0)
    heads = {}
    for name, text in {"ann-lee": solution, "bob-roe": skeleton, "eve-doe": hostile}.items():
        heads[name] = commit(f"class/{name}", at=now, **{HOME: text})
        pushed = (now - datetime.timedelta(hours=1)).isoformat()
        api.pushes[f"class/{name}"] = [{"timestamp": pushed, "after": heads[name]}]
    course = tmp_path / "course"
    shutil.copytree(whole_course.root, course, ignore=shutil.ignore_patterns(".secret", "build"))
    (course / "instructor").mkdir()
    later = (now + datetime.timedelta(days=1)).isoformat()
    (course / "instructor/grading.toml").write_text(
        f"per_runner = 2\n[assignments.ch1]\ndeadline = {later}\nattempts = 2\nhours_between = 1\n"
    )
    rows = [f"{name},{name.title()},class/{name}\n" for name in heads]
    rows = ["id,name,repository\n", *rows, "gone,Gone Now,class/gone\n"]
    (course / "instructor/roster.csv").write_text("".join(rows))
    shutil.copytree(REPOSITORY / ".ci", course / ".ci")
    state = server / "org/course.git"
    state.mkdir(parents=True)
    run_git(state, "init", "--quiet", "--bare")
    runner = run_workflow(REPOSITORY / ".github/workflows/grade.yml", tmp_path / "run1", course, state, server, api)
    # one comment is refused outright, one only for the moment
    no, soon_again = [(403, {})], [(429, {"Retry-After": "0"})]
    api.refusals = {"POST /repos/class/bob-roe/commits": no, "POST /repos/class/eve-doe/commits": soon_again}
    assert runner.run() == {"collect": "success", "grade": "success", "post": "failure"}, runner.log
    assert (
        "feedback: 1 (GitHub answers 403 to POST commits), 1 not posted, tried again next time, 2 posted" in runner.log
    )
    waits = json.loads(held(state, "unposted/ch1_arrays/bob-roe.json"))
    assert (waits["path"], waits["lines"]) == (HOME, skeleton.count("\n"))  # of what was really graded
    assert "10 / 10" not in json.dumps(waits)

    table = {row["student"]: row for row in read_gradebook(held(state, "gradebook.csv"))}
    assert {name: float(row["raw"]) for name, row in table.items()} == {"ann-lee": 10, "bob-roe": 0, "eve-doe": 10}
    assert {row["attempt"] for row in table.values()} == {"1"}
    comments = {path: body["body"] for path, body in api.posted}
    told = {f"/repos/class/{name}/commits/{head}/comments" for name, head in heads.items()}
    unlucky = f"/repos/class/bob-roe/commits/{heads['bob-roe']}/comments"
    assert set(comments) == told - {unlucky}
    # nothing of the class in what may be public
    for text in (runner.log, runner.summary, json.dumps(runner.values["steps.collect.outputs.matrix"])):
        names = [*heads, *(name.replace("-", " ") for name in heads), "gone now", "class/"]
        assert not [name for name in names if name in text.lower()]
    assert "10 / 10" not in runner.log + runner.summary
    assert not re.search(r"passed|failed|missing", runner.log + runner.summary)  # of one student, that is a mark
    # no secret where students' code runs
    step = next(step for step in runner.environments if "ci grade" in step)
    assert set(runner.environments[step]) == {"SHARD", "GRADER_IMAGE"}
    assert api.tokens == {"Bearer class-t0ken"}
    assert "class-t0ken" not in runner.log and SECRET not in runner.log

    # the same pushes again: nothing is due, and what could not be posted is
    again = run_workflow(REPOSITORY / ".github/workflows/grade.yml", tmp_path / "run2", course, state, server, api)
    assert again.run() == {"collect": "success", "grade": "skipped", "post": "success"}, again.log
    assert [path for path, _ in api.posted[2:]] == [unlucky]
    with pytest.raises(subprocess.CalledProcessError):
        held(state, "unposted/ch1_arrays/bob-roe.json")
    # a new push, too soon after the last grading
    newer = commit("class/bob-roe", at=now, **{HOME: solution})
    api.pushes["class/bob-roe"].insert(0, {"timestamp": now.isoformat(), "after": newer})
    soon = run_workflow(REPOSITORY / ".github/workflows/grade.yml", tmp_path / "run3", course, state, server, api)
    assert soon.run() == {"collect": "success", "grade": "skipped", "post": "skipped"}
    assert "1 too soon" in soon.log and len(api.posted) == 3


@words_are_there
def test_feedback_as_checks_has_the_token_of_an_app_for_checks_alone(
    whole_course: Course, server: Path, api: StandIn, tmp_path: Path
) -> None:
    from grader.ci.publish import get_state

    state = server / "org/course.git"
    state.mkdir(parents=True)
    run_git(state, "init", "--quiet", "--bare")
    get_state(f"file://{state}", tmp_path / "state")
    shard = shard_of(tmp_path / "shard", "a", whole_course, Outcome.FAILED, 2.0)
    join(one_entry("c" * 40), shard, tmp_path / "state", Ledger(), "last", RULES)
    put_state(f"file://{state}", tmp_path / "state")
    course = tmp_path / "course"
    shutil.copytree(whole_course.root, course, ignore=shutil.ignore_patterns(".secret", "build"))
    (course / "instructor").mkdir()
    (course / "instructor/grading.toml").write_text("[assignments.ch1]\ndeadline = 2000-01-01T00:00:00Z\n")
    (course / "instructor/roster.csv").write_text("id,repository\na,class/a\n")
    runner = run_workflow(REPOSITORY / ".github/workflows/grade.yml", tmp_path / "run", course, state, server, api)
    runner.values |= {"vars.FEEDBACK": "check", "vars.APP_ID": "7", "secrets.APP_KEY": "pem"}
    assert runner.run() == {"collect": "success", "grade": "skipped", "post": "success"}, runner.log
    ((path, body),) = api.posted
    assert path == "/repos/class/a/check-runs" and body["external_id"].startswith("graded-")
    assert runner.apps == [{"app-id": "7", "private-key": "pem", "owner": "org", "permission-checks": "write"}]
    assert api.tokens == {f"Bearer {APP_TOKEN}"}
    assert APP_TOKEN not in runner.log


def held(bare: Path, name: str) -> bytes:
    done = subprocess.run(["git", "show", f"grades:{name}"], cwd=bare, capture_output=True, check=True)
    return done.stdout


def run_workflow(path: Path, folder: Path, course: Path, origin: Path, server: Path, api: StandIn) -> Runner:
    values = {
        "vars.GRADING": "true", "vars.GRADER_IMAGE": "", "vars.FEEDBACK": "", "inputs.chapter": "",
        "github.event.client_payload.repository": "", "github.actor": "somebody",
        "secrets.GITHUB_TOKEN": "g1thub", "secrets.CLASS_TOKEN": "class-t0ken", "secrets.GRADER_SECRET": SECRET,
        "vars.CLASS": "", "github.repository_owner": "org",
    }  # fmt: skip

    def checkout(machine: Path) -> None:
        shutil.copytree(course, machine, dirs_exist_ok=True)
        lend_environment(machine, "instructor")
        run_git(machine, "init", "--quiet")
        run_git(machine, "remote", "add", "origin", f"file://{origin}")

    return Runner(path, folder, checkout, values, environment_of_steps(server, api.address))


@pytest.mark.slow
def test_the_workflow_of_a_release_pushes_what_it_should(
    whole_course: Course, server: Path, api: StandIn, tmp_path: Path
) -> None:
    bare = server / "org/students.git"
    bare.mkdir(parents=True)
    run_git(bare, "init", "--quiet", "--bare")
    values = {
        "github.ref_name": "v0.1.0", "github.repository": "org/course", "github.actor": "somebody",
        "secrets.GITHUB_TOKEN": "g1thub", "secrets.STUDENTS_TOKEN": "s", "vars.STUDENTS": f"file://{bare}",
        "vars.REGISTRY": "",
    }  # fmt: skip

    def checkout(machine: Path) -> None:
        shutil.copytree(whole_course.root, machine, dirs_exist_ok=True)
        shutil.copy(REPOSITORY / "CHANGELOG.md", machine)
        lend_environment(machine, "instructor")

    path = REPOSITORY / ".github/workflows/release.yml"
    api.pushes["org/course"] = []
    runner = Runner(path, tmp_path / "run", checkout, values, environment_of_steps(server, api.address))
    assert runner.run() == {"changelog": "success", "students": "success", "images": "skipped"}, runner.log
    listed = run_git(bare, "ls-tree", "-r", "--name-only", "main")
    assert HOME in listed and "solutions" not in listed


def own_workflow(name: str, folder: Path, values: dict[str, str]) -> Runner:
    """A workflow of this repository, on what would be committed now."""

    def checkout(machine: Path) -> None:
        run_git(machine, "clone", "--quiet", str(REPOSITORY), ".")
        for path in run_git(REPOSITORY, "ls-files", "--modified", "--others", "--exclude-standard").splitlines():
            (machine / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / path, machine / path)
        lend_environment(machine, "dev")

    kept = {name: value for name, value in os.environ.items() if "MAKE" not in name and not name.startswith("PYTEST")}
    environment = {**kept, "CI": "true", "GITHUB_ACTIONS": "true", "NO_COLOR": "1"}
    return Runner(REPOSITORY / ".github/workflows" / name, folder, checkout, values, environment)


@pytest.mark.slow
def test_the_workflow_of_the_site_builds_it(tmp_path: Path) -> None:
    runner = own_workflow("book.yml", tmp_path / "run", {"vars.PAGES": ""})
    # the audit takes a quarter of an hour and has a test of its own; without it the site says how to make its page
    left_out = ("make runner", "make audit")
    build = runner.workflow["jobs"]["build"]
    assert set(left_out) <= {step.get("run") for step in build["steps"]}
    build["steps"] = [step for step in build["steps"] if step.get("run") not in left_out]
    assert runner.run() == {"build": "success", "deploy": "skipped"}, runner.log
    assert (tmp_path / "run/build-0/build/book/index.html").is_file()


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("GRADER_WORKFLOWS"),
    reason="make check, make audit and more in clean folders: long; GRADER_WORKFLOWS=check,audit,images,cuda",
)
def test_the_workflow_of_a_commit_passes(tmp_path: Path) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    runner = own_workflow("check.yml", tmp_path / "run", {"github.ref": "main"})
    jobs = runner.workflow["jobs"]
    assert version in jobs["check"]["strategy"]["matrix"]["python"]
    jobs["check"]["strategy"]["matrix"]["python"] = [version]  # the others are not on this machine
    wanted = os.environ["GRADER_WORKFLOWS"].split(",")
    runner.workflow["jobs"] = {name: job for name, job in jobs.items() if name in wanted}
    assert runner.run() == dict.fromkeys(wanted, "success"), runner.log


@words_are_there
def test_a_students_push_gets_feedback(whole_course: Course, server: Path, tmp_path: Path) -> None:
    release(whole_course, whole_course.chapters, tmp_path / "mine")
    work = tmp_path / "mine" / HOME
    body = 'raise NotImplementedError("center: center is not written yet")'
    hostile = "raise ValueError('no\\n::error::injected\\n<img src=x>|`')"
    work.write_text(work.read_text().replace(body, hostile))
    values = {
        "vars.RELAY": "", "github.ref_name": "main", "github.event.repository.default_branch": "main",
        "github.repository": "class/ann", "secrets.RELAY_TOKEN": "",
    }  # fmt: skip

    def checkout(machine: Path) -> None:
        shutil.copytree(tmp_path / "mine", machine, dirs_exist_ok=True)
        lend_environment(machine, "student")
        (machine / "requirements/dev.txt").unlink()

    path = tmp_path / "mine" / ".github/workflows/feedback.yml"
    runner = Runner(path, tmp_path / "run", checkout, values, environment_of_steps(server, ""))
    assert runner.run() == {"feedback": "failure", "ask": "skipped"}, runner.log  # red, since a case fails
    assert "center" in runner.summary
    assert f"file={HOME}" in runner.log
    commands = [line for line in runner.log.splitlines() if line.startswith("::")]
    assert commands and not [line for line in commands if line.startswith("::error::injected")]
    results = json.loads((tmp_path / "run/feedback-0/build/feedback/autograding.json").read_text())
    assert results["status"] == "fail" and results["max_score"] > 0
    # a later step gets them too, as Classroom's reporter wants them
    assert json.loads(base64.b64decode(runner.values["steps.cases.outputs.result"])) == results
    assert any(line.startswith("::notice title=Autograding report::") for line in commands)

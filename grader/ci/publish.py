"""What leaves the course's repository: its state on a branch of its own, the student repository, the changelog."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import grader
from grader.assembly import read
from grader.ci.git import git
from grader.errors import InfrastructureError, UsageError
from grader.model import Course

STATE = "grades"  # the branch that holds the ledger, the gradebook and the reports
_IDENTITY = ("-c", "user.name=grader", "-c", "user.email=grader@localhost", "-c", "commit.gpgsign=false")


def get_state(address: str, folder: Path, token: str = "", server: str = "") -> None:
    """The branch `grades` of a repository into a folder; an empty folder where there is no such branch yet.

    Raises:
        GitFailed: the repository cannot be reached.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: the state goes into a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    listed = git(
        "ls-remote", "--heads", "--", address, f"refs/heads/{STATE}", folder=folder, token=token, server=server
    )
    git("init", "--quiet", f"--initial-branch={STATE}", ".", folder=folder)
    if listed.strip():
        words = ("fetch", "--quiet", "--no-tags", "--depth=1", "--", address, f"refs/heads/{STATE}")
        git(*words, folder=folder, token=token, server=server)
        git("reset", "--quiet", "--hard", "FETCH_HEAD", folder=folder)


def put_state(address: str, folder: Path, token: str = "", server: str = "") -> bool:
    """Commits the folder and pushes it to the branch; never over what somebody else has pushed since.

    Returns:
        Whether there was anything new.

    Raises:
        GitFailed: it was refused: another run came between, and this one has to be repeated.
    """
    return _commit_and_push(address, folder, STATE, "Grades and attempts", token, server)


def publish_students(
    address: str, branch: str, write: Callable[[Path], list[str]], message: str, token: str = "", server: str = ""
) -> bool:
    """Updates the student repository.

    Args:
        write: puts the release into a folder and says its conflicts; where there is one, nothing is pushed.

    Returns:
        Whether there was anything new.

    Raises:
        UsageError: somebody edited the student repository in a way that does not fit.
    """
    with tempfile.TemporaryDirectory(prefix="grader-publish-") as name:
        folder = Path(name, "repository")
        folder.mkdir()
        _clone(address, branch, folder, token, server)
        conflicts = write(folder)
        if conflicts:
            more = f" (and {len(conflicts) - 1} more)" if len(conflicts) > 1 else ""
            raise UsageError(f"not pushed, the student repository was edited: {conflicts[0]}{more}; mend it by hand")
        return _commit_and_push(address, folder, branch, message, token, server)


def changelog(course: Course, tag: str) -> str:
    """The entry of a version in CHANGELOG.md.

    Args:
        tag: such as `v0.1.0`; it must be the version that is here.

    Raises:
        UsageError: it is another version, or has no entry.
    """
    version = tag.removeprefix("v")
    if version != grader.__version__:
        raise UsageError(f"the tag {tag} is not the version of pyproject.toml, {grader.__version__}")
    text = read(course.root / "CHANGELOG.md")
    match = re.search(rf"^## \[?{re.escape(version)}\]?[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if match is None or not match[1].strip():
        raise UsageError(f"CHANGELOG.md has no entry {version}")
    return match[1].strip() + "\n"


def write_secret(course: Course, value: str) -> Path:
    """Puts the class's secret where the grader looks for it, so that all runners draw the same hidden cases.

    Raises:
        UsageError: it is none.
        InfrastructureError: another one is there already.
    """
    if course.solutions is None:
        raise UsageError("this is a student's copy: it has no hidden cases to draw")
    if not re.fullmatch(r"[0-9a-f]{64}", value.strip()):
        raise UsageError("GRADER_SECRET is not set to 64 hexadecimal digits, such as `openssl rand -hex 32` gives")
    path = course.solutions / ".secret"
    if path.exists() and path.read_text().strip() != value.strip():
        raise InfrastructureError(f"{path} holds another secret; remove it if it is not the class's")
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(value.strip() + "\n")
    return path


def _clone(address: str, branch: str, folder: Path, token: str, server: str) -> None:
    """A branch's newest state into an empty folder; an empty branch where there is none yet."""
    where = f"refs/heads/{branch}"
    git("init", "--quiet", f"--initial-branch={branch}", ".", folder=folder)
    listed = git("ls-remote", "--heads", "--", address, where, folder=folder, token=token, server=server)
    if listed.strip():
        words = ("fetch", "--quiet", "--no-tags", "--depth=1", "--", address, where)
        git(*words, folder=folder, token=token, server=server)
        git("reset", "--quiet", "--hard", "FETCH_HEAD", folder=folder)


def _commit_and_push(address: str, folder: Path, branch: str, message: str, token: str, server: str) -> bool:
    git("add", "--all", "--force", ".", folder=folder)
    if not git("status", "--porcelain", folder=folder).strip():
        return False
    git(*_IDENTITY, "commit", "--quiet", "--no-verify", f"--message={message}", folder=folder)
    words = ("push", "--quiet", "--", address, f"HEAD:refs/heads/{branch}")
    git(*words, folder=folder, token=token, server=server)
    return True

"""Git as a way to get data: nothing of a fetched repository is checked out, no hook, filter or submodule runs."""

from __future__ import annotations

import base64
import os
import resource
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from grader.errors import InfrastructureError
from grader.reports.text import line

SECONDS = 120
LARGEST = 2 << 30  # bytes of any file that git writes: a repository that is larger is nobody's submission
LISTING = 64 << 20  # bytes of the list of files: a few nested folders of links to each other name billions
_REGULAR = ("100644", "100755")


class GitFailed(InfrastructureError):
    """Git could not do it; the text is git's, on one line."""


def git(*words: str, folder: Path, token: str = "", server: str = "", most: int = LARGEST) -> bytes:
    """Runs git with no configuration but what is given here, and returns what it prints.

    Args:
        words: the command.
        folder: where it runs.
        token: for the server, handed over in the environment, so that no list of processes shows it.
        server: the address whose requests carry the token.
        most: bytes that it may print, or write into one file.

    Raises:
        GitFailed: it took too long or failed.
    """
    with tempfile.TemporaryFile() as printed:
        try:
            done = subprocess.run(
                ["git", *words],  # noqa: S607
                cwd=folder, env=_environment(token, server), stdout=printed, stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL, timeout=SECONDS, check=False,
                preexec_fn=lambda: _write_at_most(most),
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise GitFailed(f"git {words[0]}: no end after {SECONDS} seconds") from error
        except OSError as error:
            raise InfrastructureError(f"git cannot be run: {error.strerror}") from error
        if done.returncode == -signal.SIGXFSZ:
            raise GitFailed(f"git {words[0]}: more than {most >> 20} MiB")
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace")
            raise GitFailed(f"git {words[0]}: {line(said, 300) or f'exit code {done.returncode}'}")
        printed.seek(0)
        return printed.read()


def fetch(address: str, store: Path, token: str = "", server: str = "") -> bool:
    """The default branch of a repository into a bare store of its own, as `main` there; false: it is empty.

    Raises:
        GitFailed: it cannot be reached.
    """
    store.mkdir(parents=True, exist_ok=True)
    if not (store / "HEAD").exists():
        git("init", "--quiet", "--bare", "--initial-branch=main", ".", folder=store)
    words = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--force")
    try:
        git(*words, "--", address, "+HEAD:refs/heads/main", folder=store, token=token, server=server)
    except GitFailed as error:
        if "find remote ref HEAD" in str(error):
            return False
        raise
    return True


def last_commit(store: Path, before: datetime | None = None) -> str:
    """The branch's newest commit, or the newest that says it was made before a moment; empty: there is none."""
    limit = [f"--before={before.isoformat()}"] if before is not None else []
    return git("rev-list", "-1", "--first-parent", *limit, "main", "--", folder=store).decode().strip()


def has_commit(store: Path, commit: str) -> bool:
    """Whether the commit was fetched with the branch."""
    try:
        git("merge-base", "--is-ancestor", commit, "main", folder=store)
    except GitFailed:
        return False
    return True


def regular_files(store: Path, commit: str) -> dict[str, tuple[str, int]]:
    """Path -> (object, size) of all files that are neither links nor submodules."""
    found = {}
    listed = git("ls-tree", "-r", "-l", "-z", "--full-tree", commit, folder=store, most=LISTING)
    for entry in listed.split(b"\0"):
        if entry:
            about, _, name = entry.partition(b"\t")
            mode, kind, blob, size = about.decode().split()
            if kind == "blob" and mode in _REGULAR:
                found[os.fsdecode(name)] = (blob, int(size))
    return found


def content(store: Path, blob: str) -> bytes:
    """A file's content, as it is stored."""
    return git("cat-file", "blob", blob, folder=store)


def _write_at_most(most: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if hard == resource.RLIM_INFINITY or hard > most:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def _environment(token: str, server: str) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SSH_AUTH_SOCK", "LANG") if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    kept |= {name: os.environ[name] for name in ("SSL_CERT_FILE", "GIT_SSL_CAINFO") if name in os.environ}
    settings = {
        "core.hooksPath": os.devnull,
        "protocol.allow": "never",
        "protocol.https.allow": "always",
        "protocol.ssh.allow": "always",
        "protocol.file.allow": "always",
        "submodule.recurse": "false",
        "transfer.fsckObjects": "true",
        "safe.directory": "*",
        "gc.auto": "0",
    }
    if token and urlsplit(server).scheme == "https":
        user = "gitlab-ci-token" if os.environ.get("GITLAB_CI") else "x-access-token"
        basic = base64.b64encode(f"{user}:{token}".encode()).decode()
        settings[f"http.{server.rstrip('/')}/.extraHeader"] = f"Authorization: Basic {basic}"
    kept["LC_ALL"] = "C"  # its words are understood here
    kept |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
    kept |= {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes", "GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        kept |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return kept

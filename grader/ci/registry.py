"""Images to a registry and from it. The token goes to Docker over its standard input, and is taken back at the end."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence

from grader.errors import InfrastructureError, UsageError
from grader.sandbox.docker import choose_docker

_REGISTRY = re.compile(r"[A-Za-z0-9][\w.-]*(:\d+)?(/[\w.-]+)*")
_IMAGE = re.compile(r"[A-Za-z0-9][\w./-]*:[\w.-]+")


def push_images(registry: str, images: Sequence[str], version: str, user: str = "", token: str = "") -> Iterator[str]:
    """Tags local images with the registry's name and pushes them.

    Who may see an image is settled for a whole package of a registry, not for a tag. So each content gets a package
    of its own: `course:grader-cpu` becomes `REGISTRY/course-grader:VERSION-cpu`, which can be private while
    `course-student` is not.

    Args:
        registry: its host and the folder in it.
        images: as `docker images` names them, each with its tag.
        version: of the course.
        user: whose token it is.
        token: for `docker login`, taken back at the end; empty: who is logged in already.

    Yields:
        Each name when it is pushed.

    Raises:
        UsageError: that is no name of a registry or of an image.
        InfrastructureError: there is no Docker, or it refuses.
    """
    registry = registry.rstrip("/")
    if not _REGISTRY.fullmatch(registry):
        raise UsageError("the registry is a host and a folder in it, such as ghcr.io/OWNER")
    if odd := [image for image in images if not _IMAGE.fullmatch(image)]:
        raise UsageError(f"{odd[0]!r} is not the name of an image with its tag")
    _docker_is_there()
    with _logged_in(registry.split("/")[0], user, token):
        for image in images:
            name, _, tag = image.partition(":")
            content, _, device = tag.partition("-")
            target = f"{registry.lower()}/{name}-{content}:{version}{f'-{device}' if device else ''}"
            _docker("tag", image, target)
            _docker("push", "--quiet", target)
            yield target


def pull_image(image: str, user: str, token: str) -> None:
    """Gets an image of a private registry to run workers in.

    Raises:
        UsageError: that is no name of an image.
        InfrastructureError: there is no Docker, or it refuses, or the image holds solutions.
    """
    if not re.fullmatch(r"[A-Za-z0-9][\w.:/@-]*", image):
        raise UsageError(f"{image!r} is not the name of an image")
    _docker_is_there()
    first, slash, _ = image.partition("/")
    # Docker's own rule for what is a host and what a folder of its own registry, to which this token is nothing
    named = bool(slash) and (first == "localhost" or "." in first or ":" in first)
    with _logged_in(first, user, token if named else ""):
        _docker("pull", "--quiet", image)
    choose_docker(image)


def _docker_is_there() -> None:
    if shutil.which("docker") is None:
        raise InfrastructureError("docker is not installed, so no image can be pushed or fetched")


def _docker(*words: str, said: str = "") -> None:
    command = ["docker", *words]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", input=said, check=False)
    if done.returncode:
        told = " ".join(done.stderr.split())[-300:]
        raise InfrastructureError(f"docker {words[0]}: {told or f'exit code {done.returncode}'}")


@contextlib.contextmanager
def _logged_in(registry: str, user: str, token: str) -> Iterator[None]:
    """While it lasts, the token is in Docker's own file."""
    if not token:
        yield
        return
    _docker("login", "--username", user or "token", "--password-stdin", registry, said=token)
    try:
        yield
    except BaseException:
        with contextlib.suppress(InfrastructureError):  # what went wrong first is what is said
            _docker("logout", registry)
        raise
    _docker("logout", registry)

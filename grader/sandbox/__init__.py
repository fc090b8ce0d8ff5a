"""How a worker is launched, and what confines it. Nothing here looks at what the worker says."""

from __future__ import annotations

import sys

from grader.errors import InfrastructureError
from grader.sandbox.base import ENGINE_FILES, Launched, Sandbox
from grader.sandbox.bubblewrap import Bubblewrap, bubblewrap_program, bubblewrap_version, forbidding, try_bubblewrap
from grader.sandbox.docker import Docker, choose_docker
from grader.sandbox.unconfined import Unconfined

__all__ = [
    "ENGINE_FILES",
    "Bubblewrap",
    "Docker",
    "Launched",
    "Sandbox",
    "Unconfined",
    "bubblewrap_program",
    "bubblewrap_version",
    "choose",
    "forbidding",
    "try_bubblewrap",
]


def choose(name: str, image: str = "") -> Sandbox:
    """The sandbox of that name; "auto" is bubblewrap, never none.

    Args:
        name: "auto", "bwrap", "docker" or "none".
        image: the image that holds the interpreter and the libraries, for Docker.

    Raises:
        InfrastructureError: it does not work here; the text says how to get one that does.
    """
    if name == "none":
        return Unconfined()
    if name == "docker":
        return choose_docker(image)
    if name not in ("auto", "bwrap"):
        raise InfrastructureError(f"there is no sandbox called {name!r}; there are auto, bwrap, docker and none")
    if sys.platform != "linux":
        raise InfrastructureError(
            "no sandbox: bubblewrap is for Linux; your own work can be graded with --sandbox none"
        )
    program = bubblewrap_program()
    if program is None:
        raise InfrastructureError(
            "no sandbox: bubblewrap is not installed; on Debian or Ubuntu: sudo apt-get install bubblewrap"
        )
    complaint = try_bubblewrap(program)
    if complaint:
        raise InfrastructureError(f"no sandbox: {complaint}")
    return Bubblewrap(program)

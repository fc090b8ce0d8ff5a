"""No sandbox at all."""

from __future__ import annotations

import os
import tempfile

from grader import spawned
from grader.model import Course
from grader.sandbox.base import (
    BOOT,
    BOOT_SPAWNING,
    ENGINE,
    Launched,
    Sandbox,
    environment,
    interpreter,
    site_packages,
    start,
)


class Unconfined(Sandbox):
    """No sandbox: for a student's own work on the student's own machine."""

    name = "none"
    confined = False

    def launch(self, course: Course, device: str, scratch_bytes: int) -> Launched:
        """Starts a worker as an ordinary process with a scratch folder of its own; see `spawned` for other systems."""
        scratch = tempfile.mkdtemp(prefix="grader-")
        spawns = spawned.wanted()
        kept = {name: os.environ[name] for name in spawned.KEPT if name in os.environ} if os.name == "nt" else {}
        surroundings = {**kept, **environment(course, scratch), "PATH": os.environ.get("PATH", os.defpath)}
        surroundings |= {"TEMP": scratch, "TMP": scratch} if os.name == "nt" else {}
        boot = (BOOT_SPAWNING if spawns else BOOT).format(first=[str(ENGINE.parent)], last=[site_packages()])
        paths = {
            "writable": [scratch],
            "exercises": str(course.exercises),
            "runtime": str(course.runtime),
        }
        command = [interpreter()[0], "-s", "-P", "-S", "-B", "-c", boot]
        return start(command, surroundings, paths, scratch, spawns)

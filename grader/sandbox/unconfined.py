"""No sandbox at all."""

from __future__ import annotations

import os
import tempfile

from grader.model import Course
from grader.sandbox.base import BOOT, ENGINE, Launched, Sandbox, environment, interpreter, site_packages, start


class Unconfined(Sandbox):
    """No sandbox: for a student's own work on the student's own machine."""

    name = "none"
    confined = False

    def launch(self, course: Course, device: str, scratch_bytes: int) -> Launched:
        """Starts a worker as an ordinary process with a scratch folder of its own."""
        scratch = tempfile.mkdtemp(prefix="grader-")
        surroundings = {**environment(course, scratch), "PATH": os.environ.get("PATH", os.defpath)}
        boot = BOOT.format(first=[str(ENGINE.parent)], last=[site_packages()])
        paths = {
            "writable": [scratch],
            "exercises": str(course.exercises),
            "runtime": str(course.runtime),
        }
        command = [interpreter()[0], "-s", "-P", "-S", "-B", "-c", boot]
        return start(command, surroundings, paths, scratch)

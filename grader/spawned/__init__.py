"""What differs where no fork can be relied on: macOS, where one is unsafe once threads run; Windows, which has none.

In the worker's place stands a manager that loads nothing. It starts a process of its own for each submission, and
keeps one spare that has imported the course's libraries already. The rest is the same protocol (see `worker`), over
pipes that threads read and write, since not every system can wait for a pipe. There is no sandbox on these systems, so
this is for a student's own work: time and output are bounded, and processor time where the system can; memory is not.
`GRADER_SPAWN=1` takes this way on Linux too.

Small branches are elsewhere, each where its matter is: what a worker's environment holds (`sandbox.unconfined`), how
a submission's files are opened (`submission`), that a folder cannot be flushed (`atomic`), keys (`student.keys`),
opening a page (`student.opening`), and that there are no private sockets, so no warm server (`student.place`).
"""

from __future__ import annotations

import os
import sys

KEPT = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS")  # Windows wants these


def wanted() -> bool:
    """Whether processes are spawned here."""
    return sys.platform != "linux" or os.environ.get("GRADER_SPAWN", "") == "1"

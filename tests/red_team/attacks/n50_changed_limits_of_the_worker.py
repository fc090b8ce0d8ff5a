"""Changes the limits and the priority of the process that runs it.

number = 50
defence = "the filter of system calls refuses it; a worker that was changed all the same is replaced"
outcome = {center = "failed"}
by = "tests/test_session.py"

[control]
prize = "text"
shows = "took away (files|turns)"
"""

import os
import resource

_parent = os.getppid()
_done = ""
try:
    resource.prlimit(_parent, resource.RLIMIT_NOFILE, (200, 200))
    _done = "files"
    os.sched_setaffinity(_parent, {min(os.sched_getaffinity(_parent))})
except OSError:
    pass
print("took away", _done)

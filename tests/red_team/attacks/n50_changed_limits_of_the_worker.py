"""Changes the limits and the priority of the process that runs it.

number = 50
defence = "a worker that was changed is replaced"
outcome = {center = "failed"}
replaced = true
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

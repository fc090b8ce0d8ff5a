"""What a Dask worker of ours does as it starts: Ctrl-C is the coordinator's alone, and the engine is loaded."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from grader.classroom import work  # noqa: F401 - loaded now, not when the first submission comes


def dask_setup(worker: Any) -> None:
    """Called by Dask."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # its lines could hold what is graded
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)

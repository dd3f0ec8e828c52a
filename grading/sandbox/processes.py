"""What workers may leave behind when they end."""

import ctypes
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

ADOPT = 36  # PR_SET_CHILD_SUBREAPER

WORKERS: set[int] = set()  # those at work
LOCK = threading.Lock()  # held where a worker starts, so that none is taken for an orphan


def adopt_orphans() -> None:
    """Has the system hand to this process what loses its parent among all that it has started."""
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).prctl(*map(ctypes.c_ulong, (ADOPT, 1, 0, 0, 0)))


def end_orphans(seconds: float = 5.0) -> None:
    """Ends the processes that were handed to this one: children in other sessions, no workers."""
    deadline = time.monotonic() + seconds
    with LOCK:
        while (orphans := _orphans()) and time.monotonic() < deadline:
            for orphan in orphans:
                with suppress(OSError):
                    os.kill(orphan, signal.SIGKILL)
                with suppress(OSError):
                    os.waitpid(orphan, 0)


def _orphans() -> list[int]:
    own, found = os.getsid(0) if hasattr(os, "getsid") else 0, []
    for children in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            for child in set(map(int, children.read_text().split())) - WORKERS:
                with suppress(OSError):
                    found += [child] if os.getsid(child) != own else []
    return found

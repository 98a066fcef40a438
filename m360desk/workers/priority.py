"""Threads that let the window's go first where there are fewer processors than threads that could run."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

from PySide6.QtCore import QThread

NICENESS = 5
"""Weighs a third of the UI thread; with less, one that has Python's lock may be kept from giving it up."""


def step_back() -> None:
    """Let other threads of this program go first; called in the thread that steps back."""
    if sys.platform == "linux":
        # Qt cannot: ordinary Linux threads have no priorities but their niceness.
        thread = threading.get_native_id()
        with suppress(OSError):  # where a sandbox forbids it, things are as they were
            nice = max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread))
            os.setpriority(os.PRIO_PROCESS, thread, nice)
            # When it has something to do it waits for its turn: it never stops a thread that runs.
            os.sched_setscheduler(thread, os.SCHED_BATCH, os.sched_param(0))
    else:
        QThread.currentThread().setPriority(QThread.Priority.LowPriority)

"""A picture of the window when all is loaded: for people, and for smoke tests of built packages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from m360desk.ui.shell import Shell

SETTLE_MS = 100
"""How long nothing may have been awaited before the picture is taken."""


class Picture(QObject):
    """Waits until the shell awaits nothing any more, saves the window as PNG and ends with an exit code."""

    def __init__(self, shell: Shell, out: Path, end: Callable[[int], None]) -> None:
        super().__init__(shell)
        self._shell = shell
        self._out = out
        self._end = end
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(SETTLE_MS)
        self._quiet.timeout.connect(self._take)
        shell.settled.connect(self._look)
        shell.desk.sync.ended.connect(self._look)
        shell.desk.sync.failed.connect(self._look)

    def _look(self, *_: object) -> None:
        # Started anew by every piece of news: what follows from one piece is waited for as well.
        self._quiet.start()

    def _take(self) -> None:
        if self._shell.awaits:
            return
        if self._shell.window.grab().save(str(self._out), "PNG"):
            self._end(0)
            return
        message = f"m360desk: the picture could not be written to {self._out}. Choose another place.\n"
        if sys.stderr is not None:
            sys.stderr.write(message)
        self._end(2)

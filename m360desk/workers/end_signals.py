"""Being asked by the operating system to end: Ctrl+C, a closed terminal, a log-out, ``kill``."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, Signal

if TYPE_CHECKING:
    from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class EndSignals(QObject):
    """Tells in the window's thread that the program is to end; a second request ends it at once.

    Python looks at signals between its own instructions only, and a window waits in Qt's: a socket wakes it.
    Made in the main thread.
    """

    asked = Signal(int)
    """The signal's number."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told, tell = socket.socketpair()
        self._told.setblocking(False)
        tell.setblocking(False)
        self._tell = tell
        self._before = {
            number: signal.signal(number, self._note)
            for name in _NAMES
            if (number := getattr(signal, name, None)) is not None and not _is_ignored(number)
        }
        self._wakeup_before = signal.set_wakeup_fd(tell.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._told.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)

    def stop(self) -> None:
        """Leave signals to whoever had them before."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wakeup_before)
        self._give_back()
        self._told.close()
        self._tell.close()

    def _woken(self) -> None:
        self._told.recv(64)  # by now Python has called _note

    def _note(self, number: int, _: FrameType | None) -> None:
        self._give_back()
        self.asked.emit(number)

    def _give_back(self) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before = {}


def _is_ignored(number: int) -> bool:
    """Whether whoever started the program wants it left out, as nohup does with a closed terminal."""
    return signal.getsignal(number) is signal.SIG_IGN

"""One window for each profile: a second start brings the first one's to the front and ends."""

from __future__ import annotations

import os
import sys
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from m360desk.core.user_text import UserText
from m360desk.system.late_log import note
from m360desk.system.locks import FileLock, HeldByOtherError
from m360desk.system.paths import PlaceError

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtNetwork import QLocalServer, QLocalSocket

    from m360desk.system.locks import Holder

ANSWER = b"shown\n"
PATIENCE_SECONDS = 5.0
"""How long a second start waits for the first window, which may just be starting, to answer."""

_AGAIN_MS = 50
_HELD = 5
"""The program's exit code where another one has what it needs."""


class AnotherWindow(Exception):
    """This profile has a window already.

    ``exit_code`` tells whether it has come to the front; ``user_text`` what to do where it has not.
    """

    def __init__(self, exit_code: int, user_text: UserText | None = None) -> None:
        super().__init__("this profile has a window already")
        self.exit_code = exit_code
        self.user_text = user_text


def the_only_window(runtime_dir: Path, seconds: float = PATIENCE_SECONDS) -> FileLock | None:
    """Take the lock of the profile's one window; None where there can be no lock.

    The application object must exist. Raises :class:`AnotherWindow` where there is one already: it has been
    asked to come to the front, and standard error says what came of it within ``seconds``.
    """
    lock = FileLock(runtime_dir / "window.lock", "the window", "This profile")
    try:
        lock.acquire()
    except PlaceError as problem:
        # The window says so itself when it needs the folder, and two of them do a cache no harm.
        note(__name__, "whether there is another window cannot be told: %s", problem)
        return None
    except HeldByOtherError as held:
        if call_first(runtime_dir, held.holder, seconds):
            _tell("This profile has a window already: it has been brought to the front.")
            raise AnotherWindow(0) from None
        _take_over(lock)
    return lock


def _take_over(lock: FileLock) -> None:
    """Nobody answered: the first window may have been about to close."""
    try:
        lock.acquire()
    except HeldByOtherError as held:
        who = held.holder.describe() if held.holder is not None else "Another process"
        text = UserText(
            f"{who} has this profile's window and does not answer.",
            "A second window would get in its way, so none was opened. Nothing that was stored is lost.",
            "Wait a moment, or close it (where it has hung, by its process number), and try again.",
        )
        _tell(text.one_line())
        raise AnotherWindow(_HELD, text) from None


def say_in_a_box(text: UserText) -> None:
    """Say why there is no window to whoever started the program by an icon; returns when that is read."""
    from PySide6.QtWidgets import QMessageBox

    box = QMessageBox(QMessageBox.Icon.Warning, "M360 Desk", text.happened)
    box.setObjectName("problemBox")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(f"{text.means} {text.do}")
    box.exec()


def _tell(text: str) -> None:
    # There is no standard error in a program without a console.
    if sys.stderr is not None:
        sys.stderr.write(f"m360desk: {text}\n")


def meeting_point(runtime_dir: Path) -> str:
    """The name under which the first window listens; short: the paths of sockets have at most 100 bytes."""
    from hashlib import sha256  # brings OpenSSL (5 ms): the first rows come without it

    place = os.path.normcase(os.path.abspath(runtime_dir))  # noqa: PTH100 - a name, not a path to follow
    return f"m360desk-{sha256(place.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}"


class FirstWindow(QObject):
    """Listens for further starts on the same profile; only the holder of the profile's lock may."""

    asked_to_front = Signal()

    def __init__(self, runtime_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Loaded here, after the first rows: it costs some 15 ms.
        from PySide6.QtNetwork import QLocalServer

        self._server: QLocalServer = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._called)
        name = meeting_point(runtime_dir)
        # One that was killed leaves its socket behind. Nobody can be using it: the lock is ours.
        QLocalServer.removeServer(name)
        if not self._server.listen(name):
            note(__name__, "a second start will not find this window: %s", self._server.errorString())

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _called(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnected.connect(caller.deleteLater)
            caller.write(ANSWER)
            caller.disconnectFromServer()
            self.asked_to_front.emit()


def call_first(runtime_dir: Path, holder: Holder | None, seconds: float = PATIENCE_SECONDS) -> bool:
    """Have the first window come to the front; whether it answered within ``seconds``.

    ``holder`` is who holds the profile's lock. The application object must exist.
    """
    if holder is not None:
        _let_come_to_front(holder.pid)
    return _Call(meeting_point(runtime_dir), seconds).answered()


class _Call(QObject):
    """Calls until somebody answers: a window that is just starting listens after its first rows only."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__()
        # Only a second start calls.
        from PySide6.QtCore import QEventLoop
        from PySide6.QtNetwork import QLocalSocket

        self._name = name
        self._until = monotonic() + seconds
        self._heard = b""
        self._loop = QEventLoop()
        self._socket: QLocalSocket = QLocalSocket(self)
        self._socket.readyRead.connect(self._read)
        self._socket.errorOccurred.connect(self._failed)
        self._again = self._timer(_AGAIN_MS, self._connect)
        self._end = self._timer(round(seconds * 1000), self._loop.quit)

    def answered(self) -> bool:
        """Call; returns when there is an answer, or none can be hoped for."""
        self._end.start()
        self._again.setInterval(0)
        self._again.start()
        self._loop.exec()
        self._socket.abort()
        return self._heard == ANSWER

    def _connect(self) -> None:
        self._again.setInterval(_AGAIN_MS)
        self._socket.connectToServer(self._name)

    def _read(self) -> None:
        self._heard += bytes(self._socket.readAll().data())
        if len(self._heard) >= len(ANSWER):
            self._loop.quit()

    def _failed(self) -> None:
        if not self._heard and monotonic() < self._until:
            self._again.start()

    def _timer(self, milliseconds: int, act: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(act)
        return timer


def _let_come_to_front(pid: int) -> None:
    """Windows lets a program come to the front only if the one that has the user's attention agrees."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(pid)

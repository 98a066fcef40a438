"""The one way from a worker thread into the UI thread."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot


class Mailbox(QObject):
    """Runs what any thread posts in the thread that the mailbox lives in, in the order of posting.

    The signal goes to a bound method of a QObject: Qt then queues it into that object's thread. (Connected
    to a lambda or a partial, it would run in the posting thread.)
    """

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = True
        self._posted.connect(self._deliver)

    def post(self, letter: Callable[[], None]) -> None:
        """Have ``letter`` called in the mailbox's thread; safe from any thread."""
        self._posted.emit(letter)

    def deliver(self) -> None:
        """Call now what has been posted by now; only from the mailbox's own thread."""
        QCoreApplication.sendPostedEvents(self)

    def close(self) -> None:
        """Drop all letters from now on, those on their way too."""
        self._open = False

    @Slot(object)
    def _deliver(self, letter: Callable[[], None]) -> None:
        if self._open:
            letter()

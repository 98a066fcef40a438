"""One sync at a time, in the network lane, with news for the window at a pace that it can follow."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from m360desk.services.sync import SyncProgress, SyncResult
    from m360desk.workers.network_lane import Errand, NetworkLane

    Progress = Callable[[SyncProgress], None]
    Sync = Callable[[Progress], Coroutine[Any, Any, SyncResult]]

NEWS_SECONDS = 0.1
"""Between two pieces of news: a page may be stored every 20 ms, nobody can read that."""


class SyncRunner(QObject):
    """Runs one sync and tells what it does, ten times a second at most."""

    started = Signal()
    progressed = Signal(object)
    """A :class:`SyncProgress`."""
    wrote = Signal()
    """Sessions have been stored."""
    ended = Signal(object)
    """The :class:`SyncResult`; None when it was cancelled."""
    failed = Signal(object)
    """The exception that ended it."""

    def __init__(self, network: NetworkLane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._network = network
        self._errand: Errand | None = None
        self._last_news = 0.0
        self._pages = 0

    @property
    def running(self) -> bool:
        """Whether a sync is under way."""
        return self._errand is not None

    def start(self, sync: Sync) -> None:
        """Begin; a sync that runs already goes on alone."""
        if self.running:
            return
        self._pages = 0
        self._last_news = 0.0
        self._errand = self._network.start(lambda: sync(self._news), self._done, self._broken)
        self.started.emit()

    def cancel(self) -> None:
        """Stop it; what was stored stays, and ``ended`` follows."""
        if self._errand is not None:
            self._errand.cancel()

    def abandon(self) -> None:
        """Stop it and hear nothing more of it: its account is being left."""
        if self._errand is not None:
            self._errand.abandon()
            self._errand = None

    def _news(self, progress: SyncProgress) -> None:
        """Called in the network thread."""
        now = monotonic()
        if now - self._last_news < NEWS_SECONDS:
            return
        self._last_news = now
        self._network.post(lambda: self._tell(progress))

    def _tell(self, progress: SyncProgress) -> None:
        if not self.running:
            return
        self.progressed.emit(progress)
        if progress.pages != self._pages:
            self._pages = progress.pages
            self.wrote.emit()

    def _done(self, result: SyncResult) -> None:
        self._errand = None
        self.wrote.emit()
        self.ended.emit(result)

    def _broken(self, error: BaseException) -> None:
        self._errand = None
        self.wrote.emit()
        import asyncio

        if isinstance(error, asyncio.CancelledError):
            self.ended.emit(None)
        else:
            self.failed.emit(error)

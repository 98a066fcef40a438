"""Looking after the open cache: what takes room in it, what is kept, and writing it anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QCoreApplication, QObject

from m360desk.core.cancel import Cancelled, CancelToken
from m360desk.services.keeping import AT_ONCE, kept_from_ms

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from m360desk.store.sizes import Sizes
    from m360desk.store.stored import Older
    from m360desk.store.writer import CacheWriter
    from m360desk.workers.desk import Desk

T = TypeVar("T")


class CacheCare(QObject):
    """Asks the lanes; answers come in the window's thread, and none after ``stop``."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._token = CancelToken()
        self._stopped = False
        desk.cache_opened.connect(self.cancel)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.cancel)

    def cancel(self) -> None:
        """Break off what is under way; the cache stays sound."""
        self._token.cancel()

    def stop(self) -> None:
        """Break off, and want no more answers."""
        self._stopped = True
        self.cancel()

    def measure(self, done: Callable[[Sizes], None]) -> None:
        """Ask what takes how much room in the cache."""
        self._desk.read("sizes", lambda reader, _: reader.sizes(), self._unless_stopped(done))

    def kept_from_ms(self, months: int) -> int | None:
        """The moment from which the sessions of so many months are kept, as of now; None for 0: all are."""
        return kept_from_ms(months, self._desk.now_ms())

    def look_for_older(self, than_ms: int, done: Callable[[Older], None]) -> None:
        """Ask what would go if the sessions from that moment on were kept."""
        self._desk.read("older", lambda reader, _: reader.older(than_ms), self._unless_stopped(done))

    def keep(
        self,
        months: int,
        from_ms: int | None,
        progress: Callable[[int], None],
        done: Callable[[int], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Keep the sessions of so many months from now on; 0: all.

        What is older than ``from_ms`` goes at once, and with every sync what has become older by then;
        ``progress`` and ``done`` are told how many went. After ``cancel`` no more go, and ``done`` follows.
        Where more is to be kept than before, the next sync sees to it.
        """
        self._token = token = CancelToken()
        before = self._desk.settings.keep_months
        removed = 0

        def next_ones(gone: int) -> None:
            nonlocal removed
            removed += gone
            if gone and not token.cancelled:
                progress(removed)
                self._write(lambda writer: writer.remove_older(AT_ONCE), next_ones, broken)
                return
            show_the_rest()
            done(removed)

        def show_the_rest() -> None:
            if removed:
                self._desk.sync.wrote.emit()

        def broken(error: Exception) -> None:
            show_the_rest()
            failed(error)

        def begin(writer: CacheWriter) -> int:
            writer.keep_from(from_ms)
            return writer.remove_older(AT_ONCE)

        def changed() -> None:
            # To keep more is left to the next sync: it looks again for what had gone.
            if self._stopped:
                return
            if from_ms is None or (before and months > before):
                done(0)
            else:
                self._write(begin, next_ones, broken)

        self._desk.change_settings(lambda settings: settings._replace(keep_months=months), changed, failed)

    def compact(
        self,
        done: Callable[[int], None],
        failed: Callable[[Exception], None],
        cancelled: Callable[[], None],
    ) -> None:
        """Write the cache anew; ``done`` is told how many bytes that gained."""
        self._token = token = CancelToken()

        def compacted(gained: int) -> None:
            self._desk.refresh_stats()
            done(gained)

        def ended(error: Exception) -> None:
            cancelled() if isinstance(error, Cancelled) else failed(error)

        self._write(lambda writer: writer.compact(token), compacted, ended)

    def _write(
        self,
        work: Callable[[CacheWriter], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        lanes = self._desk.lanes
        if lanes is None:
            return

        def answer(future: Future[Any]) -> None:
            error = future.exception()
            if error is None:
                self._desk.network.post(lambda: self._unless_stopped(done)(future.result()))
            elif isinstance(error, Exception):
                self._desk.network.post(lambda: self._unless_stopped(failed)(error))

        lanes.writer.post(work).add_done_callback(answer)

    def _unless_stopped(self, call: Callable[[T], None]) -> Callable[[T], None]:
        return lambda value: None if self._stopped else call(value)

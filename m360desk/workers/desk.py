"""The desk: what the window can ask for, answered from the lanes.

Every method returns at once; answers and news come in the thread of this object. Nothing here draws, and
nothing that draws knows of threads.
"""

from __future__ import annotations

import threading
from array import array
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from m360desk.core.battery import Limits
from m360desk.core.late_numpy import load_numpy
from m360desk.store.errors import CacheAbsent
from m360desk.store.key import cache_file
from m360desk.system.memory import return_free_blocks
from m360desk.workers.answers import (
    Answer,
    first_rows_to,
    first_screenful,
    from_file,
    from_memory,
    written_to,
)
from m360desk.workers.cache_lanes import CacheLanes
from m360desk.workers.first_look import FirstLook
from m360desk.workers.lane import Lane
from m360desk.workers.network_lane import NetworkLane
from m360desk.workers.sync_runner import SyncRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from m360desk.core.cancel import CancelToken
    from m360desk.core.query import Order, Query
    from m360desk.core.spans import Selected, Spans
    from m360desk.services.export import ExportResult
    from m360desk.store.key import CacheKey
    from m360desk.store.reader import CacheReader, CacheStats, StoredRow
    from m360desk.store.writer import CacheWriter
    from m360desk.system.settings import Settings
    from m360desk.system.settings_file import SettingsFile

T = TypeVar("T")
TYPING_S = 0.3
"""Searches that follow each other sooner are being typed."""

REST_MS = 200
"""So long the whole answer of a search that is being typed waits, where only the file tells it: the first
screenful is there, and at the next key it would be given up."""

LEAST_PAUSE_MS = 500
"""Between two counts of the cache while a sync writes; a large one is counted less often."""

IDLE_MS = 3_000
"""Nothing was answered for so long: what the answers took of memory for a moment goes back to the system."""


class Desk(QObject):
    """Holds the open cache, its lanes and the settings."""

    cache_opened = Signal()
    """Another cache is open now: account, mode or API URL have changed."""
    cache_changed = Signal()
    """Sessions were written."""
    settings_changed = Signal()
    stats_changed = Signal()
    cache_noted = Signal(tuple)
    """What the user should know of a cache that was opened for writing, such as that a damaged one was put
    aside."""
    failed = Signal(object)
    """An exception that nobody in particular asked about."""

    def __init__(
        self,
        settings_file: SettingsFile,
        settings: Settings,
        cache_dir: Path,
        open_writer: Callable[[Path, CacheKey], CacheWriter],
        now_ms: Callable[[], int],
        zone: tzinfo,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings_file = settings_file
        self.settings = settings
        self._cache_dir = cache_dir
        self._open_writer = open_writer
        self.now_ms = now_ms
        self.zone = zone
        self.key: CacheKey | None = None
        self.stats: CacheStats | None = None
        self._lanes: CacheLanes | None = None
        self._ahead: FirstLook | None = None
        """Of a cache that is not open yet."""
        self._first_look: FirstLook | None = None
        """Of the open one, until something has been asked."""
        self._retiring: list[threading.Event] = []
        self.network = NetworkLane(self)
        self.sync = SyncRunner(self.network, self)
        self.sync.wrote.connect(self._wrote)
        self._searched_at = 0.0
        self._searched_for: Query | None = None
        self._file_search = self._timer(REST_MS)
        self._count = self._timer(LEAST_PAUSE_MS)
        self._count.timeout.connect(self._count_again)
        self._uncounted = False
        self._counting_since = 0.0
        self._idle = self._timer(IDLE_MS)
        self._idle.timeout.connect(self._return_memory)
        self._in_file: Callable[[], None] = lambda: None
        self._file_search.timeout.connect(lambda: self._in_file())
        self.chores: Lane[None] = Lane("chores", lambda: None, lambda _: None, patient=True, parent=self)

    # The open cache

    def look_ahead(self, key: CacheKey) -> None:
        """Begin to read a cache that is about to be opened, so that its first rows are there by then."""
        self._ahead = FirstLook(self._lanes_of(cache_file(self._cache_dir, key), key))

    def open_cache(self, key: CacheKey | None, folder: Path | None = None) -> None:
        """Show another cache from now on, in its usual folder or another; None: there is no account yet."""
        self.sync.abandon()
        self._close_lanes()
        self.key = key
        self.stats = None
        if key is not None:
            path = cache_file(folder or self._cache_dir, key)
            self._lanes = self._looked_ahead(path) or self._lanes_of(path, key)
        self.cache_opened.emit()

    @property
    def lanes(self) -> CacheLanes | None:
        """The lanes of the open cache."""
        return self._lanes

    @property
    def total(self) -> int | None:
        """Sessions in the cache, None until counted."""
        return self.stats.sessions if self.stats is not None else None

    @property
    def limits(self) -> Limits:
        """The battery limits in force."""
        return Limits(float(self.settings.battery_replace_below), float(self.settings.battery_good_from))

    def change_settings(
        self,
        edit: Callable[[Settings], Settings],
        done: Callable[[], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Change the settings, in the file too."""

        def changed(settings: Settings) -> None:
            self.settings = settings
            self.settings_changed.emit()
            if done is not None:
                done()

        self.chores.request(
            "settings",
            lambda *_: self._settings_file.change(edit),
            changed,
            failed or self.failed.emit,
            replace=False,
        )

    def delete_open_cache(self, done: Callable[[], None], failed: Callable[[Exception], None]) -> None:
        """Close the open cache and delete its file; whoever asked opens it anew when it is ``done``.

        ``key`` stays and ``cache_opened`` is not told: nothing else is shown meanwhile. Questions get no
        answer.
        """
        if self._lanes is None:
            return
        path = self._lanes.path
        self.sync.abandon()
        self._close_lanes()
        self.stats = None
        waiting = tuple(self._retiring)

        def delete() -> None:
            from m360desk.services.cache_files import delete_cache

            for event in waiting:
                event.wait()
            delete_cache(path)

        self.chores.request("delete", lambda *_: delete(), lambda _: done(), failed, replace=False)

    def stop(self) -> None:
        """End all lanes; returns when every thread has ended."""
        self._file_search.stop()
        self._count.stop()
        self._idle.stop()
        self.sync.abandon()
        self.network.stop()
        for lanes in (self._lanes, self._ahead.lanes if self._ahead is not None else None):
            if lanes is not None:
                lanes.stop()
        self.chores.stop()
        for event in self._retiring:
            event.wait()

    # Reading

    def search_first(
        self, query: Query, order: Order, done: Callable[[array[int], Sequence[StoredRow | None]], None]
    ) -> None:
        """Ask for the first screenful that answers a query: row ids and, with them, the rows.

        What was looked for ahead is told at once where it has been found by now.
        """
        look, self._first_look = self._first_look, None
        if self._lanes is not None and look is not None and look.answers(query, order):
            look.hand_over(*self._callbacks(self._lanes, *first_rows_to(done)))
            return
        self._ask_first("first", query, order, done)

    def try_search(
        self, query: Query, order: Order, done: Callable[[array[int], Sequence[StoredRow | None]], None]
    ) -> None:
        """As ``search_first``, for a query that may not come in force; what is asked for that goes on."""
        self._ask_first("try", query, order, done)

    def give_up_try(self) -> None:
        """Whatever ``try_search`` was asked is of no interest any more, and holds nothing up."""
        if self._lanes is not None:
            self._lanes.rows.cancel("try")

    def _ask_first(
        self,
        kind: str,
        query: Query,
        order: Order,
        done: Callable[[array[int], Sequence[StoredRow | None]], None],
    ) -> None:
        self._ask("rows", kind, partial(first_screenful, query=query, order=order), *first_rows_to(done))

    def search(
        self,
        query: Query,
        order: Order,
        done: Callable[[Answer], None],
        *,
        shown: array[int] | None = None,
    ) -> None:
        """Ask for all that answers a query; ``shown``: the list to compare it with.

        Where the columns in memory tell it, that takes milliseconds.
        """
        if self._lanes is None:
            return
        lanes = self._lanes
        lanes.bulk.cancel("ids")
        self._file_search.stop()
        # Another order of the same is no typing: nothing follows that would give it up.
        is_other = query != self._searched_for
        is_typed = is_other and monotonic() - self._searched_at < TYPING_S
        if is_other:
            self._searched_at = monotonic()
            self._searched_for = query
        asks_file = not lanes.slow.is_free_for("ids")

        def in_memory(answer: Answer | None) -> None:
            if answer is not None:
                # Whoever still looks for it in the file looks for what is here.
                lanes.rows.cancel("first")
                lanes.bulk.cancel("ids")
                self._file_search.stop()
                done(answer)
            elif not asks_file:
                in_file()

        def in_file() -> None:
            self._in_file = ask_file
            if is_typed:
                self._file_search.start()
            else:
                ask_file()

        def ask_file() -> None:
            self._ask("bulk", "ids", from_file(query, order, shown), found_in_file, nothing)

        def found_in_file(answer: Answer) -> None:
            lanes.slow.cancel("ids")
            done(answer)

        def nothing() -> None:
            lanes.slow.cancel("ids")
            done(Answer(array("q"), (), None))

        self._ask("slow", "ids", from_memory(query, order, shown), in_memory, nothing)
        if asks_file:
            in_file()

    def carry(self, selected: Selected, ids: array[int], done: Callable[[Spans], None]) -> None:
        """Ask where the selected sessions stand in another list."""

        def work(_: CacheReader, __: CancelToken) -> Spans:
            load_numpy()
            from m360desk.core import places

            return places.carried(selected.ids, selected.spans, ids)

        self._ask("rows", "carry", work, done)

    def rows(self, ids: Sequence[int], done: Callable[[Sequence[StoredRow | None]], None]) -> None:
        """Ask for rows by their ids."""
        self._ask("rows", "rows", lambda r, _: r.rows(ids), done)

    def read_soon(
        self,
        kind: str,
        work: Callable[[CacheReader, CancelToken], T],
        done: Callable[[T], None],
        absent: Callable[[], None] | None = None,
    ) -> None:
        """Ask for something small that a person waits for; ``absent`` as for ``read``."""
        self._ask("rows", kind, work, done, absent)

    def read(
        self,
        kind: str,
        work: Callable[[CacheReader, CancelToken], T],
        done: Callable[[T], None],
        absent: Callable[[], None] | None = None,
    ) -> None:
        """Ask for something that takes its time, such as the columns of a chart.

        ``absent`` is called in place of ``done`` where nothing has been cached yet.
        """
        self._ask("slow", kind, work, done, absent)

    def warm_up(self) -> None:
        """Read ahead what the first searches would wait for; belongs after the first rows."""
        for lane in ("rows", "bulk"):
            self._ask(lane, "texts", lambda reader, _: reader.load_texts(), lambda _: None)
        self.read("columns", lambda reader, token: reader.warm_up(token), lambda _: None)

    def give_up(self, kind: str) -> None:
        """Want no answer to what was asked by ``read`` any more: it would only keep others waiting."""
        if self._lanes is not None:
            self._lanes.slow.cancel(kind)

    def refresh_stats(self) -> None:
        """Count the cache anew; ``stats_changed`` follows."""
        self._counting_since = monotonic()
        self._ask("bulk", "stats", lambda r, _: r.stats(), self._counted)

    def export(
        self,
        query: Query,
        order: Order,
        out: Path,
        progress: Callable[[int, int], None],
        done: Callable[[ExportResult], None],
        failed: Callable[[Exception], None],
        *,
        row_ids: Sequence[int] | None = None,
    ) -> Callable[[], None]:
        """Write what answers a query into a file, its kind told by its ending; returns how to cancel it.

        ``progress`` (rows, of how many) is called in this object's thread, some times a second. With
        ``row_ids`` exactly these sessions are written, in this order.
        """
        if self._lanes is None or self.key is None:
            return lambda: None

        work = written_to(
            out, query, order, self.key.mode, lambda *far: self.network.post(partial(progress, *far)), row_ids
        )
        return self._lanes.exports.request("export", work, done, failed, replace=False).cancel

    # Inner workings

    def _ask(
        self,
        lane: str,
        kind: str,
        work: Callable[[CacheReader, CancelToken], T],
        done: Callable[[T], None],
        absent: Callable[[], None] | None = None,
    ) -> None:
        """Ask a lane; ``absent`` is called where nothing has been cached yet, which is no trouble."""
        if self._lanes is None:
            return
        reader: Lane[CacheReader] = getattr(self._lanes, lane)
        reader.request(kind, work, *self._callbacks(self._lanes, done, absent))

    def _callbacks(
        self, lanes: CacheLanes, done: Callable[[T], None], absent: Callable[[], None] | None
    ) -> tuple[Callable[[T], None], Callable[[Exception], None]]:
        """What a lane calls with its answer or error."""

        def answered(value: T) -> None:
            self._idle.start()
            # A lane that is being closed may have answered already; no account's data shows in another.
            if self._lanes is lanes:
                done(value)

        def failed(error: Exception) -> None:
            if self._lanes is not lanes:
                return
            if not isinstance(error, CacheAbsent):
                self.failed.emit(error)
            elif absent is not None:
                absent()

        return answered, failed

    def _return_memory(self) -> None:
        """Let the lanes forget what they keep for the next question, and give back what is free then."""

        def released(_: object) -> None:
            self.chores.request("memory", lambda *_: return_free_blocks(), lambda _: None, self.failed.emit)

        # Not by `_ask`: this is no answer after which the lanes would have to be idle again.
        if self._lanes is not None:
            self._lanes.release_memory(released)

    def _counted(self, stats: CacheStats) -> None:
        self._count.setInterval(max(LEAST_PAUSE_MS, round((monotonic() - self._counting_since) * 10_000)))
        self.stats = stats
        self.stats_changed.emit()

    def _wrote(self) -> None:
        self.cache_changed.emit()
        self._uncounted = True
        if not self._count.isActive():
            self._count_again()

    def _count_again(self) -> None:
        if self._uncounted:
            self._uncounted = False
            self.refresh_stats()
            self._count.start()

    def _timer(self, milliseconds: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        return timer

    def _lanes_of(self, path: Path, key: CacheKey) -> CacheLanes:
        waiting = tuple(self._retiring)
        return CacheLanes(path, lambda: self._open_after(waiting, path, key), self)

    def _looked_ahead(self, path: Path) -> CacheLanes | None:
        """The lanes by which this cache has been looked at already."""
        look, self._ahead = self._ahead, None
        if look is None:
            return None
        if look.lanes.path != path:
            self._retire(look.lanes)
            return None
        self._first_look = look
        return look.lanes

    def _open_after(self, waiting: Sequence[threading.Event], path: Path, key: CacheKey) -> CacheWriter:
        # The same cache may have been open a moment ago: its lock is free when its writer has ended.
        for event in waiting:
            event.wait()
        writer = self._open_writer(path, key)
        notices = writer.notices
        if notices:
            self.network.post(lambda: self._note(key, notices))
        return writer

    def _note(self, key: CacheKey, notices: tuple[str, ...]) -> None:
        if key == self.key:
            self.cache_noted.emit(notices)

    def _close_lanes(self) -> None:
        """Close the open cache without waiting for it."""
        self._file_search.stop()
        self._count.stop()
        self._uncounted = False
        self._first_look = None
        lanes, self._lanes = self._lanes, None
        if lanes is not None:
            self._retire(lanes)

    def _retire(self, lanes: CacheLanes) -> None:
        closed = threading.Event()
        self._retiring = [event for event in self._retiring if not event.is_set()] + [closed]

        def close() -> None:
            try:
                lanes.stop()
            finally:
                closed.set()

        lanes.setParent(None)
        threading.Thread(target=close, name="retiring cache").start()

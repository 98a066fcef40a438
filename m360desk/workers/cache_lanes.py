"""The lanes of one open cache: rows for the eye, long reads, and the one writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from m360desk.store.errors import CacheUnusable, Interrupted
from m360desk.store.reader import CacheReader
from m360desk.workers.lane import Lane

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from m360desk.store.writer import CacheWriter
    from m360desk.workers.writer_lane import WriterLane


class CacheLanes(QObject):
    """Opens and closes together what belongs to one cache.

    ``rows`` answers what a person waits for, ``bulk`` finds and counts, ``slow`` is for charts.
    """

    def __init__(
        self, path: Path, open_writer: Callable[[], CacheWriter], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.path = path
        self.rows: Lane[CacheReader] = self._reader("rows")
        self.bulk: Lane[CacheReader] = self._reader("bulk", patient=True)
        self.slow: Lane[CacheReader] = self._reader("slow", patient=True)
        self._open_writer = open_writer
        self._writer: WriterLane | None = None
        self._exports: Lane[CacheReader] | None = None

    @property
    def exports(self) -> Lane[CacheReader]:
        """The lane of exports, begun with the first: a large one takes a while, and nothing waits for it."""
        if self._exports is None:
            self._exports = self._reader("exports", patient=True)
        return self._exports

    @property
    def writer(self) -> WriterLane:
        """The writer's lane, begun when it is first wanted."""
        if self._writer is None:
            from m360desk.workers.writer_lane import WriterLane

            self._writer = WriterLane(self._open_writer)
        return self._writer

    def release_memory(self, released: Callable[[object], None]) -> None:
        """Let the readers forget what they keep for the next question; ``released`` is called after each."""
        for lane in (self.rows, self.bulk, self.slow):
            lane.request("memory", lambda reader, _: reader.release_memory(), released, released)

    def stop(self) -> None:
        """Close all of it; returns when every thread has ended."""
        self.rows.stop()
        self.bulk.stop()
        self.slow.stop()
        if self._exports is not None:
            self._exports.stop()
        if self._writer is not None:
            self._writer.stop()

    def _reader(self, name: str, *, patient: bool = False) -> Lane[CacheReader]:
        return Lane(
            name,
            lambda: CacheReader.open(self.path),
            CacheReader.close,
            interrupt=CacheReader.interrupt,
            interrupted=Interrupted,
            # A damaged file is put aside by the writer: the next question is for the one in its place.
            broken=CacheUnusable,
            patient=patient,
            parent=self,
        )

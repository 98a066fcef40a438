"""The lane of the one writer of a cache."""

from __future__ import annotations

import queue
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QThread

from m360desk.workers.priority import step_back

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from m360desk.store.writer import CacheWriter

    _Work = tuple[Callable[[CacheWriter], Any], Future[Any]]

T = TypeVar("T")


class WriterLane(QThread):
    """Owns the writer of one cache, opened by the first piece of work and closed at the end in this thread.

    Only what writes opens it, since only one program at a time may: reading goes on beside another's writer.
    """

    def __init__(self, open_writer: Callable[[], CacheWriter]) -> None:
        super().__init__()
        self.setObjectName("writer")
        self._open_writer = open_writer
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self.start()

    def submit(self, work: Callable[[CacheWriter], T]) -> Awaitable[T]:
        """Do ``work`` in turn, awaited in the network lane's loop; errors are raised there."""
        import asyncio

        return asyncio.wrap_future(self.post(work))

    def post(self, work: Callable[[CacheWriter], T]) -> Future[T]:
        """Do ``work`` in turn, from any thread."""
        future: Future[T] = Future()
        self._queue.put((work, future))
        return future

    def stop(self) -> None:
        """Finish what was handed in, close the cache and end the thread."""
        self._queue.put(None)
        self.wait()

    def run(self) -> None:
        step_back()
        writer: CacheWriter | None = None
        while (item := self._queue.get()) is not None:
            work, future = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                if writer is None:
                    writer = self._open_writer()
                result = work(writer)
            except Exception as error:  # noqa: BLE001 - it belongs to the one who handed the work in
                future.set_exception(error)
            else:
                future.set_result(result)
        if writer is not None:
            writer.close()

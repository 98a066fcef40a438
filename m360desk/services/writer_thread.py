"""The thread of the one writer of a cache, for a program without a window."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from m360desk.store.writer import CacheWriter

T = TypeVar("T")


class WriterThread:
    """Opens the writer with the first piece of work and closes it at the end, all in one thread of its own.

    An asynchronous context manager; used in one event loop.
    """

    def __init__(self, open_writer: Callable[[], CacheWriter]) -> None:
        """`open_writer` is called in the thread; what it raises, the work raises that wanted the writer."""
        self._open_writer = open_writer
        self._writer: CacheWriter | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")

    def submit(self, work: Callable[[CacheWriter], T]) -> Awaitable[T]:
        """Have `work` done after all that was handed in before; see `WriterPort`."""
        return asyncio.wrap_future(self._thread.submit(self._do, work))

    async def close(self) -> None:
        """Finish what was handed in, close the cache, end the thread."""
        try:
            await asyncio.shield(asyncio.wrap_future(self._thread.submit(self._close)))
        finally:
            self._thread.shutdown()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.close()

    def _do(self, work: Callable[[CacheWriter], T]) -> T:
        if self._writer is None:
            self._writer = self._open_writer()
        return work(self._writer)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()

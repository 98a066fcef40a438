"""Reading records into sessions, in a process of its own where a great many come quickly.

To read a page of a hundred takes about ten milliseconds of Python's lock, which the network, the cache and
the window's thread want too. At a few pages a second that is nothing; at fifty it is half of all there is.
"""

import logging
import marshal
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process

from m360desk.core.records import Session, read

_log = logging.getLogger(__name__)
Read = Callable[[], list[Session]]
"""Gives the sessions of a page, waiting for them where need be."""

_BUSY_RECORDS = 2000  # so many records …
_BUSY_S = 2.0  # … within so many seconds are worth a process


def read_here(records: Sequence[bytes]) -> Read:
    """Read records where the sessions are wanted."""
    return lambda: [read(record) for record in records]


def together(reads: Sequence[Read]) -> Read:
    """Several pages as one."""
    return lambda: [session for read in reads for session in read()]


class RecordReader:
    """Reads pages for one run; `close` it at the end."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` is in seconds."""
        self._clock = clock
        self._counted_from = clock()
        self._counted = 0
        self._helper: ProcessPoolExecutor | None = None
        self._ready: Future[bytes] | None = None

    @property
    def has_helper(self) -> bool:
        """Whether another process reads."""
        return self._ready is not None and self._ready.done()

    def begin(self, records: Sequence[bytes]) -> Read:
        """Have these records read: at once in the other process, or later where the sessions are wanted."""
        if self._helper is None:
            if self._is_busy(len(records)):
                self._start()
            return read_here(records)
        if not self.has_helper:
            return read_here(records)
        try:
            values = self._helper.submit(_read_values, records)
        except (BrokenProcessPool, RuntimeError):
            return read_here(records)
        return lambda: _sessions(values, records)

    def close(self) -> None:
        """End the other process, if there is one."""
        if self._helper is not None:
            self._helper.shutdown(wait=False, cancel_futures=True)

    def _is_busy(self, records: int) -> bool:
        now = self._clock()
        if now - self._counted_from > _BUSY_S:
            self._counted_from, self._counted = now, 0
        self._counted += records
        return self._counted >= _BUSY_RECORDS

    def _start(self) -> None:
        # "spawn": a forked child would inherit the threads' locks and the window.
        self._helper = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_settle_in)
        self._ready = self._helper.submit(_read_values, ())
        self._ready.add_done_callback(_tell)


def _tell(ready: "Future[bytes]") -> None:
    if not ready.cancelled():
        how = "here: no other process could be started" if ready.exception() else "by another process"
        _log.info("records are read %s", how)


def _sessions(values: "Future[bytes]", records: Sequence[bytes]) -> list[Session]:
    try:
        found = marshal.loads(values.result())  # noqa: S302 - from our own child, made by _read_values
    except BrokenProcessPool:
        return read_here(records)()
    return [Session(key, fields, raw) for (key, fields), raw in zip(found, records, strict=True)]


def _read_values(records: Sequence[bytes]) -> bytes:
    """In the other process: everything of the sessions but the records, which this side has."""
    sessions = [read(record) for record in records]
    return marshal.dumps([(session.key, session.values) for session in sessions])


def _settle_in() -> None:
    """In the other process: leave Ctrl+C to the parent, and end when that ends, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)

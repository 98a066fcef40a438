"""The one writer of a cache."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, Self

from m360desk.core.cancel import CancelToken
from m360desk.core.records import Session
from m360desk.store import history
from m360desk.store.compression import Codec
from m360desk.store.connection import transaction
from m360desk.store.errors import CacheHeld, CacheUnusable, from_os, is_damage, translated
from m360desk.store.key import CacheKey
from m360desk.store.layout import LAYOUT
from m360desk.store.opening import open_file, suspect
from m360desk.store.pages import PageOutcome, PageStore
from m360desk.store.rebuild import follow_catalogue, read_anew
from m360desk.store.schema import INDEXED_LATER, column_index, index_name
from m360desk.store.terms import TermNumbers

__all__ = ["CacheWriter", "LockLike", "PageOutcome"]

_INDEX_FROM = 10_000
"""Below so many sessions, sorting without an index takes a few milliseconds."""


class LockLike(Protocol):
    """A lock between processes.

    Where another holds it, `acquire` raises an exception with an attribute `holder`: None, or an object whose
    `describe()` says who that is.
    """

    def acquire(self) -> None: ...
    def release(self) -> None: ...


class CacheWriter:
    """Writes a cache; all calls come from the thread that opened it.

    Every method is one transaction: it is done wholly or not at all, also when the process is killed.
    """

    notices: tuple[str, ...]
    """What the user should know about the opening, for example that a damaged cache was put aside."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        lock: LockLike,
        now_ms: Callable[[], int],
        notices: tuple[str, ...],
    ) -> None:
        """Use `open`."""
        self._connection = connection
        self._path = path
        self._lock = lock
        self._now_ms = now_ms
        self._codec = Codec(connection)
        self._terms = TermNumbers(connection)
        self._pages = PageStore(connection, self._codec, self._terms)
        self.notices = notices

    @classmethod
    def open(
        cls,
        path: Path,
        key: CacheKey,
        *,
        lock: LockLike,
        now_ms: Callable[[], int],
        progress: Callable[[int, int], None] = lambda done, of: None,  # noqa: ARG005 - the default does nothing
    ) -> Self:
        """Take the lock and open the cache; it is made when missing.

        A damaged file is put aside under a dated name. An older one is backed up and brought up to date;
        where its records must be read anew, `progress` is told how many are done, and of how many.

        Raises:
            CacheHeld: another program writes to it.
            CacheTooNew: a newer version of the program wrote it; nothing was touched.
            CacheUnusable: it belongs to another account, mode or service.
            CacheReadOnly: the file or its folder cannot be written.
            DiskFull: there is no room.
        """
        _acquire(lock, path)
        try:
            with translated(path):
                connection, notices = open_file(path, key, now_ms())
            try:
                writer = cls(connection, path, lock, now_ms, notices)
                with writer._guarded():
                    follow_catalogue(connection, path, LAYOUT)
                    read_anew(connection, path, writer._pages, progress)
            except BaseException:
                connection.close()
                raise
        except BaseException:
            lock.release()
            raise
        return writer

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def store_page(
        self,
        sessions: Sequence[Session],
        *,
        stretch: int | None,
        batch: int,
        state: bytes | None,
        replace_all: bool = False,
        however_old: bool = False,
    ) -> PageOutcome:
        """Store a page and, in the same transaction, the state of the sync that it leads to.

        Args:
            sessions: as read from the answer; those without a key are counted only.
            stretch: the part of the history that they belong to from now on; None leaves the stretch of known
                ones as it is and gives new ones none.
            batch: number for `withdraw`; never below `last_batch`.
            state: kept for `sync_state`; None leaves that as it is.
            replace_all: everything else goes out first.
            however_old: they were asked for: store also those that are older than what is kept.

        Raises:
            StoreError: nothing of it was stored.
        """
        now_ms = self._now_ms()
        with self._transaction():
            if replace_all:
                self._pages.clear()
            self._codec.learn(now_ms)
            outcome = self._pages.store(
                sessions, stretch=stretch, batch=batch, now_ms=now_ms, however_old=however_old
            )
            self._remember(batch, state)
        return outcome

    def unchanged(self, records: Mapping[str, bytes]) -> dict[str, int | None]:
        """Those of the records, by key, that `store_page` would do nothing about, with the time of connection
        where it is known; sessions that are kept no longer are not told.
        """
        with self._guarded():
            return self._pages.unchanged(records)

    def sync_state(self) -> bytes | None:
        """What `store_page` or `save_state` kept last."""
        with self._guarded():
            found: bytes | None = self._connection.execute("SELECT state FROM sync").fetchone()[0]
            return found

    def save_state(self, state: bytes) -> None:
        """Keep the state of the sync."""
        with self._transaction():
            self._connection.execute("UPDATE sync SET state = ?", (state,))

    def withdraw(self, from_batch: int, state: bytes | None) -> int:
        """Undo all batches from `from_batch` on; how many sessions went or got their earlier record back."""
        with self._transaction():
            touched = history.withdraw(self._connection, self._pages, self._codec, from_batch)
            if state is not None:
                self._connection.execute("UPDATE sync SET state = ?", (state,))
        return touched

    def last_batch(self) -> int:
        """The highest batch number ever stored; 0 before the first."""
        with self._guarded():
            return int(self._connection.execute("SELECT batch FROM sync").fetchone()[0])

    def audit_begin(self) -> None:
        """Begin to check off which sessions are still there upstream; an audit under way starts over."""
        with self._transaction():
            history.begin_audit(self._connection)

    def audit_see(self, keys: Sequence[str], *, state: bytes | None = None) -> None:
        """These were met upstream. A mark of being gone goes at once. `state`: as in `store_page`."""
        with self._transaction():
            history.see(self._connection, keys)
            if state is not None:
                self._connection.execute("UPDATE sync SET state = ?", (state,))

    def audit_finish(
        self, *, oldest_ms: int | None = None, least_key: str | None = None, state: bytes | None = None
    ) -> int:
        """Mark what was in the cache at `audit_begin` and not seen since as gone upstream; it is kept.

        Args:
            oldest_ms: the audit looked at sessions from this time on only.
            least_key: the audit looked at sessions from this key on only.
            state: as in `store_page`.

        Returns:
            How many were marked; 0 where no audit was under way.
        """
        with self._transaction():
            marked = history.finish_audit(self._connection, self._now_ms(), oldest_ms, least_key)
            if state is not None:
                self._connection.execute("UPDATE sync SET state = ?", (state,))
        return marked

    def kept_from_ms(self) -> int | None:
        """Sessions connected before this moment are not kept; None: all are."""
        with self._guarded():
            return self._pages.removed.kept_from_ms

    def keep_from(self, from_ms: int | None) -> bool:
        """Keep only sessions that were connected from this moment on; None: all.

        Those that come are left out from now on; those that are there go with `remove_older`.

        Returns:
            Whether that is earlier than before and some had gone: they come when they are read once more.
        """
        with self._transaction():
            return self._pages.removed.keep_from(from_ms)

    def remove_older(self, most: int) -> int:
        """Remove some sessions that are not to be kept, with all their versions; how many it were.

        What stays of each is a note, by which the sync knows it (see `removed`).
        """
        with self._transaction():
            return self._pages.removed.remove(most)

    def index_next(self) -> bool:
        """Make one of the indexes by which large lists are sorted; False where none is missing.

        One at a time, since each takes a second or two in a million: others may write in between.
        """
        if not self._is_large():
            return False
        with self._guarded():
            present = {name for (name,) in self._connection.execute("SELECT name FROM sqlite_schema")}
        missing = [column for column in INDEXED_LATER if index_name(column) not in present]
        if not missing:
            return False
        with self._transaction():
            self._connection.execute(column_index(missing[0]))
        return True

    def optimize(self) -> None:
        """Make all such indexes that are missing, and see that SQLite knows them; for the end of a sync."""
        while self.index_next():
            pass
        if not self._is_large():
            return
        with self._guarded():
            self._connection.execute("PRAGMA analysis_limit = 400")
            self._connection.execute("PRAGMA optimize")

    def compact(self, cancel: CancelToken) -> int:
        """Write the file anew without the room that is free in it; how many bytes that gained.

        Takes a second or two for each 100 MB, in which nothing can be stored; reading goes on.

        Raises:
            Cancelled: by `cancel`; the cache is as it was.
            NoRoom: the disk has not the room that it takes for a while.
        """
        from m360desk.store.compacting import compact

        with self._guarded():
            return compact(self._connection, self._path, cancel)

    def checkpoint(self) -> None:
        """Move what stands in the write-ahead log into the cache, as far as readers let it."""
        with self._guarded():
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Close the file and give the lock back; a second call does nothing."""
        try:
            self._connection.close()
        finally:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _is_large(self) -> bool:
        with self._guarded():
            (count,) = self._connection.execute("SELECT count(*) FROM sessions").fetchone()
        return int(count) >= _INDEX_FROM

    def _remember(self, batch: int, state: bytes | None) -> None:
        if state is None:
            self._connection.execute("UPDATE sync SET batch = max(batch, ?)", (batch,))
        else:
            self._connection.execute("UPDATE sync SET batch = max(batch, ?), state = ?", (batch, state))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guarded():
            try:
                with transaction(self._connection, self._path):
                    yield
            except BaseException:
                # What was remembered of the transaction is not in the file.
                self._terms.forget()
                self._codec.forget()
                raise

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            with translated(self._path):
                yield
        except CacheUnusable as error:
            if isinstance(error.__cause__, sqlite3.Error) and is_damage(error.__cause__):
                suspect(self._path)
            raise


def _acquire(lock: LockLike, path: Path) -> None:
    try:
        lock.acquire()
    except Exception as error:
        if hasattr(error, "holder"):
            holder = error.holder
            raise CacheHeld(holder.describe() if holder is not None else "another program") from error
        if isinstance(error.__cause__, OSError):
            raise from_os(error.__cause__, path) from error
        raise

"""Connections to a cache: one that writes, any number that read."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from m360desk.store.errors import CacheAbsent, CacheTooNew, CacheUnusable, from_sqlite, translated
from m360desk.store.schema import APPLICATION_ID, SCHEMA, application_of, schema_of

_BUSY_SECONDS = 5.0
_WRITER = (
    # Takes effect in a new file only. Compressed records fill larger pages better.
    "PRAGMA page_size = 8192",
    "PRAGMA journal_mode = WAL",
    # A crash of the machine may lose the last pages, never the file: they are fetched once more.
    "PRAGMA synchronous = NORMAL",
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
    # New rows touch pages all over the indexes: the longer the log, the fewer of them are written twice.
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA secure_delete = FAST",
    "PRAGMA foreign_keys = OFF",
)
_READER = (
    "PRAGMA query_only = ON",
    # Three readers are open at a time. With more no search is quicker: the system has the file's pages.
    "PRAGMA cache_size = -2048",
    "PRAGMA temp_store = MEMORY",
)
_CANNOT_OPEN = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


def connect_writer(path: Path) -> sqlite3.Connection:
    """A connection that writes; makes the file where there is none.

    Raises:
        sqlite3.Error: as SQLite says it.
    """
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        for statement in _WRITER:
            connection.execute(statement)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that reads, while another program or thread may write.

    On read-only media, where SQLite cannot keep its files beside the cache, the cache is taken as one that
    nobody writes.

    Raises:
        CacheAbsent: there is no such file, or nothing in it yet.
        CacheTooNew: a newer version of the program wrote it.
        CacheUnusable: it is damaged or no cache.
    """
    if not path.is_file():
        raise CacheAbsent(path)
    with translated(path):
        connection = _connect_to_read(path)
    try:
        with translated(path):
            _check(connection, path)
    except Exception:
        connection.close()
        raise
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    try:
        return _open_read_only(path, "mode=ro")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _CANNOT_OPEN:
            raise
    return _open_read_only(path, "mode=ro&immutable=1")


def _open_read_only(path: Path, options: str) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?{options}"
    # Queries are stopped from other threads, and long reads go on in one beside the reader's own, by turns.
    connection = sqlite3.connect(
        address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        for statement in _READER:
            connection.execute(statement)
        schema_of(connection)  # opens the file and its companions only now
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    found, application = schema_of(connection), application_of(connection)
    if found == 0 and application == 0:
        raise CacheAbsent(path)
    if application != APPLICATION_ID:
        raise CacheUnusable(path, "it is a file of another program")
    if found > SCHEMA:
        raise CacheTooNew(found, SCHEMA)
    if found < SCHEMA:
        raise CacheUnusable(path, "an older version wrote it, and it becomes readable with the next sync")


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All or nothing; SQLite's errors come out as the store's."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            # A full disk has rolled it back already.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        try:
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:
        raise from_sqlite(error, path) from error

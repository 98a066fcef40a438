"""Opening a cache for writing: made when missing, put aside when damaged, brought up to date when old."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from m360desk.store.connection import connect_writer, transaction
from m360desk.store.errors import CacheTooNew, CacheUnusable, is_damage
from m360desk.store.key import CacheKey
from m360desk.store.schema import (
    APPLICATION_ID,
    MIGRATIONS,
    NOTES_TABLE,
    SCHEMA,
    Migration,
    application_of,
    create,
    schema_of,
)

_MAGIC, _HEADER_BYTES = b"SQLite format 3\0", 100
_COMPANIONS = ("", "-wal", "-shm", "-journal")


class _Damaged(Exception):
    """The file cannot stay where it is."""


def open_file(path: Path, key: CacheKey, now_ms: int) -> tuple[sqlite3.Connection, tuple[str, ...]]:
    """A writing connection to the cache of `key` at `path`, and what the user should know.

    The caller holds the lock.

    Raises:
        CacheTooNew: a newer version of the program wrote it; nothing was touched.
        CacheUnusable: it belongs to another account, mode or service.
        sqlite3.Error, OSError: as the system says it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _open(path, key), ()
    except _Damaged as damage:
        aside = put_aside(path, now_ms)
        notice = (
            f"The local cache was damaged ({damage}) and has been put aside as {aside.name}. "
            "A new one has been started; the next sync fetches the history again."
        )
    return _open(path, key), (notice,)


def _open(path: Path, key: CacheKey) -> sqlite3.Connection:
    suspected = suspicion(path).exists()
    _look_at_header(path)
    try:
        connection = connect_writer(path)
    except sqlite3.Error as error:
        raise _as_damage(error) from error
    try:
        _look(connection, suspected=suspected)
        suspicion(path).unlink(missing_ok=True)
        _make_or_check(connection, path, key)
    except sqlite3.Error as error:
        connection.close()
        raise _as_damage(error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _look_at_header(path: Path) -> None:
    """Leave alone what is no database: in opening it, SQLite would clear away the journal beside it."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if header and not (len(header) == _HEADER_BYTES and header.startswith(_MAGIC)):
        raise _Damaged("it does not begin like a database")


def _as_damage(error: sqlite3.Error) -> Exception:
    return _Damaged(str(error)) if is_damage(error) else error


def _look(connection: sqlite3.Connection, *, suspected: bool) -> None:
    """A glance at the file; a thorough look where it was found damaged before."""
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found, application = schema_of(connection), application_of(connection)
    if found > SCHEMA and application == APPLICATION_ID:
        raise CacheTooNew(found, SCHEMA)
    if tables and application != APPLICATION_ID:
        raise _Damaged("it is a file of another program")
    if not suspected or not tables:
        return
    verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise _Damaged(str(verdict).splitlines()[0])
    connection.execute("INSERT INTO trigrams (trigrams, rank) VALUES ('integrity-check', 1)")


def _make_or_check(connection: sqlite3.Connection, path: Path, key: CacheKey) -> None:
    if schema_of(connection) == 0:
        with transaction(connection, path):
            create(connection)
            connection.execute("INSERT INTO meta VALUES ('key', ?)", (key.text(),))
        return
    row = connection.execute("SELECT value FROM meta WHERE name = 'key'").fetchone()
    if row is None or row[0] != key.text():
        raise CacheUnusable(path, "it holds the sessions of another account, mode or service address")
    migrate(connection, path, MIGRATIONS)
    # It came later than the schema's number tells: an empty table needs no backup of all the others.
    connection.execute(NOTES_TABLE)


def migrate(connection: sqlite3.Connection, path: Path, steps: Sequence[Migration]) -> None:
    """Bring an older cache up to date, step by step, after a backup.

    Raises:
        StoreError: a step failed or there is no room; the cache is as before it.
    """
    due = [step for step in steps if step.to > schema_of(connection)]
    if not due:
        return
    back_up(connection, path, f"schema-{due[-1].to}")
    for step in due:
        with transaction(connection, path):
            step.run(connection)
            connection.execute(f"PRAGMA user_version = {step.to}")


def back_up(connection: sqlite3.Connection, path: Path, label: str) -> Path:
    """A whole copy beside the cache; earlier copies go once it is complete."""
    target = path.with_name(f"{path.stem}.before-{label}.sqlite3")
    unfinished = target.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    try:
        connection.execute("VACUUM INTO ?", (str(unfinished),))
        unfinished.replace(target)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    for earlier in path.parent.glob(f"{path.stem}.before-*.sqlite3"):
        if earlier != target:
            earlier.unlink()
    return target


def put_aside(path: Path, now_ms: int) -> Path:
    """Give a damaged cache, and what SQLite keeps beside it, a dated name; nothing is deleted."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%d-%H%M%S")
    stem = f"{path.stem}.damaged-{moment}"
    target = path.with_name(f"{stem}.sqlite3")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{stem}-{number}.sqlite3")
    # The companions go first: a new cache must never meet the journal of the old one.
    for companion in reversed(_COMPANIONS):
        source = path.with_name(path.name + companion)
        if source.exists():
            source.replace(target.with_name(target.name + companion))
    suspicion(path).unlink(missing_ok=True)
    return target


def suspicion(path: Path) -> Path:
    """A file beside the cache that says: damage was found, look closely at the next start."""
    return path.with_name(path.name + ".suspect")


def suspect(path: Path) -> None:
    """Leave that note; on read-only media it cannot be left, and nobody could act on it there."""
    with suppress(OSError):
        suspicion(path).touch()

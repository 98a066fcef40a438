"""How much a cache holds, counted in the file."""

import sqlite3
from pathlib import Path

from m360desk.store.stored import CacheStats, Older


def sessions(connection: sqlite3.Connection) -> int:
    """How many sessions there are."""
    return int(connection.execute("SELECT count(*) FROM sessions").fetchone()[0])


def stats(connection: sqlite3.Connection, path: Path) -> CacheStats:
    """How much there is of everything, in the file at `path` and the log beside it."""
    execute = connection.execute
    gone = execute("SELECT count(*) FROM sessions WHERE row_gone_ms IS NOT NULL").fetchone()[0]
    versions = execute("SELECT count(*) FROM versions").fetchone()[0]
    oldest = execute("SELECT min(time) FROM sessions").fetchone()[0]
    newest = execute("SELECT max(time) FROM sessions").fetchone()[0]
    files = (path, path.with_name(path.name + "-wal"))
    size = sum(file.stat().st_size for file in files if file.exists())
    return CacheStats(sessions(connection), size, gone, versions, oldest, newest)


def older(connection: sqlite3.Connection, than_ms: int) -> Older:
    """What was connected before a moment."""
    statement = (
        "SELECT count(*), count(row_gone_ms), min(time), max(time), "
        "(SELECT count(*) FROM versions WHERE session IN (SELECT id FROM sessions WHERE time < ?)) "
        "FROM sessions WHERE time < ?"
    )
    count, gone, oldest, newest, versions = connection.execute(statement, (than_ms, than_ms)).fetchone()
    return Older(count, gone, versions, oldest, newest)

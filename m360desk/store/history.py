"""Taking back what came in doubt, and marking what is gone upstream."""

import sqlite3
from collections.abc import Sequence

from m360desk.core.records import read
from m360desk.store.compression import Codec
from m360desk.store.pages import PageStore


def withdraw(connection: sqlite3.Connection, pages: PageStore, codec: Codec, from_batch: int) -> int:
    """Undo all batches from `from_batch` on; how many sessions that touched. Belongs into a transaction.

    Sessions that came with them go, sessions that changed with them get their earlier record back. A stretch
    number that an unchanged session was given stays.
    """
    added = [
        row for (row,) in connection.execute("SELECT id FROM sessions WHERE row_batch >= ?", (from_batch,))
    ]
    pages.remove(added)
    pages.removed.withdraw(from_batch)
    # Of several versions of one session the oldest is what it was before.
    changed = connection.execute(
        "SELECT session, min(id) FROM versions WHERE batch >= ? GROUP BY session", (from_batch,)
    ).fetchall()
    for row, version in changed:
        _restore(connection, pages, codec, row, version)
    connection.execute("DELETE FROM versions WHERE batch >= ?", (from_batch,))
    return len(added) + len(changed)


def _restore(connection: sqlite3.Connection, pages: PageStore, codec: Codec, row: int, version: int) -> None:
    dictionary, data, changed_ms = connection.execute(
        "SELECT dictionary, data, changed_ms FROM versions WHERE id = ?", (version,)
    ).fetchone()
    pages.replace_values(row, read(codec.decompress(dictionary, data)))
    connection.execute("UPDATE raw SET dictionary = ?, data = ? WHERE id = ?", (dictionary, data, row))
    connection.execute("UPDATE sessions SET row_changed_ms = ? WHERE id = ?", (changed_ms, row))


def begin_audit(connection: sqlite3.Connection) -> None:
    """Forget what an earlier audit saw; sessions stored from now on are not its concern."""
    connection.execute("DELETE FROM audit")
    connection.execute(
        "INSERT INTO meta VALUES ('audit_up_to', (SELECT coalesce(max(id), 0) FROM sessions)) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )


def see(connection: sqlite3.Connection, keys: Sequence[str]) -> None:
    """These sessions are there upstream: they lose the mark of being gone."""
    for key in keys:
        row = connection.execute("SELECT id, row_gone_ms FROM sessions WHERE row_key = ?", (key,)).fetchone()
        if row is None:
            continue
        connection.execute("INSERT OR IGNORE INTO audit VALUES (?)", (row[0],))
        if row[1] is not None:
            connection.execute("UPDATE sessions SET row_gone_ms = NULL WHERE id = ?", (row[0],))


def finish_audit(
    connection: sqlite3.Connection, now_ms: int, oldest_ms: int | None, least_key: str | None
) -> int:
    """Mark the sessions that the audit did not see as gone upstream; how many were not marked before.

    With `oldest_ms` only those whose time is known and not before it, with `least_key` only those whose key
    does not stand before it.
    """
    row = connection.execute("SELECT value FROM meta WHERE name = 'audit_up_to'").fetchone()
    if row is None:
        return 0
    marked = connection.execute(
        "UPDATE sessions SET row_gone_ms = ? WHERE id <= ? AND row_gone_ms IS NULL "
        "AND id NOT IN (SELECT id FROM audit) AND (? IS NULL OR time >= ?) AND (? IS NULL OR row_key >= ?)",
        (now_ms, row[0], oldest_ms, oldest_ms, least_key, least_key),
    ).rowcount
    connection.execute("DELETE FROM audit")
    connection.execute("DELETE FROM meta WHERE name = 'audit_up_to'")
    return marked

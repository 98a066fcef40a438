"""A cache follows the catalogue: columns come and go, and the records kept in it are read anew."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from m360desk.core.records import read
from m360desk.store.connection import transaction
from m360desk.store.layout import Layout, column_type
from m360desk.store.opening import back_up
from m360desk.store.pages import PageStore
from m360desk.store.schema import ROW_COLUMNS, column_index, index_name, search_statements

_SLICE = 200
_OWN = {"id", *(column.split()[0] for column in ROW_COLUMNS)}


def follow_catalogue(connection: sqlite3.Connection, path: Path, layout: Layout) -> None:
    """Make the columns those of the catalogue, after a backup; `read_anew` then fills them.

    Until it has, new columns are empty; everything else can be used.
    """
    row = connection.execute("SELECT value FROM meta WHERE name = 'catalogue'").fetchone()
    if row is not None and row[0] == layout.fingerprint():
        return
    back_up(connection, path, f"catalogue-{layout.fingerprint()}")
    with transaction(connection, path):
        _change_columns(connection, layout)
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('catalogue', ?)", (layout.fingerprint(),))
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('read_anew_to', 0)")


def read_anew(
    connection: sqlite3.Connection,
    path: Path,
    pages: PageStore,
    progress: Callable[[int, int], None],
) -> int:
    """Read the kept records again where that is due; how many it were. Slice by slice: it can be broken off.

    `progress` is told how many sessions are done and how many there are.
    """
    row = connection.execute("SELECT value FROM meta WHERE name = 'read_anew_to'").fetchone()
    if row is None:
        return 0
    done, last = 0, int(row[0])
    left = connection.execute("SELECT count(*) FROM sessions WHERE id > ?", (last,)).fetchone()[0]
    while due := connection.execute(
        "SELECT id FROM sessions WHERE id > ? ORDER BY id LIMIT ?", (last, _SLICE)
    ).fetchall():
        with transaction(connection, path):
            for (session,) in due:
                pages.replace_values(session, read(pages.raw(session)))
            last = due[-1][0]
            connection.execute("UPDATE meta SET value = ? WHERE name = 'read_anew_to'", (last,))
        done += len(due)
        progress(done, left)
    with transaction(connection, path):
        connection.execute("DELETE FROM meta WHERE name = 'read_anew_to'")
    return done


def _change_columns(connection: sqlite3.Connection, layout: Layout) -> None:
    present = {
        name: kind
        for _, name, kind, *_ in connection.execute("PRAGMA table_info(sessions)")
        if name not in _OWN
    }
    wanted = {field.name: column_type(field) for field in layout.fields}
    drop = [name for name, kind in present.items() if wanted.get(name) != kind]
    add = [name for name, kind in wanted.items() if present.get(name) != kind]
    search = search_statements(layout)
    kept = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}
    searches_otherwise = not kept.issuperset(search)
    if searches_otherwise or drop:
        # A view holds on to its columns.
        connection.execute("DROP TABLE IF EXISTS trigrams")
        connection.execute("DROP VIEW IF EXISTS searchable")
    for name in drop:
        connection.execute(f"DROP INDEX IF EXISTS {index_name(name)}")
        connection.execute(f"ALTER TABLE sessions DROP COLUMN {name}")
    for name in add:
        connection.execute(f"ALTER TABLE sessions ADD COLUMN {name} {wanted[name]}")
    if "time" in drop:
        connection.execute(column_index("time"))  # the only one that is not left to CacheWriter.optimize
    if searches_otherwise or drop:
        for statement in search:
            connection.execute(statement)
        connection.execute("INSERT INTO trigrams (trigrams) VALUES ('rebuild')")

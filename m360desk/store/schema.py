"""The tables of a cache, and how older ones become like new.

`sessions` holds what is searched, sorted and listed; `raw` the record as it came; `versions` earlier records
of sessions that changed; `removed` what stays of sessions that are kept no longer; `terms` texts that repeat;
`trigrams` finds any part of an identity. Row numbers of sessions and terms
are never used twice (AUTOINCREMENT), since readers remember them.
"""

import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from m360desk.store.layout import LAYOUT, Layout, column_type

APPLICATION_ID = 0x4D333630  # "M360"
SCHEMA = 1

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE sync (id INTEGER PRIMARY KEY CHECK (id = 1), batch INTEGER NOT NULL, state BLOB);
CREATE TABLE terms (id INTEGER PRIMARY KEY AUTOINCREMENT, text NOT NULL UNIQUE, folded TEXT NOT NULL);
CREATE INDEX terms_in_order ON terms (folded);
CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, made_ms INTEGER NOT NULL, data BLOB NOT NULL
);
CREATE TABLE raw (id INTEGER PRIMARY KEY, dictionary INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, session INTEGER NOT NULL, batch INTEGER NOT NULL,
    from_ms INTEGER NOT NULL, replaced_ms INTEGER NOT NULL, changed_ms INTEGER, dictionary INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX versions_of ON versions (session);
CREATE TABLE audit (id INTEGER PRIMARY KEY);
"""

NOTES_TABLE = (
    "CREATE TABLE IF NOT EXISTS removed (row_key TEXT PRIMARY KEY, row_stretch INTEGER, "
    "row_batch INTEGER NOT NULL, time INTEGER NOT NULL) WITHOUT ROWID"
)
"""What stays of sessions that are kept no longer (see `removed`); caches of earlier days lack it."""

# Kept in the row beside the catalogue's columns, under names that no field has.
ROW_COLUMNS = (
    "row_key TEXT NOT NULL",
    "row_stretch INTEGER",
    "row_batch INTEGER NOT NULL",
    "row_digest INTEGER NOT NULL",
    "row_seen_ms INTEGER NOT NULL",
    "row_changed_ms INTEGER",
    "row_gone_ms INTEGER",
    "row_folds TEXT",
)

# The history comes newest first and its ids descend: in this direction each goes to the end of the index,
# which fills its pages twice as well.
_KEY_INDEX = "CREATE UNIQUE INDEX sessions_by_key ON sessions (row_key DESC)"
_SORTED = (
    "battery",
    "cycles",
    "failed_count",
    "grade",
    "operator",
    "custom",
    "model",
    "name",
    "brand",
    "flags",
)
INDEXED_LATER = ("device", *_SORTED)
"""Indexed by `CacheWriter.optimize` only: together they cost a first sync half of its speed."""
WALKED = ("time", *_SORTED)
"""Columns whose index stands in the order in which lists are sorted."""


def index_name(column: str) -> str:
    """The name of the index over one column of the catalogue."""
    return f"sessions_by_{column}"


def column_index(column: str) -> str:
    """The statement that makes the index over one column, in the order in which lists are sorted."""
    how = " COLLATE NOCASE" if column == "custom" else ""  # the other texts are numbers in the row
    return f"CREATE INDEX {index_name(column)} ON sessions ({column}{how})"


def folded(column: str, row: str = "s") -> str:
    """An identity with case, accents and white space folded, as an expression.

    SQLite's own lower() does for nearly all of them; where it doesn't, the row carries the folded text.
    """
    plain = f"lower({row}.{column})"
    return (
        f"CASE WHEN {row}.row_folds IS NULL THEN {plain} "
        f"ELSE coalesce(json_extract({row}.row_folds, '$.{column}'), {plain}) END"
    )


def search_statements(layout: Layout) -> list[str]:
    """The trigram index and the view that says what stands in it."""
    names = ", ".join(field.name for field in layout.searched)
    texts = ", ".join(f"{folded(field.name)} AS {field.name}" for field in layout.searched)
    return [
        f"CREATE VIEW searchable AS SELECT s.id AS id, {texts} FROM sessions AS s",  # noqa: S608 - field names
        f"CREATE VIRTUAL TABLE trigrams USING fts5({names}, content='searchable', content_rowid='id', "
        "tokenize='trigram case_sensitive 1', detail=none, columnsize=0)",
    ]


def create(connection: sqlite3.Connection, layout: Layout = LAYOUT) -> None:
    """Make all tables; belongs into a transaction."""
    columns = [f"{field.name} {column_type(field)}" for field in layout.fields]
    table = ", ".join(("id INTEGER PRIMARY KEY AUTOINCREMENT", *ROW_COLUMNS, *columns))
    statements = [
        *_statements(_TABLES),
        NOTES_TABLE,
        f"CREATE TABLE sessions ({table})",
        _KEY_INDEX,
        column_index("time"),
        *search_statements(layout),
        f"PRAGMA application_id = {APPLICATION_ID}",
        f"PRAGMA user_version = {SCHEMA}",
        "INSERT INTO sync (id, batch) VALUES (1, 0)",
    ]
    for statement in statements:
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('catalogue', ?)", (layout.fingerprint(),))


def _statements(script: str) -> list[str]:
    # executescript() would commit.
    return [statement for part in script.split(";") if (statement := part.strip())]


class Migration(NamedTuple):
    """A step from one schema to the next.

    Attributes:
        to: the schema that it leads to.
        run: does it, in a transaction that the caller holds.
    """

    to: int
    run: Callable[[sqlite3.Connection], None]


MIGRATIONS: tuple[Migration, ...] = ()
"""In ascending order, without gaps, from 2 on; what is written here is never changed afterwards."""


def schema_of(connection: sqlite3.Connection) -> int:
    """The schema's number; 0 for a new file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def application_of(connection: sqlite3.Connection) -> int:
    """Which program's file it is; 0 for a new one."""
    return int(connection.execute("PRAGMA application_id").fetchone()[0])

"""What takes how much room in a cache."""

import sqlite3
from collections import Counter
from typing import Final, Literal, NamedTuple

Kind = Literal["records", "versions", "search", "indexes", "columns", "removed", "other", "free"]

KINDS: Final[tuple[Kind, ...]] = (
    "records",
    "versions",
    "search",
    "indexes",
    "columns",
    "removed",
    "other",
    "free",
)
_TABLES: Final[dict[str, Kind]] = {
    "raw": "records",
    "dictionaries": "records",
    "versions": "versions",
    "versions_of": "versions",
    "sessions": "columns",
    "terms": "columns",
    "terms_in_order": "columns",
    "sqlite_autoindex_terms_1": "columns",
    "removed": "removed",
}
_LENGTHS: Final[tuple[tuple[Kind, str], ...]] = (
    ("records", "SELECT coalesce(sum(length(data) + 12), 0) FROM raw"),
    ("versions", "SELECT coalesce(sum(length(data) + 48), 0) FROM versions"),
    ("search", "SELECT coalesce(sum(length(block) + 12), 0) FROM trigrams_data"),
    ("removed", "SELECT coalesce(sum(length(row_key) + 20), 0) FROM removed"),
)


class Sizes(NamedTuple):
    """Bytes of a cache's file, by kind.

    Attributes:
        by_kind: "records" as they came, their earlier "versions", the index for "search", the "indexes" for
            sorting, the "columns" of lists, notes of "removed" sessions, all "other", and what is "free":
            given back by compacting.
        estimated: SQLite here cannot tell; the kinds are counted by the lengths of what is in them, and
            columns and indexes are one.
    """

    by_kind: dict[Kind, int]
    estimated: bool

    @property
    def total(self) -> int:
        """All of the file."""
        return sum(self.by_kind.values())


def measure(connection: sqlite3.Connection) -> Sizes:
    """Measure the file; reads much of it, and can be interrupted."""
    page_size = connection.execute("PRAGMA page_size").fetchone()[0]
    free = connection.execute("PRAGMA freelist_count").fetchone()[0] * page_size
    whole = connection.execute("PRAGMA page_count").fetchone()[0] * page_size
    try:
        told = connection.execute("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE").fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise
        return _estimated(connection, whole, free)
    sizes: Counter[Kind] = Counter()
    for name, size in told:
        sizes[_kind_of(name)] += size
    sizes["other"] += whole - free - sum(sizes.values())
    sizes["free"] = free
    return Sizes({kind: sizes[kind] for kind in KINDS}, estimated=False)


def _kind_of(name: str) -> Kind:
    if name.startswith("trigrams"):
        return "search"
    if name.startswith("sessions_by_"):
        return "indexes"
    return _TABLES.get(name, "other")


def _estimated(connection: sqlite3.Connection, whole: int, free: int) -> Sizes:
    sizes: Counter[Kind] = Counter()
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    for kind, statement in _LENGTHS:
        if kind != "removed" or "removed" in there:
            sizes[kind] = connection.execute(statement).fetchone()[0]
    sizes["columns"] = max(0, whole - free - sum(sizes.values()))
    sizes["free"] = free
    return Sizes({kind: sizes[kind] for kind in KINDS}, estimated=True)

"""Older caches become like new ones: by numbered steps, and by reading the kept records anew."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from m360desk.core.fields import COLUMNS, Field, Kind
from m360desk.core.query import EVERYTHING, Order, Query, Words
from m360desk.core.records import Session
from m360desk.store import opening, rebuild
from m360desk.store.connection import connect_writer
from m360desk.store.errors import StoreError
from m360desk.store.key import CacheKey, account_hash
from m360desk.store.layout import LAYOUT, Layout, layout_of
from m360desk.store.reader import CacheReader
from m360desk.store.schema import INDEXED_LATER, SCHEMA, Migration, create
from m360desk.store.writer import CacheWriter

Sessions = Callable[[int, int], list[Session]]
Open = Callable[..., CacheWriter]


def shape(path: Path) -> dict[str, object]:
    """What the file consists of; the order of columns means nothing, since each is called by its name."""
    with closing(sqlite3.connect(path)) as connection:
        made = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'sessions'"
        columns = connection.execute("PRAGMA table_info(sessions)").fetchall()
        return {
            **dict(connection.execute(made).fetchall()),
            "sessions": sorted((name, kind, must, key) for _, name, kind, must, _, key in columns),
            "version": connection.execute("PRAGMA user_version").fetchone(),
            "catalogue": connection.execute("SELECT value FROM meta WHERE name = 'catalogue'").fetchone(),
        }


def backups(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.glob("*.before-*"))


@contextmanager
def written_by(layout: Layout, path: Path, page: list[Session], open_writer: Open) -> Iterator[None]:
    """A cache as a version of the program with that catalogue would have left it."""
    with open_writer() as writer:
        writer.store_page(page, stretch=1, batch=1, state=b"state")
        connection = writer._connection
        rebuild.follow_catalogue(connection, path, layout)
        connection.execute("DELETE FROM meta WHERE name = 'read_anew_to'")
    for file in path.parent.glob("*.before-*"):
        file.unlink()
    yield


def test_steps_run_in_order_after_a_backup(open_writer: Open, path: Path, sessions: Sessions) -> None:
    writer = open_writer()
    writer.store_page(sessions(1, 4), stretch=1, batch=1, state=None)
    path.with_name(f"{path.stem}.before-schema-1.sqlite3").write_bytes(b"an older backup")
    done: list[int] = []

    def step(number: int) -> Migration:
        def run(connection: sqlite3.Connection) -> None:
            connection.execute(f"CREATE TABLE step_{number} (id)")
            done.append(number)

        return Migration(number, run)

    steps = [step(SCHEMA), step(SCHEMA + 1), step(SCHEMA + 2)]
    opening.migrate(writer._connection, path, steps)
    assert done == [SCHEMA + 1, SCHEMA + 2]
    assert writer._connection.execute("PRAGMA user_version").fetchone() == (SCHEMA + 2,)
    assert backups(path) == [f"{path.stem}.before-schema-{SCHEMA + 2}.sqlite3"]
    with CacheReader.open(path.with_name(backups(path)[0])) as reader:
        assert reader.total() == 3
    opening.migrate(writer._connection, path, steps)
    assert done == [SCHEMA + 1, SCHEMA + 2]


def test_a_step_that_fails_leaves_the_cache_as_it_was(
    open_writer: Open, path: Path, sessions: Sessions
) -> None:
    writer = open_writer()
    writer.store_page(sessions(1, 4), stretch=1, batch=1, state=None)

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM sessions")
        connection.execute("CREATE TABLE sessions (id)")

    with pytest.raises(StoreError):
        opening.migrate(writer._connection, path, [Migration(SCHEMA + 1, fail)])
    assert writer._connection.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
    with CacheReader.open(path) as reader:
        assert reader.total() == 3


_OLDER: dict[str, Layout] = {
    "columns are new": layout_of(tuple(f for f in COLUMNS if f.name not in ("grade", "cycles", "imei2"))),
    "columns are gone": layout_of(
        (*COLUMNS, Field("mood", "Mood", Kind.TEXT), Field("weight", "g", Kind.NUMBER))
    ),
    "kinds differ": layout_of(
        tuple(
            f._replace(kind=Kind.INTEGER)
            if f.name == "operator"
            else f._replace(kind=Kind.TEXT)
            if f.name in ("battery", "time")
            else f
            for f in COLUMNS
        )
    ),
    "sources differ": layout_of(tuple(f._replace(sources=("other",)) for f in COLUMNS)),
}


@pytest.mark.parametrize("difference", _OLDER)
def test_a_cache_follows_the_catalogue(
    open_writer: Open, path: Path, sessions: Sessions, tmp_path: Path, difference: str
) -> None:
    page = sessions(1, 450)
    fresh = tmp_path / "fresh.sqlite3"
    with closing(connect_writer(fresh)) as connection:
        create(connection)
    with written_by(_OLDER[difference], path, page, open_writer):
        assert shape(path) != shape(fresh)

    with CacheReader.open(path) as reader:  # readable at once: what the file lacks is missing
        assert reader.total() == len(page)
        assert len(reader.ids(Query("", Words("iphone 11")), Order("grade"), limit=5)) <= 5
        assert len(reader.columns(EVERYTHING, ["grade", "cycles", "imei2", "operator"])["cycles"]) == len(
            page
        )
        before = reader.rows([1])[0]
    with open_writer() as writer:
        assert writer.sync_state() == b"state"
        assert backups(path) == [f"{path.stem}.before-catalogue-{LAYOUT.fingerprint()}.sqlite3"]
    assert shape(path) == shape(fresh)
    with CacheReader.open(path) as reader:
        rows = reader.rows(reader.ids(EVERYTHING, Order("session", descending=True)))
        assert [row.values for row in rows if row] == [session.values for session in page]
        assert len(reader.ids(Query("", Words("sn00000007")), Order())) == 1
    if difference == "columns are new":
        assert before is not None
        assert before.get("imei2") is None
    with open_writer():
        assert len(backups(path)) == 1


def test_reading_anew_goes_on_where_it_was_broken_off(
    open_writer: Open, path: Path, sessions: Sessions, lock: object, clock: Callable[[], int]
) -> None:
    page = sessions(1, 700)
    with written_by(_OLDER["columns are new"], path, page, open_writer):
        pass
    told: list[tuple[int, int]] = []

    class Stopped(Exception):
        pass

    def stop(done: int, of: int) -> None:
        told.append((done, of))
        if len(told) == 2:
            raise Stopped

    key = CacheKey(account_hash("a167b9ae-948d-490c-9995-932984fbb223"), "live")
    with pytest.raises(Stopped):
        CacheWriter.open(path, key, lock=lock, now_ms=clock, progress=stop)  # type: ignore[arg-type]
    assert told == [(200, 699), (400, 699)]
    told.clear()
    with CacheWriter.open(path, key, lock=lock, now_ms=clock, progress=lambda *x: told.append(x)):  # type: ignore[arg-type]
        assert told == [(200, 299), (299, 299)]
    with CacheReader.open(path) as reader:
        rows = reader.rows(reader.ids(EVERYTHING, Order("session", descending=True)))
        assert [row.values for row in rows if row] == [session.values for session in page]


def test_indexes_for_sorting_are_over_fields_that_exist() -> None:
    assert set(INDEXED_LATER) <= set(LAYOUT.names)

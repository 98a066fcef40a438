"""What takes room is told by kind, and compacting gives back what nothing needs."""

import shutil
import sqlite3
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest

from m360desk.core.cancel import Cancelled, CancelToken
from m360desk.core.query import EVERYTHING, Order
from m360desk.core.records import Session, read
from m360desk.store import sizes
from m360desk.store.compacting import NoRoom
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from tests.store.conftest import MakeRecord

Sessions = Callable[[int, int], list[Session]]
_DAY_13 = 1_786_579_200_000  # 2026-08-13: the sessions stand on days 1 to 28


@pytest.fixture
def half_empty(writer: CacheWriter, sessions: Sessions, record: MakeRecord) -> CacheWriter:
    writer.store_page(sessions(0, 3000), stretch=1, batch=1, state=None)
    writer.store_page([read(record(n, note="graded")) for n in range(100)], stretch=1, batch=2, state=None)
    writer.optimize()
    writer.keep_from(_DAY_13)
    while writer.remove_older(500):
        pass
    writer.checkpoint()
    return writer


def test_sizes_by_kind_sum_up_to_the_file_also_where_sqlite_cannot_tell(
    half_empty: CacheWriter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with CacheReader.open(path) as reader:
        told = reader.sizes()
        page_size = reader._connection.execute("PRAGMA page_size").fetchone()[0]
        pages = reader._connection.execute("PRAGMA page_count").fetchone()[0]
        assert told.total == pages * page_size
        assert not told.estimated
        for kind in ("records", "versions", "search", "columns", "removed", "free"):
            assert told.by_kind[kind] > 0, kind

        class Without:
            """A connection of an SQLite that was built without dbstat."""

            def execute(self, statement: str) -> sqlite3.Cursor:
                return reader._connection.execute(statement.replace("dbstat", "no_such_table"))

        estimated = sizes.measure(Without())  # type: ignore[arg-type]  # all that measuring needs
        assert estimated.estimated
        assert estimated.total == told.total
        assert estimated.by_kind["free"] == told.by_kind["free"]
        assert 0 < estimated.by_kind["records"] <= told.by_kind["records"]


def test_what_is_older_is_told_before_it_goes(
    writer: CacheWriter, path: Path, sessions: Sessions, record: MakeRecord
) -> None:
    writer.store_page(sessions(0, 280), stretch=1, batch=1, state=None)
    writer.store_page([read(record(0, note="graded"))], stretch=1, batch=2, state=None)
    with CacheReader.open(path) as reader:
        times = [row.get("time") for row in reader.rows(reader.ids(EVERYTHING, Order())) if row]
        before = sorted(time for time in times if isinstance(time, int) and time < _DAY_13)
        told = reader.older(_DAY_13)
        assert told == (len(before), 0, 1, before[0], before[-1])
        writer.keep_from(_DAY_13)
        assert writer.remove_older(10_000) == len(before) == 120
        assert reader.total() == 160
        assert reader.older(_DAY_13) == (0, 0, 0, None, None)
        # In memory and in the trigram index they are gone, too.
        assert reader.in_memory([EVERYTHING.root]).columns.ids.size == 160
    writer._connection.execute("INSERT INTO trigrams (trigrams, rank) VALUES ('integrity-check', 1)")


def test_compacting_gives_room_back_and_keeps_all(half_empty: CacheWriter, path: Path) -> None:
    with CacheReader.open(path) as reader:
        ids = list(reader.ids(EVERYTHING, Order()))
        before = reader.sizes().by_kind
        free = before["free"]
        size = path.stat().st_size
    gained = half_empty.compact(CancelToken())
    assert gained >= free > 0
    assert path.stat().st_size <= size - free
    with CacheReader.open(path) as reader:
        assert list(reader.ids(EVERYTHING, Order())) == ids
        after = reader.sizes().by_kind
        assert after["free"] == 0
        assert after["search"] < 0.75 * before["search"], "what was removed is out of the trigram index, too"
        assert all(reader.raws(ids))
    half_empty._connection.execute("INSERT INTO trigrams (trigrams, rank) VALUES ('integrity-check', 1)")


class Later(CancelToken):
    """Cancelled when it has been looked at so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._looks = looks

    @property
    def cancelled(self) -> bool:
        self._looks -= 1
        return self._looks < 0


def test_compacting_can_be_cancelled_at_any_moment(
    half_empty: CacheWriter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("m360desk.store.compacting._STEPS", 1)
    size = path.stat().st_size
    for looks in (0, 1, 50, 500):
        with pytest.raises(Cancelled):
            half_empty.compact(Later(looks))
        assert path.stat().st_size == size
    with CacheReader.open(path) as reader:
        assert reader.total() > 0
    assert half_empty.compact(CancelToken()) > 0


def test_without_room_nothing_is_begun(
    half_empty: CacheWriter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    size = path.stat().st_size
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1000))
    with pytest.raises(NoRoom, match="not enough room"):
        half_empty.compact(CancelToken())
    assert path.stat().st_size == size

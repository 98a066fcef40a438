"""What a reader gives, while others write, and how it is stopped."""

import math
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from m360desk.core.cancel import Cancelled, CancelToken
from m360desk.core.fields import COLUMNS, find_field
from m360desk.core.query import EVERYTHING, Compare, Not, Order, Query, Words
from m360desk.core.records import Session, read
from m360desk.store import writer as writer_module
from m360desk.store.conditions import Condition
from m360desk.store.errors import CacheAbsent, Interrupted
from m360desk.store.plan import ordered
from m360desk.store.reader import CacheReader
from m360desk.store.schema import WALKED
from m360desk.store.writer import CacheWriter

Sessions = Callable[[int, int], list[Session]]


@pytest.fixture
def filled(writer: CacheWriter, sessions: Sessions) -> list[Session]:
    page = sessions(1, 121)
    writer.store_page(page, stretch=1, batch=3, state=None)
    return page


def compare(name: str, operator: Any, *values: Any) -> Query:
    field = find_field(name)
    assert field is not None
    return Query("", Compare(field, operator, values))


def test_no_cache_yet(path: Path) -> None:
    with pytest.raises(CacheAbsent) as absent:
        CacheReader.open(path)
    assert absent.value.user_text.do == "Sync once."
    assert not path.parent.exists()


def test_rows_come_in_the_order_in_which_they_were_asked(path: Path, filled: list[Session]) -> None:
    with CacheReader.open(path) as reader:
        asked = [7, 999, 3, 7, 120]
        rows = reader.rows(asked)
        assert [row.row_id if row else None for row in rows] == [7, None, 3, 7, 120]
        assert [row.values for row in rows if row] == [filled[at - 1].values for at in asked if at != 999]
        assert reader.raws(asked) == [filled[at - 1].raw if at != 999 else None for at in asked]
        assert reader.session(999) is None
        assert (reader.total(), reader.newest_batch()) == (120, 3)


def test_statistics(path: Path, filled: list[Session]) -> None:
    with CacheReader.open(path) as reader:
        stats = reader.stats()
    times = [time for session in filled if isinstance(time := session.get("time"), int)]
    assert (stats.sessions, stats.gone, stats.versions) == (120, 0, 0)
    assert (stats.oldest_ms, stats.newest_ms) == (min(times), max(times))
    assert stats.bytes >= path.stat().st_size


def test_a_scan_finds_exactly_its_device(
    writer: CacheWriter, path: Path, record: Callable[..., bytes], filled: list[Session]
) -> None:
    imei = str(filled[4].get("imei"))
    page = [
        read(record(500, imei=imei, connectionTime="2027-01-01T00:00:00Z")),
        read(record(501, imei=imei, connectionTime=None)),
        read(record(502, imei="990000862471854", imei2=imei, connectionTime="2026-01-01T00:00:00Z")),
        read(record(503, customId=f"{imei}9", serial="X" + imei)),
        read(record(504, customId="Größe 3", serial="Z9")),
        read(record(505, customId="Lot   7")),
    ]
    outcome = writer.store_page(page, stretch=None, batch=4, state=None)
    with CacheReader.open(path) as reader:
        newest_first = [outcome.row_ids[0], 5, outcome.row_ids[2], outcome.row_ids[1]]
        assert list(reader.find(imei)) == newest_first
        for text in ("größe 3", "GROSSE  3 ", "z9"):
            assert list(reader.find(text)) == [outcome.row_ids[4]], text
        for text in (str(filled[0].key), str(filled[0].key).upper(), str(filled[0].get("serial")).lower()):
            assert list(reader.find(text)) == [1], text
        assert list(reader.find(" ")) == list(reader.find("35")) == []
        assert list(reader.find("lot 7")) == [outcome.row_ids[5]]
        assert list(reader.ids(Query("", Words("lot 7")), Order())) == [outcome.row_ids[5]]
        device = str(page[0].get("device"))
        assert [row.row_id for row in reader.same_device(device)] == [
            number
            for number in newest_first
            if reader.rows([number])[0].get("device") == device  # type: ignore[union-attr]
        ]
        assert reader.same_device("imei:1") == []


def test_columns_are_parallel_and_complete(path: Path, filled: list[Session], writer: CacheWriter) -> None:
    odd = read(filled[0].raw.replace(b'"SN00000001"', b'"\\ud800x"').replace(b"00000001-", b"10000001-"))
    bare = Session("f" * 36, (None,) * len(COLUMNS), b"{}")
    writer.store_page([odd, bare], stretch=1, batch=4, state=None)
    names = ["time", "battery", "operator", "serial", "closed", "has", "custom"]
    with CacheReader.open(path) as reader:
        for query in (
            EVERYTHING,
            compare("battery", "<", 80),
            Query("", Words("anna")),
            Query("", Words("zzzz")),
        ):
            rows = [row for row in reader.rows(sorted(reader.ids(query, Order()))) if row]
            values = reader.columns(query, names)
            assert list(values) == names
            for name in names:
                expected = [row.get(name) for row in rows]
                got = [None if isinstance(v, float) and math.isnan(v) else v for v in values[name]]
                assert got == expected, name


def test_a_screenful_needs_no_sorting(
    writer: CacheWriter, path: Path, filled: list[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_INDEX_FROM", 0)
    with CacheReader.open(path) as reader:  # open before the indexes come: it notices them
        everything = reader.ids(EVERYTHING, Order("operator"))
        writer.optimize()
        assert reader.ids(EVERYTHING, Order("operator")) == everything
        for column in WALKED:
            for descending in (True, False):
                statements = ordered(
                    Order(column, descending),
                    Condition("s.free IS NULL"),
                    limited=True,
                    columns=reader._columns,
                    indexes=reader._indexes,
                )
                for statement in statements:
                    plan = reader._connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}").fetchall()
                    assert not [line for *_, line in plan if "TEMP B-TREE" in line], (column, plan)


def test_reading_goes_on_while_another_writes(
    writer: CacheWriter, path: Path, sessions: Sessions, filled: list[Session]
) -> None:
    """Every answer shows whole pages only, and the newest that were there when it was asked."""
    problems: queue.SimpleQueue[str] = queue.SimpleQueue()
    stored = threading.Semaphore(0)
    asked = threading.Semaphore(0)
    batches = 20

    def look() -> None:
        with CacheReader.open(path) as reader:
            for batch in range(batches):
                stored.acquire()
                ids = reader.ids(EVERYTHING, Order())
                rows = reader.rows(ids)
                if len(ids) < 120 + 10 * (batch + 1) or len(ids) % 10:
                    problems.put(f"{len(ids)} sessions after batch {batch}")
                if any(row is None or row.get("operator") is None for row in rows):
                    problems.put("a row without its texts")
                asked.release()

    thread = threading.Thread(target=look)
    thread.start()
    for batch in range(batches):
        first = 1_000 + 10 * batch
        page = [read(s.raw.replace(b'"anna"', f'"op{batch}"'.encode())) for s in sessions(first, first + 10)]
        writer.store_page(page, stretch=1, batch=10 + batch, state=None)
        stored.release()
    for _ in range(batches):
        assert asked.acquire(timeout=30)
    thread.join()
    assert problems.empty(), problems.get()


def test_cancelling_before_and_while_a_query_runs(path: Path, filled: list[Session]) -> None:
    with CacheReader.open(path) as reader:
        done = CancelToken()
        done.cancel()
        for call in (
            lambda: reader.ids(EVERYTHING, Order(), cancel=done),
            lambda: reader.count(Query("", Words("anna")), cancel=done),
            lambda: reader.columns(EVERYTHING, ["battery"], cancel=done),
        ):
            with pytest.raises(Cancelled):
                call()
        token = CancelToken()
        _stop_within(reader, token.cancel)
        with pytest.raises(Cancelled):
            reader.ids(Query("", Not(Words("no such text"))), Order(), cancel=token)
        _stop_within(reader, reader.interrupt)
        with pytest.raises(Interrupted):
            reader.ids(Query("", Not(Words("no such text"))), Order())
        reader._connection.set_progress_handler(None, 0)
        assert reader.total() == 120


def _stop_within(reader: CacheReader, stop: Callable[[], None]) -> None:
    """Have another thread stop the reader in the middle of its next query."""

    def in_the_middle() -> int:
        thread = threading.Thread(target=stop)
        thread.start()
        thread.join()
        return 0

    reader._connection.set_progress_handler(in_the_middle, 20)


@pytest.mark.parametrize("statement", ["table_info", "sqlite_schema", "catalogue"])
def test_an_interruption_while_the_file_is_looked_at_leaves_no_wrong_picture_of_it(
    path: Path, filled: list[Session], statement: str
) -> None:
    """A request that is replaced at once interrupts the reader in its very first statements."""
    with CacheReader.open(path) as reader:

        def interrupt(text: str) -> None:
            if statement in text:
                reader.interrupt()

        reader._connection.set_trace_callback(interrupt)
        with pytest.raises(Interrupted):
            reader.rows([1])
        reader._connection.set_trace_callback(None)
        row = reader.rows([1])[0]
        assert row is not None
        assert row.get("imei") == filled[0].get("imei")
        assert next(iter(reader.columns(EVERYTHING, ["imei"])["imei"])) == filled[0].get("imei")

"""What a page does to a cache, and how it is undone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from m360desk.core.query import EVERYTHING, Order, Query, Words
from m360desk.core.records import Session, read
from m360desk.store.errors import CacheHeld, DiskFull
from m360desk.store.key import CacheKey
from m360desk.store.reader import CacheReader, StoredSession
from m360desk.store.writer import CacheWriter, PageOutcome

Sessions = Callable[[int, int], list[Session]]
OLDEST_FIRST = Order("session", descending=True)


def store(writer: CacheWriter, page: list[Session], batch: int = 1, **more: Any) -> PageOutcome:
    return writer.store_page(page, **({"stretch": 1, "batch": batch, "state": None} | more))


def stored(path: Path, session: Session) -> StoredSession | None:
    with CacheReader.open(path) as reader:
        numbers = reader.find(session.key or "")
        return reader.session(numbers[0]) if numbers else None


def dump(path: Path) -> list[Any]:
    """Everything that a cache says of its sessions, in an order that does not depend on row numbers."""
    with CacheReader.open(path) as reader:
        sessions = [reader.session(number) for number in reader.ids(EVERYTHING, OLDEST_FIRST)]
        return [
            (s.key, s.raw, s.row.values, s.row.gone, s.seen_ms, s.changed_ms, s.stretch, len(s.versions))
            for s in sessions
            if s is not None
        ]


def test_a_record_comes_back_as_it_was(writer: CacheWriter, path: Path, record: Callable[..., bytes]) -> None:
    odd = record(1).replace(b'"anna"', b'"\\ud800 half a pair"').replace(b'"marek"', b'"\\ud800 half"')
    page = [read(odd), read(b" " + record(2) + b"\n"), read(record(3, expense=10**400, customId="Größe  3"))]
    writer.store_page(page, stretch=7, batch=1, state=b"state")
    for session in page:
        found = stored(path, session)
        assert found is not None
        assert found.raw == session.raw
        assert found.row.values == session.values
        assert found.stretch == 7
    assert writer.sync_state() == b"state"


def test_only_what_changed_is_an_update(
    writer: CacheWriter, path: Path, sessions: Sessions, record: Callable[..., bytes]
) -> None:
    first = store(writer, [*sessions(1, 4), read(b"{}"), read(b"[]")], stretch=1)
    assert (first.new, first.updated, first.unchanged, first.without_key) == (3, 0, 0, 2)
    assert first.stretches == (None, None, None)
    assert first.known == (False, False, False)

    reordered = dict(reversed(json.loads(record(1)).items()))
    again = [read(json.dumps(reordered, indent=1).encode()), read(record(2, grade="A")), *sessions(3, 5)]
    second = store(writer, again, batch=2, stretch=None)
    assert (second.new, second.updated, second.unchanged, second.without_key) == (1, 1, 2, 0)
    assert second.stretches == (1, 1, 1, None)
    assert second.known == (True, True, True, False)
    assert second.row_ids[:3] == first.row_ids
    unchanged, changed, _, fresh = (stored(path, session) for session in again)
    assert unchanged is not None
    assert (unchanged.raw, unchanged.versions) == (record(1), ())
    assert changed is not None
    assert changed.raw == record(2, grade="A")
    assert fresh is not None
    assert fresh.stretch is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1", "1.0"),
        ("1", "true"),
        ("0", "-0"),
        ("null", '""'),
        ("[]", "{}"),
        ("NaN", "null"),
        ("1e400", "2e400"),
    ],
)
def test_values_that_only_python_takes_for_equal_are_changes(
    writer: CacheWriter, record: Callable[..., bytes], before: str, after: str
) -> None:
    template = record(1, odd="HERE").decode()
    store(writer, [read(template.replace('"HERE"', before).encode())])
    outcome = store(writer, [read(template.replace('"HERE"', after).encode())], batch=2)
    # "0" and "-0" are one integer, and both infinities are "inf": there nothing that is shown differs.
    same = before in ("0", "1e400")
    assert (outcome.updated, outcome.unchanged) == ((0, 1) if same else (1, 0))


def test_earlier_records_are_kept_with_their_dates(
    writer: CacheWriter, path: Path, clock: Any, record: Callable[..., bytes]
) -> None:
    start = clock.ms
    records = [record(1, grade=grade) for grade in "ABC"]
    for batch, raw in enumerate(records, 1):
        store(writer, [read(raw)], batch=batch)
        clock.ms += 1000
    found = stored(path, read(records[0]))
    assert found is not None
    assert (found.raw, found.seen_ms, found.changed_ms) == (records[2], start, start + 2000)
    assert [(v.from_ms - start, v.replaced_ms - start) for v in found.versions] == [(1000, 2000), (0, 1000)]
    with CacheReader.open(path) as reader:
        kept = [reader.version(found.row.row_id, version.number) for version in found.versions]
        assert kept == [records[1], records[0]]
        with pytest.raises(KeyError):
            reader.version(found.row.row_id + 1, found.versions[0].number)


def test_a_session_twice_on_a_page_counts_once(
    writer: CacheWriter, path: Path, sessions: Sessions, record: Callable[..., bytes]
) -> None:
    page = [*sessions(1, 3), read(record(1, grade="A"))]
    outcome = store(writer, page)
    assert (outcome.new, outcome.updated, outcome.unchanged) == (2, 0, 1)
    assert outcome.row_ids[0] == outcome.row_ids[2]
    found = stored(path, page[0])
    assert found is not None
    assert (found.raw, found.versions) == (record(1), ())


def test_more_than_a_page_and_every_size_of_page(writer: CacheWriter, path: Path, sessions: Sessions) -> None:
    """Rows go in by many at once and one by one: none may be lost at the seams."""
    first = 0
    for batch, size in enumerate((1, 24, 25, 26, 99, 100, 150), 1):
        outcome = store(writer, sessions(first, first + size), batch=batch)
        assert outcome.new == size
        first += size
    with CacheReader.open(path) as reader:
        keys = [s.key for number in reader.ids(EVERYTHING, Order()) if (s := reader.session(number))]
    assert sorted(keys) == sorted(str(session.key) for session in sessions(0, first))


def test_records_stay_readable_when_a_dictionary_comes(
    writer: CacheWriter, path: Path, sessions: Sessions, record: Callable[..., bytes]
) -> None:
    def kept_bytes(number: int) -> int:
        statement = "SELECT length(data) FROM raw WHERE id = ?"
        return int(writer._connection.execute(statement, (number,)).fetchone()[0])

    page = sessions(0, 1_000)
    store(writer, page)
    later = sessions(1_000, 1_100)
    outcome = store(writer, later, batch=2)
    store(writer, [read(record(5, grade="B"))], batch=3)
    assert kept_bytes(outcome.row_ids[0]) * 2 < kept_bytes(1), "the dictionary is of no use"
    with CacheReader.open(path) as reader:
        raws = reader.raws(reader.ids(EVERYTHING, Order("session", descending=False)))
        changed = reader.session(reader.find(page[5].key or "")[0])
    expected = {s.raw for s in (*page, *later)} - {page[5].raw} | {record(5, grade="B")}
    assert set(raws) == expected
    assert changed is not None
    assert len(changed.versions) == 1


def test_withdrawing_leaves_no_trace(
    writer: CacheWriter, path: Path, clock: Any, sessions: Sessions, record: Callable[..., bytes]
) -> None:
    store(writer, sessions(1, 6), batch=1, state=b"good")
    clock.ms += 1000
    store(writer, [read(record(2, grade="A"))], batch=2)
    before = dump(path)
    clock.ms += 1000
    in_doubt = [
        read(record(2, grade="B", serial="OTHER")),
        read(record(3, imei="990000862471854")),
        *sessions(6, 9),
    ]
    store(writer, in_doubt, batch=3, state=b"doubtful")
    store(writer, [read(record(2, grade="C")), read(record(7, grade="C"))], batch=4)
    assert dump(path) != before

    assert writer.withdraw(3, b"good again") == 5
    assert dump(path) == before
    assert writer.sync_state() == b"good again"
    assert writer.last_batch() == 4
    with CacheReader.open(path) as reader:
        for gone in ("other", "990000862471854"):
            assert not reader.ids(Query(gone, Words(gone)), Order())
        back = [reader.session(number) for number in reader.find("SN00000002")]
        assert [s.raw for s in back if s] == [record(2, grade="A")]
    writer._connection.execute("INSERT INTO trigrams (trigrams, rank) VALUES ('integrity-check', 1)")
    assert writer.withdraw(3, None) == 0


def test_row_numbers_are_never_used_twice(writer: CacheWriter, sessions: Sessions) -> None:
    """A window remembers rows by number: another session must not turn up under one."""
    first = store(writer, sessions(1, 4))
    writer.withdraw(1, None)
    second = store(writer, sessions(4, 6), batch=2)
    assert min(second.row_ids) > max(first.row_ids)


def test_a_testing_refresh_replaces_everything(writer: CacheWriter, path: Path, sessions: Sessions) -> None:
    store(writer, sessions(1, 6), state=b"one")
    outcome = store(writer, sessions(6, 8), batch=2, state=b"two", replace_all=True)
    assert (outcome.new, outcome.known) == (2, (False, False))
    with CacheReader.open(path) as reader:
        assert reader.total() == 2
        assert not reader.ids(Query("", Words("00000003")), Order())
        assert {row.get("operator") for row in reader.rows(outcome.row_ids) if row} == {"anna", "marek"}
    assert writer.sync_state() == b"two"


def test_an_audit_marks_what_is_gone_and_keeps_it(
    writer: CacheWriter, path: Path, clock: Any, sessions: Sessions
) -> None:
    old = sessions(1, 6)
    store(writer, old)
    assert writer.audit_finish() == 0, "no audit is under way"
    writer.audit_begin()
    store(writer, sessions(6, 7), batch=2)  # came after the audit began: it says nothing about it
    writer.audit_see([str(s.key) for s in old[:3]], state=b"half way")
    assert writer.sync_state() == b"half way"
    assert writer.audit_finish() == 2

    def gone() -> list[str | None]:
        return [s.key for s in sessions(1, 7) if (found := stored(path, s)) and found.gone_ms == clock.ms]

    assert gone() == [old[3].key, old[4].key]
    with CacheReader.open(path) as reader:
        assert reader.stats().gone == 2
        assert [row.gone for row in reader.rows(reader.find(old[3].key or "")) if row] == [True]
    store(writer, [old[3]], batch=3)
    assert gone() == [old[4].key], "met on a page, it is there again"
    writer.audit_begin()
    writer.audit_see([str(old[4].key)])
    assert gone() == []


def test_what_stands_there_just_so_is_told_without_reading_it(
    writer: CacheWriter, record: Callable[..., bytes]
) -> None:
    page = [
        read(record(1, connectionTime="2026-01-01T00:00:00Z")),
        read(record(2)),
        read(record(3, connectionTime=None)),
        read(record(4)),
    ]
    store(writer, page)
    writer.audit_begin()
    writer.audit_see([str(session.key) for session in page[:3]])
    assert writer.audit_finish() == 1
    came = {str(session.key): session.raw for session in page}
    came[str(page[1].key)] += b" "
    came["0" * 36] = record(5)
    assert writer.unchanged(came) == {page[0].key: 1_767_225_600_000, page[2].key: None}
    assert writer.unchanged({}) == {}
    # Only what is not told has to be stored.
    rest = [session for session in page if session.key not in writer.unchanged(came)]
    store(writer, rest, stretch=None, batch=2)
    assert writer.unchanged(came).keys() == {page[0].key, page[2].key, page[3].key}


def test_an_audit_of_a_time_marks_no_older_session(
    writer: CacheWriter, path: Path, record: Callable[..., bytes]
) -> None:
    times = ["2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z", None]
    page = [read(record(number, connectionTime=time)) for number, time in enumerate(times)]
    store(writer, page)
    writer.audit_begin()
    march = page[1].get("time")
    assert isinstance(march, int)
    assert writer.audit_finish(oldest_ms=march) == 1
    marks = [found.gone_ms is not None for session in page if (found := stored(path, session))]
    assert marks == [False, True, False]


def test_a_full_disk_loses_nothing_that_was_stored(
    writer: CacheWriter, path: Path, sessions: Sessions, record: Callable[..., bytes]
) -> None:
    """Nor is anything remembered that was not: the failed page brought a dictionary and new texts."""
    store(writer, sessions(0, 1_000), state=b"first")
    before = dump(path)
    more = [read(record(number, username=f"new {number % 5}")) for number in range(1_000, 2_000)]
    pages = writer._connection.execute("PRAGMA page_count").fetchone()[0]
    writer._connection.execute(f"PRAGMA max_page_count = {pages + 12}")
    with pytest.raises(DiskFull) as full:
        store(writer, more, batch=2, state=b"second")
    assert "disk is full" in full.value.user_text.happened
    assert dump(path) == before
    assert (writer.sync_state(), writer.last_batch()) == (b"first", 1)

    writer._connection.execute("PRAGMA max_page_count = 1000000")
    assert store(writer, more, batch=2, state=b"second").new == 1_000
    with CacheReader.open(path) as reader:
        raws = reader.raws(reader.ids(EVERYTHING, Order()))
        assert set(raws) == {session.raw for session in (*sessions(0, 1_000), *more)}
        assert {row.get("operator") for row in reader.rows(range(1_001, 2_001)) if row} == {
            f"new {number}" for number in range(5)
        }


def test_a_second_writer_is_told_who_holds_the_cache(path: Path, clock: Any) -> None:
    class Held(Exception):  # as system.locks raises it; the store knows nothing but its attribute
        class holder:  # noqa: N801 - stands in for an instance
            @staticmethod
            def describe() -> str:
                return "M360 Desk sync (process 4711)"

    class Taken:
        def acquire(self) -> None:
            raise Held

        def release(self) -> None:
            raise AssertionError("it was never ours")

    with pytest.raises(CacheHeld, match="process 4711"):
        CacheWriter.open(path, CacheKey("0" * 64, "live"), lock=Taken(), now_ms=clock)
    assert not path.exists()

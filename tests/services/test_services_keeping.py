"""What is kept no longer is gone from the cache and known to the sync: no gap opens, nothing comes back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from m360desk.core.identity import read_scan
from m360desk.core.query import EVERYTHING, Order
from m360desk.services.keeping import kept_from_ms
from m360desk.services.lookup import look_up
from m360desk.services.stretches import is_whole
from m360desk.services.sync_state import decode_state
from m360desk.store.reader import CacheReader
from tests.services.conftest import DAY_MS, now_ms

if TYPE_CHECKING:
    from m360desk.api.client import Client
    from m360desk.services.sync import SyncResult
    from m360desk.services.writer_thread import WriterThread
    from tests.services.conftest import Bench

pytestmark = pytest.mark.usefixtures("one_walk")
PAGE = 25


def times(bench: Bench) -> dict[str, int]:
    """When each session in the cache was connected."""
    with CacheReader.open(bench.path) as reader:
        rows = reader.rows(reader.ids(EVERYTHING, Order()))
    return {str(row.get("session")): time for row in rows if row and isinstance(time := row.get("time"), int)}


def check_kept(bench: Bench, result: SyncResult, before: dict[str, int], from_ms: int) -> None:
    assert result.stopped_by is None
    assert result.complete
    kept = {key for key, time in before.items() if time >= from_ms}
    assert kept < set(before), "there must be something to remove"
    assert kept <= set(bench.cached())
    assert all(time >= from_ms for time in times(bench).values())
    assert result.sessions == len(bench.cached())
    state, _ = decode_state(bench.write(lambda writer: writer.sync_state()), 0)
    assert is_whole(state.plan.stretches)


def in_a_month(before: dict[str, int]) -> int:
    """A moment from which about half of the sessions are more than a month ago: the account is young."""
    return sorted(before.values())[len(before) // 2] + 31 * DAY_MS


def test_what_was_removed_stays_away_and_leaves_no_gap(bench: Bench) -> None:
    bench.sync(page_limit=PAGE)
    before = times(bench)
    at_ms = in_a_month(before)
    from_ms = kept_from_ms(1, at_ms)
    assert from_ms is not None

    removing = bench.sync(page_limit=PAGE, keep_months=1, at_ms=at_ms)
    check_kept(bench, removing, before, from_ms)
    assert any("older than what is kept" in note for note in removing.notes)

    again = bench.sync(page_limit=PAGE, keep_months=1, at_ms=at_ms)
    check_kept(bench, again, before, from_ms)
    assert (again.new, again.updated, again.notes) == (0, 0, ())
    assert len([body for body in bench.asked() if body.get("order") == "id:desc"]) == 1

    # A re-read that reaches further back than what is kept meets what was removed.
    wide = bench.sync(page_limit=PAGE, keep_months=1, reread_days=365, at_ms=at_ms)
    assert (wide.new, wide.updated) == (0, 0)
    check_kept(bench, wide, before, from_ms)


def test_an_audit_ends_where_nothing_is_kept_and_marks_nothing_wrongly(bench: Bench) -> None:
    bench.sync(page_limit=PAGE)
    before = times(bench)
    at_ms = in_a_month(before)
    assert at_ms > now_ms() + 2 * DAY_MS
    bench.sync(page_limit=PAGE, keep_months=1, at_ms=at_ms, audit_days=1000)
    kept = bench.cached()
    listed = bench.listed()
    gone = next(key for key in listed[2 * PAGE :] if key in kept)
    bench.control("delete", id=gone)

    audited = bench.sync(page_limit=PAGE, keep_months=1, at_ms=at_ms, audit_days=1)
    assert (audited.complete, audited.new, audited.updated) == (True, 0, 0)
    assert {key for key, is_gone in bench.cached().items() if is_gone} == {gone}
    assert set(bench.cached()) == set(kept)
    walked = [body for body in bench.asked() if body.get("order") == "id:desc" and body.get("limit") == PAGE]
    assert 3 < len(walked) < len(listed) // PAGE, "pages of nothing but removed sessions are not read on"


def test_a_first_sync_keeps_only_what_is_to_be_kept(bench: Bench) -> None:
    bench.sync(page_limit=PAGE)
    before = times(bench)
    at_ms = in_a_month(before)
    bench.path.unlink()

    first = bench.sync(page_limit=PAGE, keep_months=1, at_ms=at_ms)
    from_ms = kept_from_ms(1, at_ms)
    assert from_ms is not None
    check_kept(bench, first, before, from_ms)
    assert first.new == first.sessions
    short = bench.sync(page_limit=PAGE, keep_months=1, max_pages=1, at_ms=at_ms)
    assert (short.new, short.sessions) == (0, first.sessions)


def test_who_keeps_more_again_gets_back_what_had_gone(bench: Bench) -> None:
    bench.sync(page_limit=PAGE)
    before = bench.cached()
    kept = bench.sync(page_limit=PAGE, keep_months=1, at_ms=in_a_month(times(bench)))
    assert kept.sessions < len(before)

    back = bench.sync(page_limit=PAGE)
    assert back.complete
    assert back.new == len(before) - kept.sessions
    assert bench.cached() == before
    after = bench.sync(page_limit=PAGE)
    assert (after.new, after.complete) == (0, True)


def test_a_device_that_was_removed_can_still_be_looked_up(bench: Bench) -> None:
    bench.sync(page_limit=PAGE)
    before = times(bench)
    at_ms = in_a_month(before)
    session = min(before, key=lambda key: before[key])
    bench.sync(page_limit=PAGE, keep_months=1, at_ms=at_ms)
    assert session not in bench.cached()

    async def find(_: str) -> tuple[int, ...]:
        return ()

    async def work(client: Client, writer: WriterThread) -> tuple[int, ...]:
        found = await look_up(read_scan(session), client=client, find=find, cache=writer, mode="live")
        return found.row_ids

    (row_id,) = bench.with_client(work)
    with CacheReader.open(bench.path) as reader:
        stored = reader.session(row_id)
    assert stored is not None
    assert stored.stretch is not None, "it stands where its note stood"

    removing = bench.sync(page_limit=PAGE, keep_months=1, at_ms=at_ms)
    assert (removing.new, removing.complete) == (0, True)
    assert session not in bench.cached()


def test_a_sync_that_is_stopped_while_it_removes_goes_on_with_the_next(bench: Bench) -> None:
    bench.sync(page_limit=PAGE)
    before = times(bench)
    from_ms = sorted(before.values())[len(before) // 2]
    bench.write(lambda writer: (writer.keep_from(from_ms), writer.remove_older(7)))
    assert len(bench.cached()) == len(before) - 7
    assert bench.write(lambda writer: writer.remove_older(100_000)) == len(before) // 2 - 7
    assert bench.write(lambda writer: writer.remove_older(1)) == 0


def test_months_are_the_calendars() -> None:
    now = int(datetime(2026, 3, 31, 15, tzinfo=UTC).timestamp() * 1000)
    told = [kept_from_ms(months, now) for months in (0, 1, 13, 10_000)]
    assert told[0] is None
    days = [datetime.fromtimestamp(ms / 1000, UTC).isoformat() for ms in told[1:3] if ms is not None]
    assert days == ["2026-02-28T00:00:00+00:00", "2025-02-28T00:00:00+00:00"]

"""A live history comes in whole, newest first, whatever the service does and wherever a run ends."""

import asyncio
import contextlib
import json
import random
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from m360desk.api.answers import HistoryPage
from m360desk.api.client import Client
from m360desk.api.credentials import Credentials
from m360desk.api.requests import HistoryRequest
from m360desk.core.records import Session, read
from m360desk.services.history import History
from m360desk.services.ledger import Ledger
from m360desk.services.probing import Probe
from m360desk.services.stretches import End, is_whole
from m360desk.services.sync import StopReason, SyncOptions, SyncProgress, SyncResult, run_sync
from m360desk.services.sync_errors import PagesSpent
from m360desk.services.sync_run import SyncRun
from m360desk.services.sync_state import decode_state, encode_state
from m360desk.services.writer_thread import WriterThread
from m360desk.simulator.host import SimulatorProcess
from m360desk.store.pages import PageOutcome
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from tests.services.conftest import DAY_MS, Bench, now_ms

pytestmark = pytest.mark.usefixtures("one_walk")
PAGE = 25


def newest_pages(bench: Bench) -> list[dict[str, object]]:
    """The requests that walked down the history by id."""
    return [body for body in bench.asked() if body.get("order") == "id:desc"]


def check_whole(bench: Bench, result: SyncResult) -> None:
    assert result.stopped_by is None
    assert result.complete
    assert sorted(bench.cached()) == sorted(bench.listed())
    assert result.sessions == len(bench.listed())


def test_all_sessions_come_and_then_none_is_new(bench: Bench) -> None:
    first = bench.sync(page_limit=PAGE)
    check_whole(bench, first)
    assert first.new == first.sessions
    assert first.requests == len(bench.asked())

    second = bench.sync(page_limit=PAGE)
    check_whole(bench, second)
    assert (second.new, second.updated) == (0, 0)
    assert len(newest_pages(bench)) == 1  # the first page already meets what was read before


def test_the_newest_come_first_and_a_gap_is_closed_later(bench: Bench) -> None:
    first = bench.sync(max_pages=3, page_limit=PAGE)
    assert not first.complete
    assert first.stopped_by is None
    assert first.new == 3 * PAGE
    assert set(bench.cached()) == set(bench.listed()[: 3 * PAGE])

    bench.control("add", count=4 * PAGE)
    second = bench.sync(max_pages=2, page_limit=PAGE)  # leaves a gap above what the first run read
    assert not second.complete
    assert set(bench.listed()[: 2 * PAGE]) <= set(bench.cached())
    assert set(bench.cached()) < set(bench.listed())

    check_whole(bench, bench.sync(page_limit=PAGE))


def test_pages_that_come_while_the_cache_is_busy_are_stored_together(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched, sizes = threading.Semaphore(0), []
    fetch, store_page = SyncRun.fetch, CacheWriter.store_page

    async def counted(run: SyncRun, request: HistoryRequest) -> HistoryPage:
        page = await fetch(run, request)
        fetched.release()
        return page

    def slow(writer: CacheWriter, sessions: Sequence[Session], **how: Any) -> PageOutcome:
        sizes.append(len(sessions))
        if len(sizes) == 2:  # the first page is waited for: it may hold known sessions
            for _ in range(5):
                assert fetched.acquire(timeout=10)
        return store_page(writer, sessions, **how)

    monkeypatch.setattr(SyncRun, "fetch", counted)
    monkeypatch.setattr(CacheWriter, "store_page", slow)
    check_whole(bench, bench.sync(page_limit=PAGE))
    assert max(sizes) > PAGE


def test_a_session_that_was_looked_up_closes_no_gap(bench: Bench) -> None:
    bench.sync(max_pages=1, page_limit=PAGE)
    inside = bench.listed()[2 * PAGE : 3 * PAGE : 5]
    records = [encoded(bench, key) for key in inside]

    def cache(writer: CacheWriter) -> None:
        sessions = [read(record) for record in records]
        writer.store_page(sessions, stretch=None, batch=writer.last_batch() + 1, state=None)

    bench.write(cache)
    check_whole(bench, bench.sync(page_limit=PAGE))


def encoded(bench: Bench, key: str) -> bytes:
    return json.dumps(bench.control("record", id=key)["record"]).encode()


@pytest.mark.parametrize("faults", ["overlapping-pages", "over-limit", "wrong-hasmore-false", "unsorted-ids"])
def test_pages_may_overlap_exceed_their_limit_and_deny_that_there_is_more(bench: Bench, faults: str) -> None:
    bench.faults(faults)
    bench.sync(max_pages=4, page_limit=PAGE)
    check_whole(bench, bench.sync(page_limit=PAGE))
    # One who denied once that there is more is not believed, nor asked again with every page.
    assert sum(body["limit"] == 1 for body in bench.asked()) < 10


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ("known-only:3", StopReason.CURSOR_STUCK),  # the first page comes again: it leads back to the second
        ("wrong-hasmore-true", StopReason.NOTHING_NEW),
        ("stuck-cursor:3", StopReason.CURSOR_STUCK),
    ],
)
def test_pages_that_lead_nowhere_end_the_run_and_keep_what_came(
    bench: Bench, faults: str, reason: StopReason
) -> None:
    result = bench.sync_that_leads_nowhere(faults, reason, PAGE)
    assert result.stopped_by is not None
    assert result.stopped_by.exit_code == 5
    assert not result.complete
    assert result.sessions >= 4 * PAGE
    assert len(bench.asked()) < len(bench.listed()) // PAGE + 12

    bench.faults()
    check_whole(bench, bench.sync(page_limit=PAGE))


def test_a_cursor_whose_record_was_deleted_is_stepped_back_from(bench: Bench) -> None:
    bench.faults("refused-cursor:0")
    bench.sync(max_pages=5, page_limit=PAGE)
    oldest_read = bench.listed()[5 * PAGE - 1]
    bench.control("delete", id=oldest_read)
    result = bench.sync(page_limit=PAGE)
    assert 400 in {entry["status"] for entry in bench.control("counters")["log"]}
    assert result.stopped_by is None
    check_whole_but_gone(bench, {oldest_read})
    down = [body for body in bench.asked() if body.get("order") == "id:asc" and body["limit"] != 1]
    assert not down  # stepping back was enough


def test_where_all_cursors_are_refused_the_gap_is_closed_from_below(bench: Bench) -> None:
    bench.sync(max_pages=5, page_limit=PAGE)

    def lose_the_way(writer: CacheWriter) -> None:
        ledger = Ledger(writer, 0)
        (stretch,) = ledger.state.plan.stretches
        lost = replace(stretch, lower=End(("00000000-0000-0000-0000-000000000000",)))
        ledger.change(writer, lambda plan: replace(plan, stretches=(lost,)))

    async def close_gaps(client: Client, writer: WriterThread, max_pages: int) -> bool:
        ledger = await writer.submit(lambda writer: Ledger(writer, 0))
        options = SyncOptions("live", page_limit=PAGE, max_pages=max_pages)
        run = SyncRun(client, writer, ledger, options, lambda _: None, now_ms)
        probe = Probe(run)
        await probe.check()
        history = History(run, probe)
        with contextlib.suppress(PagesSpent):
            await history.close_gaps()
        return history.is_whole

    bench.write(lose_the_way)
    before = len(bench.cached())
    assert not bench.with_client(lambda client, writer: close_gaps(client, writer, 6))
    assert bench.listed()[-1] in bench.cached()  # it has begun at the bottom
    assert bench.with_client(lambda client, writer: close_gaps(client, writer, 100))
    assert sorted(bench.cached()) == sorted(bench.listed())
    up = [body for body in bench.asked() if body.get("order") == "id:asc" and body["limit"] == PAGE]
    # The second run went on where the first ended.
    assert len(up) <= (len(bench.listed()) - before) // PAGE + 3


def check_whole_but_gone(bench: Bench, gone: set[str]) -> None:
    assert set(bench.cached()) == set(bench.listed()) | gone


def test_ids_that_do_not_follow_time_are_read_by_connection_time(bench: Bench) -> None:
    bench.faults("random-ids")
    first = bench.sync(max_pages=8, page_limit=PAGE)
    assert any("connection time" in note for note in first.notes)
    assert not first.complete
    newest = [body for body in bench.asked() if body.get("order") == "connectionTime:desc"]
    assert any("connectionTimeMax" in body for body in newest)

    bench.control("add", count=2 * PAGE)
    bench.faults("random-ids")
    check_whole(bench, bench.sync(page_limit=PAGE))
    assert bench.sync(page_limit=PAGE).new == 0


def test_sessions_that_close_late_are_found_and_the_reread_ends_by_time(bench: Bench) -> None:
    bench.control("add", count=300)
    bench.faults("late-closers:0.2,connection-time-ignored")
    late = len(bench.listed())
    first = bench.sync(page_limit=PAGE)
    assert len(bench.listed()) > late  # some have closed below the cursor while the run went on
    check_whole(bench, first)
    reread = [body for body in bench.asked() if "connectionTimeMin" in body]
    assert 0 < len(reread) < len(bench.listed()) // PAGE  # although the parameter is ignored


def test_the_reread_begins_before_the_last_one_that_was_completed(bench: Bench) -> None:
    start = now_ms()
    check_whole(bench, bench.sync(at_ms=start))
    bench.control("add", count=1)
    # Thirty days later the re-read cannot finish; sixty days later it still goes back to the first.
    assert not bench.sync(at_ms=start + 30 * DAY_MS, max_pages=1).complete
    check_whole(bench, bench.sync(at_ms=start + 60 * DAY_MS, reread_days=3))
    assert reread_from(bench) == (start - 3 * DAY_MS) // 1000
    bench.sync(at_ms=start + 61 * DAY_MS, reread_days=3)
    assert reread_from(bench) == (start + 57 * DAY_MS) // 1000


def reread_from(bench: Bench) -> float:
    (asked,) = {body["connectionTimeMin"] for body in bench.asked() if "connectionTimeMin" in body}
    return datetime.fromisoformat(asked).timestamp()


def test_only_what_has_changed_is_written_and_its_earlier_record_kept(bench: Bench) -> None:
    bench.sync()
    bench.control("change", position=3, grade="C")
    result = bench.sync()
    assert (result.new, result.updated) == (0, 1)
    with CacheReader.open(bench.path) as reader:
        assert reader.stats().versions == 1
        (row,) = reader.find(bench.listed()[3])
        session = reader.session(row)
    assert session is not None
    assert session.row.get("grade") == "C"
    assert bench.sync().updated == 0


def test_sessions_older_than_all_others_are_found_when_they_close(bench: Bench) -> None:
    oldest = bench.listed()[-3:]
    for key in oldest:
        bench.control("open", id=key)
    check_whole(bench, bench.sync(page_limit=PAGE))
    for key in oldest:
        bench.control("close", id=key)
    check_whole(bench, bench.sync(page_limit=PAGE))


def test_an_account_without_sessions_is_complete(tmp_path: Path) -> None:
    with SimulatorProcess("--sessions", "0") as empty:
        result = Bench(empty, tmp_path / "cache.sqlite3").sync()
    assert (result.sessions, result.complete, result.stopped_by) == (0, True, None)


def test_records_without_an_id_are_counted_and_stop_nothing(bench: Bench) -> None:
    bench.faults("odd-records:0.3")
    result = bench.sync(page_limit=PAGE)
    assert result.complete
    assert any("have no id" in note for note in result.notes)
    assert 0.9 * len(bench.listed()) < result.sessions < len(bench.listed())


def test_a_state_that_cannot_be_read_loses_nothing(bench: Bench) -> None:
    bench.sync(page_limit=PAGE, max_pages=6)
    bench.write(lambda writer: writer.save_state(b"{"))
    result = bench.sync(page_limit=PAGE)
    check_whole(bench, result)
    assert result.new == len(bench.listed()) - 6 * PAGE


def test_in_a_long_run_the_newest_are_looked_for_now_and_then(bench: Bench) -> None:
    clock = [now_ms()]

    def progress(news: SyncProgress) -> None:
        if news.pages >= 4 and not added:
            added.extend(bench.control("add", count=1)["ids"])
            clock[0] += 600_000

    async def run(client: Client, writer: WriterThread) -> SyncResult:
        options = SyncOptions("live", page_limit=PAGE, max_pages=12)
        return await run_sync(client, writer, options, progress=progress, now_ms=lambda: clock[0])

    added: list[str] = []
    assert not bench.with_client(run).complete
    assert added[0] in bench.cached()  # although the run has not come to its end by far
    check_whole(bench, bench.sync(page_limit=PAGE))


def test_thirty_percent_bad_answers_and_still_all_sessions_once(bench: Bench) -> None:
    bench.faults("bad:0.3")
    runs = [bench.sync(page_limit=PAGE) for _ in range(2)]
    assert sum(run.new for run in runs) == len(bench.listed())
    check_whole(bench, runs[-1])


def test_a_cancelled_run_leaves_what_the_next_one_goes_on_from(bench: Bench) -> None:
    dice = random.Random(11)
    for _ in range(12):
        after = dice.randrange(1, 12)

        async def cancelled(client: Client, writer: WriterThread, after: int = after) -> None:
            reached = asyncio.Event()
            seen = []

            def progress(news: object) -> None:
                seen.append(news)
                if len(seen) >= after:
                    reached.set()

            options = SyncOptions("live", page_limit=PAGE)
            task = asyncio.ensure_future(run_sync(client, writer, options, progress=progress, now_ms=now_ms))
            waiting = asyncio.ensure_future(reached.wait())
            await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
            task.cancel()
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

        bench.with_client(cancelled)
        check_state(bench)
    check_whole(bench, bench.sync(page_limit=PAGE))


def check_state(bench: Bench) -> None:
    """What the state says was read stands in the cache."""
    state, readable = decode_state(bench.write(lambda writer: writer.sync_state()), 0)
    assert readable
    order = bench.listed()
    cached = bench.cached()
    for stretch in state.plan.stretches:
        first, last = order.index(stretch.upper.near[0]), order.index(stretch.lower.near[0])
        assert set(order[first : last + 1]) <= set(cached)
    assert state == decode_state(encode_state(state), 0)[0]


def test_the_page_and_its_checkpoint_are_one_transaction(bench: Bench) -> None:
    """Where storing a page fails, the state stays behind it as well."""
    before = bench.sync(page_limit=PAGE, max_pages=2)

    def fill_the_disk(writer: CacheWriter) -> None:
        pages = writer._connection.execute("PRAGMA page_count").fetchone()[0]
        writer._connection.execute(f"PRAGMA max_page_count = {pages + 40}")

    async def run(client: Client, writer: WriterThread) -> SyncResult:
        await writer.submit(fill_the_disk)
        options = SyncOptions("live", page_limit=PAGE)
        return await run_sync(client, writer, options, progress=lambda _: None, now_ms=now_ms)

    result = bench.with_client(run)
    assert result.stopped_by is not None
    assert (result.stopped_by.reason, result.stopped_by.exit_code) == (StopReason.CACHE, 6)
    assert len(bench.cached()) >= before.sessions
    check_state(bench)
    check_whole(bench, bench.sync(page_limit=PAGE))


@pytest.mark.parametrize(
    ("setting", "exit_code"), [("disabled", {3, 4}), ("licence-ended", {4}), ("token", {3}), ("off", {5})]
)
def test_what_the_service_refuses_is_told_apart(bench: Bench, setting: str, exit_code: set[int]) -> None:
    bench.sync(max_pages=1)
    kept = bench.cached()
    result = refused(bench, setting)
    assert result.stopped_by is not None
    assert result.stopped_by.exit_code in exit_code
    assert all(result.stopped_by.user_text)
    assert (result.stopped_by.reason is StopReason.OFFLINE) == (setting == "off")
    assert "endpoint: getHistory" in result.stopped_by.technical
    assert bench.cached() == kept


def refused(bench: Bench, setting: str) -> SyncResult:
    simulator = bench.simulator
    token = "0" * 64 if setting == "token" else simulator.auth_token
    clock = [0.0]

    async def sleep(seconds: float) -> None:
        clock[0] += max(seconds, 1.0)
        await asyncio.sleep(0)

    async def main() -> SyncResult:
        async with (
            Client(
                Credentials(simulator.auth_code, token),
                base_url=simulator.url,
                clock=lambda: clock[0],
                sleep=sleep,
            ) as client,
            WriterThread(bench.open_writer) as writer,
        ):
            return await run_sync(client, writer, SyncOptions("live"), progress=lambda _: None, now_ms=now_ms)

    if setting in ("disabled", "licence-ended"):
        bench.control("settings", accountMode=setting)
    if setting == "off":
        bench.control("listen", on=False)
    try:
        return asyncio.run(main())
    finally:
        bench.control("settings", accountMode="live")
        if setting == "off":
            bench.control("listen", on=True)


def test_the_stretches_are_one_in_the_end(bench: Bench) -> None:
    for _ in range(3):
        bench.sync(max_pages=3, page_limit=PAGE)
        bench.control("add", count=5 * PAGE)
    check_whole(bench, bench.sync(page_limit=PAGE))
    state, _ = decode_state(bench.write(lambda writer: writer.sync_state()), 0)
    assert is_whole(state.plan.stretches)
    assert len(state.plan.stretches[0].numbers) == 1
    assert state.plan.stretches[0].lower != End()

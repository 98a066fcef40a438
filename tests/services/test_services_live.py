"""Made-up sessions never stand among real ones; testing mode is kept apart."""

import asyncio
import contextlib

import pytest

from m360desk.api.client import Client
from m360desk.services.probing import PAGES_BETWEEN
from m360desk.services.sync import StopReason, SyncOptions, SyncProgress, SyncResult, run_sync
from m360desk.services.writer_thread import WriterThread
from tests.services.conftest import DAY_MS, Bench, now_ms

pytestmark = pytest.mark.usefixtures("one_walk")
PAGE = 25


def check_not_live(result: SyncResult) -> None:
    assert result.stopped_by is not None
    assert (result.stopped_by.reason, result.stopped_by.exit_code) == (StopReason.NOT_LIVE, 4)
    assert not result.complete
    assert (result.new, result.updated) == (0, 0)


@pytest.mark.parametrize("faults", ["", "no-sample-ids"])
def test_an_account_in_testing_is_not_read_live(bench: Bench, faults: str) -> None:
    bench.faults(faults)
    bench.control("settings", accountMode="testing")
    check_not_live(bench.sync())
    assert bench.cached() == {}
    assert all(body["limit"] == 1 for body in bench.asked())


@pytest.mark.parametrize(("faults", "after"), [("", 6), ("no-sample-ids,", 6), ("no-sample-ids,", 3)])
def test_what_came_since_the_account_last_answered_live_is_taken_back(
    bench: Bench, faults: str, after: int
) -> None:
    whole = bench.sync(page_limit=PAGE)
    before = bench.cached()
    bench.control("add", count=4 * PAGE)
    bench.faults(f"{faults}flips-to-testing:{after}")
    result = bench.sync(page_limit=PAGE, max_pages=12)
    check_not_live(result)
    assert bench.cached() == before
    assert result.sessions == whole.sessions
    if not faults:  # the first made-up session tells: only what was under way then came besides
        assert len(bench.asked()) <= after + 5

    bench.faults()
    after_all = bench.sync(page_limit=PAGE)
    assert after_all.complete
    assert sorted(bench.cached()) == sorted(bench.listed())


def test_a_long_run_asks_now_and_then_whether_the_account_answers_live(bench: Bench) -> None:
    bench.faults("no-sample-ids,flips-to-testing:6")
    check_not_live(bench.sync(page_limit=5))
    assert bench.cached() == {}
    assert len(bench.asked()) < 6 + PAGES_BETWEEN + 12  # testing mode has no end


def test_a_lost_state_puts_nothing_in_doubt(bench: Bench) -> None:
    bench.sync(page_limit=PAGE)
    before = bench.cached()
    bench.write(lambda writer: writer.save_state(b"?"))
    bench.control("settings", accountMode="testing")
    check_not_live(bench.sync(page_limit=PAGE))
    assert bench.cached() == before


def test_what_an_interrupted_run_left_in_doubt_is_taken_back_by_the_next(bench: Bench) -> None:
    bench.sync(page_limit=PAGE)
    before = bench.cached()
    bench.control("add", count=3 * PAGE)
    bench.faults("no-sample-ids,flips-to-testing:3,stuck-cursor:1")
    bench.control("settings", latency=0)
    leave_in_doubt(bench)
    assert len(bench.cached()) > len(before)

    bench.faults("no-sample-ids")
    bench.control("settings", accountMode="testing")
    check_not_live(bench.sync(page_limit=PAGE))
    assert bench.cached() == before


def leave_in_doubt(bench: Bench) -> None:
    """A run that is killed after its first page of made-up sessions: no probe has told it yet."""

    async def main(client: Client, writer: WriterThread) -> None:
        stored = asyncio.Event()

        def progress(news: SyncProgress) -> None:
            if news.new:
                stored.set()

        options = SyncOptions("live", page_limit=PAGE)
        task = asyncio.ensure_future(run_sync(client, writer, options, progress=progress, now_ms=now_ms))
        await stored.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    bench.with_client(main)


def test_testing_mode_replaces_what_was_there(bench: Bench) -> None:
    first = bench.sync("testing", testing_pages=3, page_limit=PAGE)
    one = set(bench.cached())
    assert (first.sessions, first.new, first.complete, first.stopped_by) == (3 * PAGE, 3 * PAGE, False, None)
    # So that an account that is set to Live answers with samples, too.
    assert [body.get("testing") for body in bench.asked()] == [True, True, True]

    second = bench.sync("testing", testing_pages=2, page_limit=PAGE)
    assert second.sessions == 2 * PAGE
    assert not one & set(bench.cached())


def test_a_refresh_that_fails_leaves_what_was_there(bench: Bench) -> None:
    bench.sync("testing", testing_pages=2, page_limit=PAGE)
    before = bench.cached()
    bench.faults("redirect")
    result = bench.sync("testing", testing_pages=2, page_limit=PAGE)
    assert result.stopped_by is not None
    assert result.stopped_by.exit_code == 5
    assert bench.cached() == before


def test_the_audit_marks_what_is_gone_and_goes_on_from_run_to_run(bench: Bench) -> None:
    start = now_ms()
    bench.sync(page_limit=PAGE, at_ms=start)
    pages = len(bench.listed()) // PAGE
    gone = set(bench.listed()[40:60:5])
    for key in gone:
        bench.control("delete", id=key)
    assert bench.sync(page_limit=PAGE, at_ms=start + 29 * DAY_MS).complete
    assert not any(bench.cached().values())  # not due yet

    for day in (31, 32, 33):
        result = bench.sync(page_limit=PAGE, at_ms=start + day * DAY_MS, audit_pages=pages // 2)
        assert result.complete
    marked = {key for key, is_gone in bench.cached().items() if is_gone}
    assert marked == gone
    assert any(f"{len(gone)} sessions are not in the account" in note for note in result.notes)
    assert len(bench.asked()) < pages  # each run has done a part only


def test_an_audit_of_made_up_pages_marks_nothing(bench: Bench) -> None:
    start = now_ms()
    bench.sync(page_limit=PAGE, at_ms=start)
    before = bench.cached()
    # The flip comes after the newest page and the re-read: the audit walks over made-up sessions.
    asked = bench.sync(page_limit=PAGE, at_ms=start + DAY_MS).requests
    bench.faults(f"no-sample-ids,flips-to-testing:{asked}")
    check_not_live(bench.sync(page_limit=PAGE, at_ms=start + 40 * DAY_MS))
    assert bench.cached() == before

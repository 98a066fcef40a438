"""Several walks at once leave nothing out, whatever the service does and wherever a run ends."""

import random
from typing import Any, cast

import pytest

from m360desk.api.answers import HistoryPage
from m360desk.api.client import Client
from m360desk.api.credentials import Credentials
from m360desk.api.limiter import Limiter
from m360desk.api.requests import HistoryRequest
from m360desk.services import gaps, history
from m360desk.services.ledger import Ledger
from m360desk.services.sync import StopReason, SyncOptions, SyncResult
from m360desk.services.sync_run import SyncRun
from m360desk.store.writer import CacheWriter
from tests.services.conftest import Bench, now_ms

PAGE = 25
REFUSED = 2  # by the limit of a busy account


@pytest.fixture
def many_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the service answered slowly, and every gap were worth dividing."""

    def wanted(run: SyncRun) -> int:
        return 4 if run.ledger.state.plan.axis == "id" else 1

    monkeypatch.setattr(SyncRun, "walks_wanted", property(wanted))
    monkeypatch.setattr(gaps, "_WORTH_DIVIDING", 4)
    monkeypatch.setattr(history, "_PAGES_ALONE", 1)


def check_whole(bench: Bench, result: SyncResult) -> None:
    assert result.stopped_by is None
    assert result.complete
    assert sorted(bench.cached()) == sorted(bench.listed())


def starting_points(bench: Bench) -> list[dict[str, object]]:
    return [body for body in bench.asked() if body.get("limit") == 1 and "connectionTimeMax" in body]


def test_a_slow_service_is_asked_for_several_pages_at_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps, "_WORTH_DIVIDING", 3)
    under_way, most = 0, 0
    fetch = SyncRun.fetch

    async def watched(run: SyncRun, request: HistoryRequest) -> HistoryPage:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            return await fetch(run, request)
        finally:
            under_way -= 1

    monkeypatch.setattr(SyncRun, "fetch", watched)
    bench.control("settings", latency=150)
    result = bench.sync(page_limit=PAGE)
    check_whole(bench, result)
    assert result.new == result.sessions
    assert most >= 2


@pytest.mark.parametrize(
    ("limit", "seconds", "walks"),
    [
        (None, 0.0, 1),
        (None, 0.02, 1),
        (None, 0.3, 4),
        (5.0, 0.02, 1),
        (5.0, 0.3, 2),
        (5.0, 0.5, 4),
        (1.0, 0.5, 1),
    ],
)
def test_as_many_walks_as_keep_the_service_busy(
    bench: Bench, limit: float | None, seconds: float, walks: int
) -> None:
    def wanted(client: Client, writer: CacheWriter) -> int:
        run = SyncRun(client, cast("Any", None), Ledger(writer, 0), SyncOptions("live"), print, now_ms)
        return run.walks_wanted

    credentials = Credentials(bench.simulator.auth_code, bench.simulator.auth_token)
    client = Client(credentials, base_url=bench.simulator.url, limiter=Limiter(limit))
    client._took(seconds)
    assert bench.write(lambda writer: wanted(client, writer)) == walks


@pytest.mark.usefixtures("many_walks")
def test_all_sessions_come_and_few_pages_are_read_twice(bench: Bench) -> None:
    result = bench.sync(page_limit=PAGE)
    check_whole(bench, result)
    assert result.new == result.sessions
    assert len(starting_points(bench)) >= 3
    pages = [body for body in bench.asked() if body["order"] == "id:desc" and body["limit"] == PAGE]
    assert len(pages) <= len(bench.listed()) / PAGE + len(starting_points(bench)) + 2
    assert bench.sync(page_limit=PAGE).new == 0


@pytest.mark.usefixtures("many_walks")
@pytest.mark.parametrize("seed", range(6))
def test_runs_that_end_anywhere_lose_nothing_and_count_all(bench: Bench, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(4):
        before = len(bench.cached()) if bench.path.exists() else 0
        result = bench.sync(page_limit=PAGE, max_pages=dice.randint(1, 7))
        assert result.stopped_by is None
        assert result.new == result.sessions - before
        if dice.random() < 0.5:
            bench.control("add", count=dice.randint(1, 3 * PAGE))
        if dice.random() < 0.5:
            bench.control("delete", id=dice.choice(bench.listed()))
    result = bench.sync(page_limit=PAGE)
    assert result.stopped_by is None
    assert result.complete
    assert set(bench.listed()) <= set(bench.cached())


@pytest.mark.usefixtures("many_walks")
@pytest.mark.parametrize(
    "faults",
    ["connection-time-ignored", "overlapping-pages:7", "late-closers:0.2", "random-ids", "html-502:0.3"],
)
def test_one_walk_or_many_come_to_the_same(bench: Bench, faults: str) -> None:
    bench.control("add", count=100)
    bench.faults(faults)
    check_whole(bench, bench.sync(page_limit=PAGE))


@pytest.mark.usefixtures("many_walks")
@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ("known-only:9", StopReason.CURSOR_STUCK),
        ("stuck-cursor:9", StopReason.CURSOR_STUCK),
        ("wrong-hasmore-true", StopReason.NOTHING_NEW),
    ],
)
def test_where_pages_lead_nowhere_several_walks_say_the_same_as_one(
    bench: Bench, faults: str, reason: StopReason
) -> None:
    bench.sync_that_leads_nowhere(faults, reason, PAGE)
    assert starting_points(bench)
    bench.faults()
    check_whole(bench, bench.sync(page_limit=PAGE))


@pytest.mark.usefixtures("many_walks")
def test_a_parameter_that_is_ignored_begins_nothing(bench: Bench) -> None:
    bench.faults("connection-time-ignored")
    check_whole(bench, bench.sync(page_limit=PAGE))
    assert len(starting_points(bench)) == 3  # tried once, for as many walks as were wanted


@pytest.mark.usefixtures("many_walks")
def test_what_came_since_the_account_last_answered_live_is_taken_back_from_all_walks(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = SyncRun.fetch

    async def flips(run: SyncRun, request: HistoryRequest) -> HistoryPage:
        if run.pages >= 8:
            bench.control("settings", accountMode="testing")
        return await fetch(run, request)

    monkeypatch.setattr(SyncRun, "fetch", flips)
    result = bench.sync(page_limit=PAGE)
    assert result.stopped_by is not None
    assert result.stopped_by.reason is StopReason.NOT_LIVE
    assert set(bench.cached()) <= set(bench.listed())
    bench.control("settings", accountMode="live")
    monkeypatch.undo()
    check_whole(bench, bench.sync(page_limit=PAGE))


@pytest.mark.usefixtures("many_walks")
def test_a_limit_that_is_met_in_the_middle_ends_no_walk(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = SyncRun.fetch

    async def limited(run: SyncRun, request: HistoryRequest) -> HistoryPage:
        if run.pages >= 8 and not met:
            met.append(run.pages)
            bench.control("settings", rate=100)  # what the refusals tell, and more than is asked for here
            bench.faults(f"busy-account:{REFUSED}")
        return await fetch(run, request)

    met: list[int] = []
    monkeypatch.setattr(SyncRun, "fetch", limited)
    result = bench.sync(page_limit=PAGE, max_pages=14)
    assert result.stopped_by is None
    assert met
    assert result.rate_limited == REFUSED
    assert bench.progress[-1].pages >= 14 - 3, "all went on until no more was to be read"
    monkeypatch.undo()
    bench.control("settings", rate=0)
    check_whole(bench, bench.sync(page_limit=PAGE))

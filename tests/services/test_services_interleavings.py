"""Walks that run at once come to the same end in whatever order their pages arrive and are stored."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from m360desk.core.records import read
from m360desk.services import gaps, history
from m360desk.services.ledger import Ledger, Reading
from m360desk.services.record_reader import Read, read_here
from m360desk.services.stretches import is_whole
from m360desk.services.sync import StopReason, SyncOptions
from m360desk.services.sync_run import SyncRun
from m360desk.store.schema import INDEXED_LATER
from tests.services.scripted import HOUR_MS, START_MS, KnowsTime, ScriptedHistory, ScriptedSync, key

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from m360desk.services.sync import SyncResult

PAGE = 5
OPTIONS = SyncOptions("live", page_limit=PAGE, reread_days=1)
APART = 100  # between the places of two sessions: room for late ones


@pytest.fixture(autouse=True)
def many_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the service answered slowly, and every gap were worth dividing."""

    def wanted(run: SyncRun) -> int:
        return 4 if run.ledger.state.plan.axis == "id" else 1

    monkeypatch.setattr(SyncRun, "walks_wanted", property(wanted))
    monkeypatch.setattr(gaps, "_WORTH_DIVIDING", 2)
    monkeypatch.setattr(history, "_PAGES_ALONE", 1)


class Chance:
    """A service that is used while it is read, and answers that come in any order; all by one dice."""

    def __init__(self, sync: ScriptedSync, dice: random.Random) -> None:
        self.sync = sync
        self.dice = dice
        self.late: set[str] = set()
        self._place = 0
        self.mishaps = 0.0
        self.changes = 0.0
        for _ in range(dice.choice((dice.randrange(30, 160), 400))):
            self.upload()

    def upload(self) -> None:
        """A session is uploaded; ids do not follow the time of connection closely."""
        self._place += APART
        self.sync.now_ms = START_MS + self._place // APART * 2 * HOUR_MS
        jitter = self.dice.randrange(5 * HOUR_MS)
        self.sync.history.times[key(self._place)] = self.sync.now_ms - jitter

    def upload_late(self) -> None:
        """A session that was open for some hours is listed below others now."""
        place = self._place - self.dice.randrange(1, 6 * APART)
        if place > 0 and key(place) not in self.sync.history.times:
            self.sync.history.times[key(place)] = self.sync.now_ms - self.dice.randrange(12 * HOUR_MS)
            self.late.add(key(place))

    def delete(self) -> None:
        """Some sessions in a row are deleted."""
        ids = self.sync.history.ids
        if len(ids) > 20:
            at = self.dice.randrange(len(ids))
            for one in ids[at : at + self.dice.choice((1, 1, 1, 2, 7, 30))][: len(ids) - 15]:
                del self.sync.history.times[one]

    def look_up(self) -> None:
        """A session comes into the cache out of turn: it belongs to no stretch."""
        session = read(self.sync.history.record(self.dice.choice(self.sync.history.ids)))
        writer = self.sync.writer()
        writer.store_page([session], stretch=None, batch=writer.last_batch() + 1, state=None)

    def direct(self, task: asyncio.Task[SyncResult]) -> None:
        sync, dice = self.sync, self.dice
        if dice.random() < self.changes:
            dice.choice((self.upload, self.upload, self.upload_late, self.delete, self.look_up))()
        if dice.random() < self.mishaps:
            dice.choice((sync.kill, lambda: None))()
            task.cancel()
            return
        requests = sync.requests()
        if requests and dice.random() < self.mishaps:
            sync.fail(dice.choice(requests))
            return
        ready = requests + sync.work()[:1]
        chosen = dice.choice(ready)
        if chosen.request is not None and chosen.answer is None and dice.random() < 0.3:
            chosen.happen()  # and is some time under way
        else:
            sync.let(chosen)


def check_no_silent_gap(chance: Chance) -> None:
    """What lies within a stretch has been read; only what was listed there later may be missing."""
    cached = set(chance.sync.cached())
    for stretch in chance.sync.plan().stretches:
        top, bottom = max(stretch.upper.cursors), min(stretch.lower.cursors)
        within = {one for one in chance.sync.history.ids if bottom <= one <= top}
        assert within - chance.late <= cached


@pytest.mark.parametrize("seed", range(40))
def test_whatever_comes_when_all_is_read_and_no_gap_is_silent(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    ways: tuple[KnowsTime, ...] = ("yes", "ignored", "refused")
    knows_time = dice.choices(ways, (8, 1, 1))[0]
    service = ScriptedHistory(knows_time=knows_time, overlap=dice.choice((0, 0, 0, 2)))
    chance = Chance(ScriptedSync(tmp_path, service), dice)
    sync = chance.sync
    for _ in range(dice.randrange(1, 5)):
        chance.changes = dice.choice((0.0, 0.02, 0.1))
        chance.mishaps = dice.choice((0.0, 0.0, 0.02))
        pages = dice.choice((None, dice.randrange(1, 12)))
        before = len(sync.cached())
        options = SyncOptions("live", page_limit=PAGE, reread_days=1, max_pages=pages)
        result = sync.run(chance.direct, options)
        check_no_silent_gap(chance)
        if result is None:
            continue
        stopped = result.stopped_by
        assert stopped is None or (chance.mishaps and stopped.reason is StopReason.SERVICE), stopped
        assert result.new <= result.sessions - before
        if result.complete:
            assert is_whole(sync.plan().stretches)
    chance.changes = chance.mishaps = 0.0
    pages_before = len(sync.asked)
    result = sync.run(chance.direct, OPTIONS)
    assert result is not None
    assert result.stopped_by is None
    assert result.complete
    assert is_whole(sync.plan().stretches)
    cached = sync.cached()
    assert len(cached) == len(set(cached)) == result.sessions
    assert set(service.ids) <= set(cached)
    # Nobody reads what another reads: some more for starting points, the re-read, probes and stepping back.
    assert len(sync.asked) - pages_before <= len(service.ids) / PAGE + 40
    again = sync.run_in_order(OPTIONS)
    assert (again.new, again.complete) == (0, True)


def records(service: ScriptedHistory, newest: int, oldest: int) -> Read:
    return read_here([service.record(key(place)) for place in range(newest, oldest - 1, -1)])


def regular(folder: Path, sessions: int) -> ScriptedSync:
    """An account with a session every two hours, at the places from 1 on."""
    sync = ScriptedSync(
        folder, ScriptedHistory({key(at): START_MS + at * 2 * HOUR_MS for at in range(1, sessions + 1)})
    )
    sync.now_ms = START_MS + sessions * 2 * HOUR_MS
    return sync


def check_whole(sync: ScriptedSync, result: SyncResult | None) -> None:
    assert result is not None
    assert result.stopped_by is None
    assert result.complete
    assert set(sync.history.ids) <= set(sync.cached())


def test_a_walk_that_was_overtaken_leaves_the_rest_to_the_one_below(tmp_path: Path) -> None:
    """One page of the upper walk can hold all that the middle one was to read: it follows nobody then."""
    sync = regular(tmp_path, 400)
    service = sync.history
    with sync.writer() as writer:
        ledger = Ledger(writer, 0)
        ledger.store_down(writer, records(service, 390, 386), Reading(1))
        ledger.store_down(writer, records(service, 400, 395), Reading(2))
        assert ledger.begin_below(writer, service.record(key(392)), 2) is not None
        assert len(ledger.state.plan.stretches) == 3
    sync.close()
    check_whole(sync, sync.run_in_order(OPTIONS))
    cursors = [asked.starting_after for asked in sync.asked if asked.starting_after is not None]
    assert len(cursors) == len(set(cursors)), "no page is read by two"
    assert len(cursors) <= 385 / PAGE + 8


def test_starting_points_are_asked_for_together_and_share_the_gap_evenly(tmp_path: Path) -> None:
    sync = regular(tmp_path, 400)
    together: list[float] = []

    def direct(_: asyncio.Task[SyncResult]) -> None:
        points = [one.request for one in sync.requests() if one.request and one.request.limit == 1]
        maxima = [point.connection_time_max for point in points]
        if not together:
            whole = sync.now_ms - START_MS
            times = [moment.timestamp() * 1000 for moment in maxima if isinstance(moment, datetime)]
            together.extend((sync.now_ms - time) / whole for time in times)
        sync.let(sync.waiting[0])

    check_whole(sync, sync.run(direct, OPTIONS))
    assert together == pytest.approx([1 / 4, 1 / 2, 3 / 4], abs=0.02)


def test_more_walks_begin_while_others_go_on_where_answers_take_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first may have hours to go: none has to end before the number is looked at again."""
    sync = regular(tmp_path, 400)
    monkeypatch.setattr(gaps, "_LOOK_AGAIN_S", 0.0)
    monkeypatch.setattr(SyncRun, "walks_wanted", property(lambda run: 2 if run.pages < 10 else 4))
    most = 0

    def direct(_: asyncio.Task[SyncResult]) -> None:
        nonlocal most
        walks = [one for one in sync.requests() if one.request is not None and one.request.limit == PAGE]
        most = max(most, len(walks))
        sync.let(sync.waiting[0])

    check_whole(sync, sync.run(direct, OPTIONS))
    assert most == 4


@pytest.mark.parametrize("knows_time", ["yes", "ignored"])
def test_a_page_of_the_reread_is_stored_while_the_next_one_is_on_its_way(
    tmp_path: Path, knows_time: KnowsTime
) -> None:
    """And none is asked for beyond the end, which times alone tell where the parameter is ignored."""
    sync = regular(tmp_path, 120)
    sync.history.knows_time = knows_time
    check_whole(sync, sync.run_in_order(OPTIONS))
    sync.asked.clear()
    both = 0

    def direct(_: asyncio.Task[SyncResult]) -> None:
        nonlocal both
        reread = [one for one in sync.requests() if one.request and one.request.connection_time_min]
        both += bool(reread and sync.work())
        sync.let(sync.waiting[-1])  # the answer comes before the last page is stored

    check_whole(sync, sync.run(direct, replace(OPTIONS, reread_days=4)))
    pages = [asked for asked in sync.asked if asked.connection_time_min is not None]
    days_back = 4 * 12 // PAGE  # a session every two hours
    assert days_back + 1 <= len(pages) <= days_back + 2
    assert both >= days_back - 1


@pytest.mark.parametrize("ending", ["failure", "kill", "cancel", "pages"])
@pytest.mark.parametrize("turn", range(3))
def test_a_reread_that_ends_anywhere_is_done_once_more(tmp_path: Path, ending: str, turn: int) -> None:
    """What has been changed upstream comes with the next run, wherever between two pages it ends."""
    options = replace(OPTIONS, reread_days=2)
    sync = regular(tmp_path, 60)
    check_whole(sync, sync.run_in_order(options))
    from_ms = sync.plan().reread_from_ms
    changed = [one for one in sync.history.ids if sync.now_ms - sync.history.times[one] < 40 * HOUR_MS]
    sync.history.names.update(dict.fromkeys(changed, "later"))
    met = 0

    def direct(task: asyncio.Task[SyncResult]) -> None:
        nonlocal met
        reread = [one for one in sync.requests() if one.request and one.request.connection_time_min]
        met += bool(reread and reread[0].request and reread[0].request.starting_after)
        if met <= turn or ending == "pages":
            sync.let(sync.waiting[-1] if met else sync.waiting[0])
        elif ending == "failure" and reread:
            sync.fail(reread[0])
        elif ending == "failure":
            sync.let(sync.waiting[0])
        else:
            if ending == "kill":
                sync.kill()
            task.cancel()

    sync.now_ms += HOUR_MS
    sync.run(direct, replace(options, max_pages=2 + turn if ending == "pages" else None))
    assert sync.plan().reread_from_ms == from_ms
    check_whole(sync, sync.run_in_order(options))
    assert sync.plan().reread_from_ms == sync.now_ms
    assert {one for one, name in sync.cached_names().items() if name == "later"} == set(changed)


def test_who_cancels_waits_for_no_more_than_what_is_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SyncRun, "walks_wanted", 1)
    sync = regular(tmp_path, 400)
    cancelled = False
    after: list[int] = []

    def direct(task: asyncio.Task[SyncResult]) -> None:
        nonlocal cancelled
        work = sync.work()
        if cancelled:
            after.append(len(work))
            sync.let(work[0])
        elif len(sync.asked) > 20 and len(work) >= 2:
            cancelled = task.cancel()
            sync.let(work[0])
        elif sync.requests() and len(sync.asked) > 4:
            sync.let(sync.requests()[0])  # pages come quicker than they are written
        else:
            sync.let(sync.waiting[0])

    assert sync.run(direct, OPTIONS) is None
    assert cancelled
    assert sum(after) <= 1
    stored = len(sync.cached())
    assert 0 < stored < 15 * PAGE
    check_whole(sync, sync.run_in_order(OPTIONS))
    assert stored < len(sync.cached())


def test_an_account_that_is_being_cleared_from_its_old_end_still_answers_live(tmp_path: Path) -> None:
    """The oldest session is another one with every request, and yet nothing is made up."""
    sync = regular(tmp_path, 60)
    cleared = 0

    def direct(_: asyncio.Task[SyncResult]) -> None:
        nonlocal cleared
        waiting = sync.waiting[0]
        if waiting.request is not None and waiting.request.order == "id:asc" and cleared < 4:
            cleared += 1
            del sync.history.times[sync.history.ids[-1]]
        sync.let(waiting)

    check_whole(sync, sync.run(direct, OPTIONS))
    assert cleared == 4


def test_where_no_cursor_of_a_long_stretch_holds_the_gap_is_closed_from_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To step back beyond all of the stretch would be to read all of it again, which looks like a loop."""
    monkeypatch.setattr(SyncRun, "walks_wanted", 1)
    sync = regular(tmp_path, 300)
    sync.run_in_order(replace(OPTIONS, max_pages=40))
    sync.history.times[key(301)] = sync.now_ms = sync.now_ms + HOUR_MS
    sync.run_in_order(replace(OPTIONS, max_pages=1))
    (stretch,) = sync.plan().stretches
    for one in stretch.lower.cursors:
        if one < key(200):
            del sync.history.times[one]
    sync.asked.clear()
    check_whole(sync, sync.run_in_order(OPTIONS))
    assert len(sync.asked) <= 100 / PAGE + 20


def test_others_may_write_between_two_indexes_of_a_large_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes a second or two in a million: what is looked up meanwhile is not to wait for all of them."""
    monkeypatch.setattr("m360desk.store.writer._INDEX_FROM", 50)
    sync = regular(tmp_path, 100)
    made: list[int] = []

    def direct(_: asyncio.Task[SyncResult]) -> None:
        sync.let(sync.waiting[0])
        names = sync.writer()._connection.execute("SELECT count(*) FROM sqlite_schema WHERE type = 'index'")
        made.append(int(names.fetchone()[0]))

    check_whole(sync, sync.run(direct, OPTIONS))
    assert made[-1] - made[0] == len(INDEXED_LATER)
    assert all(after - before <= 1 for before, after in pairwise(made))

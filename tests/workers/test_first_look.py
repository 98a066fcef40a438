"""What a start reads ahead: it is there when the cache is opened, and never another cache's."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from m360desk.core.query import EVERYTHING, Order
from m360desk.store.key import CacheKey
from m360desk.store.reader import CacheReader
from tests.workers.office import SESSIONS, Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from m360desk.simulator.host import SimulatorProcess
    from m360desk.workers.desk import Desk


class Heard:
    """What ``search_first`` has told."""

    def __init__(self) -> None:
        self.answers: list[tuple[list[int], Sequence[Any]]] = []

    def done(self, ids: Sequence[int], rows: Sequence[Any]) -> None:
        self.answers.append((list(ids), rows))


@pytest.fixture
def closed(connected: Office, qtbot: QtBot, tmp_path: Path, simulator: SimulatorProcess) -> Iterator[Office]:
    """An office whose account has a cache, and that has not looked for it yet."""
    connected.close()
    office = Office(qtbot, tmp_path, simulator.url)
    yield office
    office.close()


@pytest.fixture
def found(closed: Office) -> Office:
    """One that has found the account that was shown last, and opened nothing yet."""
    closed.accounts.find_last()
    return closed


def wait_for_the_lane(desk: Desk) -> None:
    """Until what was asked of the lane is answered, without a turn of the event loop."""
    assert desk._ahead is not None
    passed = threading.Event()
    desk._ahead.lanes.rows.request("after it", lambda *_: passed.set(), lambda _: None, lambda _: None)
    assert passed.wait(10)


def test_what_was_read_ahead_is_told_at_once(found: Office) -> None:
    wait_for_the_lane(found.desk)
    found.accounts.open_last()
    heard = Heard()
    found.desk.search_first(EVERYTHING, Order(), heard.done)
    ((ids, rows),) = heard.answers
    assert 0 < len(ids) < SESSIONS
    assert [row.row_id for row in rows] == ids
    again = Heard()
    found.desk.search_first(EVERYTHING, Order(), again.done)
    assert not again.answers, "asked a second time, it is read anew"
    found.until(lambda: bool(again.answers))
    assert again.answers[0][0] == ids


def test_what_is_not_read_yet_is_told_when_it_is(closed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    open_reader = CacheReader.open

    def open_later(path: Path) -> CacheReader:
        assert gate.wait(10)
        return open_reader(path)

    monkeypatch.setattr(CacheReader, "open", open_later)
    closed.accounts.find_last()
    closed.accounts.open_last()
    heard = Heard()
    closed.desk.search_first(EVERYTHING, Order(), heard.done)
    assert not heard.answers
    gate.set()
    closed.until(lambda: bool(heard.answers))
    assert heard.answers[0][0]


def test_another_question_is_asked_anew(found: Office) -> None:
    wait_for_the_lane(found.desk)
    found.accounts.open_last()
    heard = Heard()
    found.desk.search_first(EVERYTHING, Order("battery", descending=False), heard.done)
    assert not heard.answers
    found.until(lambda: bool(heard.answers))
    batteries = [row.get("battery") for row in heard.answers[0][1] if row.get("battery") is not None]
    assert batteries == sorted(batteries)


def test_another_cache_gets_nothing_of_it(found: Office) -> None:
    wait_for_the_lane(found.desk)
    found.desk.open_cache(CacheKey("somebody else", "live"))
    heard = Heard()
    found.desk.search_first(EVERYTHING, Order(), heard.done)
    found.until(lambda: bool(heard.answers))
    assert heard.answers == [([], ())]


def test_a_cache_that_is_not_there_yet_is_an_empty_list(open_office: Callable[..., Office]) -> None:
    office = open_office()
    key = CacheKey("new", "live")
    office.desk.look_ahead(key)
    look = office.desk._ahead
    assert look is not None
    office.until(lambda: look._answer is not None)
    office.desk.open_cache(key)
    heard = Heard()
    office.desk.search_first(EVERYTHING, Order(), heard.done)
    assert heard.answers == [([], ())]
    assert not office.failures


def test_what_nobody_opens_ends_with_the_desk(found: Office) -> None:
    """The fixtures look for threads that were left."""
    wait_for_the_lane(found.desk)

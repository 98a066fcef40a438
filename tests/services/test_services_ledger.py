"""Pages on their way to the cache when one before them shows that they must not be stored."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from m360desk.core.identity import SAMPLE_M360ID
from m360desk.services.ledger import Ledger, Reading
from m360desk.services.record_reader import Read, read_here
from m360desk.services.stretches import Stretch
from m360desk.services.sync_errors import NotLive
from m360desk.store.key import CacheKey
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock


def page(numbers: Sequence[int], **more: object) -> Read:
    records = [json.dumps({"sessionId": f"{number:036}", **more}) for number in numbers]
    return read_here([record.encode() for record in records])


def key(number: int) -> str:
    return f"{number:036}"


@pytest.fixture
def writer(tmp_path: Path) -> CacheWriter:
    lock = FileLock(tmp_path / "lock")
    return CacheWriter.open(
        tmp_path / "cache.sqlite3", CacheKey("0" * 64, "live", None), lock=lock, now_ms=lambda: 1
    )


def stored(writer: CacheWriter) -> int:
    with CacheReader.open(writer.path) as reader:
        return reader.total()


def top(ledger: Ledger) -> Stretch:
    return ledger.state.plan.stretches[0]


def test_nothing_is_stored_behind_a_page_that_could_not_be(writer: CacheWriter) -> None:
    """It would stand behind a hole that nobody knows of."""
    with writer:
        ledger, reading = Ledger(writer, 1000), Reading(1)
        ledger.store_down(writer, page(range(90, 80, -1)), reading)
        with pytest.raises(NotLive):
            ledger.store_down(writer, page(range(80, 70, -1), m360id=SAMPLE_M360ID), reading)
        assert ledger.store_down(writer, page(range(70, 60, -1)), reading).new == 0
        assert stored(writer) == 10
        assert Ledger(writer, 1000).state == ledger.state
        assert top(ledger).lower.near[0] == key(81)


def test_nothing_is_stored_behind_the_page_that_closed_the_gap(writer: CacheWriter) -> None:
    """It lies in what was read before: the walk goes on at the far end of that."""
    with writer:
        ledger = Ledger(writer, 1000)
        older = Reading(1)
        for at in (60, 50, 40, 30):
            ledger.store_down(writer, page(range(at, at - 10, -1)), older)
        newer = Reading(2)
        assert not ledger.store_down(writer, page(range(80, 70, -1)), newer).joined
        assert ledger.store_down(writer, page(range(70, 55, -1)), newer).joined
        ledger.store_down(writer, page(range(55, 45, -1)), newer)
        assert len(ledger.state.plan.stretches) == 1
        assert (top(ledger).upper.near[0], top(ledger).lower.near[0]) == (key(80), key(21))

"""What lanes keep for the next question goes when nothing is asked for a while; answers stay the same."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from m360desk.core.query import EVERYTHING, Order
from m360desk.workers import desk as desk_module

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

    from m360desk.core.cancel import CancelToken
    from m360desk.store.reader import CacheReader
    from tests.workers.office import Office


def test_lanes_forget_when_nothing_is_asked(
    connected: Office, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned = threading.Event()
    monkeypatch.setattr(desk_module, "return_free_blocks", returned.set)
    desk = connected.desk
    heard: list[list[int]] = []
    kept: list[tuple[int, int]] = []

    def search(reader: CacheReader, token: CancelToken) -> list[int]:
        reader.warm_up(token)
        found = [reader.ids_in_memory(EVERYTHING, Order(field)) for field in ("battery", "time")]
        assert found[1] is not None
        note(reader)
        return list(found[1])

    def note(reader: CacheReader, _: object = None) -> None:
        assert reader._in_memory is not None
        kept.append((len(reader._in_memory._masks), len(reader._in_memory._lists._orders)))

    desk._idle.setInterval(0)
    desk.read("search", search, heard.append)
    qtbot.waitUntil(lambda: bool(heard), timeout=10_000)
    qtbot.waitUntil(returned.is_set, timeout=10_000)
    desk.read("note", note, lambda _: None)
    qtbot.waitUntil(lambda: len(kept) == 2, timeout=10_000)
    assert kept == [(1, 2), (0, 1)]
    desk.read("search", search, heard.append)
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=10_000)
    assert heard[0] == heard[1] != []


def test_without_a_cache_there_is_nothing_to_forget(connected: Office, qtbot: QtBot) -> None:
    desk = connected.desk
    troubles: list[object] = []
    desk.failed.connect(troubles.append)
    desk.open_cache(None)
    desk._return_memory()
    assert desk.lanes is None
    assert troubles == []

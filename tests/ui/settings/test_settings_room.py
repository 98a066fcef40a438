"""How much is kept, what takes room, and giving it back: asked first, done beside everything else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QSpinBox

from m360desk.core.query import EVERYTHING, Order
from m360desk.store.reader import CacheReader
from tests.ui.settings.whole_window import SESSIONS, Window, box, find, is_closed, press

if TYPE_CHECKING:
    from collections.abc import Iterator

    from m360desk.system.credentials import StoredCredentials
    from m360desk.ui.settings.dialog import SettingsDialog
    from m360desk.workers.desk import Desk
    from tests.workers.keyrings import MemoryKeyring

# The offscreen plugin says so of every dialog; no other plugin does.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)


def agree(question: QMessageBox) -> None:
    button = next(each for each in question.buttons() if each.text().replace("&", "") == "Remove")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def times(window: Window, own: StoredCredentials, backend: MemoryKeyring) -> Iterator[list[int]]:
    """Connected, with the clock so far on that half of the sessions are older than a month; their times."""
    window.connect_account(own)
    window.until(lambda: bool(backend.entries))
    desk = window.desk
    found = sorted(cached(desk))
    # The account is young: so the clock goes on until half of it is more than a month ago.
    set_clock(desk, found[len(found) // 2] + int(timedelta(days=31, hours=1).total_seconds() * 1000))
    yield found
    desk.change_settings(lambda settings: settings._replace(keep_months=0))
    window.until(lambda: desk.settings.keep_months == 0)


def cached(desk: Desk) -> list[int]:
    """The times of all sessions in the cache."""
    assert desk.lanes is not None
    with CacheReader.open(desk.lanes.path) as reader:
        rows = reader.rows(reader.ids(EVERYTHING, Order()))
    return [time for row in rows if row is not None and isinstance(time := row.get("time"), int)]


def set_clock(desk: Desk, ms: int) -> None:
    desk.now_ms = lambda: ms


def ask(window: Window, dialog: SettingsDialog) -> QMessageBox:
    press(dialog, "applyKeeping")
    window.until(lambda: dialog.findChild(QMessageBox, "questionBox") is not None)
    return box(dialog, "questionBox")


def test_older_sessions_go_after_a_question_and_the_room_is_given_back(
    window: Window, times: list[int]
) -> None:
    desk = window.desk
    dialog = window.settings()
    dialog.show_page("Data")
    records = find(dialog, QLabel, "size-records")
    window.until(lambda: "MB" in records.text())
    apply, months = find(dialog, QPushButton, "applyKeeping"), find(dialog, QSpinBox, "keepMonths")
    assert months.text() == "All sessions"
    assert not apply.isEnabled()
    months.setValue(1)
    question = ask(window, dialog)
    assert question.defaultButton().text().replace("&", "") == "Cancel"
    QTest.keyClick(question, Qt.Key.Key_Escape)
    window.until(lambda: dialog.findChild(QMessageBox, "questionBox") is None)
    assert desk.settings.keep_months == 0
    question = ask(window, dialog)
    asked = question.informativeText()
    said = find(dialog, QLabel, "keepingSays")
    # It may be answered after midnight, or after the holidays: what goes is what was asked about.
    set_clock(desk, desk.now_ms() + int(timedelta(days=10).total_seconds() * 1000))
    agree(question)
    window.until(lambda: "removed" in said.text())
    left = cached(desk)
    gone = SESSIONS - len(left)
    assert 0 < gone < SESSIONS
    assert said.text().startswith(f"{gone} sessions removed.")
    assert asked.startswith(f"{gone} sessions from ")
    assert max(times[:gone]) < min(left)
    assert desk.settings.keep_months == 1
    window.until(lambda: desk.total == len(left))

    compacting = find(dialog, QLabel, "compactingSays")
    press(dialog, "compactCache")
    window.until(lambda: "gained" in compacting.text())
    assert desk.lanes is not None
    with CacheReader.open(desk.lanes.path) as reader:
        assert reader.sizes().by_kind["free"] == 0
    dialog.reject()
    window.until(lambda: is_closed(dialog))


def test_removing_can_be_stopped_and_goes_on_with_the_next_sync(
    window: Window, times: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("m360desk.workers.cache_care.AT_ONCE", 1)
    desk = window.desk
    dialog = window.settings()
    dialog.show_page("Data")
    apply, said = find(dialog, QPushButton, "applyKeeping"), find(dialog, QLabel, "keepingSays")
    compact = find(dialog, QPushButton, "compactCache")
    find(dialog, QSpinBox, "keepMonths").setValue(1)
    agree(ask(window, dialog))
    window.until(lambda: apply.text() == "Stop")
    assert said.text().startswith("Removing: 0 of ")
    assert not compact.isEnabled()
    press(dialog, "applyKeeping")
    window.until(lambda: apply.text() == "Apply…")
    assert said.text() == "Stopped after 1 session. The next sync removes the others."
    assert compact.isEnabled()
    assert sorted(cached(desk)) == times[1:]
    assert desk.settings.keep_months == 1

    window.accounts.start_sync()
    window.until(lambda: desk.sync.running)
    window.until(lambda: not desk.sync.running)
    assert len(times) // 2 - 5 < len(cached(desk)) < len(times) - 5
    dialog.reject()
    window.until(lambda: is_closed(dialog))

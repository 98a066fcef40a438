"""How much is kept, what takes room, and giving it back: asked first, done beside everything else."""

from __future__ import annotations

from dataclasses import replace
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
    from m360desk.system.credentials import StoredCredentials
    from tests.workers.keyrings import MemoryKeyring

# The offscreen plugin says so of every dialog; no other plugin does.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)


def agree(question: QMessageBox) -> None:
    button = next(each for each in question.buttons() if each.text().replace("&", "") == "Remove")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_older_sessions_go_after_a_question_and_the_room_is_given_back(
    window: Window, own: StoredCredentials, backend: MemoryKeyring
) -> None:
    window.connect_account(own)
    window.until(lambda: bool(backend.entries))
    desk = window.desk
    assert desk.lanes is not None
    path = desk.lanes.path
    with CacheReader.open(path) as reader:
        rows = [row for row in reader.rows(reader.ids(EVERYTHING, Order())) if row is not None]
    times = sorted(time for row in rows if isinstance(time := row.get("time"), int))
    # The account is young: so the clock goes on until half of it is more than a month ago.
    middle = times[len(times) // 2]
    later = middle + int(timedelta(days=31, hours=1).total_seconds() * 1000)
    desk.now_ms = lambda: later
    dialog = window.settings()
    dialog.show_page("Data")
    sizes = find(dialog, QLabel, "cacheSizes")
    window.until(lambda: "MB" in sizes.text())
    assert all(kind in sizes.text() for kind in ("Records", "search index", "columns"))
    apply, months = find(dialog, QPushButton, "applyKeeping"), find(dialog, QSpinBox, "keepMonths")
    assert months.text() == "All sessions"
    assert not apply.isEnabled()
    months.setValue(1)
    press(dialog, "applyKeeping")
    window.until(lambda: dialog.findChild(QMessageBox, "questionBox") is not None)
    question = box(dialog, "questionBox")
    assert question.defaultButton().text().replace("&", "") == "Cancel"
    QTest.keyClick(question, Qt.Key.Key_Escape)
    window.until(lambda: dialog.findChild(QMessageBox, "questionBox") is None)
    assert desk.settings.keep_months == 0
    press(dialog, "applyKeeping")
    window.until(lambda: dialog.findChild(QMessageBox, "questionBox") is not None)
    question = box(dialog, "questionBox")
    asked = question.informativeText()
    said = find(dialog, QLabel, "keepingSays")
    agree(question)
    window.until(lambda: "removed" in said.text())
    with CacheReader.open(path) as reader:
        left = [row.get("time") for row in reader.rows(reader.ids(EVERYTHING, Order())) if row is not None]
    gone = SESSIONS - len(left)
    assert 0 < gone < SESSIONS
    assert said.text().startswith(f"{gone} sessions removed.")
    assert asked.startswith(f"{gone} sessions from ")
    assert max(times[:gone]) < min(time for time in left if isinstance(time, int))
    assert desk.settings.keep_months == 1
    window.until(lambda: desk.total == len(left))

    compacting = find(dialog, QLabel, "compactingSays")
    press(dialog, "compactCache")
    window.until(lambda: "gained" in compacting.text())
    with CacheReader.open(path) as reader:
        assert reader.sizes().by_kind["free"] == 0
    dialog.reject()
    window.until(lambda: is_closed(dialog))
    desk.change_settings(lambda settings: replace(settings, keep_months=0))
    window.until(lambda: desk.settings.keep_months == 0)

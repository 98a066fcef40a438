"""The chip row: real widgets, pressed and typed at."""

from collections.abc import Iterator
from datetime import UTC, date

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from m360desk.core.chips import chips
from m360desk.core.query import parse
from m360desk.ui.chips.row import ChipRow
from m360desk.ui.icons import Icons
from m360desk.ui.theme_source import ThemeSource

TEXT = "K26 operator:anna,marek -grade:D battery:<80 after:2026-11-16"


@pytest.fixture
def row(qtbot: QtBot, qapp: QApplication) -> Iterator[ChipRow]:
    palette, font = qapp.palette(), qapp.font()
    themes = ThemeSource(qapp, "light")
    made = ChipRow(themes, Icons(themes))
    made.resize(1200, 40)
    made.show_chips(chips(parse(TEXT, today=date(2026, 11, 23), zone=UTC), UTC))
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitExposed(made)
    yield made
    shiboken6.delete(made)
    shiboken6.delete(themes)  # it would go on setting the application's palette
    qapp.setPalette(palette)
    qapp.setFont(font)


def test_the_cross_takes_a_part_out_and_the_rest_of_the_chip_shows_it(row: ChipRow, qtbot: QtBot) -> None:
    button = row.buttons[1]
    with qtbot.waitSignal(row.removed) as removed:
        cross = QPoint(button.width() - 14, button.height() // 2)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, cross)
    assert removed.args == ["K26 -grade:D battery:<80 after:2026-11-16"]
    words = QPoint(12, button.height() // 2)
    with qtbot.waitSignal(row.picked) as picked, qtbot.assertNotEmitted(row.removed):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, words)
    assert TEXT[slice(*(picked.args or []))] == "operator:anna,marek"


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_the_keyboard_takes_a_part_out(row: ChipRow, qtbot: QtBot, key: Qt.Key) -> None:
    row.buttons[0].setFocus()
    with qtbot.waitSignal(row.removed) as removed:
        QTest.keyClick(row.buttons[0], key)
    assert removed.args == ["operator:anna,marek -grade:D battery:<80 after:2026-11-16"]


def test_what_has_no_room_is_behind_a_button(row: ChipRow, qtbot: QtBot) -> None:
    assert all(button.isVisible() for button in row.buttons)
    right = max(button.geometry().right() for button in row.buttons)
    row.resize(right - 40, 40)
    hidden = [button.chip.words for button in row.buttons if button.chip and not button.isVisible()]
    assert 1 <= len(hidden) <= 2
    assert row._more.text() == f"+{len(hidden)}"
    assert row._more.isVisible()
    assert row._more.geometry().right() <= row.width()
    assert [action.text() for action in row._menu.actions()] == [f"Take out: {words}" for words in hidden]
    with qtbot.waitSignal(row.removed) as removed:
        row._menu.actions()[-1].trigger()
    assert removed.args == [TEXT.rpartition(" ")[0]]
    row.resize(40, 40)
    assert not any(button.isVisible() for button in row.buttons)


def test_chips_are_named_for_assistive_tools(row: ChipRow) -> None:
    said: list[str] = []
    for button in row.buttons:
        interface = QAccessible.queryAccessibleInterface(button)
        said.append(interface.text(QAccessible.Text.Name))
    assert said[:3] == ["Filter: “K26” anywhere", "Filter: operator anna or marek", "Filter: not grade D"]


def test_the_focus_stays_in_the_row(row: ChipRow, qtbot: QtBot) -> None:
    row.activateWindow()
    row.buttons[4].setFocus()
    qtbot.waitUntil(row.buttons[4].hasFocus)
    row.show_chips([button.chip for button in row.buttons[:2] if button.chip])
    assert row.buttons[1].hasFocus()

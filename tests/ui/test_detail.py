"""The detail pane as a widget: filled fast, keeps its place, reachable by keys, copies what it shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolTip, QWidget

from m360desk.core.battery import Limits
from m360desk.core.records import read, read_detail
from m360desk.store.stored import StoredRow, Version
from m360desk.ui.detail.content import SECTIONS, PaneContext
from m360desk.ui.detail.lines import LineMeasure, LinesView, places, runs_width
from m360desk.ui.detail.loading import SessionDetail
from m360desk.ui.detail.pane import DetailPane
from m360desk.ui.detail.pieces import key_value, quantity
from m360desk.ui.detail.section import SectionHeader
from m360desk.ui.fonts import Fonts
from m360desk.ui.icons import Icons
from m360desk.ui.marks import Marks
from m360desk.ui.theme_source import ThemeSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

_REFERENCE = json.loads((Path(__file__).parents[1] / "fixtures" / "reference_record.json").read_bytes())
_NOW = int(datetime(2026, 7, 28, 12, 0, tzinfo=UTC).timestamp() * 1000)


def _record(**changes: object) -> dict[str, Any]:
    return {**_REFERENCE, **changes}


def _row(row_id: int, record: object) -> StoredRow:
    return StoredRow(row_id, read(json.dumps(record).encode()).values, gone=False)


def _session(row_id: int = 1, **changes: object) -> SessionDetail:
    record = _record(**changes)
    earlier = _record(
        connectionTime="2025-03-12T10:00:00+00:00", batteryHealthPercent="91%", batteryCycles=390
    )
    history = (_row(row_id, record), _row(7, earlier), _row(8, earlier))
    versions = (Version(3, _NOW - 2, _NOW - 1),)
    return SessionDetail(row_id, read_detail(json.dumps(record).encode()), history, versions=versions)


@pytest.fixture
def pane(qapp: QApplication, qtbot: QtBot) -> Iterator[DetailPane]:
    palette, font = qapp.palette(), qapp.font()
    themes = ThemeSource(qapp, "light")
    context = PaneContext(_NOW, UTC, Limits())
    widget = DetailPane(themes, Icons(themes), Marks(), lambda: context)
    widget.resize(384, 900)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.activateWindow()
    yield widget
    shiboken6.delete(widget)
    shiboken6.delete(themes)
    qapp.setPalette(palette)
    qapp.setFont(font)


def _tops(pane: DetailPane) -> list[int]:
    QApplication.processEvents()
    page = pane.head.parentWidget()
    assert page is not None
    return [pane.sections[key].mapTo(page, QPoint(0, 0)).y() for key, _ in SECTIONS]


def test_a_session_fills_every_section(pane: DetailPane) -> None:
    pane.show_session(_session())
    assert pane.head.title.accessibleName() == "iPhone 13 Pro"
    assert pane.identity.values()[2] == "F17V0TC46325"
    assert "1 test failed" in pane.head.badges.accessibleName()
    for name, rows in (("testList", 16), ("deviceHistory", 3)):
        view = pane.findChild(LinesView, name)
        assert view is not None
        assert len(view.lines) == rows
        assert view.isVisible()
    assert pane.battery.gauge.accessibleName() == "State of health 78 %. Replace, under 80"
    assert pane.battery.chart.points == ((390, 91.0), (390, 91.0), (1167, 78.0))
    assert not any(pane.sections[key].folded for key, _ in SECTIONS if key not in ("raw", "versions"))


def test_lists_are_as_high_as_their_lines_and_tests_stand_in_two_columns(pane: DetailPane) -> None:
    pane.show_session(_session())
    QApplication.processEvents()
    view = pane.lists["tests"]
    boxes = [view.visualRect(view.model().index(row, 0)) for row in range(len(view.lines))]
    assert boxes[1].top() == boxes[2].top()
    assert boxes[1].right() < boxes[2].left()
    assert max(box.bottom() for box in boxes) < view.viewport().height()
    assert view.viewport().height() - max(box.bottom() for box in boxes) < 8


def test_placeholder_shows_what_is_known_and_moves_nothing(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_session(_session())
    before = _tops(pane)
    whole = pane.grab().toImage()
    pane.show_placeholder(_row(2, _record(marketingName="Galaxy S23", serial="R5CT1")))
    assert (pane.row_id, pane.content) == (2, None)
    assert pane.grab().toImage() == whole, "nothing flickers"
    pane.show_placeholder(_row(3, _record(marketingName="Galaxy S24", serial="R5CT1")))
    with qtbot.waitSignal(pane.bars_shown):
        pass
    assert pane.head.title.accessibleName() == "Galaxy S24", "the newest counts"
    assert pane.identity.values()[2] == "R5CT1"
    assert pane.head.badges.badges == ()
    assert not pane.lists["tests"].isVisible(), "what belongs to another device is not shown"
    assert not pane.head.report.isEnabled()
    assert _tops(pane) == before
    pane.show_session(_session(3))
    assert _tops(pane) == before
    assert pane.head.report.isEnabled()


def test_what_loads_at_once_shows_no_grey_bars(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_session(_session(2))
    pane.show_placeholder(_row(1, _record()))
    with qtbot.assertNotEmitted(pane.bars_shown, wait=120):
        pane.show_session(_session())


def test_nothing_selected(pane: DetailPane) -> None:
    pane.show_session(_session())
    pane.clear()
    assert (pane.row_id, pane.content) == (None, None)
    assert not pane.head.isVisible()


def test_another_session_of_the_device_is_asked_for_by_click_and_by_key(
    pane: DetailPane, qtbot: QtBot
) -> None:
    pane.show_session(_session())
    QApplication.processEvents()
    view = pane.lists["history"]
    asked: list[object] = []
    pane.session_requested.connect(asked.append)
    second = view.visualRect(view.model().index(1, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=second)
    assert asked == [7]
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert asked == [7, 8]
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(0, 0)).center()
    )
    assert asked == [7, 8], "the one that is shown needs no asking"


def test_versions_and_links_are_asked_for(pane: DetailPane, qtbot: QtBot) -> None:
    report = [{"pdfLink": "https://m360soft.com/r.pdf"}]
    pane.show_session(_session(diagnosticsReports=report))
    pane.set_folded_sections(())
    for key, signal, wanted in (
        ("reports", pane.link_requested, ["https://m360soft.com/r.pdf"]),
        ("versions", pane.version_requested, [1, 3]),
    ):
        view = pane.lists[key]
        view.setCurrentIndex(view.model().index(0, 0))
        with qtbot.waitSignal(signal) as caught:
            QTest.keyClick(view, Qt.Key.Key_Return)
        assert caught.args == wanted


def test_copying(pane: DetailPane) -> None:
    pane.show_session(_session())
    clipboard = QGuiApplication.clipboard()
    button = pane.identity.button(0)
    assert button.accessibleName() == "Copy IMEI"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert clipboard.text() == "352918119109327"
    figures = pane.battery.figures
    row = next(row for row, line in enumerate(figures.lines) if line.spoken.startswith("Cycles"))
    figures.setCurrentIndex(figures.model().index(row, 0))
    QTest.keyClick(figures, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == "1,167"
    QTest.mouseClick(pane.raw.copy_button, Qt.MouseButton.LeftButton)
    assert json.loads(clipboard.text()) == _record()
    pane.show_session(_session(imei2=None))
    assert not pane.identity.button(1).isVisible(), "there is nothing to copy"


def test_folding_is_kept_from_session_to_session(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_session(_session())
    assert pane.folded_sections() == ("versions", "raw")
    header = pane.sections["tests"].header
    header.setFocus()
    with qtbot.waitSignal(pane.folds_changed):
        QTest.keyClick(header, Qt.Key.Key_Space)
    assert not pane.lists["tests"].isVisible()
    pane.show_session(_session(2))
    assert pane.folded_sections() == ("tests", "versions", "raw")
    assert not pane.lists["tests"].isVisible()
    pane.set_folded_sections(("battery", "no such section"))
    assert pane.folded_sections() == ("battery",)
    assert pane.lists["tests"].isVisible()


def test_everything_is_reached_by_the_tab_key_and_has_a_name(pane: DetailPane) -> None:
    pane.show_session(_session())
    pane.set_folded_sections(())
    QApplication.processEvents()
    wanted = {
        widget
        for kind in (QAbstractButton, LinesView)
        for widget in pane.findChildren(kind)
        if widget.isVisible() and widget.isEnabled()
    } | {pane.raw.tree, pane.raw.field}
    wanted = {widget for widget in wanted if widget.focusPolicy() & Qt.FocusPolicy.TabFocus}
    assert sum(isinstance(widget, SectionHeader) for widget in wanted) == len(SECTIONS)
    unnamed = [widget for widget in wanted if not (widget.accessibleName() or widget.property("text"))]
    assert unnamed == []
    reached: set[QWidget] = set()
    pane.sections["history"].header.setFocus()
    for _ in range(3 * len(wanted)):
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.add(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert {widget.accessibleName() for widget in wanted - reached} == set()


def test_the_pane_scrolls_with_the_line_that_has_the_keyboard(pane: DetailPane) -> None:
    pane.show_session(_session())
    pane.set_folded_sections(())
    pane.resize(384, 300)
    QApplication.processEvents()
    view = pane.lists["tests"]
    view.setFocus()
    pane.verticalScrollBar().setValue(0)
    for _ in range(2):
        QTest.keyClick(view, Qt.Key.Key_End)
        QApplication.processEvents()
        line = view.visualRect(view.currentIndex())
        seen = pane.viewport().rect()
        assert seen.contains(view.viewport().mapTo(pane.viewport(), line.center()))


def test_a_value_is_whole_before_its_source_is(qapp: QApplication) -> None:
    measure = LineMeasure(Fonts.from_system())
    line = key_value("Full charge", quantity(2399, "mAh"), "reported by device")

    def shown(width: int) -> tuple[bool, int]:
        (_, (value, at, room), (source, start, left)) = places(line.pieces, width, measure)
        assert start >= at + runs_width(value.runs, measure)
        assert start + left <= width
        return room >= runs_width(value.runs, measure), runs_width(source.runs, measure) - left

    assert shown(352) == (True, 0)
    whole, missing = shown(260)
    assert whole
    assert missing > 0


def test_lines_speak(pane: DetailPane) -> None:
    pane.show_session(_session())
    spoken = QAccessible.queryAccessibleInterface(pane.lists["tests"])
    assert spoken is not None
    assert spoken.childCount() == 16
    assert spoken.child(0).text(QAccessible.Text.Name).startswith("Battery: failed")


def test_colours_follow_the_theme(pane: DetailPane) -> None:
    pane.show_session(_session())
    light = pane.grab().toImage().pixelColor(4, 4)
    pane._themes.set_choice("dark")
    QApplication.processEvents()
    dark = pane.grab().toImage().pixelColor(4, 4)
    assert (light.name(), dark.name()) == ("#ffffff", "#191b1d")


def test_narrow_panes_wrap_and_elide_instead_of_scrolling_sideways(pane: DetailPane) -> None:
    pane.show_session(_session(marketingName="A very long name of a phone " * 4))
    pane.resize(320, 700)
    QApplication.processEvents()
    page = pane.head.parentWidget()
    assert page is not None
    assert page.width() == pane.viewport().width()
    assert pane.head.badges.width() <= pane.viewport().width()


@pytest.mark.qt_log_ignore("^This plugin does not support raise", extend=True)
def test_what_is_cut_is_whole_in_its_tip(pane: DetailPane, qtbot: QtBot) -> None:
    tests = [
        {"testId": "AVeryLongNameOfATest" * 4, "result": "Failed"},
        {"testId": "Wifi", "result": "Failed"},
    ]
    pane.show_session(_session(diagnosticsResults=[{"tests": tests}]))
    view = pane.lists["tests"]
    for row, cut in ((0, True), (1, False)):
        place = view.visualRect(view.model().index(row, 0)).center()
        event = QHelpEvent(QEvent.Type.ToolTip, place, view.viewport().mapToGlobal(place))
        QApplication.sendEvent(view.viewport(), event)
        if cut:
            assert QToolTip.text().startswith("A very long name of a test")
            QToolTip.hideText()
            qtbot.waitUntil(lambda: not QToolTip.isVisible())
        else:
            assert not QToolTip.isVisible()


@pytest.mark.parametrize("width", [320, 352, 384, 700])
def test_strange_texts_fit_at_any_width(pane: DetailPane, width: int) -> None:
    tests = [
        {"testId": f"Test{n}" + "Long" * 20, "result": ("Failed", "Passed", "Skipped")[n % 3]}
        for n in range(120)
    ]
    pane.resize(width, 700)
    pane.show_session(
        _session(
            diagnosticsResults=[{"tests": tests}],
            marketingName="هاتف ذكي 📱" * 9,
            username="דנה" * 30,
            customId="😀" * 60,
            gradingResult={"grade": "ممتاز", "comment": "x" * 5000},
        )
    )
    page = pane.head.parentWidget()
    assert page is not None
    assert page.width() == pane.viewport().width()
    assert len(pane.lists["tests"].lines) == 120
    for section in pane.sections.values():
        assert section.width() == page.width()
    pane.grab()

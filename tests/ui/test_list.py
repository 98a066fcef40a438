"""The list in the window: order, sorting, place and selection, what is painted, what is heard."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from m360desk.core.records import read
from m360desk.ui.sessions.cell_context import RowLayout
from m360desk.ui.sessions.cells import lay_out_cell, shows_hits
from m360desk.ui.sessions.columns import COLUMNS, MORE_COLUMNS
from m360desk.ui.sessions.hits import Hits
from m360desk.ui.sessions.row_painter import RowPainter
from m360desk.ui.text import NO_BREAK

if TYPE_CHECKING:
    from m360desk.store.writer import CacheWriter
    from m360desk.ui.sessions.columns import ListColumn
    from tests.ui.conftest import Bench, OpenBench, Workshop

TABLE_ORDER = [column.name for column in COLUMNS]


def picture(bench: Bench, row: int) -> QImage:
    """One row as it is on the screen."""
    table = bench.table
    area = QRect(0, table.rowViewportPosition(row), table.viewport().width(), table.rowHeight(row))
    return table.viewport().grab(area).toImage()


def colours(image: QImage) -> set[int]:
    return {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(image.height())}


def test_every_session_is_listed_newest_first_and_says_what_the_cache_has(bench: Bench) -> None:
    assert bench.ids == bench.expected("")
    assert len(bench.ids) == 600
    model = bench.application.shell.page.model
    assert [stored.row_id for stored in model.known_rows(range(15))] == bench.ids[:15]
    row = model.row_at(0)
    assert row is not None
    device = model.data(model.index(0, TABLE_ORDER.index("device")))
    assert str(row.get("model")) in device
    assert str(row.get("imei") or row.get("serial") or "no IMEI") in device


@pytest.mark.parametrize("column", range(len(TABLE_ORDER)))
def test_a_click_on_a_header_sorts_by_it_and_a_second_one_turns_it_round(bench: Bench, column: int) -> None:
    bench.window.resize(2000, 900)  # no column is folded, whatever the font
    QApplication.processEvents()
    header = bench.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(column) + 12, header.height() // 2)
    chosen = COLUMNS[column]
    first = not chosen.newest_first if chosen.sort == "time" else chosen.newest_first
    for descending in (first, not first):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        bench.settle()
        assert bench.ids == bench.expected("", field=chosen.sort, descending=descending)
        assert header.sortIndicatorSection() == column
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        assert header.sortIndicatorOrder() == order


def test_the_keyboard_sorts_too(bench: Bench) -> None:
    header = bench.table.horizontalHeader()
    header.setFocus(Qt.FocusReason.TabFocusReason)
    before = header.grab().toImage()
    bench.press(Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert header.grab().toImage() != before, "which column has the keyboard must be seen"
    assert header.accessibleName() == "Sort by Battery"
    bench.press(Qt.Key.Key_Return)
    bench.settle()
    assert bench.ids == bench.expected("", field="battery", descending=False)
    bench.press(Qt.Key.Key_Space)
    bench.settle()
    assert bench.ids == bench.expected("", field="battery", descending=True)


def test_arrows_move_the_cursor_and_the_detail_pane_follows(bench: Bench) -> None:
    bench.table.setFocus()
    detail = bench.application.shell.detail
    assert detail is not None
    for step in (1, 2, 3):
        bench.press(Qt.Key.Key_Down)
        bench.settle()
        assert bench.table.currentIndex().row() == step
        assert detail.row_id == bench.ids[step]
        assert detail.content is not None
    bench.press(Qt.Key.Key_End)
    bench.settle()
    assert detail.row_id == bench.ids[-1]


def test_typing_letters_in_the_list_asks_no_row_for_its_text(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = bench.application.shell.page.model
    asked: list[object] = []
    bench.table.setFocus()
    monkeypatch.setattr(model, "_describe", lambda *args: asked.append(args))
    bench.press("z", "q")
    assert not asked, "Qt's own search would walk through a million rows"


def test_at_the_top_new_sessions_are_offered_and_come_in_when_pressed(
    bench: Bench, workshop: Workshop
) -> None:
    top, detail = bench.ids[0], bench.application.shell.detail
    assert detail is not None
    chosen = detail.row_id
    bench.add(workshop, 600, 612)
    after = bench.expected("")
    above = after.index(top)
    assert above > 5
    assert bench.ids == after[above:], "what is below the top came in, what is above waits"
    assert bench.text("newSessions") == f"{above} new"
    assert bench.find("newSessions").isVisible()
    assert bench.text("sessionCount") == "<b>612</b> sessions"
    QTest.mouseClick(bench.find("newSessions"), Qt.MouseButton.LeftButton)
    bench.settle()
    assert bench.ids == bench.expected("")
    assert len(bench.ids) == 612
    assert not bench.find("newSessions").isVisible()
    assert bench.table.first_visible() == (0, 0)
    assert bench.table.current_row_id() == chosen, "the cursor stays with its session"
    assert detail.row_id == chosen


def test_in_the_middle_everything_keeps_its_place_when_rows_come_in(bench: Bench, workshop: Workshop) -> None:
    """Sorted by battery, new sessions come in anywhere."""
    header = bench.table.horizontalHeader()
    header.sectionClicked.emit(TABLE_ORDER.index("battery"))
    bench.settle()
    bench.table.scroll_to(300, 7)
    bench.table.select_row(305)
    flags = bench.table.selectionModel().SelectionFlag
    for row in (307, 310):
        bench.table.selectionModel().select(
            bench.application.shell.page.model.index(row, 0), flags.Select | flags.Rows
        )
    top, chosen = bench.ids[300], [bench.ids[row] for row in (305, 307, 310)]
    bench.settle()
    bench.add(workshop, 600, 640)
    assert bench.ids == bench.expected("", field="battery", descending=False)
    assert len(bench.ids) == 640
    place = bench.table.first_visible()
    assert place is not None
    assert (bench.ids[place[0]], place[1]) == (top, 7)
    selected = {bench.ids[index.row()] for index in bench.table.selectionModel().selectedRows()}
    assert selected == set(chosen)
    assert bench.table.current_row_id() == chosen[0]
    assert not bench.find("newSessions").isVisible()


def test_a_changed_session_is_shown_changed_in_its_place(bench: Bench, workshop: Workshop) -> None:
    import json

    newest = max(range(600), key=workshop.fleet.connected_ms)
    record = json.loads(workshop.fleet.record_bytes(newest))
    record["customId"] = "RMA 7777"
    model = bench.application.shell.page.model
    column = TABLE_ORDER.index("custom")
    assert model.data(model.index(0, column)) != "RMA 7777"

    def store(writer: CacheWriter) -> None:
        writer.store_page([read(json.dumps(record).encode())], stretch=None, batch=2, state=None)

    bench.write(store)
    bench.qtbot.waitUntil(lambda: model.data(model.index(0, column)) == "RMA 7777")


def test_all_visible_rows_are_painted_by_one_call(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    paint = RowPainter.paint

    def counted(self: RowPainter, *args: Any, **keywords: Any) -> None:
        calls.append(len(args[2]))
        paint(self, *args, **keywords)

    monkeypatch.setattr(RowPainter, "paint", counted)
    bench.table.viewport().repaint()
    visible = bench.table.viewport().height() // bench.table.rowHeight(0)
    assert len(calls) == 1
    assert visible <= calls[0] <= visible + 2


def test_rows_are_painted_and_hover_selection_and_focus_can_be_told_apart(bench: Bench) -> None:
    table = bench.table
    bench.box.setFocus()
    plain = picture(bench, 2)
    assert len(colours(plain)) > 10, "texts and marks"
    table.select_row(2)
    idle = picture(bench, 2)
    table.setFocus()
    focused = picture(bench, 2)
    table.select_row(0)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(50, table.rowViewportPosition(2) + 5),
        table.viewport().mapToGlobal(QPointF(50, table.rowViewportPosition(2) + 5)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(table.viewport(), move)
    hovered = picture(bench, 2)
    pictures = [plain, idle, focused, hovered]
    for number, one in enumerate(pictures):
        assert all(one != other for other in pictures[number + 1 :])
    QApplication.sendEvent(table.viewport(), QEvent(QEvent.Type.Leave))
    QApplication.sendEvent(table, QEvent(QEvent.Type.Leave))
    assert picture(bench, 2) == plain


def test_what_is_not_here_yet_keeps_its_place(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    model = bench.application.shell.page.model
    loaded = picture(bench, 0)
    model._rows.clear()
    monkeypatch.setattr(model, "_fetch", lambda *_: None)
    blank = picture(bench, 0)
    assert len(colours(blank)) <= 4, "nothing flickers where rows come at once"
    bench.qtbot.waitUntil(lambda: picture(bench, 0) != blank)
    waiting = picture(bench, 0)
    assert waiting.size() == loaded.size()
    theme = bench.application.themes.theme
    assert theme.sunken.rgb() in colours(waiting)
    assert theme.text.rgb() not in colours(waiting)


def test_what_was_searched_for_is_marked_in_rows_that_stay(bench: Bench) -> None:
    bench.application.shell.page.table.setCurrentIndex(QModelIndex())
    row = bench.application.shell.page.model.row_at(0)
    assert row is not None
    plain = picture(bench, 0)
    for words in (str(row.get("model")).split()[0], str(row.get("imei") or row.get("serial"))[-6:]):
        bench.search(words)
        shown = bench.application.shell.page.model.row_at(0)
        assert shown == row, "the newest session answers"
        bench.table.clearSelection()
        bench.table.setCurrentIndex(QModelIndex())
        assert picture(bench, 0) != plain, words
    bench.search("")
    bench.table.clearSelection()
    bench.table.setCurrentIndex(QModelIndex())
    assert picture(bench, 0) == plain


@pytest.mark.parametrize("column", [*COLUMNS, *MORE_COLUMNS], ids=lambda column: column.name)
def test_only_cells_that_show_what_was_found_look_different_in_a_search(
    bench: Bench, column: ListColumn
) -> None:
    page = bench.application.shell.page
    context = page._context(page._themes.theme, 1.0)
    rows = page.model.known_rows(range(30))
    looks = []
    for hits in (Hits(), Hits(words=tuple("aei0123456789"))):
        layouts = [RowLayout() for _ in rows]
        for row, layout in zip(rows, layouts, strict=True):
            lay_out_cell(column, row, 0, 200, context._replace(hits=hits), layout)
        looks.append([layout.texts for layout in layouts])
    if not shows_hits(column):
        assert looks[0] == looks[1]
    elif column.name in ("device", "operator"):
        assert looks[0] != looks[1]


def test_another_theme_repaints_everything(bench: Bench) -> None:
    bench.box.setFocus()
    light = picture(bench, 1)
    bench.application.themes.set_choice("dark")
    dark = picture(bench, 1)
    base = bench.application.themes.theme.base
    assert QImage.pixel(dark, 100, 3) == base.rgb()
    assert QImage.pixel(light, 100, 3) != base.rgb()
    assert len(colours(dark)) > 10


def test_a_narrow_window_folds_columns_in_their_order(bench: Bench) -> None:
    header = bench.table.horizontalHeader()
    gone: list[str] = []
    table = bench.table
    for width in range(1000, 380, -10):
        table.resize(width, 400)
        hidden = {name for number, name in enumerate(TABLE_ORDER) if header.isSectionHidden(number)}
        gone += sorted(hidden - set(gone))
        assert set(gone) == hidden, "what has left does not come back while it gets narrower"
        if width >= 620:  # the narrowest window leaves more
            shown = sum(header.sectionSize(number) for number in range(len(TABLE_ORDER)))
            assert shown == table.viewport().width(), f"the columns fill the list at {width}"
    assert gone == ["custom", "operator", "grade", "cycles"]
    table.resize(1000, 400)
    assert not any(header.isSectionHidden(number) for number in range(len(TABLE_ORDER)))
    header.resizeSection(TABLE_ORDER.index("tests"), 300)
    assert header.isSectionHidden(TABLE_ORDER.index("custom")), (
        "what the user widens takes room from the others"
    )
    assert sum(header.sectionSize(number) for number in range(len(TABLE_ORDER))) == table.viewport().width()


def test_the_list_can_be_heard(bench: Bench) -> None:
    table = bench.table
    interface = QAccessible.queryAccessibleInterface(table)
    assert interface.text(QAccessible.Text.Name) == "Device sessions"
    columns = len(COLUMNS)
    # Qt counts a header for each row too, also while it is hidden.
    assert interface.childCount() == (1 + 600) * (1 + columns), "every row"

    def heard_at(row: int) -> list[str]:
        first = row * (1 + columns) + 1
        return [interface.child(first + number).text(QAccessible.Text.Name) for number in range(columns)]

    header = heard_at(0)
    assert header == [column.title for column in COLUMNS]
    model = bench.application.shell.page.model
    row = model.row_at(1)
    assert row is not None
    heard = heard_at(2)
    assert str(row.get("model")) in heard[TABLE_ORDER.index("device")]
    battery = row.get("battery")
    assert heard[TABLE_ORDER.index("battery")] == (
        f"{floor(battery)}{NO_BREAK}%" if isinstance(battery, int | float) else "unknown"
    )
    assert "passed" in heard[TABLE_ORDER.index("tests")] or heard[TABLE_ORDER.index("tests")] == "Not tested"
    tip = model.data(model.index(1, 0), Qt.ItemDataRole.ToolTipRole)
    assert tip[4] == "-", "the time's tip is ISO"
    assert len(tip) >= 19


def test_a_click_far_right_never_scrolls_the_table_sideways(open_bench: OpenBench) -> None:
    bench = open_bench()
    bench.settle()
    bench.table.scrollTo(bench.application.shell.page.model.index(3, len(COLUMNS) - 1))
    assert bench.table.horizontalScrollBar().value() == 0

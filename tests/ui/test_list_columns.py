"""The list's columns: chosen, moved, sized, folded, remembered; rows of one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QMenu

from m360desk.ui.sessions.column_menu import ColumnMenus
from m360desk.ui.sessions.columns import COLUMNS, MORE_COLUMNS

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from tests.ui.conftest import Bench
else:
    Bench = object


def names(bench: Bench) -> list[str]:
    return [column.name for column in bench.application.shell.page.shown_columns()]


def actions(menu: QMenu) -> dict[str, QAction]:
    found: dict[str, QAction] = {}
    for action in menu.actions():
        inner = action.menu()
        found |= actions(inner) if isinstance(inner, QMenu) else {action.text(): action}
    return found


def columns_menu(bench: Bench) -> QMenu:
    menu = bench.window.findChild(QMenu, "columnsMenu")
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    return menu


def test_columns_without_room_are_named_and_come_back_for_good(bench: Bench) -> None:
    table = bench.table
    table.resize(1000, 400)
    button = table.folded_button
    assert not button.isVisible()
    for width in range(1000, 500, -8):
        table.resize(width, 400)
        if button.text() == "+2":
            break
    assert (button.text(), button.isVisible()) == ("+2", True)
    assert button.geometry().right() < table.horizontalHeader().width()
    assert "Operator" in button.toolTip()
    assert "Custom ID" in button.accessibleName()
    before = names(bench)
    menus = table.findChild(ColumnMenus)
    assert menus is not None
    menu = menus.folded_menu()
    actions(menu)["Show Operator"].trigger()
    menu.deleteLater()
    assert "operator" in names(bench)
    assert set(before) - set(names(bench)) == {"grade"}, "another one makes room"
    table.resize(width - 120, 400)
    assert "operator" in names(bench), "what the user placed never folds"


def test_columns_are_chosen_moved_and_sized_and_kept(bench: Bench) -> None:
    table = bench.table
    table.resize(1200, 400)
    menu = columns_menu(bench)
    actions(menu)["Serial"].setChecked(True)
    actions(menu)["Flags"].setChecked(False)
    header = table.horizontalHeader()
    header.moveSection(header.visualIndex(1), 0)
    header.resizeSection(3, 91)
    chosen = names(bench)
    assert chosen[:2] == ["device", "time"]
    assert chosen[-1] == "serial"
    assert "flags" not in chosen
    model = bench.application.shell.page.model
    row = model.row_at(0)
    assert row is not None
    assert model.data(model.index(0, len(COLUMNS))) == (row.get("serial") or "–")
    kept = bench.window.keep_state()
    actions(columns_menu(bench))["Reset columns"].trigger()
    assert names(bench) == [column.name for column in COLUMNS]
    assert model.columnCount() == len(COLUMNS), "nobody hears columns that are not there"
    bench.window.restore_kept(kept)
    table.resize(1200, 400)
    assert names(bench) == chosen
    assert header.sectionSize(3) == 91


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"order": 1}', '{"order": [], "shown": ["x"]}'])
def test_what_was_kept_badly_changes_nothing(bench: Bench, text: str) -> None:
    before = names(bench)
    bench.window.restore_kept({"columns": text})
    assert names(bench) == before


def test_a_column_that_was_not_known_is_shown_as_at_first(bench: Bench) -> None:
    state = json.loads(bench.table.columns.state())
    for key in ("order", "shown"):
        state[key].remove("custom")
    state["order"].append("no longer known")
    bench.table.resize(1200, 400)
    bench.table.columns.restore(json.dumps(state))
    assert "custom" in names(bench)


def test_every_further_column_can_be_seen_and_sorted_by(bench: Bench) -> None:
    table = bench.table
    for column in MORE_COLUMNS:
        table.columns.want(column.name, wanted=True)
    table.resize(2400, 400)
    assert {column.name for column in MORE_COLUMNS} <= set(names(bench))
    table.viewport().grab()
    section = len(COLUMNS) + [column.name for column in MORE_COLUMNS].index("serial")
    table.horizontalHeader().sectionClicked.emit(section)
    bench.settle()
    assert bench.ids == bench.expected("", field="serial", descending=False)


def test_rows_of_one_line_show_more_and_stay_so(bench: Bench) -> None:
    table = bench.table
    table.scroll_to(100, 0)
    two_lines = table.rowHeight(0)
    actions(columns_menu(bench))["Compact rows"].trigger()
    assert table.rowHeight(0) == bench.application.themes.theme.fonts.compact_row_height < two_lines
    assert table.first_visible() == (100, 0)
    assert table.viewport().grab().toImage().height() > 0
    assert bench.window.keep_state()["rows"] == "compact"
    actions(columns_menu(bench))["Compact rows"].trigger()
    assert table.rowHeight(0) == two_lines

"""What can be done with sessions in the list: copied, filtered by, exported."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication

from m360desk.core.fields import COLUMNS as FIELDS
from m360desk.core.matching import matches
from m360desk.core.query import parse
from m360desk.ui.sessions.columns import COLUMNS, MORE_COLUMNS
from m360desk.ui.sessions.filters import filter_of

if TYPE_CHECKING:
    import pytest

    from tests.ui.conftest import Bench
else:
    Bench = object


def clipboard(bench: Bench) -> str:
    board = QGuiApplication.clipboard()
    board.setText("")
    bench.table.setFocus()
    return board.text()


def test_rows_are_copied_as_a_table_and_imeis_by_themselves(bench: Bench) -> None:
    clipboard(bench)
    page = bench.application.shell.page
    # In any font: a column folded for want of room is not copied, and the operator is asked for below.
    bench.application.shell.window.resize(2000, 900)
    bench.table.select_row(2)
    bench.press(Qt.Key.Key_Down)
    page.table.selectionModel().select(
        page.model.index(2, 0),
        page.table.selectionModel().SelectionFlag.Select | page.table.selectionModel().SelectionFlag.Rows,
    )
    board = QGuiApplication.clipboard()
    bench.press("Ctrl+C")
    bench.qtbot.waitUntil(lambda: bool(board.text()))
    head, *lines = board.text().rstrip("\n").split("\n")
    assert head.split("\t") == [column.title for column in page.shown_columns()]
    rows = page.model.known_rows((2, 3))
    assert len(lines) == 2
    for row, line in zip(rows, lines, strict=True):
        cells = line.split("\t")
        assert len(cells) == len(page.shown_columns())
        assert str(row.get("model")) in cells[1]
        assert str(row.get("operator") or "") in cells
    board.setText("")
    actions = bench.application.shell.list_actions
    menu = actions.menu(None)
    assert actions.copy_rows.text() == "Copy 2 rows"
    actions.copy_imeis.trigger()
    wanted = "\n".join(dict.fromkeys(str(row.get("imei")) for row in rows if row.get("imei")))
    bench.qtbot.waitUntil(lambda: board.text() == wanted)
    menu.deleteLater()


def test_a_cell_is_filtered_by(bench: Bench) -> None:
    page = bench.application.shell.page
    column = next(column for column in COLUMNS if column.name == "operator")
    position = next(n for n in range(20) if (row := page.model.row_at(n)) and row.get("operator"))
    bench.table.select_row(position)
    row = page.model.row_at(position)
    assert row is not None
    bench.box.setText("battery:>0")
    bench.settle()
    bench.table.select_row(0)
    bench.qtbot.waitUntil(lambda: page.model.row_at(0) is not None)
    row = page.model.row_at(0)
    assert row is not None
    menu = bench.application.shell.list_actions.menu(column)
    operator = str(row.get("operator"))
    wanted = f"Only operator {operator}"
    next(action for action in menu.actions() if action.text() == wanted).trigger()
    bench.settle()
    assert bench.box.text() == f"battery:>0 operator:{operator}"
    assert row.row_id in bench.ids
    menu.deleteLater()


def test_every_filter_that_is_offered_finds_its_own_session(bench: Bench) -> None:
    rows = bench.application.shell.page.model.known_rows(range(40))

    def day(time_ms: int) -> date:
        return datetime.fromtimestamp(time_ms / 1000, UTC).date()

    offered = set()
    for row in rows:
        for column in (*COLUMNS, *MORE_COLUMNS):
            found = filter_of(column.name, row, day)
            if found is None:
                continue
            offered.add(column.name)
            query = parse(found.term, today=day(0), zone=UTC)
            assert matches(query, row), (found, row.get(column.name))
    assert {"time", "device", "tests", "grade", "operator", "imei", "created"} <= offered
    assert len(FIELDS) > len(offered)


def test_what_is_selected_is_exported(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    actions = bench.application.shell.list_actions
    exported: list[list[int]] = []
    monkeypatch.setattr(actions._work, "export", lambda ids: exported.append(list(ids)))
    bench.table.selectAll()
    menu = actions.menu(None)
    assert actions.export.text() == "Export 600 sessions…"
    actions.export.trigger()
    assert exported == [bench.ids]
    assert not actions.report.isEnabled(), "a report is of one session"
    menu.deleteLater()


def test_runs_of_selected_rows_are_exported_in_the_order_of_the_list(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions, page = bench.application.shell.list_actions, bench.application.shell.page
    exported: list[list[int]] = []
    monkeypatch.setattr(actions._work, "export", lambda ids: exported.append(list(ids)))
    model, flags = page.table.selectionModel(), QItemSelectionModel.SelectionFlag
    model.clearSelection()
    for first, last in ((400, 450), (10, 11), (0, 0), (440, 460)):
        run = QItemSelection(page.model.index(first, 0), page.model.index(last, 0))
        model.select(run, flags.Select | flags.Rows)
    actions.export.trigger()
    assert exported == [[bench.ids[0], *bench.ids[10:12], *bench.ids[400:461]]]
    assert page.selected.count == 64

"""Selection, cursor and place stay with their sessions: sorted, synced into, many or few, in pieces."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from m360desk.ui.sessions import row_selection
from m360desk.ui.sessions.columns import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.ui.sessions.view import SessionTable
    from tests.ui.conftest import Bench, Workshop

NAMES = [column.name for column in COLUMNS]
Flag = QItemSelectionModel.SelectionFlag


def sort_by(bench: Bench, name: str) -> None:
    bench.table.horizontalHeader().sectionClicked.emit(NAMES.index(name))
    bench.settle()


def click(bench: Bench, row: int, *keys: Qt.KeyboardModifier, right: bool = False) -> None:
    place = bench.table.visualRect(bench.application.shell.page.model.index(row, 1)).center()
    held = Qt.KeyboardModifier.NoModifier
    for key in keys:
        held |= key
    button = Qt.MouseButton.RightButton if right else Qt.MouseButton.LeftButton
    QTest.mouseClick(bench.table.viewport(), button, held, place)
    bench.settle()


def selected(bench: Bench) -> set[int]:
    """The selected row ids."""
    return set(bench.table.selected.row_ids())


def expected(bench: Bench, name: str, *, descending: bool = False) -> list[int]:
    return bench.expected("", field=COLUMNS[NAMES.index(name)].sort, descending=descending)


class Watch(QObject):
    """Notes whether a paint ever lacked a row, or all of them."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._table, self._model = bench.table, bench.application.shell.page.model
        self.paints = 0
        self.lacked: list[str] = []
        bench.table.viewport().installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt calls it so
        if event.type() is QEvent.Type.Paint:
            self.paints += 1
            first, last = _visible(self._table)
            if not self._model.rowCount():
                self.lacked.append("the list was empty")
            elif not all(self._model.row_at(at) is not None for at in range(first, last + 1)):
                self.lacked.append("a row was not there")
        return False


def _visible(table: SessionTable) -> tuple[int, int]:
    count = table.model().rowCount()
    last = table.rowAt(table.viewport().height() - 1)
    return max(0, table.rowAt(0)), count - 1 if last < 0 else last


def test_hundreds_of_selected_sessions_stay_selected_while_others_come_in(
    bench: Bench, workshop: Workshop
) -> None:
    """Sorted by battery, new sessions come in anywhere: one piece becomes several."""
    sort_by(bench, "battery")
    bench.table.scroll_to(97, 5)
    click(bench, 100)
    bench.table.rows.select_spans(((100, 500),))
    chosen, top = set(bench.ids[100:500]), bench.ids[97]
    bench.settle()
    watch = Watch(bench)
    bench.add(workshop, 600, 650)
    assert bench.ids == expected(bench, "battery")
    assert len(bench.ids) == 650
    assert selected(bench) == chosen
    assert len(bench.table.selected.spans) > 1
    place = bench.table.first_visible()
    assert place is not None
    assert (bench.ids[place[0]], place[1]) == (top, 5)
    pane = bench.application.shell.detail
    assert pane is not None
    assert pane.many.head.title.accessibleName() == "400 sessions selected"
    assert not watch.lacked


def test_all_selected_stay_selected_and_what_comes_is_not(bench: Bench, workshop: Workshop) -> None:
    bench.table.setFocus()
    bench.press("Ctrl+A")
    before = set(bench.ids)
    assert selected(bench) == before
    bench.add(workshop, 600, 620)
    assert selected(bench) == before
    QTest.mouseClick(bench.find("newSessions"), Qt.MouseButton.LeftButton)
    bench.settle()
    assert len(bench.ids) == 620
    assert selected(bench) == before, "those that came in above are not selected"
    assert bench.table.first_visible() == (0, 0)


def test_sorting_keeps_what_is_selected_and_shows_the_top(bench: Bench) -> None:
    pane = bench.application.shell.detail
    assert pane is not None
    click(bench, 4)
    chosen = bench.ids[4]
    for name in ("battery", "operator", "battery"):
        sort_by(bench, name)
        assert bench.ids != bench.expected("")
        assert bench.table.current_row_id() == chosen
        assert selected(bench) == {chosen}
        assert pane.row_id == chosen
        assert bench.table.first_visible() == (0, 0)
    bench.table.setFocus()
    position = bench.ids.index(chosen)
    bench.press(Qt.Key.Key_Down)
    bench.settle()
    assert bench.table.current_row_id() == bench.ids[position + 1], "one goes on from there"


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_selection, "MOST_PIECES", 10)


@pytest.mark.usefixtures("in_pieces")
def test_a_selection_in_very_many_pieces_is_one_like_any_other(bench: Bench, workshop: Workshop) -> None:
    click(bench, 0)
    bench.table.rows.select_spans(((0, 300),))
    chosen = set(bench.ids[:300])
    sort_by(bench, "battery")
    assert len(bench.table.selected.spans) > 10
    assert selected(bench) == chosen
    assert bench.table.rows.in_pieces, "not in Qt's pieces"
    assert bench.application.shell.page.selected_ids().tolist() == [i for i in bench.ids if i in chosen]

    bench.table.scrollToTop()
    inside = next(row for row in range(2, 12) if bench.ids[row] in chosen)
    outside = next(row for row in range(2, 12) if bench.ids[row] not in chosen)
    click(bench, outside, Qt.KeyboardModifier.ControlModifier)
    assert selected(bench) == chosen | {bench.ids[outside]}
    click(bench, inside, Qt.KeyboardModifier.ControlModifier)
    chosen = (chosen | {bench.ids[outside]}) - {bench.ids[inside]}
    assert selected(bench) == chosen
    click(bench, outside, right=True)
    assert selected(bench) == chosen, "the right button is for the menu"

    bench.add(workshop, 600, 640)
    assert selected(bench) == chosen
    sort_by(bench, "time")
    assert selected(bench) == chosen
    click(bench, 7)
    assert selected(bench) == {bench.ids[7]}
    assert not bench.table.rows.in_pieces


@pytest.mark.usefixtures("in_pieces")
def test_pieces_that_are_left_when_most_is_taken_away_are_qts_again(bench: Bench) -> None:
    bench.table.rows.select_spans(tuple((at, at + 1) for at in range(0, 40, 2)))
    assert len(selected(bench)) == 20
    index = bench.application.shell.page.model.index
    for at in range(0, 30, 2):
        bench.table.rows.select(index(at, 0), Flag.Deselect | Flag.Rows)
    assert selected(bench) == {bench.ids[at] for at in range(30, 40, 2)}
    assert not bench.table.rows.in_pieces
    bench.table.clearSelection()
    assert not selected(bench)


def test_what_the_user_selects_meanwhile_wins(bench: Bench) -> None:
    """Between a click on a header and all of the new order, something else may be chosen."""
    page = bench.application.shell.page
    bench.table.rows.select_spans(((5, 50),))
    bench.settle()
    bench.table.horizontalHeader().sectionClicked.emit(NAMES.index("battery"))
    bench.qtbot.waitUntil(lambda: bench.ids[:1] == expected(bench, "battery")[:1])
    chosen = bench.ids[3]
    bench.table.select_row(3)
    bench.settle()
    assert selected(bench) == {chosen}
    assert page.selected_ids().tolist() == [chosen]


def test_at_the_very_end_the_place_stays_when_sessions_come_in_above(
    bench: Bench, workshop: Workshop
) -> None:
    sort_by(bench, "battery")
    bench.table.setFocus()
    bench.press(Qt.Key.Key_End)
    bench.settle()
    top = bench.table.first_visible()
    assert top is not None
    seen = bench.ids[top[0]], top[1]
    bench.add(workshop, 600, 650)
    place = bench.table.first_visible()
    assert place is not None
    assert (bench.ids[place[0]], place[1]) == seen


def test_a_row_is_chosen_alone_while_a_key_is_held(bench: Bench) -> None:
    bench.table.select_row(2)
    bench.press("Ctrl+C")  # Qt takes Ctrl for held from now on
    assert QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier
    bench.table.select_row(2)
    assert selected(bench) == {bench.ids[2]}
    bench.table.select_row(4)
    assert selected(bench) == {bench.ids[4]}


def test_a_look_at_what_sync_has_written_waits_for_the_one_under_way(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order that only the file tells takes seconds in a large cache: asked anew, it never came."""
    controller, desk = bench.application.shell.controller, bench.application.desk
    asked: list[Callable[[], None]] = []
    search = desk.search
    monkeypatch.setattr(desk, "search", lambda *args, **more: asked.append(partial(search, *args, **more)))
    bench.table.horizontalHeader().sectionClicked.emit(NAMES.index("battery"))
    assert len(asked) == 1
    desk.cache_changed.emit()
    controller._refresh.timeout.emit()
    controller._refresh.timeout.emit()
    assert len(asked) == 1, "the answer is still under way"
    monkeypatch.setattr(desk, "search", search)
    asked[0]()
    bench.settle()
    assert bench.ids == expected(bench, "battery")

"""The list's model: placeholders until rows come, the newest wish first, memory bounded, nothing stale."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt

from m360desk.core.fields import COLUMNS as FIELDS
from m360desk.store.stored import StoredRow
from m360desk.ui.sessions.columns import COLUMNS, ListColumn
from m360desk.ui.sessions.model import KEPT_ROWS, MARGIN, SessionModel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Answer = Callable[[Sequence[StoredRow | None]], None]


def row(row_id: int) -> StoredRow:
    return StoredRow(row_id, (None,) * len(FIELDS), gone=False)


class Source:
    """Notes what is asked for; answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[int], Answer]] = []

    def __call__(self, ids: Sequence[int], done: Answer) -> None:
        self.asked.append((list(ids), done))

    def answer(self) -> None:
        ids, done = self.asked.pop()
        done([row(each) for each in ids])


def describe(column: ListColumn, stored: StoredRow, role: int) -> Any:
    return f"{column.name} of {stored.row_id}" if role == Qt.ItemDataRole.DisplayRole else None


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def model(qtbot: QtBot, source: Source) -> SessionModel:
    return SessionModel(COLUMNS, source, describe)


def numbers(first: int, end: int) -> array[int]:
    return array("q", range(first, end))


def test_a_row_is_a_placeholder_until_it_comes_and_data_never_asks(
    qtbot: QtBot, model: SessionModel, source: Source
) -> None:
    model.show_ids(numbers(1000, 2000))
    assert (model.rowCount(), model.columnCount()) == (1000, len(COLUMNS))
    assert model.data(model.index(5, 1)) is None
    assert not source.asked, "data() must not fetch"
    model.want(100, 119)
    asked = source.asked[0][0]
    assert asked[:20] == list(range(1100, 1120)), "the visible rows come first"
    assert set(asked) == set(range(1100 - MARGIN, 1120 + MARGIN))
    with qtbot.waitSignal(model.dataChanged) as changed:
        source.answer()
    assert (changed.args[0].row(), changed.args[1].row()) == (100, 119)
    assert model.data(model.index(105, 1)) == "device of 1105"
    model.want(101, 118)
    assert not source.asked, "what is here, margin included, is not asked for again"


def test_only_what_is_missing_is_asked_for_and_one_wish_once(model: SessionModel, source: Source) -> None:
    model.show_ids(numbers(0, 500))
    model.want(0, 19)
    model.want(0, 19)
    assert len(source.asked) == 1, "a paint while the rows are on their way must not ask again"
    source.answer()
    model.want(40, 59)
    assert source.asked[0][0] == list(range(50, 60)) + list(range(60, 90))


def test_memory_is_bounded_and_the_rows_seen_last_stay(model: SessionModel, source: Source) -> None:
    model.show_ids(numbers(0, 10_000))
    for first in range(0, 9_000, 80):
        model.want(first, first + 79)
        source.answer()
    kept = [position for position in range(10_000) if model.row_at(position) is not None]
    assert len(kept) == KEPT_ROWS
    assert kept[-1] - kept[0] == KEPT_ROWS - 1
    assert set(range(8_960, 9_040)) <= set(kept)


def test_rows_of_an_answer_that_is_not_shown_any_more_change_nothing(
    qtbot: QtBot, model: SessionModel, source: Source
) -> None:
    model.show_ids(numbers(0, 100))
    model.want(0, 19)
    late = source.asked[0][1]
    model.show_ids(numbers(500, 510))
    with qtbot.assertNotEmitted(model.dataChanged):
        late([row(each) for each in range(20)])
    assert all(model.row_at(position) is None for position in range(10))
    model.want(0, 9)
    assert set(source.asked[-1][0]) == set(range(500, 510))


def test_changed_rows_are_fetched_again_and_shown_as_known_until_then(
    model: SessionModel, source: Source
) -> None:
    model.show_ids(numbers(0, 100))
    model.want(0, 9)
    source.answer()
    model.mark_stale()
    assert model.data(model.index(3, 0)) == "time of 3"
    assert set(source.asked[0][0]) >= set(range(10)), "also those that are here"
    newer = StoredRow(3, (None,) * len(FIELDS), gone=True)
    same = model.row_at(4)
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    source.asked.pop()[1]([newer, row(4)])
    assert model.row_at(3) is newer
    assert model.row_at(4) is same, "nothing of it has changed"
    assert told == [(3, 3)]


def test_another_account_starts_from_nothing(model: SessionModel, source: Source) -> None:
    model.show_ids(numbers(0, 10))
    model.want(0, 9)
    source.answer()
    model.forget()
    assert model.rowCount() == 0
    model.show_ids(numbers(0, 10))
    assert model.row_at(0) is None, "the same ids may be other sessions now"

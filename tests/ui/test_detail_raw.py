"""The raw record: shown only when it is opened, searched, copied without loss."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import shiboken6
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea

from m360desk.ui.detail.raw_body import RawBody
from m360desk.ui.detail.raw_model import MOST_MATCHES, RawModel, json_text
from m360desk.ui.icons import Icons
from m360desk.ui.theme_source import ThemeSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

_RECORD = {
    "batteryHealthPercent": "78%",
    "big": 12345678901234567890123,
    "empty": {},
    "oemCheckResult": {"display": {"isOriginal": False}, "battery": {"isOriginal": True}},
    "tests": [{"testId": "Speaker", "result": "Failed"}, {"testId": "Wifi", "result": "Passed"}],
}


@pytest.fixture
def body(qapp: QApplication, qtbot: QtBot) -> Iterator[RawBody]:
    palette, font = qapp.palette(), qapp.font()
    themes = ThemeSource(qapp, "light")
    holder = QScrollArea()
    holder.setWidgetResizable(True)
    widget = RawBody(themes, Icons(themes))
    holder.setWidget(widget)
    with qtbot.waitExposed(holder):
        holder.show()
    widget.hide()
    yield widget
    shiboken6.delete(holder)
    shiboken6.delete(themes)
    qapp.setPalette(palette)
    qapp.setFont(font)


def _tree(model: RawModel, parent: QModelIndex | None = None) -> dict[str, object]:
    parent = parent if parent is not None else QModelIndex()
    found: dict[str, object] = {}
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        assert model.parent(index) == parent
        value = model.data(model.index(row, 1, parent))
        found[model.data(index)] = _tree(model, index) if model.hasChildren(index) else value
    return found


def test_the_record_is_asked_for_only_when_it_is_seen(body: RawBody, qtbot: QtBot) -> None:
    asked: list[int] = []

    def load() -> object:
        asked.append(1)
        return _RECORD

    body.offer(load)
    body.offer(load)
    assert (asked, body.model.rowCount()) == ([], 0)
    body.show()
    assert (asked, body.model.rowCount()) == ([1], len(_RECORD))
    body.hide()
    body.show()
    assert asked == [1]


def test_tree_has_every_name_and_value(body: RawBody) -> None:
    body.model.show_record(_RECORD)
    shown = _tree(body.model)
    assert list(shown) == list(_RECORD)
    assert shown["big"] == "12345678901234567890123"
    assert shown["empty"] == "0 properties"
    assert shown["tests"] == {
        "[0]": {"testId": '"Speaker"', "result": '"Failed"'},
        "[1]": {"testId": '"Wifi"', "result": '"Passed"'},
    }


def test_search_keeps_the_way_to_what_matches(body: RawBody, qtbot: QtBot) -> None:
    body.offer(lambda: _RECORD)
    body.show()
    QTest.keyClicks(body.field, "wifi")
    assert _tree(body.model) == {"tests": {"[1]": {"testId": '"Wifi"'}}}
    assert body.tree.isExpanded(body.model.index(0, 0))
    body.field.setText("ISORIGINAL")
    assert body.model.found == 2
    body.field.setText("nothing like this")
    assert body.model.rowCount() == 0
    QTest.keyClick(body.field, Qt.Key.Key_Escape)
    assert body.model.rowCount() == len(_RECORD)


def test_a_search_in_a_huge_record_stops(body: RawBody) -> None:
    body.model.show_record({"entries": [{"a": number} for number in range(20_000)]})
    assert not body.model.search("a")
    assert body.model.found == MOST_MATCHES


def test_copying_a_value_and_the_whole(body: RawBody, qtbot: QtBot) -> None:
    body.offer(lambda: _RECORD)
    body.show()
    clipboard = QGuiApplication.clipboard()
    body.tree.setCurrentIndex(body.model.index(0, 0))
    body.copy_value()
    assert clipboard.text() == "78%"
    branch = body.model.index(3, 0)
    body.tree.setCurrentIndex(branch)
    body.copy_value()
    assert json.loads(clipboard.text()) == _RECORD["oemCheckResult"]
    assert (
        body.model.path(body.model.index(0, 0, body.model.index(0, 0, branch)))
        == "oemCheckResult.display.isOriginal"
    )
    body.copy_all()
    assert json.loads(clipboard.text()) == _RECORD


def test_tree_grows_with_what_is_open(body: RawBody, qtbot: QtBot) -> None:
    body.offer(lambda: _RECORD)
    body.show()
    folded = body.tree.height()
    body.tree.expandAll()
    body.tree.fit()
    assert body.tree.height() > folded
    body.tree.collapseAll()
    body.tree.fit()
    assert body.tree.height() == folded


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=60, deadline=None)
@given(_JSON, st.text(max_size=2))
def test_any_value_can_be_shown_searched_and_copied(value: object, words: str) -> None:
    model = RawModel()
    model.show_record(value)
    _tree(model)
    model.search(words)
    _tree(model)
    json_text(value).encode()

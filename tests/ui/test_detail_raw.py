"""The raw record: shown only when it is opened, searched, copied without loss."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
import shiboken6
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QScrollArea

from m360desk.core.large_records import LARGE, Level, Packed, packed
from m360desk.ui.detail.raw_body import RawBody
from m360desk.ui.detail.raw_model import GROUP, RawModel, json_text
from m360desk.ui.detail.raw_search import MOST_MATCHES, RawSearch
from m360desk.ui.icons import Icons
from m360desk.ui.theme_source import ThemeSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

_RECORD = {
    "batteryHealthPercent": "78%",
    "big": 12345678901234567890123,
    "empty": {},
    "oemCheckResult": {"display": {"isOriginal": False}, "battery": {"isOriginal": True}},
    "tests": [{"testId": "Speaker", "result": "Failed"}, {"testId": "Wifi", "result": "Passed"}],
}

_RAW = json.dumps(_RECORD).encode()


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


def test_the_record_is_decoded_only_when_it_is_seen(body: RawBody, qtbot: QtBot) -> None:
    body.offer(_RAW)
    assert body.model.rowCount() == 0
    body.show()
    assert body.model.rowCount() == len(_RECORD)
    with qtbot.assertNotEmitted(body.model.modelReset):
        body.hide()
        body.show()


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
    body.offer(_RAW)
    body.show()
    QTest.keyClicks(body.field, "wifi")
    assert _tree(body.model) == {"tests": {"[1]": {"testId": '"Wifi"'}}}
    assert body.tree.isExpanded(body.model.index(0, 0))
    body.field.setText("ISORIGINAL")
    assert _found(body) == "2 matches"
    body.field.setText("nothing like this")
    assert body.model.rowCount() == 0
    QTest.keyClick(body.field, Qt.Key.Key_Escape)
    assert body.model.rowCount() == len(_RECORD)


def _found(body: RawBody) -> str:
    label = body.findChild(QLabel)
    assert label is not None
    return label.text()


def test_a_search_opens_the_way_to_what_it_finds_and_nothing_else(body: RawBody) -> None:
    body.offer(_RAW)
    body.show()
    body.field.setText("oemcheck")
    branch = body.model.index(0, 0)
    assert body.model.hasChildren(branch)
    assert not body.tree.isExpanded(branch), "what was found is shown, not all that is in it"
    body.tree.setCurrentIndex(branch)
    body.copy_value()
    assert json.loads(QGuiApplication.clipboard().text()) == _RECORD["oemCheckResult"]


def test_a_value_is_copied_whole_while_a_search_shows_a_part(body: RawBody) -> None:
    body.offer(_RAW)
    body.show()
    body.field.setText("wifi")
    body.tree.setCurrentIndex(body.model.index(0, 0))
    body.copy_json()
    assert json.loads(QGuiApplication.clipboard().text()) == _RECORD["tests"]
    body.tree.setCurrentIndex(body.model.index(0, 0, body.model.index(0, 0, body.model.index(0, 0))))
    body.copy_path()
    assert QGuiApplication.clipboard().text() == "tests[1].testId"


def test_open_branches_stay_open_when_the_record_changes(body: RawBody) -> None:
    body.offer(_RAW)
    body.show()
    body.tree.expand(body.model.index(3, 0))
    body.offer(json.dumps(_RECORD | {"big": 1}).encode())
    assert body.tree.isExpanded(body.model.index(3, 0))
    assert not body.tree.isExpanded(body.model.index(4, 0))


def test_a_record_of_five_megabytes_never_holds_up_the_window(body: RawBody, qtbot: QtBot) -> None:
    entries = [{"a": number, "text": f"entry {number} " + "x" * 80} for number in range(45_000)]
    raw = json.dumps({"few": [1, 2], "entries": entries, "last": "here"}).encode()
    assert len(raw) > 5_000_000 > LARGE
    taken: list[float] = []

    def timed(act: Callable[[], object]) -> None:
        start = time.thread_time()
        act()
        taken.append(time.thread_time() - start)

    timed(lambda: json.loads(raw))
    whole = taken.pop()
    body.offer(raw)
    timed(body.show)
    branch = body.model.index(1, 0)
    timed(lambda: body.tree.expand(branch))
    group = body.model.index(0, 0, branch)
    assert body.model.rowCount(branch) <= GROUP
    timed(lambda: body.tree.expand(group))
    innermost = body.model.index(1, 0, group)
    timed(lambda: body.tree.expand(innermost))
    found = body.model.index(7, 0, innermost)
    assert body.model.path(found) == "entries[207]"
    timed(body.window().repaint)
    timed(lambda: body.field.setText("entry 44999 "))
    steps = RawSearch(body._record, "entry 44999 ").steps()
    for _ in range(20_000):
        timed(lambda: next(steps, None))
    qtbot.waitUntil(lambda: _found(body) == "1 match", timeout=20_000)
    assert max(taken) < whole, "no turn of the event loop goes through all of the record"
    body.field.setText("a")
    qtbot.waitUntil(lambda: _found(body).startswith("the first"), timeout=20_000)
    assert MOST_MATCHES == 500


def test_copying_a_value_and_the_whole(body: RawBody, qtbot: QtBot) -> None:
    body.offer(_RAW)
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
    body.offer(_RAW)
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
    model.show_record(packed(json.dumps(value).encode()))
    _tree(model)
    search = RawSearch(value, words)
    for _ in search.steps():
        pass
    model.show_record(search.kept)
    _tree(model)
    json_text(value).encode()


@settings(max_examples=60, deadline=None)
@given(_JSON.filter(lambda value: isinstance(value, dict | list)))
def test_a_packed_value_has_the_same_members(value: object) -> None:
    def whole(part: object) -> object:
        if not isinstance(part, dict | list | Packed):
            return part
        members = dict(Level(part).members())
        is_list = isinstance(part, list) or (isinstance(part, Packed) and not part.is_object)
        return (
            [whole(member) for member in members.values()]
            if is_list
            else {name: whole(member) for name, member in members.items()}
        )

    text = json.dumps(value)
    assert json.dumps(whole(Packed(text.encode()))) == text

"""Completions under the search box: offered to resting fingers, taken by a choice only, in nobody's way."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from m360desk.core.records import read
from m360desk.store.reader import CacheReader

if TYPE_CHECKING:
    from m360desk.ui.frame.completion_popup import CompletionPopup
    from m360desk.ui.frame.search_completion import SearchCompletion
    from tests.ui.conftest import Bench


class Completing:
    """The box with the focus, and what is offered under it."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.box = bench, bench.box
        self.completion: SearchCompletion = bench.application.shell.completion
        self.popup: CompletionPopup = self.completion.popup
        bench.press("Ctrl+F")

    @property
    def labels(self) -> list[str]:
        return [each.label for each in self.popup.model.candidates] if self.popup.isVisible() else []

    @property
    def counts(self) -> dict[str, int | None]:
        return {each.label: each.count for each in self.popup.model.candidates}

    def keys(self, text: str) -> None:
        QTest.keyClicks(self.box, text)

    def offered(self, text: str) -> list[str]:
        """Type, and wait for what is offered."""
        self.keys(text)
        self.bench.qtbot.waitUntil(self.popup.isVisible)
        return self.labels

    def value_counts(self, field: str, query: str = "") -> Counter[str]:
        """What the cache holds, counted session by session."""
        ids = self.bench.expected(query)
        with CacheReader.open(self.bench.path) as reader:
            rows = reader.rows(ids)
        return Counter(str(row.get(field)) for row in rows if row is not None)


@pytest.fixture
def completing(bench: Bench) -> Completing:
    return Completing(bench)


def test_a_field_then_its_value_with_counts_of_the_rest_of_the_search(completing: Completing) -> None:
    bench, box = completing.bench, completing.box
    assert completing.offered("battery:<85 mod")[0] == "model:"
    assert box.hasFocus()
    assert not completing.popup.view.selectionModel().hasSelection()
    bench.press(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert box.text() == "battery:<85 model:"
    bench.qtbot.waitUntil(lambda: len(completing.labels) > 1)
    wanted = completing.value_counts("model", "battery:<85")
    assert completing.counts == dict(wanted)
    assert completing.labels[0] in {model for model, count in wanted.items() if count == max(wanted.values())}
    assert not bench.find("queryError").isVisible(), "what is missing is offered, not called wrong"
    completing.keys('"galaxy s2')
    bench.qtbot.waitUntil(lambda: bool(completing.labels) and "Galaxy" in completing.labels[0])
    bench.press(Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down)
    chosen = completing.popup.chosen
    assert chosen is not None
    assert chosen.label == completing.labels[1]
    bench.press(Qt.Key.Key_Tab)
    assert box.text() == f"battery:<85 model:{chosen.written}"
    assert '"' in chosen.written, "blanks need quotes"
    assert box.hasFocus()
    assert box.cursorPosition() == len(box.text())
    bench.settle()
    assert len(bench.ids) == chosen.count == wanted[chosen.label]
    bench.press("Ctrl+Z")
    assert box.text() == 'battery:<85 model:"galaxy s2'


def test_without_a_choice_every_key_does_what_it_always_does(completing: Completing) -> None:
    bench, box = completing.bench, completing.box
    submitted: list[str] = []
    box.submitted.connect(submitted.append)
    assert completing.offered("bat")
    bench.press(Qt.Key.Key_Return)
    assert submitted == ["bat"]
    assert completing.labels == []
    completing.offered("t")
    bench.press(Qt.Key.Key_Escape)
    assert box.text() == "batt"
    assert completing.labels == []
    bench.press(Qt.Key.Key_Escape)
    assert box.text() == ""
    bench.settle()
    completing.offered("opera")
    bench.press(Qt.Key.Key_Tab)
    assert bench.window.focusWidget() is not box
    assert completing.labels == []


def test_nothing_is_offered_to_who_types_on_or_to_text_that_others_write(completing: Completing) -> None:
    bench, popup, rest = completing.bench, completing.popup, completing.completion.rest
    with bench.qtbot.assertNotEmitted(rest.timeout):
        completing.keys("bat")
        bench.press(Qt.Key.Key_Return)
        assert not rest.isActive()
    completing.box.setText("mod")
    assert not rest.isActive()
    assert not popup.isVisible()
    with bench.qtbot.waitSignal(rest.timeout):
        completing.keys(" 352918112846172")
    assert not popup.isVisible()


def test_ctrl_space_offers_all_and_the_mouse_takes(completing: Completing) -> None:
    bench, box, popup = completing.bench, completing.box, completing.popup
    bench.press("Ctrl+Space")
    assert {"battery:", "failed:", "has:", "is:", "after:"} <= set(completing.labels)
    view = popup.view
    row = completing.labels.index("failed:")
    view.scrollTo(popup.model.index(row))
    place = view.visualRect(popup.model.index(row)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert box.text() == "failed:"
    assert box.hasFocus()
    bench.qtbot.waitUntil(lambda: "none" in completing.labels)
    lists = completing.value_counts("failed")
    batteries = sum(count for text, count in lists.items() if "Battery" in text.split(","))
    assert completing.counts["Battery"] == batteries > 0
    assert completing.counts["none"] == lists[""]


@pytest.mark.parametrize(
    ("typed", "label", "query"),
    [
        ("is:lo", "locked", "is:locked"),
        ("has:grad", "grading", "has:grading"),
        ("last:", "1y", "last:1y"),
        ("-battery:", "<80", "battery:<80"),
        ("iphone battery:u", "unknown", "iphone battery:unknown"),
    ],
)
def test_words_that_are_known_beforehand_are_counted_too(
    completing: Completing, typed: str, label: str, query: str
) -> None:
    assert label in completing.offered(typed)
    completing.bench.qtbot.waitUntil(lambda: completing.counts.get(label) is not None)
    assert completing.counts[label] == len(completing.bench.expected(query))


def test_it_is_heard_and_seen_whole_at_every_size(completing: Completing) -> None:
    bench, popup = completing.bench, completing.popup
    bench.window.resize(960, 600)
    completing.offered("is:")
    bench.press(Qt.Key.Key_Down)
    heard = QAccessible.queryAccessibleInterface(popup.view)
    assert heard.text(QAccessible.Text.Name) == "Completions"
    told = popup.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told.startswith("failed, A test failed")
    assert bench.window.rect().contains(popup.geometry())
    rows = popup.view.sizeHintForRow(0)
    assert rows == bench.application.themes.theme.fonts.compact_row_height
    bench.window.resize(1100, 700)
    assert completing.labels == [], "it does not hang where the box was"


def test_a_value_with_blanks_and_accents_is_put_into_the_middle_of_a_search(completing: Completing) -> None:
    bench, box = completing.bench, completing.box
    record = {
        "id": "0" * 8 + "-0000-7000-8000-" + "0" * 12,
        "username": "Žofie Nováková, 2",
        "serial": "F17ZZ",
    }
    page = [read(json.dumps(record).encode())]
    bench.write(lambda writer: writer.store_page(page, stretch=None, batch=2, state=None))
    box.setText("operator:zo serial:any")
    bench.press("Ctrl+F", Qt.Key.Key_Home)
    for _ in "operator:zo":
        bench.press(Qt.Key.Key_Right)
    assert completing.offered("fie") == ["Žofie Nováková, 2"]
    assert completing.counts == {"Žofie Nováková, 2": 1}
    bench.press(Qt.Key.Key_Down, Qt.Key.Key_Tab)
    assert box.text() == 'operator:"Žofie Nováková, 2" serial:any'
    assert box.cursorPosition() == len('operator:"Žofie Nováková, 2"')
    bench.settle()
    assert len(bench.ids) == 1

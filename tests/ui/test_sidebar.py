"""The side bar in the window: counts are the cache's, clicks and keys write the query, views are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from m360desk.core.records import read
from m360desk.system.views_file import SavedView, ViewsFile
from m360desk.ui.sidebar.entries import SECTIONS, VIEWS, Entry
from m360desk.ui.sidebar.model import ENTRY_ROLE

if TYPE_CHECKING:
    from pathlib import Path

    from m360desk.store.writer import CacheWriter
    from m360desk.ui.sidebar.side_bar import SideBar
    from tests.ui.conftest import Bench, OpenBench, Workshop


def bar(bench: Bench) -> SideBar:
    found = bench.application.shell.side_bar
    assert found is not None
    return found


def line(bench: Bench, section: str, title: str) -> QModelIndex:
    model = bar(bench).model
    parent = model.index(SECTIONS.index(section), 0)
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        if index.data() == title:
            return index
    raise AssertionError((section, title))


def entry(bench: Bench, section: str, title: str) -> Entry:
    found: Entry = line(bench, section, title).data(ENTRY_ROLE)
    return found


def click(bench: Bench, section: str, title: str) -> None:
    tree = bar(bench).tree
    index = line(bench, section, title)
    tree.scrollTo(index)
    place = tree.visualRect(index).center()
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    bench.settle()


def views_counted(bench: Bench) -> None:
    side = bar(bench)
    bench.qtbot.waitUntil(lambda: all(e.count is not None for e in side.model.entries(VIEWS)), timeout=10_000)


def test_counts_are_what_the_cache_answers(bench: Bench) -> None:
    views_counted(bench)
    side = bar(bench)
    for view in side.model.entries(VIEWS):
        assert view.count == len(bench.expected(view.query or "")), view
    for section in SECTIONS[1:]:
        facet = side._facet(section)
        counted = [each for each in side.model.entries(section) if each.key is not None]
        assert counted, section
        for each in counted:
            wanted = bench.expected(f"{section}:{facet.written(each.key or '')}")
            assert each.count == len(wanted), (section, each)


def test_choosing_writes_the_query_and_counts_leave_the_own_part_out(bench: Bench) -> None:
    replace_all = entry(bench, "battery", "Replace").count
    click(bench, "operator", "anna")
    click(bench, "operator", "marek")
    assert bench.box.text() == "operator:anna,marek"
    assert bench.ids == bench.expected("operator:anna,marek")
    assert entry(bench, "operator", "anna").checked
    assert entry(bench, "operator", "yuki").count == len(bench.expected("operator:yuki"))
    replaced = entry(bench, "battery", "Replace").count
    assert replaced == len(bench.expected("operator:anna,marek battery:<80"))
    assert replace_all is not None
    assert replaced is not None
    assert 0 < replaced < replace_all
    click(bench, "operator", "anna")
    assert bench.box.text() == "operator:marek"
    click(bench, "operator", "marek")
    assert bench.box.text() == ""


def test_what_is_checked_stays_though_nothing_is_there(bench: Bench) -> None:
    bench.search("operator:yuki grade:A imei:000000000000000")
    yuki = entry(bench, "operator", "yuki")
    assert (yuki.count, yuki.checked) == (0, True)
    assert [each.title for each in bar(bench).model.entries("operator")] == ["yuki"]
    assert [each.count for each in bar(bench).model.entries("result")] == [0, 0, 0]
    bench.search("operator:yuki battery:<8O")
    assert entry(bench, "operator", "yuki").checked, "a query that means nothing leaves what was chosen"


def test_a_view_replaces_the_query_and_is_marked(bench: Bench) -> None:
    click(bench, VIEWS, "To repair")
    assert bench.box.text() == "(is:failed or battery:<80)"
    assert bench.ids == bench.expected("is:failed or battery:<80")
    assert bar(bench).tree.current_view == "repair"
    click(bench, VIEWS, "All sessions")
    assert bench.box.text() == ""


def test_the_keyboard_does_all_of_it(bench: Bench) -> None:
    tree = bar(bench).tree
    tree.setFocus()
    tree.setCurrentIndex(line(bench, "result", "Failed"))
    QTest.keyClick(tree, Qt.Key.Key_Space)
    bench.settle()
    assert bench.box.text() == "result:failed"
    section = bar(bench).model.index(SECTIONS.index("grade"), 0)
    assert not tree.isExpanded(section)
    tree.setCurrentIndex(section)
    QTest.keyClick(tree, Qt.Key.Key_Return)
    assert tree.isExpanded(section)
    more = next(e.title for e in bar(bench).model.entries("model") if e.name == "more")
    few = len(bar(bench).model.entries("model"))
    tree.setCurrentIndex(line(bench, "model", more))
    QTest.keyClick(tree, Qt.Key.Key_Return)
    assert len(bar(bench).model.entries("model")) > few
    line(bench, "model", "Fewer")


def test_a_search_becomes_a_view_that_is_named_moved_and_deleted(bench: Bench, tmp_path: Path) -> None:
    side = bar(bench)
    bench.search("operator:anna")
    save = bench.box.findChild(QAction, "saveView")
    assert isinstance(save, QAction)
    save.trigger()
    editor = side.tree.viewport().findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    assert editor.text() == "operator anna"
    views_counted(bench)
    assert editor.selectedText() == "operator anna"
    QTest.keyClicks(editor, "Anna's ")
    with bench.qtbot.waitSignal(side.counted, timeout=10_000):
        side._count_all()
    views_counted(bench)
    QTest.keyClicks(editor, "bench")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    bench.search("battery:<80 -grade:D")
    side.save_view()
    second_editor = side.tree.viewport().findChild(QLineEdit)
    assert isinstance(second_editor, QLineEdit)
    QTest.keyClick(second_editor, Qt.Key.Key_Escape)
    first, second = (
        SavedView("Anna's bench", "operator:anna"),
        SavedView(side.saved[1].name, "battery:<80 -grade:D"),
    )
    assert side.saved == [first, second]
    views_counted(bench)
    assert entry(bench, VIEWS, "Anna's bench").count == len(bench.expected("operator:anna"))

    side.tree.setCurrentIndex(line(bench, VIEWS, "Anna's bench"))
    QTest.keyClick(side.tree, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert side.saved == [second, first]
    parent = side.model.index(0, 0)
    data = side.model.mimeData([line(bench, VIEWS, "Anna's bench")])
    built_in = side.model.rowCount(parent) - 2
    side.model.dropMimeData(data, Qt.DropAction.MoveAction, built_in, 0, parent)
    assert side.saved == [first, second]
    assert not side.model.dropMimeData(QMimeData(), Qt.DropAction.MoveAction, 0, 0, parent)

    kept = ViewsFile(tmp_path / "views.toml")
    bench.qtbot.waitUntil(lambda: kept.load() == (first, second))
    side.tree.setCurrentIndex(line(bench, VIEWS, "Anna's bench"))
    QTest.keyClick(side.tree, Qt.Key.Key_Delete)
    bench.qtbot.waitUntil(lambda: kept.load() == (second,))


def test_saved_views_come_back_and_a_spoilt_file_is_put_aside(open_bench: OpenBench, tmp_path: Path) -> None:
    file = ViewsFile(tmp_path / "views.toml")
    file.save([SavedView("Mine", "grade:A"), SavedView("Broken", "battery:<eighty")])
    bench = open_bench()
    bench.qtbot.waitUntil(lambda: entry_count(bench, "Mine") == len(bench.expected("grade:A")))
    assert entry_count(bench, "Broken") is None
    (tmp_path / "views.toml").write_text("view = [", encoding="utf-8")
    assert file.load() == ()
    assert len(list(tmp_path.glob("views*toml*"))) == 1, "kept under another name"


def entry_count(bench: Bench, title: str) -> int | None:
    found = {each.title: each.count for each in bar(bench).model.entries(VIEWS)}
    return found.get(title, -1)


def test_counts_follow_what_a_sync_writes_and_lines_stay(bench: Bench, workshop: Workshop) -> None:
    views_counted(bench)
    tree = bar(bench).tree
    tree.setCurrentIndex(line(bench, "result", "Passed"))
    sessions = [read(record) for record in workshop.records(600, 640)]

    def store(writer: CacheWriter) -> None:
        writer.store_page(sessions, stretch=None, batch=2, state=None)

    bench.write(store)
    bench.qtbot.waitUntil(lambda: entry(bench, VIEWS, "All sessions").count == 640, timeout=10_000)
    bench.settle()
    assert entry(bench, "result", "Passed").count == len(bench.expected("result:passed"))
    assert tree.currentIndex().data() == "Passed"


def test_in_a_narrow_window_it_comes_over_the_list_and_goes(bench: Bench, qapp: QApplication) -> None:
    window, tree = bench.window, bar(bench).tree
    window.resize(1440, 800)
    bench.qtbot.waitUntil(lambda: tree.isVisible() and window.pages.x() == tree.width() + 1)
    window.resize(1100, 700)
    bench.qtbot.waitUntil(lambda: not tree.isVisible() and window.pages.x() == 0)
    window.side_bar_action.trigger()
    assert tree.isVisible()
    assert window.pages.x() == 0
    click(bench, VIEWS, "Locked")
    assert not tree.isVisible()
    assert not window.side_bar_action.isChecked()
    window.resize(1440, 800)
    bench.qtbot.waitUntil(tree.isVisible)
    window.side_bar_action.trigger()
    assert not tree.isVisible()
    assert window.keep_state()["side_bar"] == "hidden"
    window.restore_kept({"side_bar": "shown", "side_bar_folded": "battery"})
    assert tree.isVisible()


def test_lines_are_named_for_assistive_tools(bench: Bench) -> None:
    index = line(bench, "result", "Failed")
    count = entry(bench, "result", "Failed").count
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == f"Failed, {count} sessions"
    assert Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Unchecked
    interface = QAccessible.queryAccessibleInterface(bar(bench).tree)
    assert interface.text(QAccessible.Text.Name) == "Views and filters"
    assert bar(bench).model.setData(index, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    bench.settle()
    assert bench.box.text() == "result:failed"


@pytest.mark.parametrize("text", ["operator:anna or grade:A", "-(grade:A) iphone"])
def test_a_choice_joins_any_query(bench: Bench, text: str) -> None:
    bench.search(text)
    click(bench, "result", "Passed")
    assert bench.ids == bench.expected(f"({text}) result:passed")
    assert entry(bench, "result", "Passed").checked

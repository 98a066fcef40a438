"""For those who do not see the window or have no mouse: names, keys and reach of everything in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from m360desk.core.user_text import UserText
from m360desk.ui.main_window import BATTERY, SESSIONS

if TYPE_CHECKING:
    from PySide6.QtGui import QAccessibleInterface

    from tests.ui.conftest import Bench, OpenBench

_LISTS = (QAccessible.Role.Table, QAccessible.Role.List, QAccessible.Role.Tree)


def walk(interface: QAccessibleInterface, path: str = "") -> list[tuple[str, QAccessibleInterface]]:
    """The accessible tree, without the cells of lists: those are the list's own affair."""
    found = [(path, interface)]
    if interface.role() in _LISTS:
        return found
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child.isValid():
            found += walk(child, f"{path}/{child.role().name}")
    return found


def nameless(widget: QWidget) -> tuple[int, list[str]]:
    """How many controls take the keyboard, and which of them have no name."""
    met, bad = 0, []
    for path, interface in walk(QAccessible.queryAccessibleInterface(widget), widget.objectName()):
        state = interface.state()
        if not state.focusable or state.invisible:
            continue
        met += 1
        if not interface.text(QAccessible.Text.Name).strip():
            bad.append(path)
    return met, bad


@pytest.mark.parametrize("page", [SESSIONS, BATTERY])
def test_whatever_takes_the_keyboard_has_a_name(bench: Bench, page: int) -> None:
    bench.window.show_page(page)
    bench.search("iphone battery:<80")
    detail = bench.application.shell.detail
    assert detail is not None
    detail.set_folded_sections(())
    bench.application.shell.say_problem(UserText("It happened.", "It means.", "Do it."))
    met, bad = nameless(bench.window)
    assert met > (15 if page == SESSIONS else 8)
    assert not bad


def test_the_welcome_page_and_its_frame_have_names(
    open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("m360desk.workers.accounts.environment_credentials", lambda _: None)
    bench = open_bench(empty=True)
    met, bad = nameless(bench.window)
    assert met >= 4
    assert not bad


@pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)
@pytest.mark.parametrize("name", ["settings", "about", "shortcuts"])
def test_dialogs_have_names_and_close_by_esc(bench: Bench, name: str) -> None:
    action = getattr(bench.window.commands, name)
    action.trigger()
    dialogs = [each for each in bench.window.findChildren(QDialog) if each.isVisible()]
    assert len(dialogs) == 1
    dialog = dialogs[0]
    for number in range(6 if name == "settings" else 1):
        if name == "settings":
            bench.find("settingsDialog").list.setCurrentRow(number)  # type: ignore[attr-defined]  # found by its name
        met, bad = nameless(dialog)
        assert met >= 2
        assert not bad
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_tab_reaches_everything_in_the_window(bench: Bench) -> None:
    bench.search("iphone battery:<80")
    bench.box.setFocus()
    reached: list[str] = []
    for _ in range(80):
        focus = QApplication.focusWidget()
        assert focus is not None
        reached.append(focus.objectName() or type(focus).__name__)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is bench.box:
            break
    else:
        pytest.fail(f"the way round does not end: {reached}")
    for name in ("searchBox", "ChipButton", "sideBar", "sessionTable", "menuButton"):
        assert name in reached, reached


def test_panes_go_round(bench: Bench) -> None:
    bench.box.setFocus()
    shell = bench.application.shell
    assert shell.side_bar is not None
    met = []
    for _ in range(4):
        bench.press("F6")
        met.append(QApplication.focusWidget())
    assert met[0] is shell.side_bar.tree
    assert met[1] is bench.table
    assert met[3] is bench.box
    bench.press("Shift+F6", "Shift+F6")
    assert QApplication.focusWidget() is bench.table

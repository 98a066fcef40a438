"""The frame of the window: bands, menus, keys, what fits where; and what it says of broken caches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget

from m360desk import __version__
from m360desk.core.user_text import UserText
from m360desk.services.sync_types import StopReason, SyncResult, SyncStop
from m360desk.store.key import CacheKey, account_hash, cache_file
from m360desk.system.settings_file import SettingsFile
from m360desk.ui.chips.button import ChipButton
from m360desk.ui.frame.bar_button import BarButton
from m360desk.ui.frame.notice import Notice
from m360desk.ui.main_window import BATTERY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ui.conftest import Bench, OpenBench

# The guide's own examples.
AUTH_CODE = "a167b9ae-948d-490c-9995-932984fbb223"
NOBODY = "http://127.0.0.1:1/api/customer/v2"
DONE = SyncResult(
    mode="live", sessions=600, new=0, updated=0, requests=9, rate_limited=0, complete=True, seconds=1.0
)
NO_DIALOG_HINTS = pytest.mark.qt_log_ignore("^This plugin does not support", extend=True)
"""The off-screen platform says so whenever a menu or dialog opens."""


def band(bench: Bench) -> str:
    note = bench.window.note_band
    return note.accessibleName() if note.isVisible() else ""


def text(fact: str) -> UserText:
    return UserText(fact, "It means.", "Do it.")


def press_band(bench: Bench) -> None:
    QTest.mouseClick(bench.find("noteButton"), Qt.MouseButton.LeftButton)


def chips(bench: Bench) -> list[ChipButton]:
    return [each for each in bench.window.findChildren(ChipButton) if each.isVisible()]


def test_errors_come_before_notes_and_what_is_dismissed_makes_room(bench: Bench) -> None:
    notices = bench.window.notices
    done: list[str] = []
    notices.post("a", Notice(text("A note.")))
    notices.post("b", Notice(text("An error."), error=True, button="Mend", act=lambda: done.append("mended")))
    notices.post("c", Notice(text("A newer note."), aside="at 14:36"))
    assert band(bench).startswith("An error.")
    assert bench.text("noteButton") == "Mend"
    press_band(bench)
    assert done == ["mended"]
    assert band(bench).startswith("A newer note.")
    notices.post("a", Notice(text("A note, <b>changed</b>.")))
    assert band(bench).startswith("A note, <b>changed</b>.")
    assert "&lt;b&gt;" in bench.text("noteText"), "what others say is never read as markup"
    press_band(bench)
    notices.withdraw("c", "no such")
    assert band(bench) == ""


def test_off_line_says_since_when_what_is_there_and_when_it_is_tried_again(bench: Bench) -> None:
    shell = bench.application.shell
    shell.desk.change_settings(lambda settings: settings._replace(sync_minutes=15))
    bench.qtbot.waitUntil(lambda: bench.application.accounts.next_sync_ms is not None)
    stop = SyncStop(StopReason.OFFLINE, text("No connection."))
    shell.desk.sync.ended.emit(replace(DONE, stopped_by=stop))
    assert band(bench).startswith("Off-line since ")
    assert "600 sessions kept on this computer, the newest from" in band(bench)
    asides = [each.text() for each in bench.window.note_band.findChildren(QLabel)]
    assert any(each.startswith("Next try at ") for each in asides), asides
    assert bench.text("syncState") == "Off-line"
    assert bench.text("noteButton") == "Try now"
    assert bench.table.isVisible()
    shell.desk.sync.ended.emit(DONE)
    assert band(bench) == ""
    assert bench.text("syncState") == "Up to date"


@pytest.mark.parametrize(
    ("reason", "button"),
    [
        (StopReason.CREDENTIALS, "Enter credentials…"),
        (StopReason.NOT_LIVE, "Settings…"),
        (StopReason.CACHE, "Try again"),
    ],
)
@NO_DIALOG_HINTS
def test_the_band_offers_what_helps(bench: Bench, reason: StopReason, button: str) -> None:
    stop = SyncStop(reason, text("It stopped."))
    bench.application.shell.desk.sync.ended.emit(replace(DONE, stopped_by=stop))
    assert bench.text("noteButton") == button
    if button != "Try again":
        press_band(bench)
        assert bench.find("settingsDialog").isVisible()
        bench.find("settingsDialog").close()


@pytest.mark.parametrize("damage", ["header", "inside"])
def test_a_damaged_cache_is_told_put_aside_and_that_is_told_too(
    open_bench: OpenBench, filled_cache: Path, tmp_path: Path, damage: str
) -> None:
    path = cache_file(tmp_path / "cache", CacheKey(account_hash(AUTH_CODE), "live", NOBODY))
    path.parent.mkdir(parents=True)
    content = bytearray(filled_cache.read_bytes())
    place = 0 if damage == "header" else 8192
    content[place : place + 400_000] = bytes(range(7, 247)) * (400_000 // 240)
    path.write_bytes(content)
    bench = open_bench(empty=True)
    shell = bench.application.shell
    bench.qtbot.waitUntil(lambda: shell.sync.problem is not None, timeout=10_000)
    labels = [each.text() for each in bench.find("statePage").findChildren(QLabel)]
    assert any("local cache cannot be used" in each for each in labels), labels
    shell.sync.start()
    bench.qtbot.waitUntil(lambda: "has been put aside as" in band(bench), timeout=10_000)
    assert shell.sync.problem is None
    assert list(path.parent.glob("*.damaged-*")), "kept, never deleted"
    bench.application.accounts.cancel_sync()
    bench.qtbot.waitUntil(lambda: not shell.desk.sync.running)
    bench.settle()


def test_a_menu_says_all_that_can_be_done(bench: Bench) -> None:
    window = bench.window
    listed: list[QAction] = []

    def collect(menu: QMenu) -> None:
        for action in menu.actions():
            inner = action.menu()
            if isinstance(inner, QMenu):
                collect(inner)
            elif not action.isSeparator():
                listed.append(action)

    collect(window.menus.whole)
    assert all(action.text() for action in listed)
    left_out = set(window.commands.all()) - set(listed) - {window.commands.menu}
    assert not [action.text() for action in left_out]
    bar = window.menus.make_bar()
    assert [action.text() for action in bar.actions()] == ["File", "Edit", "View", "Help"]
    bar.deleteLater()


@NO_DIALOG_HINTS
@pytest.mark.parametrize("key", [Qt.Key.Key_F10, Qt.Key.Key_Alt])
def test_keys_open_the_menu(bench: Bench, key: Qt.Key) -> None:
    menu = bench.window.menus.whole
    bench.press(key)
    bench.qtbot.waitUntil(menu.isVisible)
    menu.close()
    handle = bench.window.windowHandle()
    assert handle is not None
    QTest.keyPress(handle, Qt.Key.Key_Alt)
    QTest.keyClick(handle, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    QTest.keyRelease(handle, Qt.Key.Key_Alt)
    assert not menu.isVisible(), "Alt with another key is not meant for the menu"


@NO_DIALOG_HINTS
def test_the_sheet_of_keys_names_every_key_of_the_window(bench: Bench) -> None:
    bench.press("Ctrl+/")
    sheet = bench.find("shortcutsSheet")
    words = [each.text() for each in sheet.findChildren(QLabel)]
    for action in bench.window.commands.all():
        for keys in action.shortcuts():
            written = keys.toString(keys.SequenceFormat.NativeText)
            assert any(written in each for each in words), action.text()
    sheet.close()
    assert bench.window.commands.shortcuts.shortcuts()[0].toString() == "F1"


@NO_DIALOG_HINTS
def test_about_names_versions_and_folders_and_diagnostics_hold_no_secret(
    bench: Bench, tmp_path: Path
) -> None:
    why = SyncStop(StopReason.SERVICE, text("The service fails."), f"endpoint: getHistory\ncode: {AUTH_CODE}")
    bench.application.shell.desk.sync.ended.emit(replace(DONE, stopped_by=why))
    bench.window.commands.about.trigger()
    box = bench.find("aboutBox")
    words = [each.text().replace("\u200b", "") for each in box.findChildren(QLabel)]
    assert __version__ in words
    assert str(tmp_path / "cache") in words
    QTest.mouseClick(bench.find("copyDiagnostics"), Qt.MouseButton.LeftButton)
    box.close()
    copied = QApplication.clipboard().text()
    for part in (
        f"Version: {__version__}",
        "Cache: 600 sessions",
        "Problem: SERVICE",
        "endpoint: getHistory",
    ):
        assert part in copied
    assert AUTH_CODE not in copied


def test_the_log_folder_is_opened_or_said_where_it_is(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_url(url: object) -> bool:
        opened.append(url.toLocalFile())  # type: ignore[attr-defined]  # a QUrl
        return len(opened) == 1

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    bench.window.commands.log_folder.trigger()
    assert opened == [str(bench.application.places.log_dir)]
    assert band(bench) == ""
    bench.window.commands.log_folder.trigger()
    assert opened[0] in band(bench)


def test_the_theme_is_chosen_in_the_menu_and_kept(bench: Bench, tmp_path: Path) -> None:
    dark = bench.window.findChild(QAction, "theme-dark")
    assert isinstance(dark, QAction)
    dark.trigger()
    bench.qtbot.waitUntil(lambda: bench.application.themes.theme.dark)
    assert dark.isChecked()
    assert SettingsFile(tmp_path / "settings.toml").load().settings.theme == "dark"


@pytest.mark.parametrize(("width", "worded"), [(1440, True), (1280, True), (1279, False), (960, False)])
def test_narrow_windows_drop_the_words_of_tools_never_of_pages(
    bench: Bench, width: int, worded: bool
) -> None:
    bench.window.resize(width, 700)
    QApplication.processEvents()
    buttons = {each.text(): each for each in bench.window.findChildren(BarButton)}
    assert buttons["Sync"].wordless is not worded
    assert buttons["Export"].wordless is not worded
    assert not buttons["Sessions"].wordless
    for name, button in buttons.items():
        assert button.isHidden() or button.width() >= button.sizeHint().width(), name


def test_a_window_from_a_screen_that_is_gone_comes_back_into_sight(bench: Bench) -> None:
    window = bench.window
    window.move(QPoint(9000, 7000))
    QApplication.processEvents()
    kept = window.keep_state()
    window.move(0, 0)
    window.restore_kept(kept)
    seen = [
        screen.availableGeometry().intersects(window.frameGeometry()) for screen in QApplication.screens()
    ]
    assert any(seen), window.frameGeometry()


def test_parts_drawn_in_a_chart_are_marked_and_typed_ones_are_not(bench: Bench) -> None:
    bench.window.show_page(BATTERY)
    bench.search("iphone")
    page = bench.application.shell._battery
    page.filter_asked.emit("iphone battery:<80")
    bench.settle()
    assert bench.box.text() == "iphone battery:<80"
    assert [chip.brushed for chip in chips(bench)] == [False, True]
    assert "drawn in a chart" in chips(bench)[1].accessibleName()
    plain, drawn = chips(bench)
    frame = bench.application.themes.theme.accent.rgb()
    edge = QPoint(drawn.width() // 2, 2)
    assert drawn.grab().toImage().pixel(edge) == frame
    assert plain.grab().toImage().pixel(QPoint(plain.width() // 2, 2)) != frame
    bench.search("iphone battery:<79")
    assert [chip.brushed for chip in chips(bench)] == [False, False]


def test_one_bar_goes_with_the_page_and_keeps_what_it_says(bench: Bench) -> None:
    bench.search("iphone battery:<80")
    count = bench.text("sessionCount")
    bench.window.show_page(BATTERY)
    bench.settle()
    bar = bench.find("filterBar")
    assert bar.isVisible()
    assert bench.text("sessionCount") == count
    assert bar.width() > bench.window.workspace.width() // 2
    bench.window.show_page(0)
    assert bar.isVisible()
    assert bar.mapTo(bench.window, QPoint(0, 0)).y() < bench.table.mapTo(bench.window, QPoint(0, 0)).y()


def test_the_boxs_buttons_never_cover_the_text(bench: Bench) -> None:
    bench.box.setText("operator:" + "anna" * 60)
    right = bench.box.width() - bench.box.textMargins().right()
    shown = [each for each in bench.box.findChildren(BarButton) if each.isVisible()]
    assert len(shown) == 2
    assert all(each.x() >= right for each in shown)
    wordy: list[QWidget] = [each for each in shown if not each.wordless]
    assert [each.property("text") for each in wordy] == ["Save view"]
    QTest.mouseClick(shown[0], Qt.MouseButton.LeftButton)
    assert bench.box.text() == ""
    assert not any(each.isVisible() for each in bench.box.findChildren(BarButton))

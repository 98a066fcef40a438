"""The program's window on one profile, with all that stands behind it, and ways to use it."""

from __future__ import annotations

import time
from datetime import UTC
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QPushButton, QWidget

from m360desk.store.writer import CacheWriter
from m360desk.system.locks import cache_lock
from m360desk.system.redaction import Redactor
from m360desk.system.settings_file import SettingsFile
from m360desk.ui.icons import Icons
from m360desk.ui.settings.check_view import CheckView
from m360desk.ui.settings.dialog import SettingsDialog
from m360desk.ui.shell import Shell
from m360desk.ui.theme_source import ThemeSource
from m360desk.workers.accounts import Accounts
from m360desk.workers.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from m360desk.system.credentials import StoredCredentials

W = TypeVar("W", bound=QWidget)
SESSIONS = 130


class Window:
    """The program's window on one profile, without what only the start of the program needs."""

    def __init__(self, qtbot: QtBot, app: QApplication, profile: Path, api_url: str) -> None:
        self.qtbot = qtbot
        self.file = SettingsFile(profile / "settings.toml")
        self.themes = ThemeSource(app, "light")
        self.desk = Desk(
            self.file,
            self.file.load().settings,
            profile / "cache",
            lambda path, key: CacheWriter.open(path, key, lock=cache_lock(path, "a test"), now_ms=now_ms),
            now_ms,
            UTC,
        )
        self.accounts = Accounts(self.desk, Redactor(), api_url=api_url, demo_sessions=120)
        self.shell = Shell(self.desk, self.accounts, self.themes, Icons(self.themes))
        self.main = self.shell.window
        self.accounts.find_last()
        self.accounts.open_last()
        self.main.show()
        self.shell.window.build_menus()
        self.shell.build_rest()

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=15_000)

    def settings(self) -> SettingsDialog:
        dialog = SettingsDialog(
            self.desk, self.accounts, self.themes, self.shell.icons, self.shell.marks, self.main
        )
        dialog.open()
        return dialog

    def connect_account(self, credentials: StoredCredentials, mode: Any = "live") -> None:
        done: list[bool] = []
        self.accounts.apply(lambda s: s, credentials, lambda: done.append(True), _raise, mode=mode)
        self.until(lambda: bool(done) and not self.desk.sync.running and self.desk.total is not None)
        self.until(lambda: self.desk.total in (SESSIONS, 500))

    def report(self, of: QWidget) -> list[str]:
        """Press "Check connection" and wait for what it says."""
        view = find(of, CheckView, "checkResult")
        press(of, "checkConnection")
        self.until(lambda: view.isVisible() and view.texts() not in ([], ["Asking the service…"]))
        return view.texts()

    def close(self) -> None:
        self.main.hide()
        self.accounts.stop()
        self.desk.stop()
        self.accounts.clear_away()
        shiboken6.delete(self.main)
        shiboken6.delete(self.themes)


def _raise(error: BaseException) -> None:
    raise error


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def find(within: QWidget, kind: type[W], name: str) -> W:
    widget = within.findChild(kind, name)
    assert widget is not None, name
    return widget


def press(within: QWidget, name: str) -> None:
    QTest.mouseClick(find(within, QPushButton, name), Qt.MouseButton.LeftButton)


def paste(within: QWidget, name: str, text: str) -> None:
    line = find(within, QLineEdit, name)
    line.setFocus()
    QApplication.clipboard().setText(text)
    line.paste()


def is_closed(dialog: QWidget) -> bool:
    return not shiboken6.isValid(dialog) or not dialog.isVisible()


def box(within: QWidget, name: str) -> QMessageBox:
    return find(within, QMessageBox, name)

"""Everything that the window can be told to do: words, icons and keys, the same in menus and tool bar."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QActionGroup
    from PySide6.QtWidgets import QWidget

    from m360desk.ui.icons import Icons

_HELP_KEYS = ("F1", "Ctrl+/")
_THEMES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))
_QUIT_KEY = "Ctrl+Q"


class Actions(QObject):
    """One object of the window, which itself gets every action: so its keys work wherever the focus is."""

    theme_chosen = Signal(str)
    """ "system", "light" or "dark"."""

    def __init__(self, window: QWidget) -> None:
        """What needs icons and keys comes with ``dress``."""
        super().__init__(window)
        self._window = window
        self._undressed: list[tuple[QAction, Sequence[str], str, str]] = []
        self.sessions = self._make("Sessions", "page0", ["Ctrl+1"], "list")
        self.battery = self._make("Battery health", "page1", ["Ctrl+2"], "bars")
        for page in (self.sessions, self.battery):
            page.setCheckable(True)
        self.sessions.setChecked(True)
        self.side_bar = self._make("Side bar", "sideBarAction", ["Ctrl+B"], "sidebar", "Show the side bar")
        self.side_bar.setCheckable(True)
        self.side_bar.setChecked(True)
        self.find = self._make("Find", "findAction", ["Ctrl+F"], "search")
        self.sync = self._make("Sync", "syncAction", ["F5"], "sync", "Fetch new sessions")
        self.export = self._make("Export", "exportAction", ["Ctrl+E"], "export", "Save what the list shows")
        self.settings = self._make("Settings…", "settingsAction", ["Ctrl+,"], "gear")
        self.next_pane = self._make("Next pane", "nextPane", ["F6"])
        self.previous_pane = self._make("Previous pane", "previousPane", ["Shift+F6"])
        self.menu = self._make("Menu", "openMenu", ["F10"], "menu")
        self.shortcuts = self._make("Keyboard shortcuts", "shortcutsAction", _HELP_KEYS)
        self.diagnostics = self._make("Copy diagnostics", "diagnosticsAction", (), "copy")
        self.log_folder = self._make("Open log folder", "logFolderAction")
        self.about = self._make("About M360 Desk", "aboutAction", (), "info")
        self.quit = self._make("Quit", "quitAction", _quit_keys())

    def dress(self, icons: Icons) -> None:
        """Give every action its icon, keys and tip; with all their names these cost 4 ms of a start.

        Called once, when the first rows are shown.
        """
        from PySide6.QtGui import QActionGroup, QKeySequence

        for action, keys, icon, tip in self._undressed:
            if icon:
                action.setIcon(icons.icon(icon, on="text" if action is self.side_bar else "accent"))
            action.setShortcuts([QKeySequence(each) for each in keys])
            shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            words = tip or action.text()
            action.setToolTip(f"{words} ({shortcut})" if shortcut else words)
        self._undressed.clear()
        pages = QActionGroup(self)
        for page in (self.sessions, self.battery):
            pages.addAction(page)
        self.themes = self._make_themes()
        self._set_roles()

    def show_theme(self, choice: str) -> None:
        """Check the theme that is chosen."""
        for action in self.themes.actions():
            action.setChecked(action.data() == choice)

    def all(self) -> list[QAction]:
        """Every action of the window's own."""
        return [each for each in self._window.actions() if each.parent() is self._window]

    def _make(self, text: str, name: str, keys: Sequence[str] = (), icon: str = "", tip: str = "") -> QAction:
        action = QAction(self._window)
        action.setText(text)
        action.setObjectName(name)
        self._undressed.append((action, keys, icon, tip))
        self._window.addAction(action)
        return action

    def _make_themes(self) -> QActionGroup:
        from PySide6.QtGui import QActionGroup

        group = QActionGroup(self)
        for choice, words in _THEMES:
            action = group.addAction(words)
            action.setObjectName(f"theme-{choice}")
            action.setCheckable(True)
            action.setData(choice)
        group.triggered.connect(lambda action: self.theme_chosen.emit(str(action.data())))
        return group

    def _set_roles(self) -> None:
        """Where macOS puts what stands in every program's own menu."""
        self.about.setMenuRole(QAction.MenuRole.AboutRole)
        self.settings.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)


def _quit_keys() -> Sequence[str]:
    """The platform's own keys; Windows has none but Alt+F4, which the system handles."""
    return () if sys.platform == "win32" else [_QUIT_KEY]

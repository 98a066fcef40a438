"""The menus: behind the button at the tool bar's end, and on macOS in the menu bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

if TYPE_CHECKING:
    from m360desk.ui.frame.actions import Actions


class Menus:
    """Builds each menu once. Others may add to ``view`` what changes how things look."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        self._actions = actions
        self.view = self._make_view(parent)
        self.help = self._make_help(parent)
        self.whole = self._make_whole(parent)

    def make_bar(self) -> QMenuBar:
        """A menu bar for a platform that has one at the screen's edge; whoever asks owns it."""
        actions = self._actions
        bar = QMenuBar()
        file = bar.addMenu("File")
        for action in (actions.sync, actions.export, actions.settings, actions.quit):
            file.addAction(action)
        bar.addMenu("Edit").addAction(actions.find)
        bar.addMenu(self.view)
        bar.addMenu(self.help)
        return bar

    def _make_whole(self, parent: QWidget) -> QMenu:
        actions = self._actions
        menu = QMenu(parent)
        menu.setObjectName("mainMenu")
        for action in (actions.sync, actions.export, actions.find):
            menu.addAction(action)
        menu.addSeparator()
        menu.addMenu(self.view)
        menu.addAction(actions.settings)
        menu.addMenu(self.help)
        menu.addSeparator()
        menu.addAction(actions.quit)
        return menu

    def _make_view(self, parent: QWidget) -> QMenu:
        actions = self._actions
        menu = QMenu("View", parent)
        menu.setObjectName("viewMenu")
        menu.addAction(actions.sessions)
        menu.addAction(actions.battery)
        menu.addSeparator()
        theme = menu.addMenu("Theme")
        theme.setObjectName("themeMenu")
        theme.addActions(actions.themes.actions())
        menu.addSeparator()
        menu.addAction(actions.next_pane)
        menu.addAction(actions.previous_pane)
        menu.addSeparator()
        menu.addAction(actions.side_bar)
        return menu

    def _make_help(self, parent: QWidget) -> QMenu:
        actions = self._actions
        menu = QMenu("Help", parent)
        menu.setObjectName("helpMenu")
        menu.addAction(actions.shortcuts)
        menu.addSeparator()
        menu.addAction(actions.diagnostics)
        menu.addAction(actions.log_folder)
        menu.addSeparator()
        menu.addAction(actions.about)
        return menu

"""The bar at the top: side bar, pages, search, sync, export, menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from m360desk.ui.fill import fill, fill_box
from m360desk.ui.frame.bar_button import BarButton, Part
from m360desk.ui.theme import GRID, HALF

if TYPE_CHECKING:
    from m360desk.ui.frame.actions import Actions
    from m360desk.ui.theme_source import ThemeSource


class ToolBar(QToolBar):
    """Fixed, one row; where the window is narrow the buttons at the right lose their words."""

    def __init__(
        self, themes: ThemeSource, actions: Actions, search_box: QWidget, menu: QMenu | None, parent: QWidget
    ) -> None:
        """Without a ``menu`` there is no button for it: the platform has a menu bar."""
        super().__init__("Tools", parent)
        self.setObjectName("toolBar")
        self._themes = themes
        self.setMovable(False)
        self.setFloatable(False)
        self.toggleViewAction().setEnabled(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        whole = QWidget(self)
        self._side = BarButton(themes, actions.side_bar, whole)
        self._side.wordless = True
        self._pages = (
            BarButton(themes, actions.sessions, whole, part=Part.FIRST),
            BarButton(themes, actions.battery, whole, part=Part.LAST),
        )
        self._named = (BarButton(themes, actions.sync, whole), BarButton(themes, actions.export, whole))
        search_box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(whole)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(GRID)
        row.addWidget(self._side)
        switch = QHBoxLayout()
        switch.setSpacing(0)
        for page in self._pages:
            switch.addWidget(page)
        row.addLayout(switch)
        row.addWidget(search_box, 1)
        right = QHBoxLayout()
        right.setSpacing(HALF)
        for button in self._named:
            right.addWidget(button)
        self.menu_button: BarButton | None = None
        if menu is not None:
            self.menu_button = self._make_menu_button(actions, menu, whole)
            right.addWidget(self.menu_button)
        row.addLayout(right)
        self.addWidget(whole)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    def set_narrow(self, narrow: bool) -> None:
        """Whether there is no room for words."""
        for button in self._named:
            button.wordless = narrow

    def open_menu(self) -> None:
        """Open the menu, as F10 and Alt do."""
        button = self.menu_button
        if button is None or not self.isVisible():
            return
        menu = button.menu()
        # Not the button's own way, which waits until the menu is closed.
        menu.popup(button.mapToGlobal(QPoint(button.width() - menu.sizeHint().width(), button.height())))
        menu.setActiveAction(menu.actions()[0])

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._themes.theme.fonts.control_height + 2 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        fill(painter, self.rect(), theme.window)
        fill_box(painter, 0, self.height() - 1, self.width(), 1, theme.line)
        painter.end()

    def _make_menu_button(self, actions: Actions, menu: QMenu, parent: QWidget) -> BarButton:
        button = BarButton(self._themes, actions.menu, parent)
        button.setObjectName("menuButton")
        button.setAccessibleName("Menu")
        button.wordless = True
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(menu)
        return button

    def _theme_changed(self) -> None:
        self.setFixedHeight(self._themes.theme.fonts.control_height + 2 * GRID)
        self.update()

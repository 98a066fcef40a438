"""The bar at the top: side bar, pages, search, sync, export, menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolBar, QToolButton, QWidget

from m360desk.ui.fill import fill, fill_box
from m360desk.ui.frame.bar_button import BarButton, Part
from m360desk.ui.theme import GRID, HALF

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from m360desk.ui.frame.actions import Actions
    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource


class ToolBar(QToolBar):
    """Fixed, one row; where the window is narrow the buttons at the right lose their words."""

    def __init__(
        self,
        themes: ThemeSource,
        icons: Icons,
        actions: Actions,
        search_box: QWidget,
        parent: QWidget,
        *,
        with_menu: bool,
    ) -> None:
        """``with_menu``: at its end is a button for the menu; else the platform has a menu bar."""
        super().__init__("Tools", parent)
        self.setObjectName("toolBar")
        self._themes = themes
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        whole = QWidget(self)
        self._side = BarButton(themes, icons, "sidebar", actions.side_bar, whole, on="text")
        self._side.wordless = True
        self._pages = (
            BarButton(themes, icons, "list", actions.sessions, whole, part=Part.FIRST),
            BarButton(themes, icons, "bars", actions.battery, whole, part=Part.LAST),
        )
        self._named = (
            BarButton(themes, icons, "sync", actions.sync, whole),
            BarButton(themes, icons, "export", actions.export, whole),
        )
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
        self._menu: QMenu | None = None
        self.menu_button: BarButton | None = None
        if with_menu:
            self.menu_button = self._make_menu_button(icons, actions, whole)
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

    def place_menu(self, menu: QMenu) -> None:
        """Have the button open this menu; none of Qt's own can hide the bar."""
        self.toggleViewAction().setEnabled(False)
        self._menu = menu
        if self.menu_button is not None:
            self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            self.menu_button.setMenu(menu)

    def open_menu(self) -> None:
        """Open the menu, as F10 and Alt do."""
        button, menu = self.menu_button, self._menu
        if button is None or menu is None or not self.isVisible():
            return
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

    def _make_menu_button(self, icons: Icons, actions: Actions, parent: QWidget) -> BarButton:
        button = BarButton(self._themes, icons, "menu", actions.menu, parent)
        button.setObjectName("menuButton")
        button.setAccessibleName("Menu")
        button.wordless = True
        return button

    def _theme_changed(self) -> None:
        self.setFixedHeight(self._themes.theme.fonts.control_height + 2 * GRID)
        self.update()

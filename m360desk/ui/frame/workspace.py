"""The pages with the side bar at their left; in a narrow window the side bar comes over them when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from m360desk.ui.fill import fill_box
from m360desk.ui.theme import SIDE_BAR_WIDTH

if TYPE_CHECKING:
    from m360desk.ui.theme_source import ThemeSource


class Workspace(QWidget):
    """Keeps the side bar's place from the start, so that nothing moves when it is built."""

    side_bar_shown = Signal(bool)

    def __init__(self, themes: ThemeSource, pages: QWidget, narrow: int, parent: QWidget) -> None:
        """Under a width of ``narrow`` the side bar takes no place of its own."""
        super().__init__(parent)
        self._themes, self._pages, self._narrow = themes, pages, narrow
        self._side: QWidget | None = None
        self.wanted = True
        """Whether the side bar is shown where there is room for it."""
        self._over = False
        pages.setParent(self)
        # Between a side bar that lies over the pages and the pages.
        self._edge = QWidget(self)
        self._edge.setAutoFillBackground(True)
        self._edge.hide()
        themes.changed.connect(self._lay_out)

    @property
    def is_narrow(self) -> bool:
        """Whether there is no room for the side bar beside the pages."""
        return self.width() < self._narrow

    @property
    def is_shown(self) -> bool:
        """Whether the side bar, or its place, can be seen."""
        return self._over if self.is_narrow else self.wanted

    def place_side_bar(self, side: QWidget) -> None:
        """Put the side bar into its place."""
        self._side = side
        side.setParent(self)
        self._lay_out()

    def show_side_bar(self, shown: bool) -> None:
        """Show or hide the side bar; in a narrow window only for now."""
        if self.is_narrow:
            self._over = shown
        else:
            self.wanted = shown
        self._lay_out()
        if shown and self.is_narrow and self._side is not None:
            self._side.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave_side_bar(self) -> None:
        """Something was chosen: a side bar that lies over the pages has done its work."""
        if self.is_narrow and self._over:
            self._over = False
            self._lay_out()

    def set_wanted(self, wanted: bool) -> None:
        """Take over whether it was shown when the window was closed."""
        self.wanted = wanted
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.is_narrow:
            self._over = False
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.is_shown:
            return
        theme = self._themes.theme
        painter = QPainter(self)
        width = self._side_width()
        fill_box(painter, 0, 0, width, self.height(), theme.window)
        fill_box(painter, width, 0, 1, self.height(), theme.line2)
        painter.end()

    def _side_width(self) -> int:
        return self._side.maximumWidth() if self._side is not None else SIDE_BAR_WIDTH

    def _lay_out(self) -> None:
        width = self._side_width()
        beside = width + 1 if self.is_shown and not self.is_narrow else 0
        self._pages.setGeometry(beside, 0, self.width() - beside, self.height())
        if self._side is not None:
            had_focus = self._side.isAncestorOf(QApplication.focusWidget() or self)
            self._side.setGeometry(0, 0, width, self.height())
            self._side.setVisible(self.is_shown)
            self._side.raise_()
            palette = self._edge.palette()
            palette.setColor(QPalette.ColorRole.Window, self._themes.theme.line2)
            self._edge.setPalette(palette)
            self._edge.setGeometry(width, 0, 1, self.height())
            self._edge.setVisible(self.is_shown and self.is_narrow)
            self._edge.raise_()
            if had_focus and not self.is_shown:
                self._pages.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()
        self.side_bar_shown.emit(self.is_shown)

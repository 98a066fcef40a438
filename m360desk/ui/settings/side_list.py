"""The list of pages at the left of the dialog: a selected page has a tint and a bar, no solid fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from m360desk.ui.theme import FOCUS_WIDTH, GRID, ICON_SIZE, SELECTION_BAR

if TYPE_CHECKING:
    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource

_WIDTH = 168
_INDENT = 12


class _Delegate(QStyledItemDelegate):
    def __init__(self, themes: ThemeSource, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes, self._icons = themes, icons

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(_WIDTH, self._themes.theme.fonts.section_height)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme, area = self._themes.theme, option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(area, theme.sel)
            painter.fillRect(QRect(area.left(), area.top(), SELECTION_BAR, area.height()), theme.accent)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, theme.hover)
        ratio = painter.device().devicePixelRatioF()
        icon = self._icons.pixmap(index.data(Qt.ItemDataRole.UserRole), ICON_SIZE, ratio, "text")
        left = area.left() + _INDENT
        painter.drawPixmap(left, area.top() + (area.height() - ICON_SIZE) // 2, icon)
        painter.setFont(theme.fonts.strong if selected else theme.fonts.body)
        painter.setPen(theme.text)
        words = area.adjusted(_INDENT + ICON_SIZE + GRID, 0, -GRID, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, index.data(Qt.ItemDataRole.DisplayRole))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.accent, FOCUS_WIDTH))
            painter.drawRect(area.adjusted(2, 2, -3, -3))


class SideList(QListWidget):
    """Names of pages with their icons."""

    def __init__(self, themes: ThemeSource, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settingsPages")
        self.setAccessibleName("Subjects")
        self.setFixedWidth(_WIDTH)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAutoFillBackground(True)
        self.setItemDelegate(_Delegate(themes, icons, self))
        self.setViewportMargins(0, GRID, 0, GRID)
        self._themes = themes
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    def add(self, title: str, icon: str) -> None:
        """Add a page at the end."""
        item = QListWidgetItem(title, self)
        item.setData(Qt.ItemDataRole.UserRole, icon)

    def _theme_changed(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, self._themes.theme.window)
        palette.setColor(QPalette.ColorRole.Window, self._themes.theme.window)
        self.setPalette(palette)
        self.scheduleDelayedItemsLayout()

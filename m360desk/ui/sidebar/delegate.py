"""Paints the lines of the side bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from m360desk.ui.sidebar.model import ENTRY_ROLE, count_text
from m360desk.ui.theme import FOCUS_WIDTH, GRID, HALF, ICON_SIZE, RADIUS_CONTROL, SELECTION_BAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.sidebar.entries import Entry
    from m360desk.ui.theme_source import ThemeSource

MARK = 12
CHECK = 14
LEFT = 12
TEXT_LEFT = 36
RIGHT = 12
CHEVRON = 12
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
Index = QModelIndex | QPersistentModelIndex


class SideBarDelegate(QStyledItemDelegate):
    """One painting call a line; ``current_view`` tells which view's query is in force."""

    def __init__(
        self,
        view: QTreeView,
        themes: ThemeSource,
        icons: Icons,
        marks: Marks,
        current_view: Callable[[], str],
    ) -> None:
        super().__init__(view)
        self._view, self._themes, self._icons, self._marks = view, themes, icons, marks
        self._current_view = current_view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        fonts = self._themes.theme.fonts
        entry: Entry | None = index.data(ENTRY_ROLE)
        if entry is None:
            return QSize(0, fonts.section_height)
        return QSize(0, fonts.chip_height + (HALF if entry.query is not None else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry | None = index.data(ENTRY_ROLE)
        painter.save()
        painter.setClipRect(option.rect)
        if entry is None:
            self._paint_section(painter, option, index)
        else:
            self._paint_entry(painter, option, entry)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._themes.theme.accent, FOCUS_WIDTH))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            frame = option.rect.adjusted(HALF, 1, -HALF, -1)
            painter.drawRoundedRect(frame, RADIUS_CONTROL, RADIUS_CONTROL)
        painter.restore()

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        # The view itself toggles: by a click anywhere in the line, and by keys.
        return False

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        # Counts that arrive while a name is being typed must not put the old one back.
        if editor.property("filled") is None:
            editor.setProperty("filled", True)
            super().setEditorData(editor, index)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(TEXT_LEFT - HALF, 1, -HALF, -1))

    def _paint_section(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = self._themes.theme
        box = option.rect
        name = (
            "chevron-down" if self._view.isExpanded(index.model().index(index.row(), 0)) else "chevron-right"
        )
        top = box.top() + (box.height() - CHEVRON) // 2
        painter.drawPixmap(
            QRect(HALF + 2, top, CHEVRON, CHEVRON), self._icons.pixmap(name, CHEVRON, self._ratio(), "text2")
        )
        painter.setFont(theme.fonts.strong)
        painter.setPen(theme.text)
        painter.drawText(box.adjusted(26, 0, -RIGHT, 0), _MIDDLE, str(index.data()))

    def _paint_entry(self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry) -> None:
        theme = self._themes.theme
        box = option.rect
        if entry.query is not None and entry.name == self._current_view():
            painter.fillRect(box, theme.sel)
            painter.fillRect(box.left(), box.top(), SELECTION_BAR, box.height(), theme.accent)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.selidle)
        counted = count_text(entry)
        small = QFontMetrics(theme.fonts.small)
        room = small.horizontalAdvance(counted) + GRID if counted else 0
        painter.setFont(theme.fonts.small)
        painter.setPen(theme.text2)
        right = self._right()
        painter.drawText(box.adjusted(0, 0, -right, 0), _MIDDLE | Qt.AlignmentFlag.AlignRight, counted)
        left = self._paint_signs(painter, box, entry)
        plain = entry.query is None and entry.key is None
        painter.setFont(theme.fonts.small if plain else theme.fonts.body)
        painter.setPen(theme.text2 if plain else theme.text)
        metrics = QFontMetrics(painter.font())
        width = box.right() - right - room - left + 1
        title = metrics.elidedText(entry.title, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, box.top(), width, box.height()), _MIDDLE, title)

    def _right(self) -> int:
        """What stays free at the right: a scroll bar that takes room is margin enough."""
        return HALF if self._view.verticalScrollBar().isVisible() else RIGHT

    def _paint_signs(self, painter: QPainter, box: QRect, entry: Entry) -> int:
        """Paint icon, check box and mark; returns where the words begin."""
        theme, ratio = self._themes.theme, self._ratio()
        if entry.icon:
            place = QRect(LEFT, box.top() + (box.height() - ICON_SIZE) // 2, ICON_SIZE, ICON_SIZE)
            painter.drawPixmap(place, self._icons.pixmap(entry.icon, ICON_SIZE, ratio, "text2"))
            return TEXT_LEFT
        if entry.checked is None:
            return TEXT_LEFT - 2
        self._paint_check(painter, box, checked=entry.checked)
        if entry.mark is None:
            return TEXT_LEFT - 2
        place = QRect(TEXT_LEFT - 2, box.top() + (box.height() - MARK) // 2, MARK, MARK)
        painter.drawPixmap(place, self._marks.pixmap(entry.mark, MARK, theme, ratio))
        return TEXT_LEFT - 2 + MARK + GRID

    def _paint_check(self, painter: QPainter, box: QRect, *, checked: bool) -> None:
        # Fusion's own frame is next to invisible on dark windows.
        theme, ratio = self._themes.theme, self._ratio()
        place = QRect(LEFT, box.top() + (box.height() - CHECK) // 2, CHECK, CHECK)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent if checked else theme.control, 1))
        painter.setBrush(theme.accent if checked else theme.base)
        painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.restore()
        if checked:
            tick = place.adjusted(1, 1, -1, -1)
            painter.drawPixmap(tick, self._icons.pixmap("check", tick.width(), ratio, "on_accent"))

    def _ratio(self) -> float:
        return self._view.devicePixelRatioF()

"""The list's header: the columns' names on the grid of the cells under them, the arrow beside the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QHeaderView, QWidget

from m360desk.ui.fill import fill, fill_box
from m360desk.ui.text import counted
from m360desk.ui.theme import FOCUS_WIDTH, RADIUS_CONTROL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QSize

    from m360desk.ui.theme_source import ThemeSource

PADDING = 8
ARROW = 7


_ENTER = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FoldedButton(QAbstractButton):
    """Stands over the header's right end: how many columns have no room."""

    def __init__(self, themes: ThemeSource, header: QWidget) -> None:
        super().__init__(header)
        self.setObjectName("foldedColumns")
        self._themes, self._header = themes, header
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.hide()

    def show_folded(self, titles: Sequence[str]) -> None:
        """Name the columns that are folded; none hides the button."""
        self.setText(f"+{len(titles)}")
        words = ", ".join(titles)
        self.setAccessibleName(f"{counted(len(titles), 'column', 'columns')} without room: {words}")
        self.setToolTip(f"No room for: {words}")
        self.setVisible(bool(titles))
        self.place()

    def place(self) -> None:
        """Stand at the header's right end."""
        header, fonts = self._header, self._themes.theme.fonts
        width = QFontMetrics(fonts.small).horizontalAdvance(self.text()) + 14
        height = min(fonts.small_line + 4, header.height() - 6)
        self.setGeometry(header.width() - width - 4, (header.height() - height) // 2, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        fill(painter, self.rect(), theme.base)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        painter.setPen(QPen(theme.accent if focused else theme.line2, FOCUS_WIDTH if focused else 1))
        painter.setBrush(theme.sunken if self.isDown() or self.underMouse() else theme.window)
        inset = 1.0 if focused else 0.5
        frame = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(frame, RADIUS_CONTROL, RADIUS_CONTROL)
        painter.setFont(theme.fonts.small)
        painter.setPen(theme.text2)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self.click()
            return
        super().keyPressEvent(event)


class ListHeader(QHeaderView):
    """Qt's header but for its looks, and for the keyboard: arrows choose a column, Enter sorts by it."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._themes = themes
        self._section = 0
        self.setViewport(QWidget(self))  # as in the list's: one that PySide knows already
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Columns")
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setSortIndicatorShown(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(36)
        self.folded = FoldedButton(themes, self)

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        size.setHeight(max(28, self._themes.theme.fonts.small_line + 12))
        return size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.folded.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _ENTER:
            self.sectionClicked.emit(self._section)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._move(1 if key == Qt.Key.Key_Right else -1)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._choose(self.sortIndicatorSection())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def _move(self, step: int) -> None:
        place = self.visualIndex(self._section) + step
        while 0 <= place < self.count():
            section = self.logicalIndex(place)
            if not self.isSectionHidden(section):
                self._choose(section)
                return
            place += step

    def _choose(self, section: int) -> None:
        self._section = section
        name = self.model().headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole)
        self.setAccessibleName(f"Sort by {name}")
        self.viewport().update()

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803 - Qt's name
        theme = self._themes.theme
        painter.save()
        fill(painter, rect, theme.base)
        fill_box(painter, rect.left(), rect.bottom(), rect.width(), 1, theme.line2)
        if self.visualIndex(logicalIndex) < self.count() - 1:
            fill_box(painter, rect.right(), rect.top() + 8, 1, rect.height() - 16, theme.line)
        role = Qt.ItemDataRole
        model = self.model()
        name = str(model.headerData(logicalIndex, Qt.Orientation.Horizontal, role.DisplayRole) or "")
        align = model.headerData(logicalIndex, Qt.Orientation.Horizontal, role.TextAlignmentRole)
        sorted_by = self.sortIndicatorSection() == logicalIndex
        font = theme.fonts.small_strong
        metrics = QFontMetrics(font)
        space = ARROW + 5 if sorted_by else 0
        room = rect.adjusted(PADDING, 0, -PADDING, 0)
        is_tight = metrics.horizontalAdvance(name) + space > room.width()
        if is_tight or align & Qt.AlignmentFlag.AlignHCenter:
            room = rect.adjusted(2, 0, -2, 0)
        if not self.folded.isHidden():
            room.setRight(min(room.right(), self.folded.x() - 4))
        width = max(0, min(metrics.horizontalAdvance(name), room.width() - space))
        left = room.left()
        if align & Qt.AlignmentFlag.AlignRight:
            left = room.right() + 1 - width - space
        elif align & Qt.AlignmentFlag.AlignHCenter:
            left = room.left() + (room.width() - width - space) // 2
        painter.setFont(font)
        painter.setPen(theme.text if sorted_by else theme.text2)
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, width + 1)
        painter.drawText(
            QRect(left, rect.top(), width + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, shown
        )
        if sorted_by:
            self._paint_arrow(painter, QPointF(left + width + 5, rect.center().y() + 0.5))
        if self.hasFocus() and logicalIndex == self._section:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, FOCUS_WIDTH))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        painter.restore()

    def _paint_arrow(self, painter: QPainter, place: QPointF) -> None:
        """Point down when the largest stands first."""
        downwards = self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        height = 4 if downwards else -4
        middle = place.y() - height / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._themes.theme.text)
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(place.x(), middle),
                    QPointF(place.x() + ARROW, middle),
                    QPointF(place.x() + ARROW / 2, middle + height),
                ]
            )
        )

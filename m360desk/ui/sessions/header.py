"""The list's header: the columns' names on the grid of the cells under them, the arrow beside the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPolygonF
from PySide6.QtWidgets import QHeaderView, QWidget

if TYPE_CHECKING:
    from PySide6.QtCore import QSize

    from m360desk.ui.theme_source import ThemeSource

PADDING = 8
ARROW = 7


class ListHeader(QHeaderView):
    """Qt's header in all but its looks."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._themes = themes
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setSortIndicatorShown(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(36)

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        size.setHeight(max(28, self._themes.theme.fonts.small_line + 12))
        return size

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803 - Qt's name
        theme = self._themes.theme
        painter.save()
        painter.fillRect(rect, theme.base)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.line2)
        if self.visualIndex(logicalIndex) < self.count() - 1:
            painter.fillRect(rect.right(), rect.top() + 8, 1, rect.height() - 16, theme.line)
        role = Qt.ItemDataRole
        model = self.model()
        name = str(model.headerData(logicalIndex, Qt.Orientation.Horizontal, role.DisplayRole) or "")
        align = model.headerData(logicalIndex, Qt.Orientation.Horizontal, role.TextAlignmentRole)
        sorted_by = self.sortIndicatorSection() == logicalIndex
        font = theme.fonts.small_strong
        metrics = QFontMetrics(font)
        room = rect.adjusted(PADDING, 0, -PADDING, 0)
        if align & Qt.AlignmentFlag.AlignHCenter:
            room = rect.adjusted(2, 0, -2, 0)
        space = ARROW + 5 if sorted_by else 0
        width = min(metrics.horizontalAdvance(name), room.width() - space)
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

"""One chip: what a part of the query says, and a cross that takes it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from m360desk.ui.text import counted, number
from m360desk.ui.theme import FOCUS_WIDTH, GRID, HALF, ICON_SIZE, RADIUS_CONTROL

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QFont

    from m360desk.core.chips import Chip
    from m360desk.ui.icons import Icons
    from m360desk.ui.theme import Theme
    from m360desk.ui.theme_source import ThemeSource

CROSS = 8
ROUNDING = 2
"""Widths of texts are rounded: without a little more room an ellipsis would stand in place of a letter."""
MOST = 280
"""Wider than this no chip becomes; its tip has the whole text."""


def paint_frame(
    painter: QPainter, button: QAbstractButton, theme: Theme, *, accent: bool = False, plain: bool = False
) -> None:
    """Paint what all chips have: the box, darker under the pointer, and the focus frame around it.

    ``accent``: framed in the accent colour. ``plain``: on the list's own colour.
    """
    box = QRectF(button.rect()).adjusted(1.5, 2.5, -1.5, -2.5)
    pressed = button.isDown() or button.underMouse()
    painter.setPen(QPen(theme.accent if accent else theme.line2, 1))
    painter.setBrush(theme.sunken if pressed else theme.base if plain else theme.window)
    painter.drawRoundedRect(box, RADIUS_CONTROL, RADIUS_CONTROL)
    if button.hasFocus():
        painter.setPen(QPen(theme.accent, FOCUS_WIDTH))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(-0.5, -1, 0.5, 1), RADIUS_CONTROL + 1, RADIUS_CONTROL + 1)


class NewButton(QAbstractButton):
    """Offers what has come in and is not listed yet: "+ 12 new"."""

    def __init__(self, themes: ThemeSource, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("newSessions")
        self._themes, self._icons = themes, icons
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def show_count(self, count: int) -> None:
        """Say how many."""
        self.setText(f"{number(count, decimals=0)} new")
        self.setAccessibleName(f"Show {counted(count, 'new session', 'new sessions')}")
        self.setToolTip("Show what has come in since the list was drawn")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        fonts = self._themes.theme.fonts
        width = QFontMetrics(fonts.body).horizontalAdvance(self.text())
        return QSize(width + ICON_SIZE + 2 * GRID + HALF + 2 + ROUNDING, fonts.chip_height + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_frame(painter, self, theme, accent=True, plain=True)
        plus = self._icons.pixmap("plus", ICON_SIZE, self.devicePixelRatioF(), "accent")
        painter.drawPixmap(GRID, (self.height() - ICON_SIZE) // 2, plus)
        painter.setFont(theme.fonts.body)
        painter.setPen(theme.accent)
        words = self.rect().adjusted(GRID + ICON_SIZE + HALF, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)


class MoreButton(QAbstractButton):
    """The chip that stands for those without room: "+3"."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        fonts = self._themes.theme.fonts
        width = QFontMetrics(fonts.body).horizontalAdvance("+00")
        return QSize(width + 2 * GRID + 2, fonts.chip_height + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_frame(painter, self, theme)
        painter.setFont(theme.fonts.body)
        painter.setPen(theme.text)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.click()
            return
        super().keyPressEvent(event)


class ChipButton(QAbstractButton):
    """Pressed, it shows its words in the search box; the cross, Delete and Backspace take them out."""

    removed = Signal()

    def __init__(self, themes: ThemeSource, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._icons = icons
        self.chip: Chip | None = None
        self.brushed = False
        """Whether this part of the query was drawn in a chart."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleDescription("Press Delete to take it out of the search")

    def show_chip(self, chip: Chip, *, brushed: bool = False) -> None:
        """Say what this part of the query says; ``brushed``: it was drawn in a chart."""
        self.chip = chip
        self.brushed = brushed
        self.setAccessibleName(f"Filter{' drawn in a chart' if brushed else ''}: {chip.words}")
        whole = self._text_left() + self._text_width() > MOST - self.height()
        self.setToolTip(chip.words if whole else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        # A pixel all round is the focus frame's.
        height = self._themes.theme.fonts.chip_height
        width = self._text_left() + self._text_width() + height
        return QSize(min(MOST, width) + 1 + ROUNDING, height + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_frame(painter, self, self._themes.theme, accent=self.brushed)
        if self.brushed:
            sign = self._icons.pixmap("brush", ICON_SIZE, self.devicePixelRatioF(), "accent")
            painter.drawPixmap(HALF + 2, (self.height() - ICON_SIZE) // 2, sign)
        self._paint_words(painter)
        self._paint_cross(painter)
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._cross().contains(event.position().toPoint()):
            self.setDown(False)
            self.removed.emit()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def _cross(self) -> QRect:
        side = self._themes.theme.fonts.chip_height
        return QRect(self.width() - side - 1, 2, side, side)

    def _text_left(self) -> int:
        return GRID + 1 + (ICON_SIZE + 2 if self.brushed else 0)

    def _pieces(self) -> list[tuple[str, QFont, QColor]]:
        if self.chip is None:
            return []
        theme = self._themes.theme
        pieces = [("not", theme.fonts.strong, theme.text)] if self.chip.negated else []
        if self.chip.field:
            pieces.append((self.chip.field, theme.fonts.body, theme.text2))
        return [*pieces, (self.chip.value, theme.fonts.body, theme.text)]

    def _text_width(self) -> int:
        pieces = self._pieces()
        widths = [QFontMetrics(font).horizontalAdvance(text) for text, font, _ in pieces]
        return sum(widths) + HALF * max(0, len(pieces) - 1)

    def _paint_words(self, painter: QPainter) -> None:
        left, room = self._text_left(), self._cross().left()
        for text, font, colour in self._pieces():
            metrics = QFontMetrics(font)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room - left)
            painter.setFont(font)
            painter.setPen(colour)
            place = QRect(left, 0, max(0, room - left), self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
            left += metrics.horizontalAdvance(shown) + HALF

    def _paint_cross(self, painter: QPainter) -> None:
        middle = QRectF(self._cross()).center()
        reach = CROSS / 2
        pen = QPen(self._themes.theme.text2, 1.5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        for up in (reach, -reach):
            painter.drawLine(
                round(middle.x() - reach),
                round(middle.y() - up),
                round(middle.x() + reach),
                round(middle.y() + up),
            )

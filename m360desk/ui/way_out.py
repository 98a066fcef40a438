"""One way out of a search that nothing answers: a part left out, and how many sessions that finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from m360desk.ui.text import counted
from m360desk.ui.theme import FOCUS_WIDTH, GRID, HALF, ICON_SIZE, RADIUS_CONTROL

if TYPE_CHECKING:
    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource

_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class WayOut(NamedTuple):
    """A part of a query in words, the query without it, and how many sessions that finds."""

    field: str
    value: str
    rest: str
    sessions: int

    @property
    def words(self) -> str:
        """The part in words."""
        return " ".join(word for word in (self.field, self.value) if word)


class WayOutButton(QAbstractButton):
    """A row: "without", the part as a chip, the count, an arrow."""

    def __init__(self, themes: ThemeSource, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes, self._icons = themes, icons
        self.way: WayOut | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def show_way(self, way: WayOut) -> None:
        """Offer it."""
        self.way = way
        self.setAccessibleName(f"Without {way.words}: {counted(way.sessions, 'session', 'sessions')}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self._themes.theme.fonts.chip_height + GRID)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.way is None:
            return
        theme = self._themes.theme
        metrics = QFontMetrics(theme.fonts.body)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect()
        painter.fillRect(box, theme.hover if self.underMouse() or self.isDown() else theme.base)
        painter.fillRect(0, box.bottom(), box.width(), 1, theme.line)
        painter.setFont(theme.fonts.body)
        painter.setPen(theme.text2)
        painter.drawText(box, _LEFT, "without")
        painter.drawPixmap(
            box.right() - ICON_SIZE,
            (box.height() - ICON_SIZE) // 2,
            self._icons.pixmap("chevron-right", ICON_SIZE, self.devicePixelRatioF(), "text2"),
        )
        found = counted(self.way.sessions, "session", "sessions")
        painter.drawText(box.adjusted(0, 0, -ICON_SIZE - GRID, 0), _RIGHT, found)
        left = metrics.horizontalAdvance("without") + GRID
        room = box.width() - ICON_SIZE - 4 * GRID - metrics.horizontalAdvance(found) - left
        self._paint_chip(painter, self.way, left, room)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, FOCUS_WIDTH))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -2), RADIUS_CONTROL, RADIUS_CONTROL)
        painter.end()

    def _paint_chip(self, painter: QPainter, way: WayOut, left: int, room: int) -> None:
        theme = self._themes.theme
        metrics = QFontMetrics(theme.fonts.body)
        field = f"{way.field} " if way.field else ""
        before = metrics.horizontalAdvance(field)
        value = metrics.elidedText(way.value, Qt.TextElideMode.ElideRight, room - before - 2 * GRID)
        height = theme.fonts.chip_height
        width = before + metrics.horizontalAdvance(value) + 2 * GRID
        chip = QRect(left, (self.height() - height) // 2, width, height)
        painter.setPen(QPen(theme.line2, 1))
        painter.setBrush(theme.window)
        painter.drawRoundedRect(QRectF(chip).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CONTROL, RADIUS_CONTROL)
        inner = chip.adjusted(GRID, 0, -HALF, 0)
        painter.setPen(theme.text2)
        painter.drawText(inner, _LEFT, field)
        painter.setPen(theme.text)
        painter.drawText(inner.adjusted(before, 0, 0, 0), _LEFT, value)

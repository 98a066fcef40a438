"""The violet word that says "not real" where there is no room for the band."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from m360desk.ui.theme import GRID, RADIUS_CONTROL

if TYPE_CHECKING:
    from m360desk.ui.theme_source import ThemeSource


class ModeBadge(QLabel):
    """Hidden where all is real."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("modeBadge")
        self._themes = themes
        themes.changed.connect(self.updateGeometry)
        self.hide()

    def show_word(self, word: str) -> None:
        """Show a word such as "TESTING"; "" for none."""
        self.setText(word)
        self.setVisible(bool(word))

    def sizeHint(self) -> QSize:
        fonts = self._themes.theme.fonts
        width = QFontMetrics(fonts.small_strong).horizontalAdvance(self.text())
        return QSize(width + 2 * GRID - 2, fonts.small_line)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = theme.fonts.small_line
        box = QRectF(0, (self.height() - height) / 2, self.width(), height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.mode)
        painter.drawRoundedRect(box, RADIUS_CONTROL - 1, RADIUS_CONTROL - 1)
        painter.setPen(theme.on_mode)
        painter.setFont(theme.fonts.small_strong)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()

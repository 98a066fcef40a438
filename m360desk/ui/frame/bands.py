"""Bands over the pages: the violet one that says "not real", and the one for a note or an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLine, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from m360desk.ui.theme import BAND_HEIGHT, GRID

if TYPE_CHECKING:
    from m360desk.ui.theme_source import ThemeSource

HATCHED = 40


@dataclass(frozen=True, slots=True)
class ModeText:
    """What the band says in one mode; ``word`` also stands in the title, the status bar and on paper."""

    word: str
    bold: str
    plain: str
    button: str


MODE_TEXTS = {
    "testing": ModeText(
        "TESTING",
        "Not your devices.",
        "The service makes these records up; another set comes with every refresh.",
        "Go live…",
    ),
    "demo": ModeText(
        "DEMO",
        "A made-up workshop.",
        "Nothing here is real, and nothing is sent anywhere.",
        "Connect your account…",
    ),
}


class ModeBand(QWidget):
    """Says for as long as it stands that nothing here is real."""

    pressed = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modeBand")
        self._themes = themes
        self._text: ModeText | None = None
        self._button = QPushButton(self)
        self._button.setFlat(True)
        self._button.setCursor(Qt.CursorShape.PointingHandCursor)
        self._button.clicked.connect(self.pressed)
        self._button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, HATCHED + GRID, 0)
        row.addStretch(1)
        row.addWidget(self._button)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()
        self.hide()

    def show_mode(self, mode: str) -> None:
        """Show the band of a mode; live mode has none."""
        self._text = MODE_TEXTS.get(mode)
        if self._text is not None:
            self._button.setText(self._text.button)
            self.setAccessibleName(f"{self._text.word}: {self._text.bold} {self._text.plain}")
        self.setVisible(self._text is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, max(BAND_HEIGHT, self._themes.theme.fonts.body_line + 16))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._text is None:
            return
        theme = self._themes.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.mode)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for left in (0, self.width() - HATCHED):
            self._hatch(painter, QRect(left, 0, HATCHED, self.height()))
        painter.setPen(theme.on_mode)
        fonts = theme.fonts
        x = HATCHED + GRID
        painter.setFont(fonts.small_strong)
        spaced = self._text.word
        word = painter.fontMetrics().horizontalAdvance(spaced) + 2 * GRID
        frame = QRect(x, (self.height() - 20) // 2, word, 20)
        painter.drawRoundedRect(frame, 3, 3)
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, spaced)
        x += word + GRID + 4
        room = self._button.x() - GRID - x
        for font, text in ((fonts.strong, self._text.bold + " "), (fonts.body, self._text.plain)):
            painter.setFont(font)
            metrics = painter.fontMetrics()
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, room))
            painter.drawText(QRect(x, 0, max(0, room), self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
            advance = metrics.horizontalAdvance(text)
            x += advance
            room -= advance
        painter.end()

    def _hatch(self, painter: QPainter, area: QRect) -> None:
        painter.save()
        painter.setClipRect(area)
        painter.setPen(QPen(self._themes.theme.mode2, 7))
        for x in range(area.left() - area.height(), area.right() + area.height(), 20):
            painter.drawLine(QLine(x, area.bottom() + 4, x + area.height() + 8, area.top() - 4))
        painter.restore()

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        palette = self._button.palette()
        palette.setColor(QPalette.ColorRole.Button, theme.mode)
        palette.setColor(QPalette.ColorRole.ButtonText, theme.on_mode)
        self._button.setPalette(palette)
        self.updateGeometry()
        self.update()

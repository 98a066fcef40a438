"""The violet band over the window that says "not real"."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QLine, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from m360desk.ui.fill import fill
from m360desk.ui.theme import BAND_HEIGHT, FOCUS_WIDTH, GRID, HALF, RADIUS_CONTROL

if TYPE_CHECKING:
    from m360desk.ui.theme_source import ThemeSource

HATCHED = 40


class ModeText(NamedTuple):
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
        self._button = BandButton(themes, self)
        self._button.setObjectName("modeButton")
        self._button.clicked.connect(self.pressed)
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
            self._button.setAccessibleDescription(self._text.bold)
        self.setVisible(self._text is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, max(BAND_HEIGHT, self._themes.theme.fonts.body_line + 16))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._text is None:
            return
        theme = self._themes.theme
        painter = QPainter(self)
        fill(painter, self.rect(), theme.mode)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for left in (0, self.width() - HATCHED):
            self._hatch(painter, QRect(left, 0, HATCHED, self.height()))
        painter.setPen(theme.on_mode)
        left = self._paint_word(painter, self._text.word, HATCHED + GRID)
        self._paint_sentence(painter, self._text, left + GRID)
        painter.end()

    def _paint_word(self, painter: QPainter, word: str, left: int) -> int:
        """Paint the word in its frame, spaced as on a stamp; returns where it ends."""
        theme = self._themes.theme
        font = QFont(theme.fonts.small_strong)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 1)
        painter.setFont(font)
        painter.setPen(QPen(theme.on_mode, 1))
        painter.setBrush(theme.mode)
        height = theme.fonts.small_line + HALF
        width = painter.fontMetrics().horizontalAdvance(word) + 2 * GRID
        frame = QRectF(left + 0.5, (self.height() - height) // 2 + 0.5, width, height - 1)
        painter.drawRoundedRect(frame, RADIUS_CONTROL - 1, RADIUS_CONTROL - 1)
        painter.drawText(frame.adjusted(1, 0, 0, 0), Qt.AlignmentFlag.AlignCenter, word)
        return left + width

    def _paint_sentence(self, painter: QPainter, text: ModeText, left: int) -> None:
        fonts = self._themes.theme.fonts
        room = self._button.x() - GRID - left
        for font, words in ((fonts.strong, f"{text.bold} "), (fonts.body, text.plain)):
            painter.setFont(font)
            metrics = painter.fontMetrics()
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(0, room))
            painter.drawText(
                QRect(left, 0, max(0, room), self.height()), Qt.AlignmentFlag.AlignVCenter, shown
            )
            left += metrics.horizontalAdvance(words)
            room -= metrics.horizontalAdvance(words)

    def _hatch(self, painter: QPainter, area: QRect) -> None:
        painter.save()
        painter.setClipRect(area)
        painter.setPen(QPen(self._themes.theme.mode2, 7))
        for x in range(area.left() - area.height(), area.right() + area.height(), 20):
            painter.drawLine(QLine(x, area.bottom() + 4, x + area.height() + 8, area.top() - 4))
        painter.restore()

    def _theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class BandButton(QAbstractButton):
    """A button on the violet: outlined, filled where the pointer or the keyboard is."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        fonts = self._themes.theme.fonts
        width = QFontMetrics(fonts.body).horizontalAdvance(self.text()) + 2 * (GRID + HALF)
        return QSize(width, fonts.chip_height)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        painter.setPen(QPen(theme.on_mode, FOCUS_WIDTH if focused else 1))
        painter.setBrush(theme.mode2 if self.underMouse() or self.isDown() else theme.mode)
        edge = 1.0 if focused else 0.5
        frame = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        painter.drawRoundedRect(frame, RADIUS_CONTROL, RADIUS_CONTROL)
        painter.setPen(theme.on_mode)
        painter.setFont(theme.fonts.body)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

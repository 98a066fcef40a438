"""Bands over the pages: the violet one that says "not real", and the one for a note or an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLine, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from m360desk.ui.elided_label import ElidedLabel
from m360desk.ui.marks import Mark
from m360desk.ui.theme import BAND_HEIGHT, GRID, PANE_PADDING

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.core.user_text import UserText
    from m360desk.ui.marks import Marks
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


class NoteBand(QWidget):
    """One note or error over the page: a mark, the fact in bold, what it means, at most one button."""

    def __init__(self, themes: ThemeSource, marks: Marks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noteBand")
        self._themes, self._marks = themes, marks
        self._error = False
        self._mark = QLabel(self)
        self._text = ElidedLabel(self)
        self._fact = QLabel(self)
        self._fact.setTextFormat(Qt.TextFormat.PlainText)
        self._button = QPushButton(self)
        self._act: Callable[[], object] | None = None
        self._kept = False
        self._button.clicked.connect(self._pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(PANE_PADDING - 4, 2, PANE_PADDING - 4, 2)
        row.setSpacing(GRID)
        row.addWidget(self._mark)
        row.addWidget(self._fact)
        row.addWidget(self._text, 1)
        row.addWidget(self._button)
        self.setAutoFillBackground(True)
        themes.changed.connect(self._theme_changed)
        self.hide()

    def show_text(
        self,
        text: UserText,
        *,
        error: bool,
        button: str = "",
        act: Callable[[], object] | None = None,
        kept: bool = False,
    ) -> None:
        """Show what happened and what it means; what to do stands in the tip as well.

        The ``button`` does ``act``. What is ``kept`` stays until the button is pressed or another text comes.
        """
        self._error = error
        self._act = act
        self._kept = kept
        self._fact.setText(text.happened)
        rest = " ".join(part for part in (text.means, text.do) if part)
        self._text.setText(rest)
        self.setToolTip(text.one_line())
        self.setAccessibleName(text.one_line())
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self._theme_changed()
        self.show()

    def withdraw(self) -> None:
        """Take back what holds no longer."""
        if not self._kept:
            self.hide()

    def _pressed(self) -> None:
        act = self._act
        self.hide()
        if act is not None:
            act()

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, theme.badtint if self._error else theme.watchtint)
        palette.setColor(QPalette.ColorRole.WindowText, theme.text)
        self.setPalette(palette)
        self._fact.setFont(theme.fonts.strong)
        mark = Mark.REPLACE if self._error else Mark.WATCH
        self._mark.setPixmap(self._marks.pixmap(mark, 16, theme, self.devicePixelRatioF()))
        self.setMinimumHeight(max(BAND_HEIGHT, theme.fonts.body_line + 16))

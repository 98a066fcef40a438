"""What is wrong with a search, what would be right, and one button that repairs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from m360desk.ui.elided_label import ElidedLabel
from m360desk.ui.marks import Mark
from m360desk.ui.text import number
from m360desk.ui.theme import GRID, HALF, ICON_SIZE

if TYPE_CHECKING:
    from m360desk.core.query import QueryError
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource

SIGN = 14
LONGEST_PIECE = 32
"""Characters of a repair that the button shows: the words beside it matter more."""
ROUNDING = 2
"""Widths of texts are rounded: without a little more room an ellipsis would stand in place of a letter."""


class QueryErrorRow(QWidget):
    """Stands in the place of the chips for as long as the search cannot be understood."""

    repair_asked = Signal(str)
    """The query text to use instead."""

    def __init__(self, themes: ThemeSource, marks: Marks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self._themes, self._marks = themes, marks
        self._repaired = ""
        self._sign = QLabel(self)
        self._sign.setFixedWidth(ICON_SIZE)
        self._wrong = ElidedLabel(self)
        self._wrong.setObjectName("queryError")
        self._right = ElidedLabel(self)
        self._right.setObjectName("queryHint")
        self._use = QPushButton(self)
        self._use.setObjectName("useRepair")
        self._use.setAutoDefault(False)
        self._use.clicked.connect(lambda: self.repair_asked.emit(self._repaired))
        self._still = QLabel(self)
        self._still.setObjectName("stillShowing")
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, GRID + HALF, 0)
        row.setSpacing(GRID)
        row.addWidget(self._sign)
        # What is wrong gets its room first; the button follows the words.
        row.addWidget(self._wrong, 200)
        row.addWidget(self._right, 100)
        row.addWidget(self._use)
        row.addStretch(1)
        row.addWidget(self._still)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    def show_error(self, error: QueryError, text: str, still: int | None) -> None:
        """Say it of the search ``text``, over a list that goes on showing ``still`` sessions."""
        # What is wrong stands out from what would be right.
        wrong, stop, right = error.message.partition(". ")
        self._wrong.setText(wrong + stop.strip())
        self._right.setText(" ".join(part for part in (right, error.hint) if part))
        for label in (self._wrong, self._right):
            label.setMaximumWidth(label.fontMetrics().horizontalAdvance(label.text()) + ROUNDING)
        self._still.setText("" if still is None else f"still showing {number(still, decimals=0)}")
        self._repaired = error.repaired(text) or ""
        self._use.setText(self._offer(error, text))
        self._use.setVisible(bool(self._repaired.strip()))
        self.setAccessibleName(" ".join(part for part in (error.message, error.hint) if part))

    def _offer(self, error: QueryError, text: str) -> str:
        """What the button says: what will stand there, or what will go."""
        act, piece = ("Use", error.repair) if error.repair else ("Remove", text[error.start : error.end])
        room = LONGEST_PIECE * self._use.fontMetrics().averageCharWidth()
        shown = self._use.fontMetrics().elidedText(piece or "", Qt.TextElideMode.ElideMiddle, room)
        return f"{act} {shown}".replace("&", "&&")

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, theme.badtint)
        self.setPalette(palette)
        self._wrong.setFont(theme.fonts.strong)
        for label in (self._right, self._still):
            label.setFont(theme.fonts.body)
        colours = self._still.palette()
        colours.setColor(self._still.foregroundRole(), theme.text2)
        self._still.setPalette(colours)
        self._sign.setPixmap(self._marks.pixmap(Mark.REPLACE, SIGN, theme, self.devicePixelRatioF()))

"""The row over the pages: what is searched for, how much answers it, what has come in; or what is wrong."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStackedLayout, QWidget

from m360desk.ui.elided_label import ElidedLabel
from m360desk.ui.fill import fill_box
from m360desk.ui.text import counted, number
from m360desk.ui.theme import CHIP_ROW_HEIGHT, GRID, HALF

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from m360desk.core.chips import Chip
    from m360desk.core.query import QueryError
    from m360desk.ui.chips.button import NewButton
    from m360desk.ui.chips.row import ChipRow
    from m360desk.ui.frame.query_error_row import QueryErrorRow
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource


class FilterBar(QWidget):
    """One row of a fixed height: nothing below it moves, whatever it says."""

    chip_removed = Signal(str)
    """A part of the query was taken out: the text without it."""
    chip_picked = Signal(int, int)
    """A part of the query was pressed: its place in the text."""
    new_asked = Signal()
    repair_asked = Signal(str)
    """The button in the error row: the query text to use instead."""

    def __init__(
        self, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("filterBar")
        self.setAutoFillBackground(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._themes, self._icons, self._marks = themes, icons, marks
        self._shown: int | None = None
        self._line = QWidget(self)
        self._title = ElidedLabel(self._line)
        self._title.setObjectName("listTitle")
        self._count = QLabel(self._line)
        self._count.setObjectName("sessionCount")
        self._count.setTextFormat(Qt.TextFormat.RichText)
        row = QHBoxLayout(self._line)
        row.setContentsMargins(GRID, 0, GRID + HALF, 0)
        row.setSpacing(GRID)
        row.addWidget(self._title, 1)
        row.addWidget(self._count)
        self._row = row
        self._rows = QStackedLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 1)
        self._rows.addWidget(self._line)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    # What a start that shows everything does not need is built a moment later, or when it is needed.

    @cached_property
    def _chips(self) -> ChipRow:
        from m360desk.ui.chips.row import ChipRow

        chips = ChipRow(self._themes, self._icons, self._line)
        chips.removed.connect(self.chip_removed)
        chips.picked.connect(self.chip_picked)
        chips.hide()
        self._row.insertWidget(self._row.indexOf(self._title) + 1, chips, 1)
        return chips

    @cached_property
    def _new(self) -> NewButton:
        from m360desk.ui.chips.button import NewButton

        button = NewButton(self._themes, self._icons, self._line)
        button.clicked.connect(self.new_asked)
        button.hide()
        self._row.insertWidget(self._row.indexOf(self._count), button)
        return button

    @cached_property
    def error_row(self) -> QueryErrorRow:
        """What stands in place of the row while a search is wrong."""
        from m360desk.ui.frame.query_error_row import QueryErrorRow

        row = QueryErrorRow(self._themes, self._marks, self)
        row.repair_asked.connect(self.repair_asked)
        self._rows.addWidget(row)
        return row

    def get_ready(self) -> None:
        """Build what the first key, the first slip and the first sync would wait for."""
        _ = self._chips, self._new, self.error_row

    def show_chips(self, chips: Sequence[Chip], brushed: Collection[str] = ()) -> None:
        """Show what is filtered by; with nothing, the row says what the list is.

        ``brushed`` are parts of the query, as they are written, that were drawn in a chart.
        """
        if chips or "_chips" in vars(self):
            self._chips.show_chips(chips, brushed)
            self._chips.setVisible(bool(chips))
        self._title.setVisible(not chips)

    def show_counts(self, title: str, count: int | None, total: int | None, *, so_far: bool) -> None:
        """Say what is searched for and how many sessions answer it."""
        self._shown = count
        self._title.setText(title)
        self._count.setText("" if count is None else _count_words(count, total, so_far=so_far))

    def show_new(self, count: int) -> None:
        """Offer sessions that have come in above the list; none hides the offer."""
        if count > 0 or "_new" in vars(self):
            self._new.setVisible(count > 0)
            self._new.show_count(count)

    def show_error(self, error: QueryError | None, text: str = "") -> None:
        """Say what is wrong with the search ``text``; the list stays as it was."""
        if error is None:
            self._rows.setCurrentWidget(self._line)
            return
        self.error_row.show_error(error, text, self._shown)
        self._rows.setCurrentWidget(self.error_row)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        fill_box(painter, 0, self.height() - 1, self.width(), 1, self._themes.theme.line)
        painter.end()

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        self.setFixedHeight(max(CHIP_ROW_HEIGHT, theme.fonts.chip_height + 16))
        palette = self.palette()
        palette.setColor(palette.ColorRole.Window, theme.base)
        self.setPalette(palette)
        for label in (self._title, self._count):
            colours = label.palette()
            colours.setColor(label.foregroundRole(), theme.text2)
            label.setPalette(colours)
        self._count.setFont(theme.fonts.body)
        self._title.setFont(theme.fonts.body)
        self.update()


def _count_words(count: int, total: int | None, *, so_far: bool) -> str:
    figure = f"<b>{number(count, decimals=0)}</b>"
    if so_far and count == total:
        return f"{figure} so far"
    if total is None or count == total:
        return f"{figure} {'session' if count == 1 else 'sessions'}"
    return f"{figure} of {counted(total, 'session', 'sessions')}"

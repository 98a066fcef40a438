"""The table of sessions: Qt's own for keys, selection, header, accessibility; the cells painted in one call.

A delegate per cell means some two hundred calls from Qt into Python for a frame; while a worker holds the
interpreter's lock each of them may have to wait. One call that paints all visible rows waits once.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from m360desk.ui.sessions.columns import MORE_COLUMNS
from m360desk.ui.sessions.header import ListHeader
from m360desk.ui.sessions.row_painter import CellPlace, RowPainter, RowState
from m360desk.ui.sessions.row_selection import RowSelection
from m360desk.ui.sessions.table_columns import TableColumns

if TYPE_CHECKING:
    from m360desk.core.spans import Selected
    from m360desk.ui.sessions.model import SessionModel
    from m360desk.ui.theme_source import ThemeSource


_MEASURE_STRONG, _MEASURE, _MEASURE_WIDTH = "2 failed", " · 11 passed", 119
"""A long text, and its width in the font for which the columns' widths are given (Noto Sans of 13 px)."""


PATIENCE_MS = 50
"""So long a row that is not here yet stays blank: most come sooner, and nothing is to flicker."""

MOST_MINIMUM = 960 - 320 - 1
"""Never ask for more than the narrowest window has beside the narrowest detail pane."""


class SessionTable(QTableView):
    """The list of sessions."""

    sort_asked = Signal(str, bool)
    """A header was clicked: the sort field of its column, and whether downwards."""
    compact_changed = Signal(bool)
    rows_painted = Signal()
    """Rows are on the screen for the first time since the program began."""

    def __init__(
        self, model: SessionModel, painter: RowPainter, themes: ThemeSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sessionTable")
        self.setAccessibleName("Device sessions")
        self._sessions = model
        self._painter = painter
        self._themes = themes
        self._hovered = -1
        self._painted = False
        self._room = -1
        self._sort = ("time", True)
        self._compact = False
        self._waiting: dict[int, float] = {}
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(lambda: self.viewport().update())
        # To wrap a viewport made by Qt, PySide would look through all classes of widgets: ten milliseconds.
        viewport = QWidget(self)
        # One that Qt knows to be opaque is scrolled by copying what it shows.
        viewport.setAutoFillBackground(True)
        viewport.setBackgroundRole(QPalette.ColorRole.Base)
        self.setViewport(viewport)
        self.setModel(model)
        self.rows = RowSelection(model, self)
        """Which rows are selected."""
        of_qt = self.selectionModel()
        self.setSelectionModel(self.rows)
        of_qt.deleteLater()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = ListHeader(themes, self)
        self.setHorizontalHeader(header)
        header.sectionClicked.connect(self._header_clicked)
        self.columns = TableColumns(header, model, MORE_COLUMNS)
        self.columns.changed.connect(self._columns_changed)
        # The bar takes room: where it comes before the window is shown, Qt tells of no resize.
        self.verticalScrollBar().rangeChanged.connect(self._fit)
        self.folded_button = header.folded
        themes.changed.connect(self._theme_changed)
        self._theme_changed()
        self.show_sort("time", True)

    # What is shown

    def show_sort(self, field: str, descending: bool, section: int | None = None) -> None:
        """Put the header's arrow on a column that sorts by a field: ``section``, else the first."""
        self._sort = (field, descending)
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        if section is None:
            section = next(n for n, column in enumerate(self._sessions.columns) if column.sort == field)
        self.horizontalHeader().setSortIndicator(section, order)

    def current_row_id(self) -> int | None:
        """The session under the cursor, or None."""
        index = self.currentIndex()
        return self._sessions.ids[index.row()] if index.isValid() else None

    @property
    def selected(self) -> Selected:
        """What is selected."""
        return self.rows.selected

    def select_row(self, position: int, *, scroll: bool = True) -> None:
        """Put cursor and selection on one row."""
        index = self._sessions.index(position, 0)
        flags = QItemSelectionModel.SelectionFlag
        # Not by selectRow: while somebody holds Ctrl or Shift it would add to what is selected.
        self.setAutoScroll(scroll)
        self.rows.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.setAutoScroll(True)
        if scroll:
            self.scrollTo(index)

    def first_visible(self) -> tuple[int, int] | None:
        """The row at the top edge and how many pixels of it are hidden; None for an empty list."""
        row = self.rowAt(0)
        return None if row < 0 else (row, -self.rowViewportPosition(row))

    def scroll_to(self, position: int, hidden: int) -> None:
        """Put a row at the top edge, with so many of its pixels hidden."""
        wanted = position * self._row_height() + hidden
        if wanted > self.verticalScrollBar().maximum():
            # The list has just grown, and the bar will only be told with the next layout.
            self.updateGeometries()
        self.verticalScrollBar().setValue(wanted)

    @property
    def compact(self) -> bool:
        """Whether rows have one line."""
        return self._compact

    def set_compact(self, compact: bool) -> None:
        """Give rows one line or two; the row at the top edge stays there."""
        if compact == self._compact:
            return
        top = self.first_visible()
        self._compact = compact
        self.columns.set_compact(compact)
        self._theme_changed()
        self.compact_changed.emit(compact)
        if top is not None:
            self.scroll_to(top[0], 0)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        count = self._sessions.rowCount()
        if count == 0:
            return
        area = event.rect()
        first = max(0, self.rowAt(max(0, area.top())))
        last = self.rowAt(area.bottom())
        last = count - 1 if last < 0 else last
        top = max(0, self.rowAt(0))
        bottom = self.rowAt(self.viewport().height() - 1)
        self._sessions.want(top, count - 1 if bottom < 0 else bottom)
        painter = QPainter(self.viewport())
        states = self._states(first, last)
        self._painter.paint(painter, self._places(), states, self.devicePixelRatioF())
        painter.end()
        if not self._painted and any(state.row is not None for state in states):
            self._painted = True
            self.rows_painted.emit()
            QTimer.singleShot(0, self._close_scroll_bar)

    def _close_scroll_bar(self) -> None:
        # Fusion's scroll bars let what is under them shine through: with each step the whole window behind
        # them would be painted. PySide takes ten milliseconds to wrap a style: not before the first rows.
        self.verticalScrollBar().setAutoFillBackground(self.style().name() == "fusion")

    def _places(self) -> tuple[CellPlace, ...]:
        header = self.horizontalHeader()
        return tuple(
            CellPlace(column, header.sectionViewportPosition(number), header.sectionSize(number))
            for number, column in enumerate(self._sessions.columns)
            if not header.isSectionHidden(number)
        )

    def _states(self, first: int, last: int) -> list[RowState]:
        selected = self.selected
        focus = self.hasFocus()
        current = self.currentIndex().row()
        height = self._row_height()
        width = self.viewport().width()
        rows = [self._sessions.row_at(position) for position in range(first, last + 1)]
        overdue = self._overdue({self._sessions.ids[first + n] for n, row in enumerate(rows) if row is None})
        top = self.rowViewportPosition(first)
        return [
            RowState(
                row=row,
                position=position,
                area=QRect(0, top + (position - first) * height, width, height),
                selected=selected.holds(position),
                focused=focus,
                cursor=focus and position == current,
                hovered=position == self._hovered,
                placeholder=self._sessions.ids[position] in overdue,
            )
            for position, row in enumerate(rows, first)
        ]

    def _overdue(self, missing: set[int]) -> set[int]:
        """Which rows that are not here yet have been waited for so long that it must be shown."""
        if not missing:
            self._waiting.clear()
            return missing
        now = perf_counter()
        self._waiting = {row_id: self._waiting.get(row_id, now) for row_id in missing}
        overdue = {row_id for row_id, since in self._waiting.items() if now - since >= PATIENCE_MS / 1000}
        if len(overdue) < len(missing) and not self._patience.isActive():
            self._patience.start()
        return overdue

    def _row_height(self) -> int:
        fonts = self._themes.theme.fonts
        return fonts.compact_row_height if self._compact else fonts.row_height

    def _theme_changed(self) -> None:
        self.verticalHeader().setMinimumSectionSize(self._row_height())
        self.verticalHeader().setDefaultSectionSize(self._row_height())
        self._set_widths()
        self._painter.forget()
        self.viewport().update()

    def _set_widths(self) -> None:
        """Make the columns as wide as this font and size need."""
        fonts = self._themes.theme.fonts
        width = QFontMetrics(fonts.strong).horizontalAdvance(_MEASURE_STRONG)
        width += QFontMetrics(fonts.body).horizontalAdvance(_MEASURE)
        self.columns.set_scale(max(1.0, width / _MEASURE_WIDTH))
        self._columns_changed()

    def _columns_changed(self) -> None:
        self.folded_button.show_folded([column.title for column in self.columns.folded])
        needed = self.columns.needed + self.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(min(needed, MOST_MINIMUM))
        # What the user placed stays; what then has no room is reached by scrolling.
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(
            policy.ScrollBarAsNeeded if self.columns.overflows else policy.ScrollBarAlwaysOff
        )
        self.viewport().update()

    # The pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row == self._hovered:
            return
        old, self._hovered = self._hovered, row
        for each in (old, row):
            if each >= 0:
                self._update_row(each)

    def _update_row(self, row: int) -> None:
        top = self.rowViewportPosition(row)
        self.viewport().update(0, top, self.viewport().width(), self._row_height())

    # Widths

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.viewport().width()
        if room != self._room:
            self._room = room
            self.columns.fit(room)

    def _header_clicked(self, section: int) -> None:
        column = self._sessions.columns[section]
        field, descending = self._sort
        downwards = not descending if field == column.sort else column.newest_first
        self.show_sort(column.sort, downwards, section)
        self.sort_asked.emit(column.sort, downwards)

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Move among rows only: Home and End go to the first and the last one."""
        moves = QAbstractItemView.CursorAction
        if action in (moves.MoveHome, moves.MoveEnd):
            modifiers |= Qt.KeyboardModifier.ControlModifier
        elif action in (moves.MoveLeft, moves.MoveRight):
            return self.currentIndex()
        return super().moveCursor(action, modifiers)

    def selectionCommand(
        self, index: QModelIndex | QPersistentModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """What a key or a button does to the selection; Qt asks its own pieces, which may be none."""
        command = super().selectionCommand(index, event)
        flags = QItemSelectionModel.SelectionFlag
        if not (isinstance(event, QMouseEvent) and index.isValid() and self.rows.in_pieces):
            return command
        if not self.selected.holds(index.row()):
            return command
        if event.button() == Qt.MouseButton.RightButton:
            return flags.NoUpdate
        if command & flags.Toggle:
            return (command & ~flags.Toggle) | flags.Deselect
        return command

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: Qt would compare every row of a million. There is a search box."""

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        # Rows are what one moves among: a cell beyond the right edge must not scroll the table sideways.
        super().scrollTo(self._sessions.index(index.row(), 0), hint)

    def row_under(self, point: QPoint) -> int:
        """The row at a point of the viewport, or -1."""
        return self.rowAt(point.y())

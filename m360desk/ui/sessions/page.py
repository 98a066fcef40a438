"""The page of the list: what is searched for over it, the list, and the chosen session beside it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QObject, QTimer, Signal
from PySide6.QtWidgets import (
    QVBoxLayout,
    QWidget,
)

from m360desk.ui.sessions.cell_context import CellContext, Measures
from m360desk.ui.sessions.columns import COLUMNS, ListColumn
from m360desk.ui.sessions.describe import describe
from m360desk.ui.sessions.hits import Hits
from m360desk.ui.sessions.model import RowSource, SessionModel
from m360desk.ui.sessions.row_painter import RowPainter
from m360desk.ui.sessions.view import SessionTable

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Sequence
    from datetime import date, tzinfo

    from m360desk.core.battery import Limits
    from m360desk.core.query import Query
    from m360desk.store.reader import StoredRow
    from m360desk.ui.frame.filter_bar import FilterBar
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Mark, Marks
    from m360desk.ui.states import StatePage
    from m360desk.ui.theme import Theme
    from m360desk.ui.theme_source import ThemeSource


KEPT_SELECTION = 200
"""As many selected sessions stay selected when the list changes; of more, the one under the cursor does."""


class SessionsPage(QWidget):
    """Shows an answer and keeps cursor, selection and place with their sessions when a newer one comes."""

    chosen = Signal(object)
    """The row id under the cursor, or None."""
    opened = Signal(int)
    sort_asked = Signal(str, bool)

    def __init__(
        self,
        themes: ThemeSource,
        icons: Icons,
        marks: Marks,
        fetch_rows: RowSource,
        limits: Callable[[], Limits],
        now_ms: Callable[[], int],
        zone: tzinfo,
        state_page: StatePage,
        filter_bar: FilterBar,
        parent: QWidget | None = None,
    ) -> None:
        """``filter_bar`` stands over the list for as long as this page is shown."""
        super().__init__(parent)
        self._themes, self._icons, self._marks = themes, icons, marks
        self._limits, self._now_ms, self._zone = limits, now_ms, zone
        self.model = SessionModel(COLUMNS, fetch_rows, self._describe, self)
        self._painter = RowPainter(themes, self._context)
        self.table = SessionTable(self.model, self._painter, themes, self)
        self.setFocusProxy(self.table)
        self.state_page = state_page
        # It lies over the table, so that the header can stay in sight.
        state_page.setParent(self)
        state_page.hide()
        self.table.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(filter_bar)
        column.addWidget(self.table, 1)
        self._restoring = False
        self._hits = Hits()
        self._measures: Measures | None = None
        self.table.selectionModel().currentRowChanged.connect(self._current_changed)
        self.table.doubleClicked.connect(lambda index: self.opened.emit(self.model.ids[index.row()]))
        self.table.sort_asked.connect(self.sort_asked)
        self._midnight = QTimer(self)
        self._midnight.setInterval(60_000)
        self._midnight.timeout.connect(self._day_may_have_changed)
        self._midnight.start()
        self._day = self._today()

    # What is shown

    def show_ids(self, ids: array[int], *, keep_place: bool) -> None:
        """Show an answer; with ``keep_place`` what the user looks at stays where it is."""
        if keep_place and self.model.extend(ids):
            return
        current = self.table.current_row_id()
        top = self.table.first_visible() if keep_place else None
        top_id = self.model.ids[top[0]] if top is not None else None
        chosen = self._chosen_ids() if keep_place else []
        self._restoring = True
        self.model.show_ids(ids)
        self._restore(current, chosen)
        if top is not None and top_id is not None:
            place = self.model.position(top_id)
            if place is not None:
                self.table.scroll_to(place, top[1])
        self._restoring = False
        if self.table.current_row_id() != current:
            self.chosen.emit(self.table.current_row_id())

    def show_table(self) -> None:
        """Show the list itself."""
        self.state_page.hide()

    def show_state(self) -> None:
        """Show the page that says why there is no list."""
        self._place_state()
        self.state_page.show()
        self.state_page.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place_state()
        return super().eventFilter(watched, event)

    def cache_changed(self) -> None:
        """Rows may have changed: fetch what is on the screen again, in place."""
        self.model.mark_stale()

    def show_hits(self, query: Query) -> None:
        """Show from now on where this query's words stand."""
        hits = Hits.of(query.root)
        if hits != self._hits:
            self._hits = hits
            self._painter.forget()
            self.table.viewport().update()

    def selected_ids(self) -> list[int]:
        """The row ids of the selected sessions, in the list's order."""
        ranges = self.table.selectionModel().selection().toList()
        ids = self.model.ids
        spans = sorted({(each.top(), each.bottom() + 1) for each in ranges})
        return [row_id for start, end in spans for row_id in ids[start:end]]

    def shown_columns(self) -> list[ListColumn]:
        """The columns that can be seen, from left to right."""
        header = self.table.horizontalHeader()
        places = (header.logicalIndex(place) for place in range(header.count()))
        return [self.model.columns[n] for n in places if not header.isSectionHidden(n)]

    def keep_state(self) -> dict[str, str]:
        """Columns and the height of rows, for the next start."""
        rows = "compact" if self.table.compact else "two lines"
        return {"columns": self.table.columns.state(), "rows": rows}

    def restore_kept(self, state: dict[str, str]) -> None:
        """Take over what was kept; what is not understood stays as it is at first."""
        if "columns" in state:
            self.table.columns.restore(state["columns"])
        self.table.set_compact(state.get("rows") == "compact")

    def limits_changed(self) -> None:
        """The battery limits have changed."""
        self._painter.forget()
        self.table.viewport().update()

    # Inner workings

    def _place_state(self) -> None:
        header = self.table.horizontalHeader().height() if self.state_page.over_list else 0
        self.state_page.setGeometry(self.table.geometry().adjusted(0, header, 0, 0))

    def _restore(self, current: int | None, chosen: Sequence[int]) -> None:
        if current is None:
            return
        position = self.model.position(current)
        if position is None:
            return
        selection = QItemSelection()
        last = self.model.columnCount() - 1
        for row_id in chosen:
            place = self.model.position(row_id)
            if place is not None:
                selection.select(self.model.index(place, 0), self.model.index(place, last))
        model = self.table.selectionModel()
        flags = QItemSelectionModel.SelectionFlag
        model.setCurrentIndex(self.model.index(position, 0), flags.ClearAndSelect | flags.Rows)
        if len(chosen) > 1:
            model.select(selection, flags.ClearAndSelect | flags.Rows)

    def _chosen_ids(self) -> list[int]:
        """The selected sessions; none where there are very many, since each has to be looked for."""
        ranges = self.table.selectionModel().selection().toList()
        if sum(each.height() for each in ranges) > KEPT_SELECTION:
            return []
        ids = self.model.ids
        return [ids[row] for each in ranges for row in range(each.top(), each.bottom() + 1)]

    def _current_changed(self, *_: object) -> None:
        if not self._restoring:
            self.chosen.emit(self.table.current_row_id())

    def _describe(self, column: ListColumn, row: StoredRow, role: int) -> Any:
        return describe(column, row, role, self._now_ms(), self._zone)

    def _context(self, theme: Theme, ratio: float) -> CellContext:
        limits = self._limits()
        fonts = theme.fonts
        if self._measures is None or self._measures.fonts != fonts:
            self._measures = Measures(fonts)
        metrics = self._measures.metrics
        body = metrics["body"]
        first = 4 + (fonts.body_line - body.height()) // 2 + body.ascent()
        small = metrics["small"]
        second = 4 + fonts.body_line + (fonts.second_line - small.height()) // 2 + small.ascent()

        def mark(kind: Mark) -> Any:
            return self._marks.pixmap(kind, 12, theme, ratio)

        return CellContext(
            today=self._today(),
            zone=self._zone,
            limits=limits,
            measures=self._measures,
            hits=self._hits,
            compact=self.table.compact,
            first_baseline=first,
            second_baseline=second,
            mark=mark,
            icon=lambda name, colour: self._icons.pixmap(name, 16, ratio, colour),
            bar=lambda percent, kind: self._marks.bar(percent, limits.replace_under, kind, theme, ratio),
        )

    def _today(self) -> date:
        return datetime.fromtimestamp(self._now_ms() / 1000, self._zone).date()

    def _day_may_have_changed(self) -> None:
        today = self._today()
        if today != self._day:
            self._day = today
            self._painter.forget()
            self.table.viewport().update()

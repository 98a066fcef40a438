"""The page of the list: what is searched for over it, the list, and the chosen session beside it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QTimer, Signal
from PySide6.QtWidgets import (
    QVBoxLayout,
    QWidget,
)

from m360desk.core.spans import find
from m360desk.ui.sessions.cell_context import CellContext, Measures
from m360desk.ui.sessions.columns import COLUMNS, ListColumn
from m360desk.ui.sessions.describe import describe
from m360desk.ui.sessions.hits import Hits
from m360desk.ui.sessions.model import RowSource, SessionModel
from m360desk.ui.sessions.row_painter import RowPainter
from m360desk.ui.sessions.view import SessionTable

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable
    from datetime import date, tzinfo

    from m360desk.core.battery import Limits
    from m360desk.core.query import Query
    from m360desk.core.spans import Selected, Spans
    from m360desk.store.reader import StoredRow
    from m360desk.ui.frame.filter_bar import FilterBar
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Mark, Marks
    from m360desk.ui.states import StatePage
    from m360desk.ui.theme import Theme
    from m360desk.ui.theme_source import ThemeSource


FIRST = 60
"""While somebody types, the cursor stays with its session where that is among so many."""


class _Aside(NamedTuple):
    """What is to be selected again as soon as all of another order is here."""

    selected: Selected
    current: int | None


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
        self.state_page: StatePage | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(filter_bar)
        column.addWidget(self.table, 1)
        self._restoring = False
        self._hits = Hits()
        self._measures: Measures | None = None
        self._aside: _Aside | None = None
        self.table.rows.selectionChanged.connect(self._selection_changed)
        self.table.rows.currentRowChanged.connect(self._current_changed)
        self.table.doubleClicked.connect(lambda index: self.opened.emit(self.model.ids[index.row()]))
        self.table.sort_asked.connect(self.sort_asked)
        self._midnight = QTimer(self)
        self._midnight.setInterval(60_000)
        self._midnight.timeout.connect(self._day_may_have_changed)
        self._midnight.start()
        self._day = self._today()

    # What is shown

    @property
    def selected(self) -> Selected:
        """What is selected, or will be again in a moment."""
        return self.table.selected if self._aside is None else self._aside.selected

    @property
    def waits_to_select(self) -> bool:
        """Whether what was selected is put aside until all of another order is here."""
        return self._aside is not None

    def put_aside(self) -> None:
        """The same sessions come in another order: keep what is selected until all of it is here."""
        if self._aside is None:
            current = self.table.current_row_id()
            if current is not None or self.table.selected.count:
                self._aside = _Aside(self.table.selected, current)

    def forget_aside(self) -> None:
        """Another question was asked, or no answer comes: what was put aside is not looked for any more."""
        self._aside = None

    def show_top(self, ids: array[int]) -> None:
        """Show another answer, or its beginning, from the top."""
        aside = self._aside
        current = self.table.current_row_id() if aside is None else aside.current
        at = None if current is None else find(ids[:FIRST], current)
        self._restoring = True
        self.model.show_ids(ids)
        if at is not None and (aside is None or aside.selected.count <= 1):
            self._aside = None
            self._select(at, ((at, at + 1),))
        self._restoring = False
        self.table.scrollToTop()
        if self._aside is None and self.table.current_row_id() != current:
            self.chosen.emit(self.table.current_row_id())

    def take_back(self, spans: Spans) -> None:
        """Select what was put aside, at these places of the list; nothing is scrolled."""
        aside, self._aside = self._aside, None
        if aside is None:
            return
        self._restoring = True
        at = None if aside.current is None else self.model.position(aside.current)
        self._select(at, spans)
        self._restoring = False
        if self.table.current_row_id() != aside.current:
            self.chosen.emit(self.table.current_row_id())

    def replace(self, ids: array[int], spans: Spans) -> None:
        """Show a newer answer in place: what the user looks at stays where it is.

        ``spans`` are the places of the selected sessions in it.
        """
        current = self.table.current_row_id()
        place = self._place_in(ids)
        self._restoring = True
        self.model.show_ids(ids)
        self._select(None if current is None else self.model.position(current), spans)
        if place is not None:
            self.table.scroll_to(*place)
        self._restoring = False
        if self.table.current_row_id() != current:
            self.chosen.emit(self.table.current_row_id())

    def unknown_in(self, ids: array[int]) -> list[int]:
        """Which sessions would be in sight if a newer answer were shown in place, and have no row yet."""
        if not len(self.model.ids):
            return []  # nothing is seen that could flicker
        place = self._place_in(ids)
        first = 0 if place is None else place[0]
        return self.model.without_row(ids[first : first + FIRST])

    def show_table(self) -> None:
        """Show the list itself."""
        if self.state_page is not None:
            self.state_page.hide()

    def show_state(self, state_page: StatePage) -> None:
        """Show the page that says why there is no list."""
        # It lies over the table, so that the header can stay in sight. Most starts have none: to look at the
        # table's events, PySide makes all classes of events first.
        if self.state_page is None:
            self.table.installEventFilter(self)
        self.state_page = state_page
        state_page.setParent(self)
        self._place_state(state_page)
        state_page.show()
        state_page.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.state_page is not None and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place_state(self.state_page)
        return super().eventFilter(watched, event)

    def cache_changed(self) -> None:
        """Rows may have changed: fetch what is on the screen again, in place."""
        self.model.mark_stale()

    def show_hits(self, query: Query) -> None:
        """Show from now on where this query's words stand."""
        hits = Hits.of(query.root)
        if hits != self._hits:
            self._hits = hits
            self._painter.forget_hits()  # the answer that comes is painted with them

    def selected_ids(self) -> array[int]:
        """The row ids of the selected sessions, in the list's order; not to be changed."""
        return self.selected.row_ids()

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

    def _place_state(self, state_page: StatePage) -> None:
        header = self.table.horizontalHeader().height() if state_page.over_list else 0
        state_page.setGeometry(self.table.geometry().adjusted(0, header, 0, 0))

    def _place_in(self, ids: array[int]) -> tuple[int, int] | None:
        """Where a newer answer has what is at the top edge, and how many pixels of it are hidden."""
        top = self.table.first_visible()
        if top is None:
            return None
        first, hidden = top
        # Where the session at the edge has gone, those under it hold the place.
        for below, row_id in enumerate(self.model.ids[first : first + FIRST]):
            at = find(ids, row_id)
            if at is not None:
                return max(0, at - below), hidden
        return None

    def _select(self, current: int | None, spans: Spans) -> None:
        """Put the cursor on a position and select places; the list is not scrolled for it."""
        if current is None and spans:
            current = spans[0][0]
        if current is None:
            return
        self.table.setAutoScroll(False)
        model = self.table.rows
        model.setCurrentIndex(self.model.index(current, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        model.select_spans(spans)
        self.table.setAutoScroll(True)

    def _selection_changed(self) -> None:
        if not self._restoring:
            self._aside = None  # the user has chosen something else

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

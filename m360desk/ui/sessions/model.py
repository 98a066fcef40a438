"""The list's model: an array of row ids, and the rows near the eye.

A query gives all ids at once, so that every position is known and no row is ever counted or skipped; the
rows themselves come by id, the ones on the screen first, and are kept while they may be needed again.
``data`` never waits: what is not here yet is asked for and shown as a placeholder.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from m360desk.core.spans import find

if TYPE_CHECKING:
    from collections.abc import Iterable

    from m360desk.store.reader import StoredRow
    from m360desk.ui.sessions.columns import ListColumn

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()

KEPT_ROWS = 1_000
"""Rows kept in memory: some sixty screens, a few megabytes."""

MARGIN = 30
"""Rows fetched beyond the visible ones, so that scrolling by lines never meets a placeholder."""


RowSource = Callable[[Sequence[int], Callable[[Sequence["StoredRow | None"]], None]], object]
"""Where rows come from, by their ids; the newest call replaces those before it."""


class SessionModel(QAbstractTableModel):
    """The rows of one query in one order."""

    rows_arrived = Signal()

    def __init__(
        self,
        columns: Sequence[ListColumn],
        fetch: RowSource,
        describe: Callable[[ListColumn, StoredRow, int], Any],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._fetch = fetch
        self._describe = describe
        self._ids: array[int] = array("q")
        self._rows: OrderedDict[int, StoredRow] = OrderedDict()
        self._stale = False
        self._wanted: tuple[int, int] | None = None
        self._asked: frozenset[int] = frozenset()

    # What is shown

    @property
    def ids(self) -> array[int]:
        """The row ids in the order of the list; not to be changed."""
        return self._ids

    def show_ids(self, ids: array[int]) -> None:
        """Show another answer; rows that are known already are shown at once."""
        self.beginResetModel()
        self._ids = ids
        self._wanted = None
        self._asked = frozenset()
        self.endResetModel()

    def extend(self, ids: array[int]) -> None:
        """Show the rest of an answer whose beginning is shown.

        Nothing that is on the screen is painted anew for it.
        """
        count = len(self._ids)
        if len(ids) > count:
            self.beginInsertRows(NO_INDEX, count, len(ids) - 1)
            self._ids = ids
            self.endInsertRows()

    def add_column(self, column: ListColumn) -> None:
        """Show one more column, behind the others."""
        end = len(self.columns)
        self.beginInsertColumns(NO_INDEX, end, end)
        self.columns = (*self.columns, column)
        self.endInsertColumns()

    def remove_column(self, column: ListColumn) -> None:
        """Show a column no longer."""
        at = self.columns.index(column)
        self.beginRemoveColumns(NO_INDEX, at, at)
        self.columns = (*self.columns[:at], *self.columns[at + 1 :])
        self.endRemoveColumns()

    def forget(self) -> None:
        """Drop everything: another account or mode is shown from now on."""
        self._rows.clear()
        self.show_ids(array("q"))

    def mark_stale(self) -> None:
        """The cache has changed: ask again for what is on the screen, and show what is known until then."""
        self._stale = True
        self._asked = frozenset()
        if self._wanted is not None:
            self.want(*self._wanted)

    def position(self, row_id: int) -> int | None:
        """Where a session stands in the list, or None when it is not in it."""
        return find(self._ids, row_id)

    def row_at(self, position: int) -> StoredRow | None:
        """The row at a position, or None while it is on its way."""
        return self._rows.get(self._ids[position])

    def without_row(self, row_ids: Iterable[int]) -> list[int]:
        """Those of some sessions whose rows are not here."""
        return [row_id for row_id in row_ids if row_id not in self._rows]

    def want(self, first: int, last: int) -> None:
        """Tell which rows are on the screen; called by every paint, cheap when nothing is missing."""
        self._wanted = (first, last)
        visible = self._ids[first : last + 1]
        if not self._stale and all(row_id in self._rows for row_id in visible):
            return
        near = self._ids[max(0, first - MARGIN) : first] + self._ids[last + 1 : last + 1 + MARGIN]
        missing = [i for i in (*visible, *near) if self._stale or i not in self._rows]
        asked = frozenset(missing)
        if asked <= self._asked:
            return
        self._asked = asked
        self._stale = False
        self._fetch(missing, self._keep)

    def learn(self, rows: Sequence[StoredRow | None]) -> frozenset[int]:
        """Take rows that came without being asked for; returns those that are new or have changed."""
        changed = set()
        for row in rows:
            if row is None:
                continue
            # What is the same stays the same object: what it looks like need not be found out again.
            if self._rows.get(row.row_id) != row:
                self._rows[row.row_id] = row
                changed.add(row.row_id)
            self._rows.move_to_end(row.row_id)
        while len(self._rows) > KEPT_ROWS:
            self._rows.popitem(last=False)
        return frozenset(changed)

    def _keep(self, rows: Sequence[StoredRow | None]) -> None:
        self._asked = frozenset()
        changed = self.learn(rows)
        if changed and self._wanted is not None:
            first, last = self._wanted
            shown = [at for at in range(first, min(last, len(self._ids) - 1) + 1) if self._ids[at] in changed]
            if shown:
                last_column = len(self.columns) - 1
                self.dataChanged.emit(self.index(shown[0], 0), self.index(shown[-1], last_column))
        self.rows_arrived.emit()

    def known_rows(self, positions: Iterable[int]) -> list[StoredRow]:
        """Those of the rows at these positions that are here."""
        rows = (self.row_at(position) for position in positions)
        return [row for row in rows if row is not None]

    # QAbstractTableModel

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        row = self.row_at(index.row())
        if row is None:
            return None
        return self._describe(self.columns[index.column()], row, role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.alignment
        return None

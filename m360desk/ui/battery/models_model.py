"""The models as a table model: one row each, sortable by every column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from m360desk.core.battery import Limits
from m360desk.core.folding import fold
from m360desk.ui.text import number, percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.core.battery_fleet import ModelFigures

MODEL, COUNT, PLOT, MEDIAN, SHARE, ORDER, ORDER_GOOD = range(7)
_Index = QModelIndex | QPersistentModelIndex
_KEYS: dict[int, Callable[[ModelFigures], float | str]] = {
    MODEL: lambda row: row.model.casefold(),
    COUNT: lambda row: row.count,
    PLOT: lambda row: row.low,
    MEDIAN: lambda row: row.median,
    SHARE: lambda row: row.share_under,
    ORDER: lambda row: row.under,
    ORDER_GOOD: lambda row: row.under_good,
}


class ModelsModel(QAbstractTableModel):
    """The batteries of each model."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[ModelFigures] = []
        self._sorted_by = (SHARE, Qt.SortOrder.DescendingOrder)
        self._narrow = False
        self.limits = Limits()
        self.by = "model"
        """The field that the rows stand for."""
        self.marked: frozenset[str] = frozenset()
        """The models that the search asks for, folded."""

    def is_marked(self, row: ModelFigures) -> bool:
        """Whether the search asks for this model."""
        return bool(self.marked) and fold(row.model) in self.marked

    @property
    def rows(self) -> list[ModelFigures]:
        """The rows in the order shown."""
        return self._rows

    @property
    def axis(self) -> tuple[int, int]:
        """The ends of the plot's axis."""
        low = min((row.low for row in self._rows), default=70.0)
        high = max((row.high for row in self._rows), default=100.0)
        low = min(low, self.limits.replace_under - 1)
        return max(0, int(low // 10) * 10), max(102, int(-(-high // 1)))

    def show_rows(self, rows: tuple[ModelFigures, ...], limits: Limits, by: str = "model") -> None:
        """Show other figures in the order that the user has chosen."""
        self.beginResetModel()
        self.limits, self.by = limits, by
        self._rows = self._in_order(list(rows))
        self.endResetModel()

    def set_narrow(self, narrow: bool) -> None:
        """Whether the plot's column has room for its full title."""
        if narrow != self._narrow:
            self._narrow = narrow
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, PLOT, PLOT)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(_KEYS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if index.column() == PLOT else self.text(row, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.text(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            few = " (few)" if row.is_few else ""
            return (
                f"{row.model}: {number(row.count)} devices{few}, median {percent(row.median, decimals=1)}, "
                f"10–90 % {self.text(row, PLOT)}.{_wear_words(row)} Click to filter, Ctrl+click to compare."
            )
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles()[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section in (MODEL, PLOT) else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def titles(self) -> tuple[str, ...]:
        """The columns' titles at the limits of the moment."""
        low, good = self.limits.replace_under, self.limits.good_from
        plot = "10–90 %" if self._narrow else "10–90 %, median"
        return (self.by.capitalize(), "n", plot, "Med.", f"< {low:.0f}", "To order", f"if {good:.0f}")

    def text(self, row: ModelFigures, column: int) -> str:
        """A cell in words."""
        if column == PLOT:
            return f"{number(row.low, decimals=0)} – {percent(row.high, decimals=0)}"
        if column == SHARE:
            return percent(100 * row.share_under, decimals=1)
        figures = {COUNT: row.count, ORDER: row.under, ORDER_GOOD: row.under_good}
        if column in figures:
            return number(figures[column])
        return row.model if column == MODEL else number(row.median, decimals=0)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by = (column, order)
        self.beginResetModel()
        self._rows = self._in_order(self._rows)
        self.endResetModel()

    def _in_order(self, rows: list[ModelFigures]) -> list[ModelFigures]:
        column, order = self._sorted_by
        rows = sorted(rows, key=lambda row: (-row.count, row.model))
        # Reversed sorting keeps equal rows as they were: the larger sample first.
        return sorted(rows, key=_KEYS[column], reverse=order is Qt.SortOrder.DescendingOrder)


def _wear_words(row: ModelFigures) -> str:
    """The wear in a sentence, "" where no device tells."""
    wear = row.wear
    if wear is None:
        return ""
    low, high = number(wear.low, decimals=1), percent(wear.high, decimals=1)
    median = percent(wear.median, decimals=1)
    return f" Wear per 100 cycles: {median} ({low} – {high}, {number(wear.count)} devices)."

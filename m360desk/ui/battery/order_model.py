"""The lines of the order list as a table model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from m360desk.ui.text import number

if TYPE_CHECKING:
    from m360desk.core.battery_order import OrderLine

_Index = QModelIndex | QPersistentModelIndex
MODEL, NOW, WHAT_IF, MORE, DEVICES, UNKNOWN = range(6)


class OrderModel(QAbstractTableModel):
    """One row a model, the most needed first."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[OrderLine, ...] = ()
        self._titles = ("Model", "To order", "What if", "More", "Devices", "Unknown")

    def show_lines(self, lines: tuple[OrderLine, ...], limit: float, what_if: float) -> None:
        """Show other lines, counted at these limits."""
        self.beginResetModel()
        self.lines = lines
        self._titles = ("Model", f"Under {limit:g} %", f"If {what_if:g} %", "More", "Devices", "Unknown")
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(index.column())
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        line = self.lines[index.row()]
        if index.column() == MODEL:
            return line.model
        more = line.what_if - line.now
        figures = (line.now, line.what_if, more, line.devices, line.unknown)
        figure = figures[index.column() - 1]
        return f"{figure:+d}" if index.column() == MORE and figure else number(figure)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return _side(section) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == MODEL else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter

"""What takes how much room in a cache, as a small table that keeps its place while it is being counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from m360desk.ui.text import NO_BREAK, NOTHING, number
from m360desk.ui.theme import GRID, HALF
from m360desk.ui.themed_label import ThemedLabel

if TYPE_CHECKING:
    from m360desk.store.sizes import Kind, Sizes
    from m360desk.ui.theme_source import ThemeSource

_NAMES: Final[dict[Kind, str]] = {
    "records": "Records",
    "columns": "Columns",
    "indexes": "Indexes for sorting",
    "search": "Search index",
    "versions": "Earlier versions",
    "removed": "Notes of removed",
    "other": "Other",
    "free": "Free",
}
_COLUMNS = 2
_WIDEST = "9,999.9 MB"


class SizesTable(QWidget):
    """A line for each kind, in two columns; a dash stands where nothing is known yet."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cacheSizes")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, HALF, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(HALF // 2)
        self._sizes: dict[Kind, ThemedLabel] = {}
        per_column = -(-len(_NAMES) // _COLUMNS)
        for at, (kind, name) in enumerate(_NAMES.items()):
            column, row = divmod(at, per_column)
            size = ThemedLabel(themes, NOTHING, font="small", parent=self)
            size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            size.setMinimumWidth(size.fontMetrics().horizontalAdvance(_WIDEST))
            size.setObjectName(f"size-{kind}")
            self._sizes[kind] = size
            grid.addWidget(
                ThemedLabel(themes, name, font="small", colour="text2", parent=self), row, 3 * column
            )
            grid.addWidget(size, row, 3 * column + 1)
        grid.setColumnMinimumWidth(2, 2 * GRID)
        grid.setColumnStretch(3 * _COLUMNS, 1)
        self._note = ThemedLabel(themes, font="small", colour="text2", wraps=True, parent=self)
        self._note.hide()
        grid.addWidget(self._note, per_column, 0, 1, 3 * _COLUMNS + 1)

    def show_sizes(self, sizes: Sizes) -> None:
        """Fill the table."""
        for kind, label in self._sizes.items():
            label.setText(megabytes(sizes.by_kind[kind]))
        if sizes.estimated:
            self._sizes["indexes"].setText(NOTHING)
            self._note.setText("Estimated: SQLite on this computer cannot tell; indexes count as columns.")
        self._note.setVisible(sizes.estimated)


def megabytes(size: int) -> str:
    """A size in MB, figure and unit on one line."""
    return f"{number(size / 1_000_000, decimals=1)}{NO_BREAK}MB"

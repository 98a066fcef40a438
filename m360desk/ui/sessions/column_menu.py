"""The menus that choose what the list shows of a session: which columns, and rows of one line or two."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

    from m360desk.ui.sessions.columns import ListColumn
    from m360desk.ui.sessions.view import SessionTable


class ColumnMenus(QObject):
    """Opens them over the header and its "+2"; ``menu`` stands in the window's View menu too."""

    def __init__(self, table: SessionTable) -> None:
        super().__init__(table)
        self._table, self._columns = table, table.columns
        self.compact = QAction("Compact rows", self)
        self.compact.setObjectName("compactRows")
        self.compact.setCheckable(True)
        self.compact.setChecked(table.compact)
        self.compact.toggled.connect(table.set_compact)
        table.compact_changed.connect(self.compact.setChecked)
        self.reset = QAction("Reset columns", self)
        self.reset.setObjectName("resetColumns")
        self.reset.triggered.connect(self._columns.reset)
        self.menu = QMenu("Columns", table)
        self.menu.setObjectName("columnsMenu")
        self.menu.aboutToShow.connect(self.fill)
        header = table.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._open_over_header)
        table.folded_button.clicked.connect(self._open_folded)

    def fill(self) -> None:
        """Name every column, the ones that are wanted checked."""
        self.menu.clear()
        columns = self._columns
        further = QMenu("More", self.menu)
        for column in columns.choices:
            self._add(further if columns.is_more(column) else self.menu, column)
        self.menu.addMenu(further)
        self.menu.addSeparator()
        self.menu.addAction(self.compact)
        self.menu.addAction(self.reset)

    def folded_menu(self) -> QMenu:
        """The columns that have no room; one that is chosen comes back for good."""
        menu = QMenu(self._table)
        menu.setObjectName("foldedMenu")
        for column in self._columns.folded:
            action = menu.addAction(f"Show {column.title}")
            action.triggered.connect(partial(self._columns.want, column.name, True))
        menu.addSeparator()
        menu.addMenu(self.menu)
        return menu

    def _add(self, menu: QMenu, column: ListColumn) -> None:
        action = menu.addAction(column.title)
        action.setCheckable(True)
        action.setChecked(self._columns.is_wanted(column.name))
        action.toggled.connect(partial(self._columns.want, column.name))

    def _open_over_header(self, place: QPoint) -> None:
        self.menu.popup(self._table.horizontalHeader().mapToGlobal(place))

    def _open_folded(self) -> None:
        button = self._table.folded_button
        menu = self.folded_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

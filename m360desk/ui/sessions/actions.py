"""What can be done with sessions in the list: copied, filtered by, reported, exported."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from m360desk.core.query_edit import with_term
from m360desk.core.user_text import UserText
from m360desk.ui.sessions.describe import describe
from m360desk.ui.sessions.filters import Filter, filter_of
from m360desk.ui.text import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QPoint

    from m360desk.core.cancel import CancelToken
    from m360desk.store.reader import CacheReader, StoredRow
    from m360desk.ui.icons import Icons
    from m360desk.ui.session_work import SessionWork
    from m360desk.ui.sessions.columns import ListColumn
    from m360desk.ui.sessions.page import SessionsPage
    from m360desk.workers.desk import Desk

MOST_COPIED = 20_000
"""More rows than anybody pastes; an export writes any number."""
_ROWS_AT_ONCE = 250
_RISKY = ("=", "+", "-", "@", "\t", "\r")


class ListActions(QObject):
    """The list's context menu and its keys."""

    query_asked = Signal(str)
    noted = Signal(object)
    """A :class:`UserText` to show."""

    def __init__(
        self,
        desk: Desk,
        page: SessionsPage,
        work: SessionWork,
        icons: Icons,
        query_text: Callable[[], str],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._desk, self._page, self._table, self._work = desk, page, page.table, work
        self._query_text = query_text
        self.copy_rows = self._action("Copy rows", "copyRows", icons, "copy", self._copy_rows)
        self.copy_rows.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self.copy_rows.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._table.addAction(self.copy_rows)
        self.copy_imeis = self._action("Copy IMEI", "copyImei", icons, "copy", self._copy_imeis)
        self.report = self._action("Make a report", "makeReport", icons, "file", self._make_report)
        self.dashboard = self._action(
            "Open in the dashboard", "openDashboard", icons, "", self._open_dashboard
        )
        self.export = self._action("Export…", "exportSelection", icons, "export", self._export)
        self._table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._table.customContextMenuRequested.connect(self._open_menu)

    def menu(self, column: ListColumn | None) -> QMenu:
        """The menu for what is selected; ``column``: the one it is opened on, whose value is filtered by."""
        count = self._page.selected.count
        row = self._current_row()
        menu = QMenu(self._table)
        menu.setObjectName("sessionMenu")
        many = count != 1
        self.copy_rows.setText(f"Copy {counted(count, 'row', 'rows')}" if many else "Copy row")
        self.copy_imeis.setText("Copy IMEIs" if many else "Copy IMEI")
        self.copy_imeis.setEnabled(many or bool(row is not None and row.get("imei")))
        self.export.setText(f"Export {counted(count, 'session', 'sessions')}…")
        menu.addAction(self.copy_rows)
        menu.addAction(self.copy_imeis)
        menu.addSeparator()
        for each in self._filters(row, column):
            action = menu.addAction(each.title)
            action.setData(each.term)
            action.triggered.connect(self._filter)
        menu.addSeparator()
        self.report.setEnabled(not many)
        self.dashboard.setEnabled(not many and bool(row is not None and row.get("imei")))
        menu.addAction(self.report)
        menu.addAction(self.dashboard)
        menu.addSeparator()
        menu.addAction(self.export)
        return menu

    def _open_menu(self, place: QPoint) -> None:
        index = self._table.indexAt(place)
        if not self._page.selected.count:
            return
        column = self._page.model.columns[index.column()] if index.isValid() else None
        menu = self.menu(column)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._table.viewport().mapToGlobal(place))

    def _filters(self, row: StoredRow | None, column: ListColumn | None) -> list[Filter]:
        if row is None:
            return []
        found = [filter_of("imei", row, self._day)]
        if column is not None and column.name != "imei":
            found.insert(0, filter_of(column.name, row, self._day))
        return [each for each in found if each is not None]

    def _day(self, time_ms: int) -> date:
        from m360desk.ui.text import moment

        when = moment(time_ms, self._desk.zone)
        return when.date() if when is not None else date.min

    def _filter(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.query_asked.emit(with_term(self._query_text(), str(action.data())))

    def _current_row(self) -> StoredRow | None:
        index = self._table.currentIndex()
        return self._page.model.row_at(index.row()) if index.isValid() else None

    def _make_report(self) -> None:
        row_id = self._table.current_row_id()
        if row_id is not None:
            self._work.make_report(row_id)

    def _open_dashboard(self) -> None:
        from m360desk.ui.detail.describe_head import dashboard_link

        row = self._current_row()
        if row is not None:
            self._work.open_link(dashboard_link(row))

    def _export(self) -> None:
        self._work.export(self._page.selected_ids())

    # Copying

    def _copy_rows(self) -> None:
        columns = self._page.shown_columns()
        now_ms, zone = self._desk.now_ms(), self._desk.zone

        def line(row: StoredRow) -> str:
            cells = (describe(c, row, Qt.ItemDataRole.DisplayRole, now_ms, zone) for c in columns)
            return "\t".join(map(_pasted, cells))

        head = "\t".join(column.title for column in columns)
        self._copy("copy", lambda rows: "\n".join((head, *map(line, rows))) + "\n")

    def _copy_imeis(self) -> None:
        def lines(rows: Sequence[StoredRow]) -> str:
            return "\n".join(dict.fromkeys(str(row.get("imei")) for row in rows if row.get("imei")))

        self._copy("copy", lines)

    def _copy(self, kind: str, written: Callable[[Sequence[StoredRow]], str]) -> None:
        selected = self._page.selected
        if not selected.count:
            return
        if selected.count > MOST_COPIED:
            self.noted.emit(_too_many(selected.count))
            return
        ids = selected.row_ids()

        def work(reader: CacheReader, token: CancelToken) -> str:
            rows: list[StoredRow] = []
            for at in range(0, len(ids), _ROWS_AT_ONCE):
                token.check()
                rows += [row for row in reader.rows(ids[at : at + _ROWS_AT_ONCE]) if row is not None]
            return written(rows)

        self._desk.read_soon(kind, work, QGuiApplication.clipboard().setText)

    def _action(self, text: str, name: str, icons: Icons, icon: str, act: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setObjectName(name)
        if icon:
            action.setIcon(icons.icon(icon))
        action.triggered.connect(act)
        return action


def _pasted(value: object) -> str:
    """A cell for a spreadsheet, which would run what looks like a formula."""
    text = " ".join(str(value or "").split())
    return f"'{text}" if text.startswith(_RISKY) else text


def _too_many(count: int) -> UserText:
    return UserText(
        f"{counted(count, 'row was', 'rows were')} not copied.",
        f"The clipboard takes {counted(MOST_COPIED, 'row', 'rows')} at most.",
        "Export them as a file instead.",
    )

"""The battery order list: how many batteries of which model are needed, at one limit and at another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QVBoxLayout,
)

from m360desk.core import battery_fleet as fleet
from m360desk.core.battery_order import Stock, stock
from m360desk.core.folding import as_text
from m360desk.core.query import QueryError, parse
from m360desk.core.user_text import UserText
from m360desk.services.order_list import write_order_list
from m360desk.ui.battery.order_model import MODEL, OrderModel
from m360desk.ui.battery.terms import own_terms, with_term
from m360desk.ui.messages import show_problem
from m360desk.ui.text import counted, number
from m360desk.ui.theme import GRID, PANE_PADDING
from m360desk.ui.while_alive import while_alive

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from PySide6.QtWidgets import QWidget

    from m360desk.core.cancel import CancelToken
    from m360desk.core.query import Query
    from m360desk.store.reader import CacheReader
    from m360desk.workers.desk import Desk

STARTS_WITH = "last:30d"
"""What was met lately stands on the shelf; what left the shop long ago needs no battery."""
_TYPING_MS = 250
_WIDTH, _HEIGHT = 640, 560
_KINDS = {".csv": "Text with commas (*.csv)", ".xlsx": "Excel workbook (*.xlsx)"}


class OrderDialog(QDialog):
    """The list, live at two limits; the search it is made of can be changed."""

    filter_asked = Signal(str)
    """Show these devices: the whole text of a query."""
    counted = Signal()
    """What was asked is shown."""

    def __init__(self, desk: Desk, query: Query, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("orderDialog")
        self.setWindowTitle("Battery order list – M360 Desk")
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(_WIDTH, _HEIGHT)
        self._desk = desk
        self._stock: Stock | None = None
        self.model = OrderModel()
        self._search = QLineEdit(starting_text(query), self)
        self._search.setObjectName("orderSearch")
        self._search.setClearButtonEnabled(True)
        self._limit = self._spin("orderLimit", round(desk.limits.replace_under))
        self._what_if = self._spin("orderWhatIf", round(desk.limits.good_from))
        self._problem, self._sums, self._unknown = QLabel(self), QLabel(self), QLabel(self)
        self._sums.setObjectName("orderSums")
        self._unknown.setWordWrap(True)
        self._problem.setObjectName("orderProblem")
        self._problem.setWordWrap(True)
        self._table = self._make_table()
        self._buttons = self._make_buttons()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._read)
        self._search.textChanged.connect(lambda _: self._typing.start())
        self._search.returnPressed.connect(self._read)
        desk.cache_changed.connect(self._read)
        desk.cache_opened.connect(self.close)
        self._lay_out()
        self._read()

    @property
    def text(self) -> str:
        """The search that the list is made of."""
        return self._search.text()

    def save(self, path: Path) -> None:
        """Write the list, or say why not."""
        mode = self._desk.key.mode if self._desk.key is not None else ""
        limits = {"limit": self._limit.value(), "what_if": self._what_if.value()}
        try:
            write_order_list(path, self.model.lines, mode=mode, **limits)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).rstrip(".")
            show_problem(
                self,
                UserText(f"{path.name} could not be saved.", f"{reason}.", "Choose another folder or name."),
            )

    def copy(self) -> None:
        """Put model and number, as the order at the present limit, on the clipboard."""
        lines = [f"{line.model}\t{line.now}" for line in self.model.lines if line.now]
        QGuiApplication.clipboard().setText("\n".join(["Model\tBatteries", *lines]))

    # Inner workings

    def _read(self) -> None:
        self._typing.stop()
        query = self._query()
        if query is None:
            return

        def work(reader: CacheReader, token: CancelToken) -> Stock:
            return read_stock(reader, token, query)

        absent = while_alive(self, lambda _: self._show_nothing())
        self._desk.read("order", work, while_alive(self, self._show), lambda: absent(None))

    def _query(self) -> Query | None:
        """What is typed; None, and said so, where it is no query."""
        try:
            query = parse(self.text, today=self._today(), zone=self._desk.zone)
        except QueryError as error:
            self._problem.setText(error.message)
            return None
        self._problem.clear()
        return query

    def _today(self) -> date:
        since_1970 = timedelta(milliseconds=self._desk.now_ms())
        return (datetime(1970, 1, 1, tzinfo=UTC) + since_1970).astimezone(self._desk.zone).date()

    def _show(self, found: Stock) -> None:
        self._stock = found
        self._count()
        self.counted.emit()

    def _show_nothing(self) -> None:
        self._sums.setText("Nothing has been fetched yet.")
        self.counted.emit()

    def _count(self) -> None:
        """Count anew at the limits of the moment."""
        if self._stock is None:
            return
        limit, what_if = self._limit.value(), self._what_if.value()
        lines = self._stock.lines(limit, what_if)
        self.model.show_lines(lines, limit, what_if)
        self._table.resizeColumnsToContents()
        self._table.horizontalHeader().setSectionResizeMode(MODEL, QHeaderView.ResizeMode.Stretch)
        now, other = sum(line.now for line in lines), sum(line.what_if for line in lines)
        devices = counted(self._stock.devices, "device", "devices")
        self._sums.setText(
            f"{counted(now, 'battery', 'batteries')} to order for {devices}; "
            f"{number(other)} if the limit were {what_if} %."
        )
        self._table.setAccessibleDescription(self._sums.text())
        unknown = sum(self._stock.unknown) + self._stock.lost
        self._unknown.setText(
            f"{counted(unknown, 'device is', 'devices are')} not in it: no reading, or no model."
            if unknown
            else ""
        )
        for button in self._buttons.buttons():
            if button.objectName() in ("orderCopy", "orderSave", "orderShow"):
                button.setEnabled(bool(lines))

    def _show_devices(self) -> None:
        query = self._query()
        if query is not None:
            self.filter_asked.emit(with_term(query, ("battery",), f"battery:<{self._limit.value()}"))

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, "Save the order list")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(_KINDS.values()))
        endings = {name: ending for ending, name in _KINDS.items()}
        dialog.filterSelected.connect(lambda name: dialog.setDefaultSuffix(endings[name][1:]))
        dialog.setDefaultSuffix("csv")
        mode = self._desk.key.mode if self._desk.key is not None else "live"
        start = "" if mode == "live" else f"{mode.upper()} "
        dialog.selectFile(f"{start}Battery order {self._today().isoformat()}.csv")
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _spin(self, name: str, value: int) -> QSpinBox:
        spin = QSpinBox(self)
        spin.setObjectName(name)
        spin.setRange(1, 100)
        spin.setSuffix(" %")
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        spin.setValue(value)
        spin.valueChanged.connect(self._count)
        return spin

    def _make_table(self) -> QTableView:
        table = QTableView(self)
        table.setObjectName("orderTable")
        table.setAccessibleName("Batteries to order")
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + GRID)
        table.horizontalHeader().setHighlightSections(False)
        return table

    def _make_buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        box.rejected.connect(self.close)
        for name, words, act in (
            ("orderShow", "Show devices", self._show_devices),
            ("orderCopy", "Copy", self.copy),
            ("orderSave", "Save as…", self._choose_file),
        ):
            button = box.addButton(words, QDialogButtonBox.ButtonRole.ActionRole)
            button.setObjectName(name)
            button.clicked.connect(partial(_call, act))
        for each in box.buttons():
            if isinstance(each, QPushButton):
                each.setAutoDefault(False)  # Enter in the search counts anew, it presses nothing
        return box

    def _lay_out(self) -> None:
        fields = QGridLayout()
        fields.setHorizontalSpacing(GRID)
        for row, (words, widget) in enumerate((("&Search", self._search), ("&Replace under", self._limit))):
            label = QLabel(words, self)
            label.setBuddy(widget)
            fields.addWidget(label, row, 0)
        fields.addWidget(self._search, 0, 1)
        limits = QHBoxLayout()
        what_if = QLabel("&what if under", self)
        what_if.setBuddy(self._what_if)
        for each in (self._limit, what_if, self._what_if):
            limits.addWidget(each)
        limits.addStretch(1)
        fields.addLayout(limits, 1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(PANE_PADDING, PANE_PADDING, PANE_PADDING, PANE_PADDING)
        column.setSpacing(GRID)
        column.addLayout(fields)
        for widget in (self._problem, self._table, self._sums, self._unknown, self._buttons):
            column.addWidget(widget, 1 if widget is self._table else 0)


def _call(act: Callable[[], None], _checked: bool = False) -> None:
    act()


def starting_text(query: Query) -> str:
    """The search with the last thirty days, unless it speaks of time itself."""
    if any(term.field == "time" for term in own_terms(query)):
        return query.text.strip()
    return with_term(query, (), STARTS_WITH)


def read_stock(reader: CacheReader, token: CancelToken, query: Query) -> Stock:
    """The devices of a search by their newest session in it. Raises Cancelled, and the store's errors."""
    found = reader.in_memory([query.root], cancel=token)
    columns, order = found.columns, found.columns.device_order()
    rows = fleet.newest(order.rows, order.runs, found.masks[0])

    def name(code: int) -> str | None:
        text = found.terms.text(code)
        return None if text is None else as_text(text)

    return stock(columns.codes["model"][rows], columns.numbers["battery"][rows], name)

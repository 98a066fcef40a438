"""The table of models: who needs batteries, how many, and how far the figures can be trusted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPalette, QPen
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QVBoxLayout, QWidget

from m360desk.ui.battery import paint
from m360desk.ui.battery.models_delegate import ModelsDelegate, paint_axis
from m360desk.ui.battery.models_model import COUNT, MEDIAN, MODEL, ORDER, ORDER_GOOD, PLOT, SHARE, ModelsModel
from m360desk.ui.sessions.header import ListHeader
from m360desk.ui.text import counted, number, percent
from m360desk.ui.theme import CELL_PADDING, FOCUS_WIDTH

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

    from m360desk.ui.battery.figures import Figures
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource

_WIDTHS = {COUNT: 48, MEDIAN: 50, SHARE: 64, ORDER: 82, ORDER_GOOD: 54}
_ALL_FROM = 500
"""In less width “if 85” gives way."""
_NAME_SHARE = 0.42
_NAME_LEAST, _NAME_MOST = 128, 220
_PLOT_TITLE = 130
_ITEMS = re.compile(r'=?"[^"]*"|[^,]+')
"""The choices of a term on models, as they are written."""


class ModelsTable(QTableView):
    """The rows; the last line of the chart stands below them in ``ModelsFooter``."""

    filter_asked = Signal(object, str)
    """As a chart's: the fields that the filter speaks of, and the new terms."""

    def __init__(self, themes: ThemeSource, marks: Marks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chartModels")
        self.setAccessibleName("Models")
        self._themes = themes
        self._chosen: tuple[str, ...] = ()
        self.rows = ModelsModel()
        self.setModel(self.rows)
        # Kept here: the view does not own its delegate.
        self._delegate = ModelsDelegate(self.rows, themes, marks)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        header = ListHeader(themes, self)
        header.setSectionsMovable(False)
        self.setHorizontalHeader(header)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSortingEnabled(True)
        self.sortByColumn(SHARE, Qt.SortOrder.DescendingOrder)
        self.clicked.connect(self._clicked)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    def show_figures(self, figures: Figures) -> None:
        """Show other figures; the scroll position stays."""
        place = self.verticalScrollBar().value()
        self.rows.show_rows(figures.models, figures.limits, figures.ways.by)
        own = [term for term in figures.own if term.field == figures.ways.by]
        self._chosen = tuple(_ITEMS.findall(own[0].text.partition(":")[2])) if len(own) == 1 else ()
        self.rows.marked = frozenset(
            str(value) for term in own for each in term.choices for value in each.values
        )
        self.verticalScrollBar().setValue(place)
        self.setAccessibleDescription(self.summary())

    def summary(self) -> str:
        """The whole table in words."""
        rows = self.rows.rows
        if not rows:
            return "Nothing here has a battery reading."
        worst = max(rows, key=lambda row: (row.under, row.count))
        models, batteries = (
            counted(len(rows), self.rows.by, f"{self.rows.by}s"),
            number(sum(row.under for row in rows)),
        )
        return (
            f"{models}; {batteries} batteries to order; "
            f"most for {worst.model}: {number(worst.under)} of {number(worst.count)} "
            f"({percent(100 * worst.share_under, decimals=1)})."
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self._ask(self.currentIndex(), beside=control)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme = self._themes.theme
        painter = QPainter(self.viewport())
        if not self.rows.rows:
            box = QRectF(self.viewport().rect())
            words = "Nothing here has a battery reading."
            paint.draw_text(painter, box, paint.CENTRE, words, theme.fonts.body, theme.text2)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, FOCUS_WIDTH))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def _clicked(self, index: QModelIndex) -> None:
        modifiers = QGuiApplication.keyboardModifiers()
        self._ask(index, beside=bool(modifiers & Qt.KeyboardModifier.ControlModifier))

    def _ask(self, index: QModelIndex, *, beside: bool) -> None:
        """Filter by a model; ``beside``: add it to those that are chosen, or take it from them."""
        term = _term(self.rows.rows[index.row()].model)
        chosen = self._chosen if beside else ()
        chosen = tuple(each for each in chosen if each != term) if term in chosen else (*chosen, term)
        by = self.rows.by
        self.filter_asked.emit((by,), f"{by}:{','.join(chosen)}" if chosen else "")

    def _fit(self) -> None:
        """Share the width out: names and plots take what the figures leave."""
        header = self.horizontalHeader()
        scale = self._themes.theme.fonts.body_line / 16
        self.setColumnHidden(ORDER_GOOD, self.viewport().width() < _ALL_FROM * scale)
        for column, width in _WIDTHS.items():
            header.resizeSection(column, round(width * scale))
        left = self.viewport().width() - sum(header.sectionSize(column) for column in _WIDTHS)
        name = round(max(_NAME_LEAST * scale, min(_NAME_MOST * scale, left * _NAME_SHARE)))
        header.resizeSection(MODEL, name)
        header.resizeSection(PLOT, max(60, left - name))
        self.rows.set_narrow(header.sectionSize(PLOT) < _PLOT_TITLE * scale)

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, theme.base)
        self.setPalette(palette)
        self.verticalHeader().setDefaultSectionSize(theme.fonts.compact_row_height)
        self._fit()
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit()


def _term(name: str) -> str:
    """How a model stands behind the field's name and a colon."""
    # A name with quotation marks cannot be quoted: what stands before them finds it too.
    plain = name.partition('"')[0]
    return f'="{name}"' if plain == name else f'"{plain.strip()}"'


class ModelsFooter(QWidget):
    """The last line: how many models, the plots' axis, the sums."""

    def __init__(self, table: ModelsTable, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table, self._themes = table, themes
        table.rows.modelReset.connect(self.update)
        table.horizontalHeader().sectionResized.connect(self.update)
        themes.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return QSize(300, self._themes.theme.fonts.compact_row_height + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rows = self._themes.theme, self._table.rows.rows
        fonts = theme.fonts
        if not rows:
            return
        painter = QPainter(self)
        paint_axis(painter, self._cell(PLOT), self._table.rows, theme)
        by = self._table.rows.by
        name = counted(len(rows), by, f"{by}s")
        paint.draw_text(painter, self._cell(MODEL), paint.LEFT, name, fonts.small, theme.text2)
        paint.draw_text(painter, self._cell(SHARE), paint.RIGHT, "all", fonts.small, theme.text2)
        sums = ((ORDER, sum(row.under for row in rows)), (ORDER_GOOD, sum(row.under_good for row in rows)))
        for column, total in sums:
            if self._table.isColumnHidden(column):
                continue
            font, colour = (fonts.strong, theme.text) if column == ORDER else (fonts.body, theme.text2)
            paint.draw_text(painter, self._cell(column), paint.RIGHT, number(total), font, colour)

    def _cell(self, column: int) -> QRectF:
        header = self._table.horizontalHeader()
        left, width = header.sectionPosition(column), header.sectionSize(column)
        if column == PLOT:
            return QRectF(left, 0, width, self.height())
        inset = CELL_PADDING if column == MODEL else 0
        return QRectF(left + inset, 0, width - inset - CELL_PADDING, self.height())


class ModelsChart(QWidget):
    """The table with its last line, inset like the other charts."""

    def __init__(self, themes: ThemeSource, marks: Marks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._marks = themes, marks
        self.table = ModelsTable(themes, marks, self)
        self.footer = ModelsFooter(self.table, themes, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(CELL_PADDING, 0, CELL_PADDING, CELL_PADDING)
        column.setSpacing(0)
        column.addWidget(self.table, 1)
        column.addWidget(self.footer)

    def size_for_file(self) -> QSize:
        """The width on the screen, and all rows."""
        rows = len(self.table.rows.rows) * self._themes.theme.fonts.compact_row_height
        header = self.table.horizontalHeader().sizeHint().height()
        return QSize(self.width(), rows + header + self.footer.sizeHint().height() + CELL_PADDING)

    def paint_for_file(self, painter: QPainter, size: QRectF, ratio: float) -> None:
        """Paint a table of that size with the same rows; this one may show but some of them."""
        sheet = ModelsChart(self._themes, self._marks)
        rows = self.table.rows
        sheet.table.rows.show_rows(tuple(rows.rows), rows.limits, rows.by)
        header = self.table.horizontalHeader()
        sheet.table.sortByColumn(header.sortIndicatorSection(), header.sortIndicatorOrder())
        sheet.resize(size.size().toSize())
        palette = sheet.palette()
        palette.setColor(QPalette.ColorRole.Window, self._themes.theme.base)
        sheet.setPalette(palette)
        sheet.render(painter, size.topLeft().toPoint())

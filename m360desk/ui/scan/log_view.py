"""The log of scans beside the card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSaveFile, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from m360desk.core.user_text import UserText
from m360desk.ui.scan.content import LOOK_MARKS
from m360desk.ui.scan.log import ENTRY_ROLE
from m360desk.ui.text import number
from m360desk.ui.theme import FOCUS_WIDTH, GRID, HALF, PANE_PADDING, SELECTION_BAR
from m360desk.ui.themed_label import ThemedLabel
from m360desk.ui.themed_line import ThemedLine

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QStyleOptionViewItem

    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.scan.log import ScanEntry, ScanLog
    from m360desk.ui.theme_source import ThemeSource

WIDTH = 320
_MARK = 14
_MARK_AT, _TEXT_AT = 60, 80
Index = QModelIndex | QPersistentModelIndex


class LogView(QWidget):
    """Newest first; a click or Enter shows a scan again."""

    chosen = Signal(int)
    """The position of an entry."""
    noted = Signal(object)
    """A :class:`UserText`: the log could not be saved."""

    def __init__(
        self, log: ScanLog, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("scanLog")
        self._log = log
        self._title = ThemedLabel(themes, "Scanned", font="strong", parent=self)
        self._count = ThemedLabel(themes, colour="text2", parent=self)
        self._more = QToolButton(self)
        self._more.setObjectName("scanLogMenu")
        self._more.setAutoRaise(True)
        self._more.setIcon(icons.icon("more"))
        self._more.setAccessibleName("More for the log of scans")
        self._more.setToolTip("Copy or save the log")
        self.menu = QMenu(self)
        self.menu.addAction("Copy log").triggered.connect(self.copy)
        self.menu.addAction("Save as CSV…").triggered.connect(self._ask_where)
        # Not by setMenu: the style would paint an arrow into the three dots.
        self._more.clicked.connect(self._open_menu)
        self.list = _LogList(log, themes, marks, self)
        self.list.picked.connect(self.chosen)
        head = QHBoxLayout()
        head.setContentsMargins(PANE_PADDING, HALF, GRID, HALF)
        head.setSpacing(GRID)
        head.addWidget(self._title)
        head.addWidget(self._count, 1)
        head.addWidget(self._more)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(ThemedLine(themes, parent=self))
        column.addWidget(self.list, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(ThemedLine(themes, Qt.Orientation.Vertical, self))
        row.addLayout(column, 1)
        self._themes = themes
        themes.changed.connect(self._fit)
        for signal in (log.rowsInserted, log.modelReset):
            signal.connect(self._show_count)
        self._show_count()
        self._fit()

    def mark(self, position: int) -> None:
        """Show which entry the card is about."""
        self.list.setCurrentIndex(self._log.index(position))

    def copy(self) -> None:
        """Put the whole log on the clipboard."""
        QGuiApplication.clipboard().setText(self._log.as_text())

    def save(self, path: str) -> None:
        """Write the log as CSV; a file that is there is replaced when all is written."""
        file = QSaveFile(path)
        opened = file.open(QSaveFile.OpenModeFlag.WriteOnly)
        # With a byte order mark: Excel takes it for a text of the last century without.
        if not opened or file.write(self._log.as_csv().encode("utf-8-sig")) < 0 or not file.commit():
            self.noted.emit(
                UserText(
                    "The log was not saved.",
                    f"{path} could not be written: {file.errorString()}.",
                    "Choose another folder, or copy the log.",
                )
            )

    def _open_menu(self) -> None:
        self.menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, "Save the log of scans", "scans.csv", "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(self.save)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_count(self) -> None:
        count = len(self._log.entries)
        self._count.setText(f"since the start, {number(count, decimals=0)}")
        self.setAccessibleName(f"Scanned since the start: {count}")
        for action in self.menu.actions():
            action.setEnabled(bool(count))

    def _fit(self) -> None:
        self.setFixedWidth(round(WIDTH * self._themes.theme.fonts.body.pixelSize() / 13))


class _LogList(QListView):
    picked = Signal(int)

    def __init__(self, log: ScanLog, themes: ThemeSource, marks: Marks, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("scanLogList")
        self.setAccessibleName("Log of scans")
        self.setModel(log)
        self.setItemDelegate(_Delegate(self, log, themes, marks))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: self.picked.emit(index.row()))
        themes.changed.connect(self.scheduleDelayedItemsLayout)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.picked.emit(self.currentIndex().row())
            event.accept()
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: what is typed that fast is the next scan."""


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: QListView, log: ScanLog, themes: ThemeSource, marks: Marks) -> None:
        super().__init__(view)
        self._view, self._log, self._themes, self._marks = view, log, themes, marks

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, self._themes.theme.fonts.row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: ScanEntry = index.data(ENTRY_ROLE)
        theme = self._themes.theme
        fonts = theme.fonts
        area: QRect = option.rect
        scale = fonts.body.pixelSize() / 13
        painter.save()
        focused = self._view.hasFocus()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme.sel if focused else theme.selidle)
            bar = QRect(area.left(), area.top(), SELECTION_BAR, area.height())
            painter.fillRect(bar, theme.accent if focused else theme.control)
        painter.fillRect(area.left(), area.bottom(), area.width(), 1, theme.line)
        first = QRect(area.left(), area.top() + HALF, area.width() - PANE_PADDING, fonts.body_line)
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.setFont(fonts.body)
        painter.setPen(theme.text2)
        painter.drawText(first.adjusted(PANE_PADDING, 0, 0, 0), middle, self._log.clock(entry))
        ratio = painter.device().devicePixelRatio()
        mark = self._marks.pixmap(LOOK_MARKS[entry.look], _MARK, theme, ratio)
        painter.drawPixmap(round(_MARK_AT * scale), first.top() + (first.height() - _MARK) // 2, mark)
        left = round(_TEXT_AT * scale)
        remark = QFontMetrics(fonts.small).horizontalAdvance(entry.remark)
        title = first.adjusted(left, 0, -(remark + GRID if entry.remark else 0), 0)
        painter.setFont(fonts.strong)
        painter.setPen(theme.text)
        metrics = QFontMetrics(fonts.strong)
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(title, middle, metrics.elidedText(entry.title, elide, title.width()))
        painter.setFont(fonts.small)
        painter.setPen(theme.text2)
        right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        painter.drawText(first, right, entry.remark)
        second = QRect(left, first.bottom() + 1, first.right() - left, fonts.second_line)
        shown = QFontMetrics(fonts.small).elidedText(entry.device, elide, second.width())
        painter.drawText(second, middle, shown)
        if option.state & QStyle.StateFlag.State_HasFocus and focused:
            painter.setPen(QPen(theme.accent, FOCUS_WIDTH))
            painter.drawRect(area.adjusted(2, 2, -2, -2))
        painter.restore()

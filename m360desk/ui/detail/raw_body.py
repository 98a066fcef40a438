"""The raw record: a tree with a search field, copying, and nothing decoded before it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from m360desk.core.jsontext import NotJson
from m360desk.core.large_records import Packed, packed, value_at
from m360desk.ui.detail.raw_model import RawModel, json_text
from m360desk.ui.detail.raw_search import MOST_MATCHES, RawSearch
from m360desk.ui.text import counted
from m360desk.ui.theme import GRID, HALF, PANE_PADDING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QModelIndex
    from PySide6.QtGui import QKeyEvent, QShowEvent

    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource

#: The tree grows with its rows up to so many; then it scrolls by itself.
_MOST_ROWS = 200
_NAME_WIDTH = 160
_SLICE_MS = 6
_NOTHING = object()


class RawTree(QTreeView):
    """A tree as high as its open rows."""

    height_changed = Signal()

    def __init__(self, model: RawModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rawTree")
        self.setAccessibleName("Raw record")
        self.setModel(model)
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setIndentation(16)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAnimated(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.header().resizeSection(0, _NAME_WIDTH)
        self.header().setStretchLastSection(True)
        self.expanded.connect(self.fit)
        self.collapsed.connect(self.fit)

    def fit(self) -> None:
        """Take the height of the open rows."""
        rows, index = 0, self.model().index(0, 0)
        while index.isValid() and rows < _MOST_ROWS:
            rows += 1
            index = self.indexBelow(index)
        first = self.model().index(0, 0)
        row = self.sizeHintForIndex(first).height() if first.isValid() else self.fontMetrics().height()
        self.setFixedHeight(max(1, rows) * row + 2)
        self.height_changed.emit()


class RawBody(QWidget):
    """All of the section under its header. The record is shown when the section is seen, not before."""

    copied = Signal(str)
    searched = Signal(int)
    """A search has ended; how many it found."""

    def __init__(self, themes: ThemeSource, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._raw = b""
        self._record: object = {}
        self._shown = b""
        self._open: set[tuple[str, ...]] = set()
        self._steps: Iterator[None] | None = None
        self._found_so_far: RawSearch | None = None
        self._slices = QTimer(self)
        self._slices.setInterval(0)
        self._slices.timeout.connect(self._search_on)
        self.model = RawModel(self)
        self.tree = RawTree(self.model, self)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Find a name or value")
        self.field.setAccessibleName("Find a name or value in the raw record")
        self.field.setClearButtonEnabled(True)
        self.field.addAction(icons.icon("search", "text2"), QLineEdit.ActionPosition.LeadingPosition)
        self.field.textChanged.connect(self._search)
        self._found = QLabel(self)
        self._found.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._found.hide()
        self.copy_button = QToolButton()
        self.copy_button.setIcon(icons.icon("copy", "accent"))
        self.copy_button.setText("Copy JSON")
        self.copy_button.setIconSize(QSize(16, 16))
        self.copy_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.copy_button.setAutoRaise(True)
        self.copy_button.setToolTip("Copy the whole record as it came")
        self.copy_button.clicked.connect(self.copy_all)
        self.tree.customContextMenuRequested.connect(self._show_menu)
        copy = QAction("Copy value", self.tree)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_value)
        path = QAction("Copy path", self.tree)
        path.setShortcut(QKeySequence("Ctrl+Shift+C"))
        path.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        path.triggered.connect(self.copy_path)
        self.tree.addActions([copy, path])
        self.tree.expanded.connect(self._expanded)
        self.tree.collapsed.connect(self._collapsed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PANE_PADDING, 0, PANE_PADDING, 0)
        layout.setSpacing(HALF)
        for widget in (self.field, self._found, self.tree):
            layout.addWidget(widget)
        layout.setSpacing(GRID)
        themes.changed.connect(self._retheme)
        self._retheme()

    def offer(self, raw: bytes) -> None:
        """Take the record of another session as it came; decoded only when it is looked at."""
        self._raw = raw
        if self.isVisible():
            self._fill()

    def shows(self, raw: bytes) -> bool:
        """Return whether this record is the one that is shown or offered."""
        return raw == self._raw

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.field.text():
            self.field.clear()
            event.accept()
            return
        super().keyPressEvent(event)

    def copy_value(self) -> None:
        """Copy the value of the current row: texts bare, everything else as JSON."""
        value = self._current_value()
        if value is not _NOTHING:
            self._copy(value if isinstance(value, str) else _written(value))

    def copy_json(self) -> None:
        """Copy the value of the current row as JSON, texts in quotes."""
        value = self._current_value()
        if value is not _NOTHING:
            self._copy(_written(value))

    def copy_path(self) -> None:
        """Copy where the value of the current row stands: "diagnosticsResults[0].tests[3].result"."""
        index = self.tree.currentIndex()
        if index.isValid():
            self._copy(self.model.path(index))

    def copy_all(self) -> None:
        """Copy the whole record as JSON; a very large one, or one that is none, as it came."""
        record = _read(self._raw)
        self._copy(self._raw.decode("utf-8", "replace") if record is None else _written(record))

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text.encode("utf-8", "replace").decode())
        self.copied.emit(text)

    def _current_value(self) -> object:
        """Return the value of the current row, whole also where a search shows only a part of it."""
        index = self.tree.currentIndex()
        try:
            return value_at(self._record, self.model.names(index)) if index.isValid() else _NOTHING
        except KeyError:
            return _NOTHING

    def _fill(self) -> None:
        if self._raw == self._shown:
            return
        self._shown = self._raw
        record = _read(self._raw)
        self._record = record if record is not None else {}
        self._search(self.field.text())

    def _search(self, words: str) -> None:
        self._slices.stop()
        wanted = words.strip()
        self._found.setVisible(bool(wanted))
        if not wanted:
            self.model.show_record(self._record)
            for steps in sorted(self._open, key=len):
                index = self.model.at(steps)
                if index.isValid():
                    self.tree.expand(index)
            self.tree.fit()
            return
        self._found.setText("Searching…")
        self._found_so_far = RawSearch(self._record, wanted)
        self._steps = self._found_so_far.steps()
        self._search_on()

    def _search_on(self) -> None:
        """Search for a moment, and go on in the next turn where that was not enough."""
        search, steps = self._found_so_far, self._steps
        if search is None or steps is None:
            return
        clock = QElapsedTimer()
        clock.start()
        for _ in steps:
            if clock.elapsed() >= _SLICE_MS:
                self._slices.start()
                return
        self._slices.stop()
        self._found_so_far, self._steps = None, None
        self.model.show_record(search.kept)
        for index in self.model.ways():
            self.tree.expand(index)
        more = "the first " if search.found >= MOST_MATCHES else ""
        words = f"{more}{counted(search.found, 'match', 'matches')}" if search.found else "Nothing matches."
        self._found.setText(words)
        self.tree.fit()
        self.searched.emit(search.found)

    def _expanded(self, index: QModelIndex) -> None:
        if not self.field.text().strip():
            self._open.add(self.model.steps(index))

    def _collapsed(self, index: QModelIndex) -> None:
        if not self.field.text().strip():
            self._open.discard(self.model.steps(index))

    def _show_menu(self, at: QPoint) -> None:
        index: QModelIndex = self.tree.indexAt(at)
        if index.isValid():
            self.tree.setCurrentIndex(index)
        if not self.tree.currentIndex().isValid():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy value", self.copy_value)
        menu.addAction("Copy path", self.copy_path)
        menu.addAction("Copy JSON", self.copy_json)
        menu.addSeparator()
        menu.addAction("Copy whole record", self.copy_all)
        menu.popup(self.tree.viewport().mapToGlobal(at))

    def _retheme(self) -> None:
        fonts = self._themes.theme.fonts
        self._found.setFont(fonts.small)
        palette = self._found.palette()
        palette.setColor(self._found.foregroundRole(), self._themes.theme.text2)
        self._found.setPalette(palette)
        palette = self.copy_button.palette()
        palette.setColor(palette.ColorRole.ButtonText, self._themes.theme.accent)
        palette.setColor(palette.ColorRole.WindowText, self._themes.theme.accent)
        self.copy_button.setPalette(palette)
        self.model.value_colour = self._themes.theme.text2
        self.model.row_height = fonts.compact_row_height - 2
        self.tree.fit()


def _read(raw: bytes) -> object | None:
    """Return a record for the tree, None where it is no JSON."""
    try:
        return packed(raw)
    except NotJson:
        return None


def _written(value: object) -> str:
    """Return a value as JSON; what is packed as it came."""
    return value.raw.decode("utf-8", "replace") if isinstance(value, Packed) else json_text(value)

"""The raw record: a tree with a search field, copying, and nothing decoded before it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
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

from m360desk.ui.detail.raw_model import MOST_MATCHES, RawModel, json_text
from m360desk.ui.text import counted
from m360desk.ui.theme import GRID, HALF, PANE_PADDING

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QModelIndex
    from PySide6.QtGui import QKeyEvent, QShowEvent

    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource

#: The tree grows with its rows up to so many; then it scrolls by itself.
_MOST_ROWS = 200
_NAME_WIDTH = 160


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

    def __init__(self, themes: ThemeSource, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._load: Callable[[], object] | None = None
        self._record: object = {}
        self._raw = b""
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
        self.tree.addAction(copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PANE_PADDING, 0, PANE_PADDING, 0)
        layout.setSpacing(HALF)
        for widget in (self.field, self._found, self.tree):
            layout.addWidget(widget)
        layout.setSpacing(GRID)
        themes.changed.connect(self._retheme)
        self._retheme()

    def offer(self, load: Callable[[], object], raw: bytes = b"") -> None:
        """Take the record of another session, as a call that decodes it; made only when it is looked at."""
        self._load = load
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
        index = self.tree.currentIndex()
        if not index.isValid():
            return
        value = self.model.value(index)
        self._copy(value if isinstance(value, str) else json_text(value))

    def copy_all(self) -> None:
        """Copy the whole record as JSON."""
        self._decode()
        self._copy(json_text(self._record))

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text.encode("utf-8", "replace").decode())
        self.copied.emit(text)

    def _decode(self) -> None:
        if self._load is None:
            return
        load, self._load = self._load, None
        self._record = load()
        self.model.show_record(self._record)

    def _fill(self) -> None:
        if self._load is None:
            return
        self._decode()
        self._search(self.field.text())

    def _search(self, words: str) -> None:
        everything = self.model.search(words)
        if not everything:
            self.tree.expandAll()
            found = self.model.found
            more = "the first " if found >= MOST_MATCHES else ""
            self._found.setText(
                f"{more}{counted(found, 'match', 'matches')}" if found else "Nothing matches."
            )
        self._found.setVisible(not everything)
        self.tree.fit()

    def _show_menu(self, at: QPoint) -> None:
        index: QModelIndex = self.tree.indexAt(at)
        if not index.isValid():
            return
        self.tree.setCurrentIndex(index)
        path = self.model.path(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy value", self.copy_value)
        menu.addAction("Copy name", lambda: self._copy(path))
        menu.addAction("Copy whole record", self.copy_all)
        menu.popup(self.tree.viewport().mapToGlobal(at))

    def _retheme(self) -> None:
        fonts = self._themes.theme.fonts
        self._found.setFont(fonts.small)
        palette = self._found.palette()
        palette.setColor(self._found.foregroundRole(), self._themes.theme.text2)
        self._found.setPalette(palette)
        self.model.value_colour = self._themes.theme.text2
        self.model.row_height = fonts.compact_row_height - 2
        self.tree.fit()

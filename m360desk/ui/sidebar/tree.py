"""The side bar's tree view: keys, clicks and the menu of saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPalette
from PySide6.QtWidgets import QAbstractItemView, QFrame, QMenu, QTreeView, QWidget

from m360desk.ui.sidebar.delegate import SideBarDelegate
from m360desk.ui.sidebar.entries import FOLDED_AT_FIRST, SECTIONS
from m360desk.ui.theme import SIDE_BAR_WIDTH

if TYPE_CHECKING:
    from collections.abc import Collection

    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.sidebar.model import SideBarModel
    from m360desk.ui.theme_source import ThemeSource

_PRESS_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class SideBarTree(QTreeView):
    """Says what was pressed; decides nothing."""

    pressed_entry = Signal(QModelIndex)
    deletion_asked = Signal(int)
    move_asked = Signal(int, int)
    """A saved view, and by how many places."""
    left = Signal()
    """Esc was pressed."""

    def __init__(
        self, model: SideBarModel, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sideBar")
        self.setAccessibleName("Views and filters")
        self._themes = themes
        self._tree = model
        self.current_view = ""
        self.setModel(model)
        self.setItemDelegate(SideBarDelegate(self, themes, icons, marks, lambda: self.current_view))
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.clicked.connect(self._press)
        self.set_folded(FOLDED_AT_FIRST)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    def set_folded(self, sections: Collection[str]) -> None:
        """Fold these sections and no others."""
        for number, section in enumerate(SECTIONS):
            self.setExpanded(self._tree.index(number, 0), section not in sections)

    def folded(self) -> tuple[str, ...]:
        """The sections that are folded."""
        return tuple(
            section
            for number, section in enumerate(SECTIONS)
            if not self.isExpanded(self._tree.index(number, 0))
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        entry = self._tree.entry(index)
        if event.key() in _PRESS_KEYS and self.state() is not QAbstractItemView.State.EditingState:
            self._press(index)
            return
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        if entry is not None and entry.saved is not None:
            if event.matches(QKeySequence.StandardKey.Delete):
                self.deletion_asked.emit(entry.saved)
                return
            steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
            if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in steps:
                self.move_asked.emit(entry.saved, steps[Qt.Key(event.key())])
                return
        super().keyPressEvent(event)

    def _press(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        if self._tree.entry(index) is None:
            self.setExpanded(index, not self.isExpanded(index))
            return
        self.pressed_entry.emit(index)

    def _open_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        entry = self._tree.entry(index)
        if entry is None or entry.saved is None:
            return
        saved = entry.saved
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._offer(menu, "Rename", "F2").triggered.connect(lambda: self.edit(index))
        self._offer(menu, "Move up", "Alt+Up").triggered.connect(lambda: self.move_asked.emit(saved, -1))
        self._offer(menu, "Move down", "Alt+Down").triggered.connect(lambda: self.move_asked.emit(saved, 1))
        menu.addSeparator()
        self._offer(menu, "Delete view", "Del").triggered.connect(lambda: self.deletion_asked.emit(saved))
        menu.popup(self.viewport().mapToGlobal(place))

    def _offer(self, menu: QMenu, text: str, keys: str) -> QAction:
        return menu.addAction(f"{text}\t{keys}")

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        for widget in (self, self.viewport()):
            palette = widget.palette()
            palette.setColor(QPalette.ColorRole.Base, theme.window)
            widget.setPalette(palette)
        body = theme.fonts.body_line
        self.setFixedWidth(SIDE_BAR_WIDTH if body <= 16 else round(SIDE_BAR_WIDTH * body / 16))
        self.scheduleDelayedItemsLayout()

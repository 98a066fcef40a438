"""The sheet of all keys: those of the actions come from the actions, so that they cannot differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from m360desk.ui.theme import GRID, HALF
from m360desk.ui.themed_label import ThemedLabel

if TYPE_CHECKING:
    from m360desk.ui.frame.actions import Actions
    from m360desk.ui.theme_source import ThemeSource

Line = tuple[str, str]
SIZE = (784, 640)
KEYS_WIDTH = 176
_HERE: dict[str, tuple[Line, ...]] = {
    "Search box": (
        ("Ctrl+Space", "What can stand here"),
        ("Down", "On to the list, or into what is offered"),
        ("Esc", "Clear the search"),
        ("Return", "Look the device up"),
    ),
    "Chips": (
        ("Return", "Show its words in the box"),
        ("Del", "Take it out of the search"),
    ),
    "Side bar": (
        ("Space", "Choose, or take back"),
        ("Left, Right", "Fold, unfold a section"),
        ("F2", "Rename a saved view"),
        ("Alt+Up, Alt+Down", "Move a saved view"),
        ("Del", "Delete a saved view"),
    ),
    "List": (
        ("Up, Down", "Another session"),
        ("Shift, Ctrl", "Choose several"),
        ("Ctrl+A", "Choose all"),
        ("Ctrl+C", "Copy the chosen rows"),
    ),
    "Charts": (
        ("Left, Right", "Step through a chart"),
        ("Return", "Filter by what is stepped on"),
        ("Shift+Left, Shift+Right", "Draw a range"),
    ),
    "Anywhere": (
        ("a scanner", "Find the device"),
        ("Alt", "Menu"),
    ),
}


def window_lines(actions: Actions) -> tuple[Line, ...]:
    """The keys of the window's actions, as the platform writes them."""
    form = QKeySequence.SequenceFormat.NativeText
    found = [
        (", ".join(keys.toString(form) for keys in action.shortcuts()), action.text().rstrip("…"))
        for action in actions.all()
    ]
    return tuple((keys, text) for keys, text in found if keys)


def native(keys: str) -> str:
    """Names of keys as the platform writes them; words that are no keys stay."""
    form = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(each).toString(form) or each for each in keys.split(", "))


class ShortcutsSheet(QDialog):
    """Two columns of sections; closes by Esc."""

    def __init__(self, actions: Actions, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcutsSheet")
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._themes = themes
        self.resize(*SIZE)
        body = QWidget(self)
        columns = QGridLayout(body)
        columns.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        columns.setHorizontalSpacing(4 * GRID)
        left, right = QVBoxLayout(), QVBoxLayout()
        self._section(left, "Window", window_lines(actions))
        self._section(left, "Anywhere", _HERE["Anywhere"])
        for title, lines in _HERE.items():
            if title != "Anywhere":
                self._section(right, title, lines)
        for number, column in enumerate((left, right)):
            column.addStretch(1)
            columns.addLayout(column, 0, number)
            columns.setColumnStretch(number, 1)
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(body)
        area.setAccessibleName("Keyboard shortcuts")
        body.setBackgroundRole(QPalette.ColorRole.Base)
        area.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, GRID + HALF)
        whole.addWidget(area, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        foot.addWidget(buttons)
        whole.addLayout(foot)

    def _section(self, column: QVBoxLayout, title: str, lines: tuple[Line, ...]) -> None:
        column.addWidget(ThemedLabel(self._themes, title, font="strong", parent=self))
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(HALF)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, KEYS_WIDTH)
        for row, (keys, text) in enumerate(lines):
            names = ThemedLabel(self._themes, native(keys), colour="text2", parent=self)
            grid.addWidget(names, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(ThemedLabel(self._themes, text, wraps=True, parent=self), row, 1)
        column.addLayout(grid)
        column.addSpacing(2 * GRID)

"""The technical part of a message, folded until it is wanted; can be copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from m360desk.ui.theme import GRID, HALF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource


class Details(QWidget):
    """Names and values under a line that folds them."""

    def __init__(self, themes: ThemeSource, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes, self._icons = themes, icons
        self._details: tuple[tuple[str, str], ...] = ()
        self._fold = QToolButton(self)
        self._fold.setObjectName("stateDetails")
        self._fold.setText("Details")
        self._fold.setAutoRaise(True)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.clicked.connect(self._turn)
        self._copy = QToolButton(self)
        self._copy.setObjectName("copyDetails")
        self._copy.setText("Copy")
        self._copy.setAccessibleName("Copy details")
        self._copy.setAutoRaise(True)
        self._copy.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._copy.clicked.connect(self._copy_all)
        self._body = QWidget(self)
        self._grid = QGridLayout(self._body)
        self._grid.setContentsMargins(GRID + HALF, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(HALF)
        self._grid.setColumnStretch(1, 1)
        line = QHBoxLayout()
        line.addWidget(self._fold)
        line.addStretch(1)
        line.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(line)
        column.addWidget(self._body)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()
        self._show_folded(False)

    def show_details(self, details: Sequence[tuple[str, str]]) -> None:
        """Show these, folded; nothing hides all of it."""
        self.setVisible(bool(details))
        if tuple(details) == self._details:
            return
        self._details = tuple(details)
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for row, (name, value) in enumerate(self._details):
            self._grid.addWidget(QLabel(name, self._body), row, 0, Qt.AlignmentFlag.AlignTop)
            said = QLabel(value, self._body)
            said.setTextFormat(Qt.TextFormat.PlainText)
            said.setWordWrap(True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(said, row, 1)
        self._show_folded(False)
        self._theme_changed()

    def _turn(self) -> None:
        self._show_folded(self._body.isHidden())

    def _show_folded(self, unfolded: bool) -> None:
        self._body.setVisible(unfolded)
        self._fold.setIcon(self._icons.icon("chevron-down" if unfolded else "chevron-right", "text2"))

    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{name}: {value}" for name, value in self._details))

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        self._fold.setFont(theme.fonts.strong)
        self._copy.setIcon(self._icons.icon("copy", "accent"))
        link = self._copy.palette()
        link.setColor(link.ColorRole.ButtonText, theme.accent)
        link.setColor(link.ColorRole.Text, theme.accent)
        self._copy.setPalette(link)
        for row in range(len(self._details)):
            item = self._grid.itemAtPosition(row, 0)
            label = item.widget() if item is not None else None
            if label is not None:
                palette = label.palette()
                palette.setColor(label.foregroundRole(), theme.text2)
                label.setPalette(palette)

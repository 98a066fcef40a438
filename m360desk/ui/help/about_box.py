"""What this program is, which versions it runs on, and where it keeps its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from m360desk.ui.help.diagnostics import folders, versions
from m360desk.ui.theme import GRID, HALF
from m360desk.ui.themed_icon import application_icon
from m360desk.ui.themed_label import ThemedLabel
from m360desk.ui.themed_line import ThemedLine

if TYPE_CHECKING:
    from m360desk.system.paths import Places
    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource

LOGO = 48
WIDTH = 560
UNOFFICIAL = (
    "An independent program for users of M360's diagnostics software. It is not made, tested or supported by "
    "the vendor of M360; names belong to their owners."
)


class AboutBox(QDialog):
    """Everything in it can be selected and copied."""

    copy_asked = Signal()
    """Copy what helps when something is reported."""

    def __init__(self, places: Places, themes: ThemeSource, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("aboutBox")
        self.setWindowTitle("About M360 Desk")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._themes, self._icons = themes, icons
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(HALF)
        self._grid.setColumnStretch(1, 1)
        for name, value in (*versions(), ("Licence", "MIT")):
            self._add(name, value)
        self._grid.setRowMinimumHeight(self._grid.rowCount(), GRID)
        for name, value in folders(places):
            self._add(name, value, folder=True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        copy = buttons.addButton("Copy diagnostics", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("copyDiagnostics")
        copy.setAutoDefault(False)
        copy.clicked.connect(self.copy_asked)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(self._make_head())
        column.addWidget(ThemedLine(themes, parent=self))
        column.addLayout(self._grid)
        column.addSpacing(GRID)
        column.addWidget(buttons)
        self.setMinimumWidth(WIDTH)
        self.resize(WIDTH, column.heightForWidth(WIDTH))

    def _make_head(self) -> QHBoxLayout:
        logo = QLabel(self)
        logo.setPixmap(application_icon().pixmap(QSize(LOGO, LOGO), self.devicePixelRatioF()))
        words = QVBoxLayout()
        words.setSpacing(HALF)
        words.addWidget(ThemedLabel(self._themes, "M360 Desk", font="heading", parent=self))
        plain = ThemedLabel(self._themes, UNOFFICIAL, colour="text2", wraps=True, parent=self)
        # A width that is known gives a height that is right.
        plain.setFixedWidth(WIDTH - LOGO - 8 * GRID)
        words.addWidget(plain)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(logo, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _add(self, name: str, value: str, *, folder: bool = False) -> None:
        row = self._grid.rowCount()
        # A path has no blanks: without places to break it would make the dialog as wide as itself.
        shown = value.replace("/", "/\u200b").replace("\\", "\\\u200b") if folder else value
        label = ThemedLabel(self._themes, shown, wraps=True, parent=self)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._grid.addWidget(ThemedLabel(self._themes, name, colour="text2", parent=self), row, 0)
        self._grid.addWidget(label, row, 1)
        if folder:
            self._grid.addWidget(self._opener(name, value), row, 2)

    def _opener(self, name: str, path: str) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setIcon(self._icons.icon("external", "text2"))
        button.setToolTip("Open this folder")
        button.setAccessibleName(f"Open the folder of {name.lower()}")
        button.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(path)))
        return button

"""What this program is, and which versions it runs on."""

from __future__ import annotations

import platform
import sqlite3
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from m360desk import __version__
from m360desk.ui.settings.pages import Page
from m360desk.ui.themed_label import ThemedLabel

if TYPE_CHECKING:
    from m360desk.ui.theme_source import ThemeSource

UNOFFICIAL = (
    "An independent program for users of M360's diagnostics software. It is not made, tested or supported by "
    "the vendor of M360; names belong to their owners."
)


def versions() -> tuple[tuple[str, str], ...]:
    """Names and versions that matter when something is reported."""
    return (
        ("Version", __version__),
        ("Qt", QLibraryInfo.version().toString()),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
        ("System", platform.platform()),
    )


class AboutPage(Page):
    """Name, licence, versions; one button copies them for a report."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, "About M360 Desk", parent)
        self.form.addRow(self.small(UNOFFICIAL))
        for name, version in versions():
            label = ThemedLabel(themes, version, wraps=True, parent=self)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.row(name, label)
        self.row("Licence", ThemedLabel(themes, "MIT", parent=self))
        copy = QPushButton("Copy versions", self)
        copy.setAutoDefault(False)
        copy.clicked.connect(self._copy)
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addStretch(1)
        self.row("", row)

    def _copy(self) -> None:
        text = "\n".join(f"{name} {version}" for name, version in versions())
        QGuiApplication.clipboard().setText(text)

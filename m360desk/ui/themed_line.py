"""A line of one pixel between parts of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from m360desk.ui.theme_source import ThemeSource


class ThemedLine(QWidget):
    """Lies or stands; follows the theme by itself."""

    def __init__(
        self,
        themes: ThemeSource,
        orientation: Qt.Orientation = Qt.Orientation.Horizontal,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        if orientation is Qt.Orientation.Horizontal:
            self.setFixedHeight(1)
        else:
            self.setFixedWidth(1)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Window)  # wherever it is put
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    def _theme_changed(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, self._themes.theme.line)
        self.setPalette(palette)

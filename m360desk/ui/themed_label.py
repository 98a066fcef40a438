"""A label in one of the theme's fonts and colours, that follows the theme by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

if TYPE_CHECKING:
    from m360desk.ui.theme_source import ThemeSource


class ThemedLabel(QLabel):
    """Plain text. ``font`` and ``colour`` are names of the theme's."""

    def __init__(
        self,
        themes: ThemeSource,
        text: str = "",
        *,
        font: str = "body",
        colour: str = "text",
        wraps: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._themes, self._font, self._colour = themes, font, colour
        self.setTextFormat(Qt.TextFormat.PlainText)
        # Fixed: by itself it would change with the place that the label is put in, and the colour be lost.
        self.setForegroundRole(QPalette.ColorRole.WindowText)
        if wraps:
            self.setWordWrap(True)
            policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    def say(self, text: str, colour: str | None = None) -> None:
        """Change the words, and their colour where one is named."""
        self.setText(text)
        if colour is not None and colour != self._colour:
            self._colour = colour
            self._theme_changed()

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        self.setFont(getattr(theme.fonts, self._font))
        palette = self.palette()
        palette.setColor(self.foregroundRole(), getattr(theme, self._colour))
        self.setPalette(palette)

"""The theme in force: follows the system and the user's choice, and tells when it changes."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPalette

from m360desk.ui.colour import contrast, luminance
from m360desk.ui.fonts import Fonts
from m360desk.ui.fusion import FUSION, frame_controls
from m360desk.ui.theme import Theme, own_palette

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_ON_WINDOWS = sys.platform == "win32"
# Styles without colours of their own: they take the application's palettes.
_STYLES_WITHOUT_PALETTE = ("fusion", "windows")
_STYLE_VARIABLES = ("QT_STYLE_OVERRIDE", "QT_PLUGIN_PATH")
# This native style cannot be dark (Windows 10): a dark window takes Fusion instead.
_STYLE_LIGHT_ONLY = "windowsvista"


class ThemeChoice(StrEnum):
    """What the user has set."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class ThemeSource(QObject):
    """Holds the current :class:`Theme`; one object of the application, handed to whoever paints.

    ``changed`` is sent after palette, fonts and theme are all new.
    """

    changed = Signal()

    def __init__(self, app: QApplication, choice: str = ThemeChoice.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._native_style = self._style = _native_style(app)
        self._system_dark = _is_dark(app.palette())
        self._choice = ThemeChoice.SYSTEM
        self._palette_is_ours = False
        self._applying = False
        self._choose(choice)
        self._theme = self._read(Fonts.from_system(app.font()))
        app.styleHints().colorSchemeChanged.connect(self.refresh)
        app.paletteChanged.connect(self.refresh)

    @property
    def theme(self) -> Theme:
        """The theme in force."""
        return self._theme

    @property
    def choice(self) -> ThemeChoice:
        """The user's choice in force."""
        return self._choice

    def set_choice(self, choice: str) -> None:
        """Follow the system, or be light or dark whatever it says. Unknown words mean the system."""
        self._choose(choice)
        self.refresh()

    def _choose(self, choice: str) -> None:
        known = choice in tuple(ThemeChoice)
        self._choice = ThemeChoice(choice) if known else ThemeChoice.SYSTEM
        scheme = {
            ThemeChoice.SYSTEM: Qt.ColorScheme.Unknown,
            ThemeChoice.LIGHT: Qt.ColorScheme.Light,
            ThemeChoice.DARK: Qt.ColorScheme.Dark,
        }
        self._applying = True
        try:
            self._app.styleHints().setColorScheme(scheme[self._choice])
        finally:
            self._applying = False

    def refresh(self) -> None:
        """Read palette, contrast and fonts again. Called by itself on the system's changes."""
        if self._applying:
            return
        theme = self._read(Fonts.from_system())
        if theme == self._theme:
            return
        self._theme = theme
        self.changed.emit()

    def _read(self, fonts: Fonts) -> Theme:
        """Set style, palette and fonts as they are wanted now; return the theme that follows from them."""
        self._applying = True
        try:
            high = high_contrast_wanted(self._app)
            ours = self._apply(fonts, high)
            theme = Theme.from_palette(self._app.palette(), high_contrast=high, fonts=fonts)
            if ours is not None and self._style == FUSION:
                frame_controls(self._app, ours, theme.control)
        finally:
            self._applying = False
        return theme

    def _apply(self, fonts: Fonts, high_contrast: bool) -> QPalette | None:
        """Set them; returns the application's own palette where the style takes it."""
        dark = self._wanted_dark()
        if self._native_style == _STYLE_LIGHT_ONLY:
            wanted = "fusion" if dark else _STYLE_LIGHT_ONLY
            if self._style != wanted:
                self._app.setStyle(wanted)
                self._style = wanted
        ours: QPalette | None = None
        if self._style in _STYLES_WITHOUT_PALETTE and not high_contrast:
            ours = own_palette(dark=dark)
            self._app.setPalette(ours)
        elif self._palette_is_ours:
            self._app.setPalette(QPalette())
        self._palette_is_ours = ours is not None
        if fonts.body != self._app.font():
            self._app.setFont(fonts.body)
        return ours

    def _wanted_dark(self) -> bool:
        if self._choice is not ThemeChoice.SYSTEM:
            return self._choice is ThemeChoice.DARK
        scheme = self._app.styleHints().colorScheme()
        if scheme is Qt.ColorScheme.Unknown:
            return self._system_dark
        return scheme is Qt.ColorScheme.Dark


def high_contrast_wanted(app: QGuiApplication) -> bool:
    """Return whether the user has asked the system for high contrast.

    Qt 6.10 and later know. Before that, on Windows, a palette whose window and base are one colour at nearly
    full contrast with the text tells.
    """
    # Asked by name because the least Qt that serves has no such property.
    hints: Any = app.styleHints()
    if hasattr(hints, "accessibility"):
        return bool(hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast)
    if not _ON_WINDOWS:
        return False
    palette = app.palette()
    base, text = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
    return base == palette.color(QPalette.ColorRole.Window) and contrast(base, text) > 15


def _native_style(app: QApplication) -> str:
    """Return the name of the style that Qt has chosen.

    On Linux it is Fusion where nobody asked for another, since Qt as packaged for Python brings no other that
    it would choose. To ask the style itself makes all of its five hundred names (6 ms of a start).
    """
    if sys.platform == "linux" and not any(name in os.environ for name in _STYLE_VARIABLES):
        return "fusion"
    return app.style().name()


def _is_dark(palette: QPalette) -> bool:
    return luminance(palette.color(QPalette.ColorRole.Window)) < 0.2

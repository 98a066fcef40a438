"""The window's icons: one family of SVG drawings, painted in the theme's colours at any device ratio."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from m360desk.system.resources import resource

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

    from m360desk.ui.theme_source import ThemeSource

#: From this size on (device-independent pixels) lines are 2 px wide; below, 1.5 px.
LARGE = 32


class Icons(QObject):
    """Draws icons by name. One object of the application; the icons it gives follow the theme by themselves.

    A colour is the name of one of the theme's colours (``"text2"``) or a ``QColor``.
    """

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__(themes)
        self._themes = themes
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        themes.changed.connect(self._pixmaps.clear)

    def icon(self, name: str, colour: str = "text", *, on: str = "accent") -> QIcon:
        """Return an icon for actions and buttons; ``on`` is its colour where the action is checked."""
        # Loaded here: with all names of icons that there can be it costs 3 ms of a start.
        from m360desk.ui.themed_icon import themed_icon

        return themed_icon(self, name, colour, on)

    def pixmap(self, name: str, size: int, ratio: float, colour: str | QColor = "text") -> QPixmap:
        """Return the icon as a square of ``size`` device-independent pixels for a device pixel ratio.

        Raises :class:`LookupError` when there is no icon of that name.
        """
        shade = getattr(self._themes.theme, colour) if isinstance(colour, str) else colour
        key = (name, shade.name(), size, ratio)
        pixmap = self._pixmaps.get(key)
        if pixmap is None:
            pixmap = self._pixmaps[key] = _drawn(name, shade, size, ratio)
        return pixmap

    def disabled_colour(self) -> str:
        """Return the name of the colour of icons that cannot be used."""
        return "text3"


@cache
def _source(name: str) -> bytes:
    try:
        return resource(f"icons/{name}.svg").read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise LookupError(f"There is no icon named {name!r}.") from error


def _drawn(name: str, colour: QColor, size: int, ratio: float) -> QPixmap:
    drawing = _source(name).replace(b"currentColor", colour.name().encode())
    if size >= LARGE:
        drawing = drawing.replace(b'stroke-width="1.5"', b'stroke-width="%.3f"' % (2 * 16 / size))
    side = max(1, round(size * ratio))
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap

"""The window's icons: one family of SVG drawings, painted in the theme's colours at any device ratio."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from m360desk.system.resources import resource

if TYPE_CHECKING:
    from m360desk.ui.theme_source import ThemeSource

#: From this size on (device-independent pixels) lines are 2 px wide; below, 1.5 px.
LARGE = 32
APPLICATION_ICON = "m360desk.svg"
#: The same with fewer details, its edges on whole pixels at 16.
APPLICATION_ICON_SMALL = "m360desk-small.svg"
APPLICATION_ICON_SMALL_UP_TO = 24


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
        return QIcon(_ThemedEngine(self, name, colour, on))

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


class _ThemedEngine(QIconEngine):
    """Asks for the drawing in the colours of the moment, so that no icon has to be set again."""

    def __init__(self, icons: Icons, name: str, colour: str, on: str) -> None:
        super().__init__()
        self._icons = icons
        self._name = name
        self._colour = colour
        self._on = on

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        # Not painter.device(): to wrap one of unknown class, PySide makes all classes of devices first.
        ratio = painter.deviceTransform().m11()
        pixmap = self._icons.pixmap(self._name, side, ratio, self._shade(mode, state))
        left = rect.x() + (rect.width() - side) // 2
        painter.drawPixmap(left, rect.y() + (rect.height() - side) // 2, pixmap)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        # Since Qt 6.8 the size is in device-independent pixels.
        side = max(1, min(size.width(), size.height()))
        return self._icons.pixmap(self._name, side, scale, self._shade(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def clone(self) -> QIconEngine:
        return _ThemedEngine(self._icons, self._name, self._colour, self._on)

    def key(self) -> str:
        return "m360desk"

    def _shade(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode is QIcon.Mode.Disabled:
            return self._icons.disabled_colour()
        return self._on if state is QIcon.State.On else self._colour


def application_icon() -> QIcon:
    """Return the program's own icon, sharp from 16 to 256 pixels."""
    large = QSvgRenderer(QByteArray(resource(APPLICATION_ICON).read_bytes()))
    small = QSvgRenderer(QByteArray(resource(APPLICATION_ICON_SMALL).read_bytes()))
    icon = QIcon()
    for side in (16, 20, 24, 32, 40, 48, 64, 128, 256):
        renderer = small if side <= APPLICATION_ICON_SMALL_UP_TO else large
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


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

"""Icons of Qt's kind: those of actions and buttons, which follow the theme, and the program's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from m360desk.system.resources import resource

if TYPE_CHECKING:
    from m360desk.ui.icons import Icons

APPLICATION_ICON = "m360desk.svg"
#: The same with fewer details, its edges on whole pixels at 16.
APPLICATION_ICON_SMALL = "m360desk-small.svg"
APPLICATION_ICON_SMALL_UP_TO = 24


def themed_icon(icons: Icons, name: str, colour: str, on: str) -> QIcon:
    """Return an icon that is drawn by ``icons``; ``on`` is its colour where the action is checked."""
    return QIcon(ThemedEngine(icons, name, colour, on))


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


class ThemedEngine(QIconEngine):
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
        return ThemedEngine(self._icons, self._name, self._colour, self._on)

    def key(self) -> str:
        return "m360desk"

    def _shade(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode is QIcon.Mode.Disabled:
            return self._icons.disabled_colour()
        return self._on if state is QIcon.State.On else self._colour

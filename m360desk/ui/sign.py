"""A small picture beside words: a mark or an icon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from m360desk.ui.theme import ICON_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPixmap


class Sign(QWidget):
    """As wide as an icon. It asks for its picture when it paints, so that this fits screen and theme.

    (A label with a pixmap would have to watch for another screen: to look at every change of itself, PySide
    makes all classes of events first, three milliseconds of a start.)
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(ICON_SIZE)
        self.setMinimumHeight(ICON_SIZE)
        self._picture: Callable[[float], QPixmap] | None = None

    def show_picture(self, picture: Callable[[float], QPixmap]) -> None:
        """Show what this gives for a number of device pixels a pixel."""
        self._picture = picture
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None:
            return
        ratio = self.devicePixelRatioF()
        pixmap = self._picture(ratio)
        left = (self.width() - round(pixmap.width() / ratio)) // 2
        top = (self.height() - round(pixmap.height() / ratio)) // 2
        painter = QPainter(self)
        painter.drawPixmap(left, top, pixmap)
        painter.end()

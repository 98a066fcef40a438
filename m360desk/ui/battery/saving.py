"""Charts as files: a picture, a drawing, or the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSaveFile, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from m360desk.core.user_text import UserText
from m360desk.ui.battery import paint
from m360desk.ui.battery.panel import paint_header
from m360desk.ui.theme import PANE_PADDING

if TYPE_CHECKING:
    from pathlib import Path

    from m360desk.ui.battery.panel import PanelHeader
    from m360desk.ui.theme import Theme

_RATIO = 2
_FOOTER = 28


class Paintable(Protocol):
    """A chart that can paint itself into a file."""

    def size_for_file(self) -> QSize:
        """How large it is then."""

    def paint_for_file(self, painter: QPainter, size: QRectF, ratio: float) -> None:
        """Paint all of it, for ``ratio`` device pixels each."""


class NotSaved(Exception):
    """The file could not be written; what stood there before still does."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(reason)
        self.user_text = UserText(
            f"{path.name} could not be saved.", f"{reason.rstrip('.')}.", "Choose another folder or name."
        )


def png_bytes(chart: Paintable, header: PanelHeader, source: str, theme: Theme) -> bytes:
    """The chart with its header as a picture of double density; ``source`` says what it shows."""
    size = _size(chart, header)
    image = QImage(size * _RATIO, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_RATIO)
    painter = QPainter(image)
    _paint(painter, chart, header, (source, theme), _RATIO)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want the format as bytes, Qt a text
    return bytes(buffer.data().data())


def svg_bytes(chart: Paintable, header: PanelHeader, source: str, theme: Theme) -> bytes:
    """The chart with its header as a drawing."""
    size = _size(chart, header)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    drawing = QSvgGenerator()
    drawing.setOutputDevice(buffer)
    drawing.setSize(size)
    drawing.setViewBox(QRectF(0, 0, size.width(), size.height()))
    drawing.setTitle(header.title)
    drawing.setDescription(source)
    painter = QPainter(drawing)
    _paint(painter, chart, header, (source, theme), 1)
    painter.end()
    return bytes(buffer.data().data())


def write(path: Path, content: bytes) -> None:
    """Write a file wholly or not at all. Raises NotSaved."""
    file = QSaveFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise NotSaved(path, file.errorString())
    file.write(QByteArray(content))
    if not file.commit():
        raise NotSaved(path, file.errorString())


def _size(chart: Paintable, header: PanelHeader) -> QSize:
    size = chart.size_for_file()
    return QSize(size.width(), size.height() + header.sizeHint().height() + _FOOTER)


def _paint(
    painter: QPainter, chart: Paintable, header: PanelHeader, look: tuple[str, Theme], ratio: float
) -> None:
    source, theme = look
    size, top = chart.size_for_file(), header.sizeHint().height()
    whole = _size(chart, header)
    painter.fillRect(QRectF(0, 0, whole.width(), whole.height()), theme.base)
    paint_header(painter, QRectF(0, 0, whole.width() - PANE_PADDING, top), header, theme)
    painter.save()
    chart.paint_for_file(painter, QRectF(0, top, size.width(), size.height()), ratio)
    painter.restore()
    line = QRectF(PANE_PADDING, top + size.height(), whole.width() - 2 * PANE_PADDING, _FOOTER)
    paint.draw_text(painter, line, paint.LEFT, source, theme.fonts.small, theme.text2)

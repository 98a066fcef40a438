"""What all charts paint alike: halos, dashed limits, grids, patterns of the bands, tips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen, QPixmap, QTransform

from m360desk.ui.marks import Mark
from m360desk.ui.theme import RADIUS_CONTROL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QFont

    from m360desk.ui.battery.scale import Scale
    from m360desk.ui.theme import Theme

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
LIMIT_DASHES = (4.0, 3.0)
INTERVAL_DOTS = (2.0, 3.0)
BRUSH_SHARE = 0.11
_STRIPES, _DOTS, _HATCHES = 8, 4, 6


def text_width(text: str, font: QFont) -> float:
    """The width of a text in pixels."""
    return QFontMetricsF(font).horizontalAdvance(text)


def elided(text: str, font: QFont, box: QRectF) -> str:
    """A text cut at the right to the width of a box."""
    return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())


def draw_text(
    painter: QPainter, box: QRectF, align: Qt.AlignmentFlag, text: str, font: QFont, colour: QColor
) -> None:
    """Write one line."""
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(box, int(align | Qt.TextFlag.TextDontClip), text)


def draw_halo_text(
    painter: QPainter,
    box: QRectF,
    align: Qt.AlignmentFlag,
    text: str,
    font: QFont,
    pair: tuple[QColor, QColor],
) -> None:
    """Write one line in the first colour with an edge of the second, so that it reads over a plot."""
    colour, edge = pair
    for across in (-1.0, 0.0, 1.0):
        for down in (-1.0, 0.0, 1.0):
            draw_text(painter, box.translated(across, down), align, text, font, edge)
    draw_text(painter, box, align, text, font, colour)


def say(painter: QPainter, box: QRectF, words: str, theme: Theme) -> None:
    """Write in the middle of a plot why it is empty."""
    draw_halo_text(painter, box, CENTRE, words, theme.fonts.body, (theme.text2, theme.base))


def dashed(colour: QColor, dashes: Iterable[float], width: float = 1.0) -> QPen:
    """A pen with dashes of so many pixels, whatever its width."""
    pen = QPen(colour, width)
    pen.setDashPattern([dash / width for dash in dashes])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def crisp(pixel: float) -> float:
    """The middle of a pixel: a line of one pixel through it stays sharp."""
    return round(pixel) + 0.5


def horizontal(painter: QPainter, scale: Scale, figure: float, pen: QPen) -> None:
    """Draw a line through the whole plot at the height of a figure."""
    level = crisp(scale.y(figure))
    painter.setPen(pen)
    painter.drawLine(QPointF(scale.box.left(), level), QPointF(scale.box.right(), level))


def grid(painter: QPainter, scale: Scale, levels: Iterable[tuple[float, str]], theme: Theme) -> None:
    """Draw the horizontal grid and its figures at the left; the axis itself is no part of it."""
    line = theme.fonts.small_line
    for figure, label in levels:
        if figure > scale.bottom:
            horizontal(painter, scale, figure, QPen(theme.line, 1))
        box = QRectF(scale.box.left() - 68, round(scale.y(figure)) - line / 2, 60, line)
        draw_text(painter, box, RIGHT, label, theme.fonts.small, theme.text2)


def axis(painter: QPainter, scale: Scale, ticks: Iterable[tuple[float, str]], theme: Theme) -> None:
    """Draw the one axis line at the bottom with its figures below."""
    line, bottom = theme.fonts.small_line, round(scale.box.bottom())
    painter.fillRect(QRectF(scale.box.left(), bottom, scale.box.width(), 1), theme.control)
    for figure, label in ticks:
        middle = scale.x(figure)
        painter.fillRect(QRectF(round(middle), bottom, 1, 4 if label else 2), theme.control)
        box = QRectF(middle - 60, bottom + 7, 120, line)
        draw_text(painter, box, CENTRE, label, theme.fonts.small, theme.text2)


def band_fill(mark: Mark, theme: Theme) -> QColor:
    """The colour of a band's area."""
    if mark is Mark.WATCH:
        return theme.watch
    return theme.bad if mark is Mark.REPLACE else theme.good


def band_pattern(mark: Mark, theme: Theme, ratio: float) -> QBrush | None:
    """The pattern over a band's area, sharp at the device ratio; good has none, unknown nothing else."""
    if mark is Mark.GOOD:
        return None
    side = {Mark.REPLACE: _STRIPES, Mark.WATCH: _DOTS}.get(mark, _HATCHES)
    tile = QPixmap(round(side * ratio), round(side * ratio))
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.scale(tile.width() / side, tile.height() / side)
    if mark is Mark.WATCH:
        painter.fillRect(QRectF(1, 1, 1, 1), theme.watchline if not theme.dark else theme.onwatch)
    else:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(theme.base if mark is Mark.REPLACE else theme.unknown)
        colour.setAlphaF(0.38 if mark is Mark.REPLACE else 1.0)
        painter.setPen(QPen(colour, 1.5 if mark is Mark.REPLACE else 1.0))
        rise = 1 if mark is Mark.REPLACE else -1
        for shift in (-side, 0, side):
            start = QPointF(-1 + shift, side + 1 if rise > 0 else -1)
            painter.drawLine(start, start + QPointF(side + 2, -rise * (side + 2)))
    painter.end()
    brush = QBrush(tile)
    # The tile counts in device pixels; the plot in device-independent ones.
    brush.setTransform(QTransform.fromScale(side / tile.width(), side / tile.height()))
    return brush


def draw_bar(
    painter: QPainter, bar: QRectF, mark: Mark, theme: Theme, pattern: QBrush | None, *, opacity: float = 1.0
) -> None:
    """Draw a bar in the colour and the pattern of its band."""
    painter.setOpacity(opacity)
    if mark is not Mark.UNKNOWN:
        painter.fillRect(bar, band_fill(mark, theme))
    if pattern is not None:
        painter.fillRect(bar, pattern)
    if mark is Mark.WATCH and bar.height() > 0:
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width(), 1), theme.watchline)
    if mark is Mark.UNKNOWN:
        painter.setPen(QPen(theme.unknown, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.setOpacity(1.0)


def draw_range(painter: QPainter, box: QRectF, label: str, theme: Theme, *, grips: bool) -> None:
    """Draw a marked range: a tint with two edges, its name above."""
    tint = QColor(theme.accent)
    tint.setAlphaF(BRUSH_SHARE)
    painter.fillRect(box, tint)
    for edge in (box.left(), box.right()):
        painter.fillRect(QRectF(edge - 0.75, box.top(), 1.5, box.height()), theme.accent)
        if grips:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent)
            painter.drawRoundedRect(QRectF(edge - 3, box.top() + 8, 6, 16), 2, 2)
    line = theme.fonts.small_line
    place = QRectF(box.center().x() - 100, box.top() - line - 2, 200, line)
    draw_halo_text(painter, place, CENTRE, label, theme.fonts.small_strong, (theme.accent, theme.base))


_CLEAR = 12.0
"""Between a tip and the point that it describes."""


def tip_box(at: QRectF, point: QPointF, room: QRectF, size: QSizeF) -> QRectF:
    """Where a tip of that size stands: beside ``at``, wholly inside ``room``, and not over ``point``."""
    width, height = size.width(), size.height()
    left = at.right() + 10 if at.right() + 10 + width <= room.right() else at.left() - 10 - width
    left = max(room.left() + 2, min(left, room.right() - width - 2))
    top = max(room.top() + 2, min(at.top() - height - 6, room.bottom() - height - 2))
    box = QRectF(round(left), round(top), width, height)
    if not box.adjusted(-_CLEAR, -_CLEAR, _CLEAR, _CLEAR).contains(point):
        return box
    above = round(point.y() - _CLEAR - height)
    below = round(min(point.y() + _CLEAR, room.bottom() - height - 2))
    box.moveTop(above if above >= room.top() + 2 else below)
    return box


def draw_tip(
    painter: QPainter, at: QRectF, point: QPointF, room: QRectF, words: tuple[str, str], theme: Theme
) -> None:
    """Draw a tip of two lines beside ``at``, wholly inside ``room``; ``point`` stays in sight."""
    heading, text = words
    fonts = theme.fonts
    width = max(text_width(heading, fonts.small_strong), text_width(text, fonts.small)) + 17
    box = tip_box(at, point, room, QSizeF(round(width), 2 * fonts.small_line + 9)).translated(0.5, 0.5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.line2, 1))
    painter.setBrush(theme.raised)
    painter.drawRoundedRect(box, RADIUS_CONTROL, RADIUS_CONTROL)
    line = QRectF(box.left() + 8, box.top() + 4, box.width() - 16, fonts.small_line)
    draw_text(painter, line, LEFT, heading, fonts.small_strong, theme.text)
    draw_text(painter, line.translated(0, fonts.small_line), LEFT, text, fonts.small, theme.text2)

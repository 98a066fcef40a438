"""Marks and battery bars: one shape for each meaning, with or without colour.

Circle with a tick: good. Triangle: watch. Square with a cross: replace or failed. Octagon with a cross:
stop. Ring with a question mark: unknown. Ring with a bar: skipped. Plain tick: in order, in lists of many.
They are drawn once per size, theme and device ratio and kept as pixmaps, so that a list paints them cheaply.
"""

from __future__ import annotations

from enum import Enum
from math import cos, pi, sin
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from m360desk.ui.fill import fill

if TYPE_CHECKING:
    from m360desk.ui.theme import Theme

BAR_WIDTH = 40
BAR_HEIGHT = 4
#: The tick at the limit stands out of the bar by this much above and below.
BAR_TICK_OUT = 3


class Mark(Enum):
    """What a mark means; the value is the word for assistive tools."""

    GOOD = "good"
    WATCH = "watch"
    REPLACE = "replace"
    STOP = "stop"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    TICK = "in order"


#: A failed test is a thing to repair: the same square.
FAILED = Mark.REPLACE


class Marks:
    """Keeps the pixmaps. One object of the application; safe over a change of theme: themes have keys."""

    def __init__(self) -> None:
        self._marks: dict[tuple[Mark, int, str, float], QPixmap] = {}
        self._bars: dict[tuple[int, int, Mark, str, float], QPixmap] = {}

    def pixmap(self, mark: Mark, size: int, theme: Theme, ratio: float) -> QPixmap:
        """Return a mark as a square of ``size`` device-independent pixels."""
        key = (mark, size, theme.key, ratio)
        pixmap = self._marks.get(key)
        if pixmap is None:
            pixmap = self._marks[key] = _blank(size, size, ratio)
            painter = QPainter(pixmap)
            paint_mark(painter, QRectF(0, 0, size, size), mark, theme, ratio)
            painter.end()
        return pixmap

    def bar(self, percent: float, limit: float, mark: Mark, theme: Theme, ratio: float) -> QPixmap:
        """Return a battery bar of 40 × 10: the bar of 4 with its tick, for a state of health in percent."""
        key = (round(max(0.0, min(100.0, percent))), round(limit), mark, theme.key, ratio)
        pixmap = self._bars.get(key)
        if pixmap is None:
            height = BAR_HEIGHT + 2 * BAR_TICK_OUT
            pixmap = self._bars[key] = _blank(BAR_WIDTH, height, ratio)
            painter = QPainter(pixmap)
            bar = QRectF(0, BAR_TICK_OUT, BAR_WIDTH, BAR_HEIGHT)
            paint_bar(painter, bar, percent, limit, mark, theme, ratio)
            painter.end()
        return pixmap

    def clear(self) -> None:
        """Drop all pixmaps, of themes and screens no longer in use."""
        self._marks.clear()
        self._bars.clear()


def paint_bar(
    painter: QPainter, bar: QRectF, percent: float, limit: float, mark: Mark, theme: Theme, ratio: float
) -> None:
    """Paint a battery bar from 0 to 100 % with a tick at the lower limit; over 100 the bar is full."""
    share = max(0.0, min(100.0, percent)) / 100
    radius = min(2.0, bar.height() / 2)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.sunken)
    painter.drawRoundedRect(bar, radius, radius)
    painter.setBrush(bar_colour(mark, theme))
    filled = QRectF(bar.x(), bar.y(), _on_grid(bar.width() * share, ratio), bar.height())
    painter.drawRoundedRect(filled, min(radius, filled.width() / 2), radius)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    left = bar.x() + _on_grid(bar.width() * max(0.0, min(100.0, limit)) / 100, ratio)
    tick = QRectF(left, bar.y() - BAR_TICK_OUT, 1, bar.height() + 2 * BAR_TICK_OUT)
    fill(painter, tick, theme.text)
    painter.restore()


def bar_colour(mark: Mark, theme: Theme) -> QColor:
    """Return the colour of a thin bar or line of a band: amber in its darker tone, which thin things need."""
    if mark is Mark.WATCH:
        return theme.watchline
    if mark in (Mark.REPLACE, Mark.STOP):
        return theme.bad
    return theme.good if mark in (Mark.GOOD, Mark.TICK) else theme.unknown


def text_colour(mark: Mark, theme: Theme) -> QColor:
    """Return the colour of words that say what a mark means."""
    if mark is Mark.WATCH:
        return theme.watchtext
    if mark in (Mark.REPLACE, Mark.STOP):
        return theme.badtext
    return theme.goodtext if mark in (Mark.GOOD, Mark.TICK) else theme.unknowntext


def tint(mark: Mark, theme: Theme) -> QColor:
    """Return the background of a badge or band that carries a mark."""
    if mark is Mark.WATCH:
        return theme.watchtint
    if mark in (Mark.REPLACE, Mark.STOP):
        return theme.badtint
    return theme.goodtint if mark in (Mark.GOOD, Mark.TICK) else theme.unknowntint


def paint_mark(painter: QPainter, box: QRectF, mark: Mark, theme: Theme, ratio: float) -> None:
    """Paint a mark into a square, edges on whole device pixels."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    side = box.width()
    if mark in (Mark.UNKNOWN, Mark.SKIPPED):
        _paint_ring(painter, side, mark, theme, ratio)
    elif mark is Mark.WATCH:
        _paint_triangle(painter, side, theme, ratio)
    elif mark is Mark.TICK:
        _paint_tick(painter, side, theme.good, 0.1, 0.66)
    else:
        _paint_filled(painter, side, mark, theme, ratio)
    painter.restore()


def _paint_filled(painter: QPainter, side: float, mark: Mark, theme: Theme, ratio: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.good if mark is Mark.GOOD else theme.bad)
    if mark is Mark.GOOD:
        painter.drawEllipse(QRectF(0, 0, side, side))
        _paint_tick(painter, side, theme.glyph, 0.125, 0.56)
        return
    if mark is Mark.STOP:
        painter.drawPolygon(_octagon(side))
    else:
        inset = _on_grid(side / 24, ratio)
        square = QRectF(inset, inset, side - 2 * inset, side - 2 * inset)
        painter.drawRoundedRect(square, side * 0.15, side * 0.15)
    reach = side * 0.17
    middle = QPointF(side / 2, side / 2)
    painter.setPen(_pen(theme.glyph, side * 0.125))
    painter.drawLine(middle - QPointF(reach, reach), middle + QPointF(reach, reach))
    painter.drawLine(middle - QPointF(reach, -reach), middle + QPointF(reach, -reach))


def _paint_tick(painter: QPainter, side: float, colour: QColor, weight: float, width: float) -> None:
    """Paint a tick centred in the square, ``width`` of it wide."""
    step = side * width / 3.1
    left, middle = (side - step * 3.1) / 2, side * 0.52
    path = QPainterPath(QPointF(left, middle))
    path.lineTo(left + step * 1.05, middle + step * 1.05)
    path.lineTo(left + step * 3.1, middle - step * 1.15)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(colour, side * weight))
    painter.drawPath(path)


def _paint_triangle(painter: QPainter, side: float, theme: Theme, ratio: float) -> None:
    edge = max(1.0, side / 14)
    half = edge / 2
    top, bottom = side * 0.06 + half, _on_grid(side * 0.92, ratio) - half
    shape = QPolygonF([QPointF(side / 2, top), QPointF(side - half, bottom), QPointF(half, bottom)])
    pen = QPen(theme.watchline, edge)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(theme.watch)
    painter.drawPolygon(shape)
    painter.setPen(_pen(theme.onwatch, max(1.2, side * 0.11)))
    painter.drawLine(QPointF(side / 2, side * 0.40), QPointF(side / 2, side * 0.60))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.onwatch)
    dot = max(0.75, side * 0.065)
    painter.drawEllipse(QPointF(side / 2, side * 0.77), dot, dot)


def _paint_ring(painter: QPainter, side: float, mark: Mark, theme: Theme, ratio: float) -> None:
    weight = max(1.0, side * 0.09)
    half = _on_grid(weight, ratio) / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.unknown, weight))
    painter.drawEllipse(QRectF(half, half, side - 2 * half, side - 2 * half))
    painter.setPen(_pen(theme.unknown, weight))
    if mark is Mark.SKIPPED:
        painter.drawLine(QPointF(side * 0.30, side / 2), QPointF(side * 0.70, side / 2))
        return
    bow = QRectF(side * 0.36, side * 0.25, side * 0.28, side * 0.28)
    path = QPainterPath()
    path.arcMoveTo(bow, 170)
    path.arcTo(bow, 170, -220)
    path.quadTo(QPointF(side / 2, side * 0.55), QPointF(side / 2, side * 0.62))
    painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.unknown)
    painter.drawEllipse(QPointF(side / 2, side * 0.765), weight * 0.62, weight * 0.62)


def _octagon(side: float) -> QPolygonF:
    radius = side / 2 / cos(pi / 8)
    middle = side / 2
    corners = [pi / 8 + turn * pi / 4 for turn in range(8)]
    return QPolygonF([QPointF(middle + radius * cos(a), middle + radius * sin(a)) for a in corners])


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _on_grid(length: float, ratio: float) -> float:
    """Return the length rounded to whole device pixels."""
    return round(length * ratio) / ratio


def _blank(width: int, height: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(max(1, round(width * ratio)), max(1, round(height * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap

"""The large sign of a verdict: the same shapes as the small marks, in lines that carry across a room."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from m360desk.ui.scan.content import Look

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

    from m360desk.ui.theme import Theme


def paint_sign(painter: QPainter, box: QRectF, look: Look, theme: Theme, ink: QColor | None) -> None:
    """Paint the sign of a verdict into a square; ``ink`` is the colour on a filled ground."""
    painter.save()
    painter.translate(box.topLeft())
    side = box.width()
    weight = side * 0.06
    if ink is None:
        ink = theme.bad if look in (Look.REPLACE, Look.REPAIR) else theme.unknown
    pen = QPen(ink, weight)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = QRectF(weight / 2, weight / 2, side - weight, side - weight)
    if look is Look.PASS:
        painter.drawEllipse(inner)
        painter.drawPolyline(_points(side, (0.3, 0.52), (0.44, 0.66), (0.7, 0.37)))
    elif look is Look.STOP:
        painter.drawPolygon(_octagon(side, weight))
        _paint_cross(painter, side / 2, side / 2, side * 0.17, pen, 1.5)
    elif look is Look.REPAIR:
        painter.drawRoundedRect(inner, side * 0.15, side * 0.15)
        _paint_cross(painter, side / 2, side / 2, side * 0.18, pen, 1.5)
    elif look is Look.REPLACE:
        _paint_battery(painter, side, weight, pen)
    else:
        _paint_question(painter, inner, side, pen, dashed=look is Look.UNTESTED)
    painter.restore()


def _paint_cross(painter: QPainter, x: float, y: float, reach: float, pen: QPen, heavier: float) -> None:
    thick = QPen(pen)
    thick.setWidthF(pen.widthF() * heavier)
    painter.setPen(thick)
    painter.drawLine(QPointF(x - reach, y - reach), QPointF(x + reach, y + reach))
    painter.drawLine(QPointF(x - reach, y + reach), QPointF(x + reach, y - reach))


def _paint_battery(painter: QPainter, side: float, weight: float, pen: QPen) -> None:
    body = QRectF(weight / 2, side * 0.22, side * 0.84, side * 0.56)
    painter.drawRoundedRect(body, side * 0.1, side * 0.1)
    end = QPen(pen)
    end.setWidthF(weight * 1.4)
    painter.setPen(end)
    painter.drawLine(QPointF(side * 0.955, side * 0.43), QPointF(side * 0.955, side * 0.57))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    painter.drawRoundedRect(QRectF(side * 0.14, side * 0.35, side * 0.16, side * 0.3), 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _paint_cross(painter, side * 0.58, side * 0.5, side * 0.115, pen, 1.3)


def _paint_question(painter: QPainter, inner: QRectF, side: float, pen: QPen, *, dashed: bool) -> None:
    ring = QPen(pen)
    if dashed:
        ring.setCapStyle(Qt.PenCapStyle.FlatCap)
        ring.setWidthF(pen.widthF() * 1.2)
        ring.setDashPattern([1.6, 1.4])
    painter.setPen(ring)
    painter.drawEllipse(inner)
    thick = QPen(pen)
    thick.setWidthF(max(2.0, pen.widthF() * 1.5))
    painter.setPen(thick)
    bow = QRectF(side * 0.37, side * 0.25, side * 0.26, side * 0.26)
    path = QPainterPath()
    path.arcMoveTo(bow, 175)
    path.arcTo(bow, 175, -220)
    path.quadTo(QPointF(side / 2, side * 0.54), QPointF(side / 2, side * 0.6))
    painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    painter.drawEllipse(QPointF(side / 2, side * 0.745), thick.widthF() * 0.6, thick.widthF() * 0.6)


def _octagon(side: float, weight: float) -> QPolygonF:
    middle = side / 2
    radius = (side - weight) / 2 / cos(pi / 8)
    angles = [pi / 8 + turn * pi / 4 for turn in range(8)]
    return QPolygonF([QPointF(middle + radius * cos(a), middle + radius * sin(a)) for a in angles])


def _points(side: float, *places: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x * side, y * side) for x, y in places])

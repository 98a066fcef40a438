"""What is promised of batteries, by whom, and the mark that says so in a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPen

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

PROMISED = 80


class Promise(NamedTuple):
    """Who promises 80 % after how many cycles."""

    letter: str
    cycles: int
    source: str
    short: str


PROMISES = (
    Promise("A", 500, "Apple, to iPhone 14", "Apple to 14"),
    Promise("B", 800, "EU 2023/1670", "EU 2023"),
    Promise("C", 1000, "Apple, from iPhone 15", "Apple 15 +"),
)


def paint_diamond(painter: QPainter, at: QPointF, half: float, colours: tuple[QColor, QColor]) -> None:
    """Paint the mark of a promise; ``colours`` are its edge and its ground."""
    edge, ground = colours
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(edge, 1.5))
    painter.setBrush(ground)
    corners = ((0.0, -half), (half, 0.0), (0.0, half), (-half, 0.0))
    painter.drawPolygon([at + QPointF(x, y) for x, y in corners])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

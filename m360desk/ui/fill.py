"""Fills rectangles with a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QRect, QRectF
    from PySide6.QtGui import QColor, QPainter


def fill(painter: QPainter, area: QRect | QRectF, colour: QColor) -> None:
    """As ``fillRect``, for which PySide makes gradients and all their names first: 2 ms of a start."""
    painter.setBackground(colour)
    painter.eraseRect(area)


def fill_box(painter: QPainter, x: int, y: int, width: int, height: int, colour: QColor) -> None:
    """The same for a rectangle told by its place and size."""
    painter.setBackground(colour)
    painter.eraseRect(x, y, width, height)

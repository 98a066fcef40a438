"""From figures to pixels and back, and where the ticks of an axis stand."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

from PySide6.QtCore import QPointF, QRectF


@dataclass(frozen=True, slots=True)
class Scale:
    """A plot's box in pixels and the figures at its edges."""

    box: QRectF
    left: float
    right: float
    bottom: float = 0.0
    top: float = 1.0

    def x(self, figure: float) -> float:
        """The pixel of a figure, left to right."""
        return self.box.left() + (figure - self.left) / (self.right - self.left) * self.box.width()

    def y(self, figure: float) -> float:
        """The pixel of a figure, bottom to top."""
        return self.box.bottom() - (figure - self.bottom) / (self.top - self.bottom) * self.box.height()

    def point(self, x: float, y: float) -> QPointF:
        """The pixel of two figures."""
        return QPointF(self.x(x), self.y(y))

    def x_at(self, pixel: float) -> float:
        """The figure under a pixel, left to right."""
        return self.left + (pixel - self.box.left()) / self.box.width() * (self.right - self.left)

    def y_at(self, pixel: float) -> float:
        """The figure under a pixel, bottom to top."""
        return self.bottom + (self.box.bottom() - pixel) / self.box.height() * (self.top - self.bottom)


def round_step(span: float, most: int) -> float:
    """The least distance of 1, 2 or 5 times a power of ten that gives at most ``most`` steps in ``span``."""
    if span <= 0 or most < 1:
        return 1.0
    power = 10.0 ** floor(log10(span / most))
    return next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= most + 1e-9)


def whole_ticks(low: float, high: float, most: int) -> list[int]:
    """Round whole figures from ``low`` to ``high``, both included where they are round."""
    step = max(1, round(round_step(high - low, most)))
    return list(range(ceil(low / step) * step, floor(high / step) * step + 1, step))


def spread(wanted: list[float], widths: list[float], low: float, high: float, gap: float) -> list[float]:
    """Centres for labels in a row: near the wanted ones, none over another, all between ``low`` and ``high``.

    What cannot fit at all runs over the right end.
    """
    lefts: list[float] = []
    end = low
    for centre, width in zip(wanted, widths, strict=True):
        lefts.append(max(end, min(centre - width / 2, high - width)))
        end = lefts[-1] + width + gap
    limit = high
    for place in range(len(lefts) - 1, -1, -1):
        lefts[place] = max(low, min(lefts[place], limit - widths[place]))
        limit = lefts[place] - gap
    return [left + width / 2 for left, width in zip(lefts, widths, strict=True)]

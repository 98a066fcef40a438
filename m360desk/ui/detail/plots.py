"""The two small pictures of a device's battery: a line in a header, and health against its own cycles."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from m360desk.core.battery import HealthPoint
from m360desk.core.battery_events import battery_event
from m360desk.ui.detail.lines import LineMeasure
from m360desk.ui.marks import Mark, bar_colour, text_colour
from m360desk.ui.text import counted, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from m360desk.ui.detail.content import Gauge, Reading
    from m360desk.ui.theme import Theme
    from m360desk.ui.theme_source import ThemeSource

_TICKS = 5
_PLOT_HEIGHT = 92


class Sparkline(QWidget):
    """The device's readings over time, with the limit; no axes, only the direction."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._readings: tuple[Reading, ...] = ()
        self._limit = 80.0
        self._mark = Mark.UNKNOWN
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        themes.changed.connect(self.update)

    def show_readings(self, readings: Sequence[Reading], gauge: Gauge) -> None:
        """Show the readings that have a time, oldest first; fewer than two show nothing."""
        self._readings = tuple(reading for reading in readings if reading.time_ms is not None)
        self._limit, self._mark = gauge.limit, gauge.mark
        self.setAccessibleName(spoken_readings(self._readings))
        self.setVisible(len(self._readings) > 1)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(124, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        if len(self._readings) < 2:
            return
        theme = self._themes.theme
        figures = [reading.percent for reading in self._readings]
        times = [float(reading.time_ms or 0) for reading in self._readings]
        lowest, highest = min(*figures, self._limit), max(*figures, self._limit)
        box = QRectF(4, 4, self.width() - 8, self.height() - 8)
        span, rise = (times[-1] - times[0]) or 1.0, (highest - lowest) or 1.0

        def place(time: float, figure: float) -> QPointF:
            return QPointF(
                box.left() + box.width() * (time - times[0]) / span,
                box.bottom() - box.height() * (figure - lowest) / rise,
            )

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        level = place(times[0], self._limit).y()
        _paint_limit(painter, QPointF(0, level), QPointF(self.width(), level), theme)
        points = [place(*pair) for pair in zip(times, figures, strict=True)]
        for stretch in same_battery(self._readings):
            _paint_line(painter, points[stretch.start : stretch.stop], QPen(theme.text2, 1.5), 1.5)
        painter.setBrush(bar_colour(self._mark, theme))
        painter.drawEllipse(points[-1], 3, 3)


class WearChart(QWidget):
    """State of health against the charge cycles of this one device, with the limit."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._readings: tuple[Reading, ...] = ()
        self._points: tuple[tuple[int, float], ...] = ()
        self._limit = 80.0
        self._mark = Mark.UNKNOWN
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.updateGeometry)

    @property
    def points(self) -> tuple[tuple[int, float], ...]:
        """Cycles and percent of each reading shown, in the order of the readings."""
        return self._points

    def show_readings(self, readings: Sequence[Reading], gauge: Gauge) -> None:
        """Show the readings that have cycles; fewer than two show no chart."""
        self._readings = tuple(reading for reading in readings if reading.cycles is not None)
        self._points = tuple((r.cycles, r.percent) for r in self._readings if r.cycles is not None)
        self._limit, self._mark = gauge.limit, gauge.mark
        self.setAccessibleName(f"Health against cycles: {spoken_readings(readings)}")
        self.setVisible(len(self._points) > 1)
        self.update()

    def sizeHint(self) -> QSize:
        line = self._themes.theme.fonts.small_line
        return QSize(200, _PLOT_HEIGHT + 3 * line + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        if len(self._points) < 2:
            return
        theme = self._themes.theme
        measure = LineMeasure(theme.fonts)
        line = theme.fonts.small_line
        metrics = measure.metrics["small"]
        lowest, highest = value_range([figure for _, figure in self._points], self._limit)
        step = tick_step(max(cycles for cycles, _ in self._points))
        end = max(max(cycles for cycles, _ in self._points) * 1.1, step)
        left = metrics.horizontalAdvance("100") + 8
        box = QRectF(left, line + 6, self.width() - left, _PLOT_HEIGHT)

        def place(cycles: float, figure: float) -> QPointF:
            share = (figure - lowest) / (highest - lowest)
            return QPointF(box.left() + box.width() * cycles / end, box.bottom() - box.height() * share)

        painter = QPainter(self)
        painter.setFont(theme.fonts.small)
        painter.setPen(theme.text2)
        painter.drawText(QRectF(0, 0, self.width(), line), int(Qt.AlignmentFlag.AlignLeft), "health, %")
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for figure in range(lowest, highest + 1, 10):
            level: float = round(place(0, figure).y())
            painter.fillRect(QRectF(box.left(), level, box.width(), 1), theme.line)
            painter.drawText(QRectF(0, level - line / 2, left - 8, line), right, str(figure))
        centred = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        for cycles in range(0, int(end) + 1, step):
            middle = place(cycles, lowest)
            words = number(cycles)
            half = metrics.horizontalAdvance(words) / 2 + 1
            at = min(middle.x(), self.width() - half)
            painter.drawText(QRectF(at - half, box.bottom() + 2, 2 * half, line), centred, words)
        painter.drawText(QRectF(0, box.bottom() + 2 + line, self.width(), line), right, "cycles")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        level = place(0, self._limit).y()
        _paint_limit(painter, QPointF(box.left(), level), QPointF(box.right(), level), theme)
        points = [place(*point) for point in self._points]
        for stretch in same_battery(self._readings):
            _paint_line(painter, points[stretch.start : stretch.stop], QPen(theme.data, 2), 3)
        painter.setBrush(bar_colour(self._mark, theme))
        painter.drawEllipse(points[-1], 4, 4)
        self._paint_newest(painter, points[-1], box, theme)

    def _paint_newest(self, painter: QPainter, at: QPointF, box: QRectF, theme: Theme) -> None:
        words = percent(self._points[-1][1], decimals=0)
        painter.setFont(theme.fonts.small_strong)
        painter.setPen(text_colour(self._mark, theme))
        line = theme.fonts.small_line
        below = at.y() + 6 + line <= box.bottom()
        top = at.y() + 6 if below else at.y() - 6 - line
        left = min(max(at.x() - 30, box.left()), box.right() - 60)
        painter.drawText(QRectF(left, top, 60, line), int(Qt.AlignmentFlag.AlignCenter), words)


def spoken_readings(readings: Sequence[Reading]) -> str:
    """Return the readings in words, for those who do not see the line."""
    if not readings:
        return "no readings"
    first, last = readings[0], readings[-1]
    others = len(same_battery(readings)) - 1
    return (
        f"{counted(len(readings), 'reading', 'readings')}, from {percent(first.percent, decimals=0)} "
        f"to {percent(last.percent, decimals=0)}"
        + (f", {counted(others, 'time', 'times')} another battery or gauge" if others else "")
    )


def same_battery(readings: Sequence[Reading]) -> list[range]:
    """Return the stretches of readings, oldest first, between which the battery was exchanged."""
    points = [HealthPoint(reading.time_ms, reading.percent, reading.cycles) for reading in readings]
    breaks = [at for at in range(1, len(points)) if battery_event(points[at - 1], points[at])]
    return [range(start, end) for start, end in pairwise([0, *breaks, len(points)])]


def value_range(figures: Sequence[float], limit: float) -> tuple[int, int]:
    """Return the ends of an axis of percent in whole tens, with the limit inside and some air below."""
    lowest = max(0, floor((min(*figures, limit) - 1) / 10) * 10)
    return lowest, max(100, ceil(max(figures) / 10) * 10)


def tick_step(highest: int) -> int:
    """Return the distance of ticks from 0 to ``highest``: 1, 2 or 5 times a power of ten, five at most."""
    if highest < _TICKS:
        return 1
    power = 10 ** floor(log10(highest / _TICKS))
    return int(next(power * factor for factor in (1, 2, 5, 10) if highest / (power * factor) <= _TICKS))


def _paint_limit(painter: QPainter, start: QPointF, end: QPointF, theme: Theme) -> None:
    pen = QPen(theme.bad, 1)
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawLine(start, end)


def _paint_line(painter: QPainter, points: list[QPointF], pen: QPen, dot: float) -> None:
    painter.setPen(pen)
    painter.drawPolyline(QPolygonF(points))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    for point in points:
        painter.drawEllipse(point, dot, dot)

"""Trend by month or week: median health, the middle 80 %, intake and final, the share under the limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from m360desk.ui.battery import paint
from m360desk.ui.battery.chart import TOP, Cell, Chart
from m360desk.ui.battery.lean_pyqtgraph import pg
from m360desk.ui.battery.periods import NAMES, PeriodLine
from m360desk.ui.battery.scale import Scale, spread, whole_ticks
from m360desk.ui.battery.terms import marked
from m360desk.ui.marks import Mark
from m360desk.ui.text import counted, number, percent

if TYPE_CHECKING:
    from datetime import tzinfo

    from m360desk.core.battery_trend import Period
    from m360desk.ui.theme_source import ThemeSource

_LEFT, _RIGHT = 60, 112
_GRIP = 5
_BAR_SHARE = 0.7
_AREA_SHARE = 0.14
_HEADROOM = 0.02
"""Of the axis of health, over its end: a dot there is a whole one."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TrendChart(Chart):
    """How health moved over the months of the search, whatever months are marked in it."""

    fields = ("time",)

    def __init__(self, themes: ThemeSource, zone: tzinfo) -> None:
        self._zone = zone
        self._line = PeriodLine((), ())
        self._view = (-0.6, 0.6)
        self._upper = self._lower = Scale(QRectF(0, 0, 1, 1), *self._view)
        super().__init__("chartTrend", "Trend by month", themes)
        self._box = self.add_box()

    @property
    def months(self) -> tuple[Period, ...]:
        """The months shown, by the last session of each device."""
        return self._line.final

    def fill(self) -> None:
        assert self.figures is not None  # noqa: S101 - called with figures only
        trend = self.figures.trend
        before = self._whole()
        self._line = PeriodLine(trend.final, trend.intake, trend.unit)
        if self._whole() != before:
            self._view = self._whole()
        self._box.clear()
        self._add_area(trend.final)
        self._add_line(trend.intake, dashes=(5.0, 3.0), dots=False)
        self._add_line(trend.final, dashes=(), dots=True)

    def arrange(self) -> None:
        line = self.theme.fonts.small_line
        top, bottom = TOP + line + 8, self.height() - line - 10
        between = line + 12
        room = bottom - top - between
        width = self.width() - _LEFT - _RIGHT
        upper = QRectF(_LEFT, top, width, round(room * 0.68))
        lower = QRectF(_LEFT, upper.bottom() + between, width, bottom - upper.bottom() - between)
        low, high = self._heights()
        high += (high - low) * _HEADROOM
        shares = [month.share_under for month in self._line.final]
        most = max(10, -(-round(100 * max(shares, default=0.0) + 1) // 10) * 10)
        self._upper = Scale(upper, *self._view, low, high)
        self._lower = Scale(lower, *self._view, 0, min(100, max(most, 30)))
        self._box.setGeometry(upper)
        self._box.setRange(xRange=self._view, yRange=(low, high), padding=0)

    def paint_under(self, painter: QPainter) -> None:
        if self.figures is None:
            return
        theme, upper, lower = self.theme, self._upper, self._lower
        most = max(2, min(5, int(upper.box.height() / 30)))
        levels = [(float(n), number(n)) for n in whole_ticks(upper.bottom, upper.top, most)]
        paint.grid(painter, upper, levels, theme)
        line = theme.fonts.small_line
        most = max(1, min(3, int(lower.box.height() / (line + 2))))
        shares = [(float(n), number(n)) for n in whole_ticks(0, lower.top, most)]
        paint.grid(painter, lower, shares, theme)
        pattern = paint.band_pattern(Mark.REPLACE, theme, self.ratio)
        painter.setClipRect(lower.box)
        for month in self._line.final:
            running = self._is_running(month)
            box = self._bar(month)
            paint.draw_bar(painter, box, Mark.REPLACE, theme, pattern, opacity=0.5 if running else 1.0)
        painter.setClipping(False)
        paint.axis(painter, lower, self._ticks(), theme)

    def paint_over(self, painter: QPainter) -> None:
        if self.figures is None:
            return
        theme, upper, lower = self.theme, self._upper, self._lower
        line, fonts = theme.fonts.small_line, theme.fonts
        limit = self.figures.limits.replace_under
        title = QRectF(16, TOP, 200, line)
        paint.draw_text(painter, title, paint.LEFT, "median, %", fonts.small, theme.text2)
        title = QRectF(16, lower.box.top() - line - 4, 200, line)
        words = f"share under {percent(limit, decimals=0)}"
        paint.draw_text(painter, title, paint.LEFT, words, fonts.small, theme.text2)
        if not self._line.final:
            words = "No device here has a dated battery reading."
            paint.say(painter, upper.box, words, theme)
            return
        self._paint_few(painter)
        if upper.bottom <= limit <= upper.top:
            paint.horizontal(painter, upper, limit, paint.dashed(theme.bad, paint.LIMIT_DASHES))
            place = QRectF(upper.box.left() + 4, upper.y(limit) + 2, 200, line)
            words = f"limit {percent(limit, decimals=0)}"
            colours = (theme.badtext, theme.base)
            paint.draw_halo_text(painter, place, paint.LEFT, words, fonts.small, colours)
        self._paint_marked(painter)
        self._paint_ends(painter)

    def cell_at(self, place: QPointF) -> Cell | None:
        area = self._upper.box.united(self._lower.box)
        if not self._line.count or not area.contains(place):
            return None
        return (max(0, min(self._line.count - 1, round(self._upper.x_at(place.x())))), 0)

    def grip_at(self, place: QPointF) -> tuple[Cell, Cell] | None:
        ends = self._marked_places()
        if ends is None or not self._upper.box.united(self._lower.box).contains(place):
            return None
        first, last = (round(ends[0] + 0.01), 0), (round(ends[1] - 0.01), 0)
        if abs(place.x() - self._upper.x(ends[0])) <= _GRIP:
            return (last, first)
        return (first, last) if abs(place.x() - self._upper.x(ends[1])) <= _GRIP else None

    def step(self, cell: Cell | None, across: int, up: int) -> Cell | None:
        if not self._line.count:
            return None
        if cell is None:
            return (self._line.count - 1 if across <= 0 else 0, 0)
        return (max(0, min(self._line.count - 1, cell[0] + across)), 0)

    def cell_box(self, first: Cell, last: Cell) -> QRectF:
        low, high = min(first[0], last[0]), max(first[0], last[0])
        left, right = self._upper.x(low - 0.5), self._upper.x(high + 0.5)
        top = self._upper.box.top()
        return QRectF(left, top, right - left, self._lower.box.bottom() - top)

    def point_in(self, box: QRectF) -> QPointF:
        month = self._line.at(self.cursor_cell[0]) if self.cursor_cell is not None else None
        if month is None:
            return super().point_in(box)
        return self._upper.point(self._line.place(month), month.median)

    def paint_ring(self, painter: QPainter, box: QRectF) -> None:
        month = self._line.at(self.cursor_cell[0]) if self.cursor_cell is not None else None
        if month is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pg.mkPen(self.theme.text, width=1.5))
        painter.drawEllipse(self.point_in(box), 5.0, 5.0)

    def words(self, first: Cell, last: Cell) -> tuple[str, str]:
        low, high = min(first[0], last[0]), max(first[0], last[0])
        name = self._line.name(low, high)
        if low != high:
            devices = sum(month.count for month in self._line.between(low, high))
            return (name, f"{counted(devices, 'device', 'devices')}. Click to filter.")
        month = self._line.at(low)
        if month is None:
            return (name, "No readings.")
        few = ", few" if month.is_few else ""
        return (
            name,
            f"median {percent(month.median, decimals=1)}, 10–90 %: {number(month.low, decimals=0)} – "
            f"{percent(month.high, decimals=0)}, {percent(100 * month.share_under, decimals=1)} under, "
            f"{counted(month.count, 'device', 'devices')}{few}. Click to filter.",
        )

    def terms(self, first: Cell, last: Cell) -> tuple[tuple[str, ...], str] | None:
        low, high = min(first[0], last[0]), max(first[0], last[0])
        return (("time",), self._line.term(low, high))

    def summary(self) -> str:
        if not self._line.final:
            return "No dated readings."
        first, last, unit = self._line.final[0], self._line.final[-1], self._line.unit
        span = self._line.name(self._line.place(first), self._line.place(last))
        medians = [percent(month.median, decimals=0) for month in (first, last)]
        shares = [percent(100 * month.share_under, decimals=1) for month in (first, last)]
        return (
            f"{counted(len(self._line.final), unit, f'{unit}s')}, {span}: median from "
            f"{medians[0]} to {medians[1]}, share under the limit from {shares[0]} to {shares[1]}."
        )

    def zoom(self, factor: float, at: QPointF) -> None:
        whole, middle = self._whole(), self._upper.x_at(at.x())
        left = max(whole[0], middle - (middle - self._view[0]) * factor)
        right = min(whole[1], middle + (self._view[1] - middle) * factor)
        if right - left >= 3:
            self._view = (left, right)
            self.arrange()

    def zoom_out(self) -> None:
        self._view = self._whole()
        self.arrange()

    # Inner workings

    def _whole(self) -> tuple[float, float]:
        return (-0.6, max(1, self._line.count) - 0.4)

    def _heights(self) -> tuple[float, float]:
        """The ends of the axis of health: whole tens around what is shown, the limit inside."""
        limit = self.figures.limits.replace_under if self.figures is not None else 80.0
        lows = [month.low for month in self._line.final] or [70.0]
        highs = [month.high for month in self._line.final] or [100.0]
        lows += [month.median for month in self._line.intake]
        highs += [month.median for month in self._line.intake]
        low = max(0, int((min(*lows, limit) - 1) // 10 * 10))
        return low, max(100, int(-(-max(*highs, limit) // 10) * 10))

    def _add_area(self, months: tuple[Period, ...]) -> None:
        tint = QColor(self.theme.data)
        tint.setAlphaF(_AREA_SHARE)
        for run in self._line.runs(months):
            x = np.array([self._line.place(month) for month in run], float)
            low = pg.PlotCurveItem(x, np.array([month.low for month in run]), pen=None)
            high = pg.PlotCurveItem(x, np.array([month.high for month in run]), pen=None)
            self._box.addItem(pg.FillBetweenItem(low, high, brush=tint))

    def _add_line(self, months: tuple[Period, ...], *, dashes: tuple[float, ...], dots: bool) -> None:
        if not months:
            return
        x = np.array([self._line.place(month) for month in months], float)
        y = np.array([month.median for month in months])
        pen: Any = pg.mkPen(self.theme.data, width=2 * self.ratio)
        if dashes:
            pen.setDashPattern([dash / 2 for dash in dashes])
        self._box.addItem(pg.PlotCurveItem(x, y, pen=pen, antialias=True))
        if dots:
            dot = pg.ScatterPlotItem(x, y, size=5, pen=None, brush=self.theme.data, antialias=True)
            self._box.addItem(dot)
        elif len(months) == 1:
            # One point makes no line; hollow, as the other line is broken.
            edge = pg.mkPen(self.theme.data, width=1.5)
            ring = pg.ScatterPlotItem(x, y, size=6, pen=edge, brush=self.theme.base, antialias=True)
            self._box.addItem(ring)

    def _bar(self, month: Period) -> QRectF:
        place, scale = self._line.place(month), self._lower
        left = round(scale.x(place - _BAR_SHARE / 2))
        right = max(left + 1, round(scale.x(place + _BAR_SHARE / 2)))
        top = round(scale.y(100 * month.share_under))
        return QRectF(left, top, right - left, round(scale.box.bottom()) - top)

    def _is_running(self, period: Period) -> bool:
        today = self.figures.trend.today if self.figures is not None else period.start
        return self._line.place_of(today) == self._line.place(period)

    def _period_name(self, period: Period) -> str:
        if self._line.unit == "week":
            return (
                "this week" if self._is_running(period) else self._line.name(*[self._line.place(period)] * 2)
            )
        if self._is_running(period):
            return NAMES[period.start.month - 1]
        return self._line.name(*[self._line.place(period)] * 2)

    def _ticks(self) -> list[tuple[float, str]]:
        apart = self._lower.box.width() / max(0.1, self._view[1] - self._view[0])
        least = paint.text_width("Jan 2026", self.theme.fonts.small) + 12
        every = next((n for n in (1, 2, 3, 6, 12, 24, 60) if apart * n >= least), 120)
        return [
            (float(place), name)
            for place, name in self._line.ticks(every)
            if self._view[0] <= place <= self._view[1]
        ]

    def _paint_few(self, painter: QPainter) -> None:
        """Months of few devices stand outside the area: their interval is a dotted line."""
        painter.setPen(paint.dashed(self.theme.data, paint.INTERVAL_DOTS))
        painter.setClipRect(self._upper.box)
        for month in self._line.alone():
            across = paint.crisp(self._upper.x(self._line.place(month)))
            low, high = self._upper.y(month.low), self._upper.y(month.high)
            painter.drawLine(QPointF(across, low), QPointF(across, high))
        painter.setClipping(False)

    def _paint_marked(self, painter: QPainter) -> None:
        assert self.figures is not None  # noqa: S101 - painted with figures only
        ends = self._marked_places()
        if ends is None:
            return
        low, high = ends
        left, right, top = self._upper.x(low), self._upper.x(high), self._upper.box.top()
        box = QRectF(left, top, right - left, self._lower.box.bottom() - top)
        last = min(self._line.count - 1, round(high - 0.01))
        name = self._line.name(max(0, round(low + 0.01)), last)
        paint.draw_range(painter, box, name, self.theme, grips=True)

    def _marked_places(self) -> tuple[float, float] | None:
        """The ends of what is marked, as far as it is shown."""
        times = marked(self.figures.own, "time") if self.figures is not None else None
        if times is None or not self._line.count:
            return None
        low = max(self._whole()[0], self._view[0], self._month_place(times[0]))
        high = min(self._whole()[1], self._view[1], self._month_place(times[1]))
        return (low, high) if low < high else None

    def _month_place(self, time_ms: float) -> float:
        """Where a moment stands among the months: their middles are whole numbers."""
        if time_ms in (float("inf"), float("-inf")):
            return time_ms
        when = (_EPOCH + timedelta(milliseconds=time_ms)).astimezone(self._zone)
        day = when.date()
        return self._line.place_of(day) - 0.5 + self._line.share_of(day) + when.hour / 24 / 31

    def _paint_ends(self, painter: QPainter) -> None:
        """Name the lines where they end."""
        assert self.figures is not None  # noqa: S101 - painted with figures only
        theme, fonts, line = self.theme, self.theme.fonts, self.theme.fonts.small_line
        last = self._line.final[-1]
        left = self._upper.box.right() + 6
        names = [("10–90 %", last.high, fonts.small, theme.text2)]
        names.append(
            (f"final {percent(last.median, decimals=0)}", last.median, fonts.small_strong, theme.text)
        )
        if self._line.intake:
            first = self._line.intake[-1]
            words = f"intake {percent(first.median, decimals=0)}"
            names.append((words, first.median, fonts.small, theme.text))
        names.sort(key=lambda name: -name[1])
        wanted = [self._upper.y(name[1]) for name in names]
        box = self._upper.box
        levels = spread(wanted, [line] * len(names), box.top() - line / 2, box.bottom() + line / 2, 0)
        for (words, _, font, colour), level in zip(names, levels, strict=True):
            paint.draw_text(
                painter, QRectF(left, level - line / 2, 100, line), paint.LEFT, words, font, colour
            )
        running = self._is_running(last)
        lines = [f"{self._period_name(last)},", "so far"] if running else [self._period_name(last)]
        lowest = self._lower.box.bottom() - line * (1 + len(lines))
        top = min(self._lower.y(100 * last.share_under) - line / 2, lowest)
        place = QRectF(left, top, 100, line)
        words = percent(100 * last.share_under, decimals=0)
        paint.draw_text(painter, place, paint.LEFT, words, fonts.small_strong, theme.badtext)
        for row, words in enumerate(lines, 1):
            paint.draw_text(
                painter, place.translated(0, row * line), paint.LEFT, words, fonts.small, theme.text2
            )

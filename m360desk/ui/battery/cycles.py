"""Health against cycles: density where many devices are, dots where one is, median curve, promises."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from m360desk.core.battery_fleet import CYCLES_PER_CELL
from m360desk.ui.battery import paint
from m360desk.ui.battery.chart import TOP, Cell, Chart
from m360desk.ui.battery.lean_pyqtgraph import pg
from m360desk.ui.battery.promises import PROMISED, PROMISES, paint_diamond
from m360desk.ui.battery.scale import Scale, round_step, whole_ticks
from m360desk.ui.battery.terms import marked
from m360desk.ui.text import counted, number, percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from m360desk.core.battery_fleet import CurvePoint
    from m360desk.ui.theme_source import ThemeSource

_LEFT, _LEGEND, _LEGEND_SHORT = 60, 158, 122
_SHORT_UNDER = 620
_FAINTEST, _STRONGEST = 0.16, 0.82
_CURVE_WIDTH = 2
_LEAST_FAR = 1100
"""Cycles that the axis always reaches: a little beyond the last promise."""
_SPARSE = 200
"""So few devices make no cloud: each is to be seen."""
_DASHES: tuple[tuple[float, ...], ...] = ((), (8.0, 3.0), (2.0, 3.0), (9.0, 3.0, 2.0, 3.0))
"""Of the compared models' lines: they are told apart without colour."""


class CyclesChart(Chart):
    """How batteries wear with use."""

    fields = ("cycles", "battery")

    def __init__(self, themes: ThemeSource) -> None:
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._lowest = 0
        self._most = 3
        self._whole = (0.0, 1400.0, 60.0, 102.0)
        self._view = self._whole
        self._scale = Scale(QRectF(0, 0, 1, 1), *self._view)
        super().__init__("chartCycles", "Health against cycles", themes)
        self._box = self.add_box()

    @property
    def counts(self) -> NDArray[np.int64]:
        """Devices by rows of one percent and columns of 14 cycles."""
        return self._counts

    def fill(self) -> None:
        assert self.figures is not None  # noqa: S101 - called with figures only
        wear = self.figures.wear
        self._counts, self._lowest = wear.density.counts, wear.density.lowest
        whole = self._ends()
        if whole != self._whole:
            self._whole = self._view = whole
        # A few cells hold many times what the others do, new devices most of all: they do not set the scale.
        dense = self._counts[self._counts >= 2]
        self._most = max(3, int(np.quantile(dense, 0.99))) if dense.size else 3
        self._box.clear()
        if not wear.density.known:
            return
        self._add_density()
        self._add_dots()
        self._add_curves()

    def arrange(self) -> None:
        line = self.theme.fonts.small_line
        legend = _LEGEND if self.width() >= _SHORT_UNDER else _LEGEND_SHORT
        top = TOP + line + 10
        box = QRectF(_LEFT, top, self.width() - _LEFT - legend, self.height() - top - 2 * line - 10)
        self._scale = Scale(box, *self._view)
        self._box.setGeometry(box)
        self._box.setRange(xRange=self._view[:2], yRange=self._view[2:], padding=0)

    def paint_under(self, painter: QPainter) -> None:
        if self.figures is None:
            return
        theme, scale = self.theme, self._scale
        most = max(2, min(6, int(scale.box.height() / 30)))
        levels = [(float(n), number(n)) for n in whole_ticks(scale.bottom, scale.top, most)]
        paint.grid(painter, scale, levels, theme)
        least = paint.text_width("1,000", theme.fonts.small) + 16
        ticks = whole_ticks(scale.left, scale.right, max(2, min(8, int(scale.box.width() / least))))
        paint.axis(painter, scale, [(float(n), number(n)) for n in ticks], theme)

    def paint_over(self, painter: QPainter) -> None:
        if self.figures is None:
            return
        theme, scale, line = self.theme, self._scale, self.theme.fonts.small_line
        fonts = theme.fonts
        title = QRectF(16, TOP, 200, line)
        paint.draw_text(painter, title, paint.LEFT, "health, %", fonts.small, theme.text2)
        below = QRectF(scale.box.left(), scale.box.bottom() + line + 6, scale.box.width(), line)
        paint.draw_text(painter, below, paint.RIGHT, "charge cycles", fonts.small, theme.text2)
        if not self.figures.wear.density.known:
            words = "No device here has both health and cycles."
            paint.say(painter, scale.box, words, theme)
            return
        limit = self.figures.limits.replace_under
        if scale.bottom < limit < scale.top:
            paint.horizontal(painter, scale, limit, paint.dashed(theme.bad, paint.LIMIT_DASHES))
        self._paint_marked(painter)
        self._paint_promises(painter)
        self._paint_legend(painter)

    def cell_at(self, place: QPointF) -> Cell | None:
        if not self._counts.size or not self._scale.box.contains(place):
            return None
        column = int(self._scale.x_at(place.x()) // CYCLES_PER_CELL)
        row = int(self._scale.y_at(place.y()) // 1) - self._lowest
        height, width = self._counts.shape
        if not (0 <= column < width and 0 <= row < height):
            return None
        return (column, row) if self._counts[row, column] or self._dragging else None

    def step(self, cell: Cell | None, across: int, up: int) -> Cell | None:
        if not self._counts.size:
            return None
        height, width = self._counts.shape
        if cell is None:
            row, column = divmod(int(self._counts.argmax()), width)
            return (column, row)
        column = max(0, min(width - 1, cell[0] + across))
        return (column, max(0, min(height - 1, cell[1] + up)))

    def cell_box(self, first: Cell, last: Cell) -> QRectF:
        low, high, bottom, top = self._figures_of(first, last)
        return QRectF(self._scale.point(low, top), self._scale.point(high, bottom))

    def paint_ring(self, painter: QPainter, box: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.base, 3.5))
        painter.drawEllipse(box.center(), 5.0, 5.0)
        painter.setPen(QPen(self.theme.text, 1.75))
        painter.drawEllipse(box.center(), 5.0, 5.0)

    def words(self, first: Cell, last: Cell) -> tuple[str, str]:
        low, high, bottom, top = self._figures_of(first, last)
        rows = slice(bottom - self._lowest, top - self._lowest)
        count = int(self._counts[rows, low // CYCLES_PER_CELL : high // CYCLES_PER_CELL].sum())
        known = int(self._counts.sum())
        health = percent(bottom) if top == bottom + 1 else f"{bottom} – {percent(top - 1)}"
        share = percent(100 * count / known, decimals=1)
        devices = counted(count, "device", "devices")
        heading = f"{number(low)} – {number(high - 1)} cycles, {health}"
        return (heading, f"{devices}, {share} of {number(known)}. Click to filter.")

    def terms(self, first: Cell, last: Cell) -> tuple[tuple[str, ...], str] | None:
        low, high, bottom, top = self._figures_of(first, last)
        term = f"cycles:{low}..{high - 1} battery:{bottom}..{top - 1}.9"
        return (self.fields, term)

    def summary(self) -> str:
        if self.figures is None or not self.figures.wear.curve:
            return "Too few devices have both health and cycles."
        known = counted(self.figures.wear.density.known, "device", "devices")
        models = self.figures.wear.models or (("Median health by cycles", self.figures.wear.curve),)
        curves = "; ".join(f"{name}: {_in_words(curve)}" for name, curve in models)
        return f"{known}. {curves}."

    def zoom(self, factor: float, at: QPointF) -> None:
        x, y = self._scale.x_at(at.x()), self._scale.y_at(at.y())
        left, right, bottom, top = self._view
        left, right = (
            max(self._whole[0], x - (x - left) * factor),
            min(self._whole[1], x + (right - x) * factor),
        )
        bottom, top = (
            max(self._whole[2], y - (y - bottom) * factor),
            min(self._whole[3], y + (top - y) * factor),
        )
        if right - left >= 4 * CYCLES_PER_CELL and top - bottom >= 4:
            self._view = (left, right, bottom, top)
            self._redraw()

    def zoom_out(self) -> None:
        self._view = self._whole
        self._redraw()

    # Inner workings

    def _redraw(self) -> None:
        self.arrange()
        self.repaint_layers()

    def _figures_of(self, first: Cell, last: Cell) -> tuple[int, int, int, int]:
        """Cycles from, to below, percent from, to below."""
        low, high = min(first[0], last[0]), max(first[0], last[0])
        bottom, top = min(first[1], last[1]), max(first[1], last[1])
        return (
            low * CYCLES_PER_CELL,
            (high + 1) * CYCLES_PER_CELL,
            bottom + self._lowest,
            top + self._lowest + 1,
        )

    def _ends(self) -> tuple[float, float, float, float]:
        """The axes' ends; two of a thousand may stand outside, they are in the figures all the same."""
        if not self._counts.size:
            return (0.0, 1400.0, 60.0, 102.0)
        by_column = self._counts.sum(axis=0)
        far = int(np.searchsorted(np.cumsum(by_column), 0.998 * by_column.sum())) + 1
        step = round_step(max(_LEAST_FAR, far * CYCLES_PER_CELL), 8)
        right = -(-max(_LEAST_FAR, far * CYCLES_PER_CELL) // step) * step
        by_row = self._counts.sum(axis=1)
        few = int(np.searchsorted(np.cumsum(by_row), 0.002 * by_row.sum()))
        bottom = min(70, (self._lowest + few) // 10 * 10)
        return (0.0, float(right), float(bottom), float(max(102, self._lowest + self._counts.shape[0] + 1)))

    def _add_density(self) -> None:
        """Colour the cells of two devices and more by the logarithm of their number."""
        counts = self._counts
        strength = np.log(np.clip(counts, 2, self._most) / 2) / log(self._most / 2)
        colour = self.theme.data
        image = np.zeros((*counts.shape, 4), np.uint8)
        image[..., :3] = (colour.red(), colour.green(), colour.blue())
        share = _FAINTEST + (_STRONGEST - _FAINTEST) * strength
        image[..., 3] = np.where(counts >= 2, np.rint(255 * share), 0)
        item = pg.ImageItem(image, axisOrder="row-major")
        height, width = counts.shape
        item.setRect(QRectF(0, self._lowest, width * CYCLES_PER_CELL, height))
        self._box.addItem(item)

    def _add_dots(self) -> None:
        rows, columns = np.nonzero(self._counts == 1)
        sparse = self._counts.sum() <= _SPARSE
        dots = pg.ScatterPlotItem(
            (columns + 0.5) * CYCLES_PER_CELL,
            rows + self._lowest + 0.5,
            symbol="o" if sparse else "s",
            size=5 if sparse else 1.5,
            pen=None,
            brush=self.theme.data,
            antialias=sparse,
        )
        self._box.addItem(dots)

    def _add_curves(self) -> None:
        assert self.figures is not None  # noqa: S101 - called with figures only
        if self.figures.wear.models:
            self._add_compared()
            return
        curve = self.figures.wear.curve
        x = np.array([point.cycles for point in curve])
        median = np.array([point.median for point in curve])
        dotted = paint.dashed(self.theme.text, paint.INTERVAL_DOTS)
        dotted.setWidthF(self.ratio)
        dotted.setCosmetic(True)
        for figures in ([point.low for point in curve], [point.high for point in curve]):
            self._box.addItem(pg.PlotCurveItem(x, np.array(figures, float), pen=dotted, antialias=True))
        for colour, width in ((self.theme.base, _CURVE_WIDTH + 3), (self.theme.text, _CURVE_WIDTH)):
            self._box.addItem(
                pg.PlotCurveItem(x, median, pen=pg.mkPen(colour, width=width * self.ratio), antialias=True)
            )

    def _add_compared(self) -> None:
        """The median curve of each of a few models, told apart by their dashes."""
        assert self.figures is not None  # noqa: S101 - called with figures only
        for (_, curve), dashes in zip(self.figures.wear.models, _DASHES, strict=False):
            x = np.array([point.cycles for point in curve])
            median = np.array([point.median for point in curve])
            for colour, width in ((self.theme.base, _CURVE_WIDTH + 3), (self.theme.text, _CURVE_WIDTH)):
                pen: Any = pg.mkPen(colour, width=width * self.ratio)
                if dashes and colour is self.theme.text:
                    pen.setDashPattern([dash / _CURVE_WIDTH for dash in dashes])
                self._box.addItem(pg.PlotCurveItem(x, median, pen=pen, antialias=True))

    def _paint_marked(self, painter: QPainter) -> None:
        assert self.figures is not None  # noqa: S101 - painted with figures only
        cycles = marked(self.figures.own, "cycles")
        if cycles is None:
            return
        health = marked(self.figures.own, "battery") or (float("-inf"), float("inf"))
        scale = self._scale
        low, high = max(scale.left, cycles[0]), min(scale.right, cycles[1] + 1)
        bottom, top = max(scale.bottom, health[0]), min(scale.top, health[1])
        if low < high and bottom < top:
            box = QRectF(scale.point(low, top), scale.point(high, bottom))
            paint.draw_range(painter, box, "", self.theme, grips=False)

    def _paint_promises(self, painter: QPainter) -> None:
        theme, scale, line = self.theme, self._scale, self.theme.fonts.small_line
        if not scale.bottom < PROMISED < scale.top:
            return
        for promise in PROMISES:
            if not scale.left < promise.cycles < scale.right:
                continue
            at = scale.point(promise.cycles, PROMISED)
            paint_diamond(painter, at, 6, (theme.text, theme.base))
            place = QRectF(at.x() - 20, at.y() + 7, 40, line)
            colours = (theme.text, theme.base)
            paint.draw_halo_text(
                painter, place, paint.CENTRE, promise.letter, theme.fonts.small_strong, colours
            )

    def _paint_legend(self, painter: QPainter) -> None:
        assert self.figures is not None  # noqa: S101 - painted with figures only
        theme, line = self.theme, self.theme.fonts.small_line
        fonts = theme.fonts
        short = self.width() < _SHORT_UNDER
        left, top = self._scale.box.right() + 12, self._scale.box.top() - line
        limit = percent(self.figures.limits.replace_under, decimals=0)
        more = "+" if int(self._counts.max()) > self._most else ""
        models = self.figures.wear.models
        names = [name for name, _ in models] or ["median", "10–90 %"]
        entries = [
            *names,
            f"2 – {number(self._most)}{more} devices",
            "1 device",
            f"limit {limit}",
        ]
        for row, words in enumerate(entries):
            sample = QRectF(left, top + row * line, 16 if not models else 24, line)
            if row < len(models):
                self._paint_line_sample(painter, sample, _DASHES[row])
            else:
                self._paint_sample(painter, sample, row - len(names) + 2)
            box = QRectF(sample.right() + 6, top + row * line, self.width() - sample.right() - 10, line)
            paint.draw_text(
                painter, box, paint.LEFT, paint.elided(words, fonts.small, box), fonts.small, theme.text2
            )
        top += (len(entries) + 1) * line - 4
        if self._scale.box.bottom() + 2 * line - top < line * (1 + len(PROMISES)):
            return
        box = QRectF(left, top, 150, line)
        paint.draw_text(painter, box, paint.LEFT, f"{PROMISED} % promised at", fonts.small_strong, theme.text)
        lines = 1 if short or self._scale.box.bottom() - top < 7 * line + 12 else 2
        for promise in PROMISES:
            top += line + (4 if lines == 2 else 0)
            cycles = number(promise.cycles)
            if lines == 1:
                words = f"{promise.letter} {cycles}, {promise.short}"
                box = QRectF(left, top, 150, line)
                paint.draw_text(painter, box, paint.LEFT, words, fonts.small, theme.text2)
                continue
            paint_diamond(painter, QPointF(left + 5, top + line / 2), 4.5, (theme.text, theme.base))
            box = QRectF(left + 16, top, 150, line)
            words = f"{promise.letter} {cycles} cycles"
            paint.draw_text(painter, box, paint.LEFT, words, fonts.small, theme.text)
            top += line
            box.translate(0, line)
            paint.draw_text(painter, box, paint.LEFT, promise.source, fonts.small, theme.text2)

    def _paint_line_sample(self, painter: QPainter, box: QRectF, dashes: tuple[float, ...]) -> None:
        middle = paint.crisp(box.center().y())
        pen = paint.dashed(self.theme.text, dashes, _CURVE_WIDTH) if dashes else QPen(self.theme.text, 2)
        painter.setPen(pen)
        painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))

    def _paint_sample(self, painter: QPainter, box: QRectF, row: int) -> None:
        theme, middle = self.theme, paint.crisp(box.center().y())
        ends = QPointF(box.left(), middle), QPointF(box.right(), middle)
        if row == 0:
            painter.fillRect(QRectF(box.left(), middle - 1, box.width(), 2), theme.text)
        elif row == 1:
            painter.setPen(paint.dashed(theme.text, paint.INTERVAL_DOTS))
            painter.drawLine(*ends)
        elif row == 2:
            for step in range(4):
                painter.setOpacity(_FAINTEST + (_STRONGEST - _FAINTEST) * step / 3)
                painter.fillRect(QRectF(box.left() + 4 * step, middle - 4, 4, 8), theme.data)
            painter.setOpacity(1)
        elif row == 3:
            painter.fillRect(QRectF(box.center().x() - 1, middle - 1, 2, 2), theme.data)
        else:
            painter.setPen(paint.dashed(theme.bad, paint.LIMIT_DASHES))
            painter.drawLine(*ends)


def _in_words(curve: tuple[CurvePoint, ...]) -> str:
    """Some points of a median curve."""
    return ", ".join(
        f"{percent(point.median, decimals=0)} at {number(point.cycles, decimals=0)}"
        for point in curve[:: max(1, len(curve) // 4)]
    )

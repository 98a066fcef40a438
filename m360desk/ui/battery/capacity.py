"""Capacity against design, temperature and drain: three distributions, of those who report such figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from m360desk.core.battery_capacity import Spread
from m360desk.ui.battery import paint
from m360desk.ui.battery.chart import TOP, Cell, Chart
from m360desk.ui.battery.scale import Scale, round_step, whole_ticks
from m360desk.ui.battery.terms import marked
from m360desk.ui.text import counted, number, percent

if TYPE_CHECKING:
    from m360desk.ui.theme_source import ThemeSource

_LEFT, _BETWEEN, _RIGHT = 60, 48, 20
_TAIL_SHARE = 0.005
_LEAST_UNITS = 12
_LEAST_WITH_GAP = 5
NOTHING_TOLD = "This account's devices report neither capacities nor temperature nor drain."


_NO_SPREAD = Spread(0, (), 0, None, None, None)


class Facet(NamedTuple):
    """One of the distributions: words, unit, and the field that finds its figures."""

    words: str
    unit: str
    field: str


FACETS = (
    Facet("full charge of design, %", "%", "measured"),
    Facet("temperature, °C", "°C", "temperature"),
    Facet("drain in the test, %", "%", "drain"),
)


class CapacityChart(Chart):
    """How full charge, temperature and drain spread; a cell is a whole unit of one of them."""

    fields = ("measured", "temperature", "drain")

    def __init__(self, themes: ThemeSource) -> None:
        self._scales = [Scale(QRectF(0, 0, 1, 1), 0, 1) for _ in FACETS]
        self._ends = [(0, 0) for _ in FACETS]
        super().__init__("chartCapacity", "Capacity, temperature and drain", themes)

    def fill(self) -> None:
        self._ends = [_ends(self._spread(at)) for at in range(len(FACETS))]

    def arrange(self) -> None:
        line = self.theme.fonts.small_line
        top = TOP + 2 * line + 8
        width = (self.width() - _LEFT - _RIGHT - 2 * _BETWEEN) / 3
        for at in range(len(FACETS)):
            box = QRectF(_LEFT + at * (width + _BETWEEN), top, width, self.height() - top - line - 12)
            first, last = self._ends[at]
            highest = max((self._count(at, unit, unit) for unit in range(first, last + 1)), default=0)
            step = max(1.0, round_step(highest, 4))
            self._scales[at] = Scale(box, first, last + 1, 0, max(step, highest * 1.06))

    def paint_under(self, painter: QPainter) -> None:
        if self.figures is None or self.figures.capacities.is_empty:
            return
        theme = self.theme
        for at, scale in enumerate(self._scales):
            if not self._spread(at).known:
                continue
            levels = [(float(n), number(n)) for n in whole_ticks(0, scale.top, 4)]
            paint.grid(painter, scale, levels, theme)
            first, last = self._ends[at]
            for unit in range(first, last + 1):
                painter.fillRect(self.cell_box((unit, at), (unit, at)), theme.data)
            least = paint.text_width("100", theme.fonts.small) + 14
            ticks = whole_ticks(first, last + 1, max(2, int(scale.box.width() / least)))
            paint.axis(painter, scale, [(float(n), number(n)) for n in ticks], theme)

    def paint_over(self, painter: QPainter) -> None:
        if self.figures is None:
            return
        theme, line = self.theme, self.theme.fonts.small_line
        if self.figures.capacities.is_empty:
            words = NOTHING_TOLD if self.figures.devices else "No sessions here."
            paint.say(painter, QRectF(0, 0, self.width(), self.height()), words, theme)
            return
        for at, (facet, scale) in enumerate(zip(FACETS, self._scales, strict=True)):
            found, left = self._spread(at), scale.box.left()
            title = QRectF(left, TOP, scale.box.width(), line)
            paint.draw_text(painter, title, paint.LEFT, facet.words, theme.fonts.small_strong, theme.text)
            told = f"n = {number(found.known)}" if found.known else ""
            if found.median is not None:
                told += f", median {number(found.median, decimals=1)}"
            title.translate(0, line)
            paint.draw_text(painter, title, paint.LEFT, told, theme.fonts.small, theme.text2)
            if not found.known:
                paint.say(painter, scale.box, "not reported", theme)
            elif found.median is not None:
                self._paint_median(painter, scale, found.median)
                self._paint_marked(painter, scale, facet)

    def cell_at(self, place: QPointF) -> Cell | None:
        for at, scale in enumerate(self._scales):
            if self._spread(at).known and scale.box.contains(place):
                first, last = self._ends[at]
                return (max(first, min(last, int(scale.x_at(place.x()) // 1))), at)
        return None

    def step(self, cell: Cell | None, across: int, up: int) -> Cell | None:
        told = [at for at in range(len(FACETS)) if self._spread(at).known]
        if not told:
            return None
        if cell is None or up:
            here = told.index(cell[1]) if cell is not None else 0
            at = told[(here - up) % len(told)]
            return (round(self._spread(at).median or 0), at)
        first, last = self._ends[cell[1]]
        return (max(first, min(last, cell[0] + across)), cell[1])

    def cell_box(self, first: Cell, last: Cell) -> QRectF:
        low, high, at = _span(first, last)
        scale = self._scales[at]
        top = scale.y(self._count(at, low, high)) if low == high else scale.box.top()
        left, right = round(scale.x(low)), round(scale.x(high + 1))
        # Narrow bars without gaps: where some are a pixel wider, gaps would make a pattern of their own.
        gap = 1 if right - left >= _LEAST_WITH_GAP else 0
        return QRectF(left, round(top), max(1, right - left - gap), round(scale.box.bottom()) - round(top))

    def words(self, first: Cell, last: Cell) -> tuple[str, str]:
        low, high, at = _span(first, last)
        facet, found = FACETS[at], self._spread(at)
        count = self._count(at, low, high)
        span = f"{low}" if low == high else f"{low} – {high}"
        share = percent(100 * count / found.known, decimals=1) if found.known else ""
        name = facet.words.rpartition(",")[0].capitalize()
        return (
            f"{name} {span}\u00a0{facet.unit}",
            f"{counted(count, 'device', 'devices')}, {share} of {number(found.known)}. Click to filter.",
        )

    def terms(self, first: Cell, last: Cell) -> tuple[tuple[str, ...], str] | None:
        low, high, at = _span(first, last)
        field = FACETS[at].field
        # Kept to a tenth, and both ends of a range count; nothing is said of what lies under nought.
        return ((field,), f"{field}:{low}..{high}.9") if low >= 0 else None

    def summary(self) -> str:
        if self.figures is None or self.figures.capacities.is_empty:
            return NOTHING_TOLD
        parts = []
        for at, facet in enumerate(FACETS):
            found = self._spread(at)
            if found.median is None:
                parts.append(f"{facet.words}: not reported")
                continue
            ends = f"{number(found.low or 0, decimals=1)} to {number(found.high or 0, decimals=1)}"
            devices = counted(found.known, "device", "devices")
            median = number(found.median, decimals=1)
            parts.append(f"{facet.words}: {devices}, median {median}, 10–90 % {ends}")
        return "; ".join(parts) + "."

    # Inner workings

    def _spread(self, at: int) -> Spread:
        if self.figures is None:
            return _NO_SPREAD
        found = self.figures.capacities
        return (found.share, found.temperature, found.drain)[at]

    def _count(self, at: int, low: int, high: int) -> int:
        """Devices from one unit to another; both ends of the axis hold all beyond too."""
        found, (first, last) = self._spread(at), self._ends[at]
        start = 0 if low <= first else low - found.lowest
        end = len(found.counts) if high >= last else high + 1 - found.lowest
        return sum(found.counts[max(0, start) : max(0, end)])

    def _paint_marked(self, painter: QPainter, scale: Scale, facet: Facet) -> None:
        ends = marked(self.figures.own, facet.field) if self.figures is not None else None
        if ends is None:
            return
        # A range ends with the last tenth that counts; the axis goes on to the next unit.
        low, high = max(scale.left, ends[0]), min(scale.right, ends[1] + 0.1)
        if low < high:
            box = QRectF(scale.x(low), scale.box.top(), scale.x(high) - scale.x(low), scale.box.height())
            paint.draw_range(painter, box, "", self.theme, grips=False)

    def _paint_median(self, painter: QPainter, scale: Scale, median: float) -> None:
        across = round(scale.x(max(scale.left, min(scale.right, median))))
        painter.setPen(QPen(self.theme.base, 4))
        painter.drawLine(QPointF(across, scale.box.top()), QPointF(across, scale.box.bottom()))
        painter.setPen(QPen(self.theme.text, 2))
        painter.drawLine(QPointF(across, scale.box.top()), QPointF(across, scale.box.bottom()))


def _ends(found: Spread) -> tuple[int, int]:
    """The first and the last unit shown; one of two hundred may lie beyond and is counted at the end."""
    if not found.known:
        return (0, 0)
    below, first = 0, 0
    while below + found.counts[first] <= found.known * _TAIL_SHARE:
        below += found.counts[first]
        first += 1
    above, last = 0, len(found.counts) - 1
    while last > first and above + found.counts[last] <= found.known * _TAIL_SHARE:
        above += found.counts[last]
        last -= 1
    # A few units alone would be bars as wide as the plot.
    air = max(0, _LEAST_UNITS - (last - first + 1))
    first, last = found.lowest + first - air // 2, found.lowest + last + air - air // 2
    return (first, last)


def _span(first: Cell, last: Cell) -> tuple[int, int, int]:
    """Units from and to, and of which distribution; a brush stays where it began."""
    end = last[0] if last[1] == first[1] else first[0]
    return min(first[0], end), max(first[0], end), first[1]

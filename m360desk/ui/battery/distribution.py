"""Distribution of health: a bar for each percent in the colour and pattern of its band, the unknown apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPolygonF

from m360desk.core.battery import Band
from m360desk.ui.battery import paint
from m360desk.ui.battery.bars import Bar, bars_of
from m360desk.ui.battery.chart import TOP, Cell, Chart
from m360desk.ui.battery.scale import Scale, round_step, spread, whole_ticks
from m360desk.ui.battery.terms import marked
from m360desk.ui.marks import Mark, Marks, text_colour
from m360desk.ui.text import counted, number, percent

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from m360desk.ui.theme_source import ThemeSource

MARKS = {
    Band.REPLACE: Mark.REPLACE,
    Band.WATCH: Mark.WATCH,
    Band.GOOD: Mark.GOOD,
    Band.UNKNOWN: Mark.UNKNOWN,
}
_LEFT, _RIGHT, _GAP_UNKNOWN, _UNKNOWN = 60, 36, 20, 40
_MARK_SIZE = 14
_HANDLE = 4
_WRITTEN = re.compile(r"(\d+)\.\.(\d+)\.9")


class DistributionChart(Chart):
    """How many devices have which health."""

    fields = ("battery",)
    limit_dragged = Signal(bool, int)
    """The lower limit (True) or the upper one has been dragged to so many percent."""
    limit_dropped = Signal()

    def __init__(self, themes: ThemeSource, marks: Marks) -> None:
        self._marks = marks
        self._bars: tuple[Bar, ...] = ()
        self._view = (60.0, 101.0)
        self._dragged: bool | None = None
        self._scale = Scale(QRectF(0, 0, 1, 1), *self._view)
        super().__init__("chartHealth", "Distribution of health", themes)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is shown, from low to high."""
        return self._bars

    def fill(self) -> None:
        assert self.figures is not None  # noqa: S101 - called with figures only
        before = self._whole()
        self._bars = bars_of(self.figures.distribution, self.figures.limits)
        if self._whole() != before:
            self._view = self._whole()

    def arrange(self) -> None:
        line = self.theme.fonts.small_line
        top = TOP + 2 * line + 20
        right = _RIGHT + _UNKNOWN + _GAP_UNKNOWN
        box = QRectF(_LEFT, top, self.width() - _LEFT - right, self.height() - top - 2 * line - 10)
        highest = max((bar.count for bar in self._bars), default=0)
        if self.figures is not None:
            highest = max(highest, self.figures.distribution.unknown)
        step = max(1.0, round_step(highest, 5))
        self._scale = Scale(box, *self._view, 0, max(step, highest * 1.04))

    def paint_under(self, painter: QPainter) -> None:
        if self.figures is None:
            return
        theme, scale = self.theme, self._scale
        levels = [(float(n), number(n)) for n in whole_ticks(0, scale.top, self._most_levels())]
        paint.grid(painter, scale, levels, theme)
        ratio = self.ratio
        painter.setClipRect(scale.box.adjusted(0, -1, 0, 0))
        patterns = {mark: paint.band_pattern(mark, theme, ratio) for mark in MARKS.values()}
        for place, bar in enumerate(self._bars):
            paint.draw_bar(
                painter, self.cell_box((place, 0), (place, 0)), bar.mark, theme, patterns[bar.mark]
            )
        painter.setClipping(False)
        unknown = (len(self._bars), 0)
        paint.draw_bar(painter, self.cell_box(unknown, unknown), Mark.UNKNOWN, theme, patterns[Mark.UNKNOWN])
        paint.axis(painter, scale, self._ticks(), theme)
        apart = self._unknown_box()
        painter.fillRect(QRectF(apart.left() - 6, round(apart.bottom()), _UNKNOWN, 1), theme.control)

    def paint_over(self, painter: QPainter) -> None:
        if self.figures is None:
            return
        theme, scale, line = self.theme, self._scale, self.theme.fonts.small_line
        below = QRectF(scale.box.left(), scale.box.bottom() + line + 6, scale.box.width(), line)
        paint.draw_text(painter, below, paint.RIGHT, "state of health, %", theme.fonts.small, theme.text2)
        paint.draw_text(
            painter, QRectF(16, TOP + line, 100, line), paint.LEFT, "devices", theme.fonts.small, theme.text2
        )
        if not self._bars:
            words = "No device here has a battery reading." if self.figures.devices else "No sessions here."
            paint.say(painter, scale.box, words, theme)
        self._paint_band_names(painter)
        if self._bars:
            self._paint_marked(painter)
            self._paint_limits(painter)
            self._paint_median(painter)

    def cell_at(self, place: QPointF) -> Cell | None:
        apart = self._unknown_box()
        if apart.adjusted(-8, 0, 8, 0).contains(place) and self._unknown_count():
            return (len(self._bars), 0)
        if not self._bars or not self._scale.box.adjusted(-2, 0, 2, 0).contains(place):
            return None
        figure = self._scale.x_at(place.x())
        return (max(0, min(len(self._bars) - 1, int(figure) - self._bars[0].low)), 0)

    def step(self, cell: Cell | None, across: int, up: int) -> Cell | None:
        last = len(self._bars) if self._unknown_count() else len(self._bars) - 1
        if last < 0:
            return None
        if cell is None:
            return (0 if across >= 0 else last, 0)
        return (max(0, min(last, cell[0] + across)), 0)

    def cell_box(self, first: Cell, last: Cell) -> QRectF:
        low, high = min(first[0], last[0]), max(first[0], last[0])
        if low >= len(self._bars):
            box = self._unknown_box()
            top = round(self._scale.y(self._unknown_count()))
            return QRectF(box.left(), top, box.width(), round(box.bottom()) - top)
        left = round(self._scale.x(self._bars[low].low))
        right = round(self._scale.x(self._bars[min(high, len(self._bars) - 1)].low + 1))
        bottom = round(self._scale.box.bottom())
        top = round(self._scale.y(self._bars[low].count)) if low == high else round(self._scale.box.top())
        return QRectF(left, top, max(1, right - left - 1), bottom - top)

    def words(self, first: Cell, last: Cell) -> tuple[str, str]:
        low, high = min(first[0], last[0]), max(first[0], last[0])
        devices = self.figures.devices if self.figures is not None else 0
        if low >= len(self._bars):
            count = self._unknown_count()
            share = percent(100 * count / devices, decimals=1)
            return ("Unknown", f"{counted(count, 'device', 'devices')}, {share} of all. Click to filter.")
        chosen = self._bars[low : high + 1]
        count, known = sum(bar.count for bar in chosen), sum(bar.count for bar in self._bars)
        share = percent(100 * count / known, decimals=1)
        text = f"{counted(count, 'device', 'devices')}, {share} of {number(known)}. Click to filter."
        return (_named(chosen[0], chosen[-1]), text)

    def terms(self, first: Cell, last: Cell) -> tuple[tuple[str, ...], str] | None:
        low, high = min(first[0], last[0]), max(first[0], last[0])
        if low >= len(self._bars):
            return (("battery",), "battery:unknown")
        start, end = self._bars[low], self._bars[min(high, len(self._bars) - 1)]
        if start.open_below and end.open_above:
            return (("battery",), "battery:known")
        if start.open_below:
            return (("battery",), f"battery:<{end.low + 1}")
        if end.open_above:
            return (("battery",), f"battery:>={start.low}")
        # Health is kept to a tenth of a percent, and ranges include both ends.
        return (("battery",), f"battery:{start.low}..{end.low}.9")

    def summary(self) -> str:
        if self.figures is None:
            return ""
        found = self.figures.distribution
        if not found.known:
            return f"No readings; {counted(found.unknown, 'device', 'devices')} unknown."
        shares = [
            (band, 100 * found.bands[band] / found.known) for band in (Band.REPLACE, Band.WATCH, Band.GOOD)
        ]
        bands = ", ".join(
            f"{band.value} {number(found.bands[band])} ({percent(share, decimals=1)})"
            for band, share in shares
        )
        return (
            f"{counted(found.known, 'device', 'devices')}, median {percent(found.median, decimals=0)}; "
            f"{bands}; {number(found.unknown)} unknown."
        )

    def zoom(self, factor: float, at: QPointF) -> None:
        whole, middle = self._whole(), self._scale.x_at(at.x())
        left = max(whole[0], middle - (middle - self._view[0]) * factor)
        right = min(whole[1], middle + (self._view[1] - middle) * factor)
        if right - left >= 5:
            self._view = (left, right)
            self.arrange()

    def zoom_out(self) -> None:
        self._view = self._whole()
        self.arrange()

    # The handles of the limits

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._dragged = self._limit_at(event.position())
        if self._dragged is None:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None:
            self.limit_dragged.emit(
                self._dragged, max(1, min(100, round(self._scale.x_at(event.position().x()))))
            )
            return
        super().mouseMoveEvent(event)
        if self._limit_at(event.position()) is not None:
            self.point_with(Qt.CursorShape.SplitHCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged is None:
            super().mouseReleaseEvent(event)
            return
        self._dragged = None
        self.limit_dropped.emit()

    def _limit_at(self, place: QPointF) -> bool | None:
        """Whether the lower (True) or the upper limit's handle is there; None: neither."""
        if self.figures is None or not self._bars or abs(place.y() - self._scale.box.bottom()) > 9:
            return None
        limits = self.figures.limits
        for lower, figure in ((True, limits.replace_under), (False, limits.good_from)):
            if abs(place.x() - self._scale.x(figure)) <= 7:
                return lower
        return None

    # Painting

    def _whole(self) -> tuple[float, float]:
        if not self._bars:
            return (60.0, 101.0)
        return (float(self._bars[0].low), float(self._bars[-1].low + 1))

    def _unknown_box(self) -> QRectF:
        box = self._scale.box
        return QRectF(box.right() + _GAP_UNKNOWN + 6, box.top(), _UNKNOWN - 12, box.height())

    def _unknown_count(self) -> int:
        return self.figures.distribution.unknown if self.figures is not None else 0

    def _most_levels(self) -> int:
        return max(2, min(5, int(self._scale.box.height() / 32)))

    def _ticks(self) -> list[tuple[float, str]]:
        if not self._bars:
            return []
        ticks = [(bar.low + 0.5, str(bar.low)) for bar in self._bars if bar.low % 5 == 0 and not bar.is_open]
        first, last = self._bars[0], self._bars[-1]
        apart = 5 * self._scale.box.width() / max(1.0, self._scale.right - self._scale.left)
        every = 1 if apart >= 26 else 2
        ticks = [tick for tick in ticks if int(tick[0]) % (5 * every) == 0]
        ends = [bar for bar in (first, last) if bar.is_open]
        ticks = [t for t in ticks if all(abs(t[0] - bar.low) > 2.5 for bar in ends)]
        for bar in ends:
            ticks.append((bar.low + 0.5, f"≤ {bar.low}" if bar is first else f"≥ {bar.low}"))
        return [tick for tick in ticks if self._scale.left <= tick[0] <= self._scale.right]

    def _paint_band_names(self, painter: QPainter) -> None:
        assert self.figures is not None  # noqa: S101 - painted with figures only
        scale, found = self._scale, self.figures.distribution
        limits = self.figures.limits
        edges = (scale.left, limits.replace_under, limits.good_from, scale.right)
        names = [
            (Band.REPLACE, f"Replace, under {limits.replace_under:.0f}"),
            (Band.WATCH, "Watch"),
            (Band.GOOD, f"Good, from {limits.good_from:.0f}"),
        ]
        if not found.known or self.width() < 520:
            names = [(band, name.partition(",")[0]) for band, name in names]
        wanted, widths, lines = [], [], []
        for (band, name), low, high in zip(names, edges[:-1], edges[1:], strict=True):
            count = number(found.bands[band])
            share = found.share(band)
            figures = count if share is None else f"{count} · {percent(100 * share, decimals=1)}"
            middle = (max(low, scale.left) + min(high, scale.right)) / 2
            wanted.append(scale.x(max(scale.left, min(scale.right, middle))))
            widths.append(self._name_width(name, figures))
            lines.append((band, name, figures))
        centres = spread(wanted, widths, scale.box.left(), scale.box.right() + 4, 12)
        lines.append((Band.UNKNOWN, "Unknown", number(found.unknown)))
        apart = self._unknown_box().center().x()
        half = self._name_width("Unknown", "") / 2
        for (band, name, figures), centre in zip(
            lines, [*centres, min(apart, self.width() - half - 4)], strict=True
        ):
            self._paint_name(painter, centre, (MARKS[band], name, figures))

    def _name_width(self, name: str, figures: str) -> float:
        fonts = self.theme.fonts
        return max(
            paint.text_width(name, fonts.small_strong) + _MARK_SIZE + 5,
            paint.text_width(figures, fonts.small),
        )

    def _paint_name(self, painter: QPainter, centre: float, words: tuple[Mark, str, str]) -> None:
        mark, name, figures = words
        theme = self.theme
        fonts, line = theme.fonts, theme.fonts.small_line
        left = round(centre - (paint.text_width(name, fonts.small_strong) + _MARK_SIZE + 5) / 2)
        pixmap = self._marks.pixmap(mark, _MARK_SIZE, theme, self.ratio)
        painter.drawPixmap(QPointF(left, TOP + (line - _MARK_SIZE) / 2), pixmap)
        at = QRectF(left + _MARK_SIZE + 5, TOP, 300, line)
        paint.draw_text(painter, at, paint.LEFT, name, fonts.small_strong, text_colour(mark, theme))
        below = QRectF(centre - 150, TOP + line, 300, line)
        paint.draw_text(painter, below, paint.CENTRE, figures, fonts.small, theme.text2)

    def _paint_marked(self, painter: QPainter) -> None:
        assert self.figures is not None  # noqa: S101 - painted with figures only
        ends = marked(self.figures.own, "battery")
        if ends is None:
            return
        left, right = self._scale.left, self._scale.right
        # A range written by a click on bars ends a tenth below the next bar.
        low, high = max(left, ends[0]), min(right, round(ends[1] + 0.05, 1) if ends[1] < right else right)
        if low >= high:
            return
        box = self._scale.box
        span = QRectF(self._scale.x(low), box.top(), self._scale.x(high) - self._scale.x(low), box.height())
        texts = (term.text for term in self.figures.own if term.field == "battery")
        name = " and ".join(_term_in_words(text) for text in texts)
        paint.draw_range(painter, span, name, self.theme, grips=False)

    def _paint_limits(self, painter: QPainter) -> None:
        assert self.figures is not None  # noqa: S101 - painted with figures only
        theme, scale = self.theme, self._scale
        limits = self.figures.limits
        for figure in dict.fromkeys((limits.replace_under, limits.good_from)):
            if not scale.left <= figure <= scale.right:
                continue
            across = round(scale.x(figure)) - 0.5
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.setPen(paint.dashed(theme.text2, paint.LIMIT_DASHES))
            painter.drawLine(QPointF(across, scale.box.top() - 14), QPointF(across, scale.box.bottom()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.text2)
            bottom = scale.box.bottom()
            corners = ((-_HANDLE, 0), (_HANDLE, 0), (_HANDLE, 4), (0, 8), (-_HANDLE, 4))
            painter.drawPolygon(QPolygonF([QPointF(across + x, bottom + y) for x, y in corners]))

    def _paint_median(self, painter: QPainter) -> None:
        assert self.figures is not None  # noqa: S101 - painted with figures only
        median = self.figures.distribution.median
        if median is None or not self._scale.left <= median <= self._scale.right:
            return
        theme, scale, line = self.theme, self._scale, self.theme.fonts.small_line
        at = max(0, min(len(self._bars) - 1, int(median) - self._bars[0].low))
        across = scale.x(self._bars[at].low + 0.5)
        half = paint.text_width("median 100 %", theme.fonts.small_strong) / 2
        near = [bar.count for bar in self._bars if abs(scale.x(bar.low + 0.5) - across) <= half + 4]
        level = max(scale.box.top() + line, scale.y(max(near)) - 4)
        painter.fillRect(QRectF(round(across) - 1, level - 6, 2, 10), theme.text)
        words = f"median {percent(median, decimals=0)}"
        place = QRectF(across - 100, level - 8 - line, 200, line)
        colours = (theme.text, theme.base)
        paint.draw_halo_text(painter, place, paint.CENTRE, words, theme.fonts.small_strong, colours)


def _term_in_words(text: str) -> str:
    """The values of a term as they were typed; what a click on bars has written, as its bars."""
    value = text.partition(":")[2]
    bars = _WRITTEN.fullmatch(value)
    if bars is None:
        return f"{value} %"
    return percent(int(bars[1])) if bars[1] == bars[2] else f"{bars[1]} – {percent(int(bars[2]))}"


def _named(first: Bar, last: Bar) -> str:
    """The range of two bars in words: "84 %", "80 – 84 %", "62 % and less"."""
    if first is last and not first.is_open:
        return percent(first.low)
    if first.open_below:
        return f"{percent(last.low)} and less"
    if last.open_above:
        return f"{percent(first.low)} and more"
    return f"{first.low} – {percent(last.low)}"

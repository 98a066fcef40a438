"""One device: health, capacity and cycles over its sessions, with its replaced batteries.

Without pyqtgraph, so that the detail pane can show it too.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from m360desk.core.battery import HealthPoint, Limits, band
from m360desk.core.battery_history import DeviceFigures, replacements
from m360desk.ui.battery import paint
from m360desk.ui.battery.scale import Scale, whole_ticks
from m360desk.ui.text import counted, long_date, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, tzinfo

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

    from m360desk.ui.theme_source import ThemeSource

_LEFT, _RIGHT = 60, 24
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_CAPACITY = "full charge of design"
NO_DEVICE = "Search for one device, by its IMEI for example, to see its battery over time."


class DeviceChart(QWidget):
    """Health as a line, capacity dotted, cycles as bars below; the session pointed at tells its figures."""

    point_asked = Signal(int)
    """A session was clicked, or Enter pressed on it: its place in the points."""

    def __init__(self, themes: ThemeSource, zone: tzinfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chartDevice")
        self.setAccessibleName("Battery of one device")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(180)
        self._themes, self._zone = themes, zone
        self.device: DeviceFigures | None = None
        self.limits = Limits()
        self.pointed_at: int | None = None
        self._saved = False
        themes.changed.connect(self.update)
        self._describe()

    def show_device(self, device: DeviceFigures | None, limits: Limits) -> None:
        """Show another device; None: the search holds none, or several."""
        if (device, limits) == (self.device, self.limits):
            return
        self.device, self.limits, self.pointed_at = device, limits, None
        self._describe()
        self.update()

    def summary(self) -> str:
        """The whole chart in words."""
        device = self.device
        if device is None:
            return NO_DEVICE
        known = [point for point in device.points if point.percent is not None]
        if not known:
            return "No session of this device has a dated battery reading."
        first, last = known[0], known[-1]
        words = f"{counted(len(known), 'reading', 'readings')}, from {percent(first.percent, decimals=0)} "
        words += f"to {percent(last.percent, decimals=0)}"
        events = counted(len(replacements(device.points)), "change of battery", "changes of battery")
        return f"{words}; {events}. {self.forecast_words()}".strip()

    def forecast_words(self) -> str:
        """What is left to the limit; "" where the readings do not carry it."""
        found = self.device.forecast if self.device is not None else None
        if found is None:
            return ""
        source = "by its own readings" if found.own else "by devices of its model"
        low, high = (number(_tens(figure), decimals=0) for figure in (found.low, found.high))
        time = f", about {_months(found.days)} as it is used" if found.days is not None else ""
        limit = percent(self.limits.replace_under, decimals=0)
        return f"{low} – {high} cycles to {limit} {source}{time}."

    def size_for_file(self) -> QSize:
        """The size that it has on the screen."""
        return self.size()

    def paint_for_file(self, painter: QPainter, size: QRectF, ratio: float) -> None:
        """Paint the whole chart, without cursor and focus."""
        painter.save()
        painter.translate(size.topLeft())
        self._saved = True
        try:
            self._paint(painter)
        finally:
            self._saved = False
            painter.restore()

    # Events

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._themes.theme.base)
        self._paint(painter)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_to(self._nearest(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self._nearest(event.position())
        if event.button() is Qt.MouseButton.LeftButton and place is not None:
            self.point_asked.emit(place)

    def leaveEvent(self, event: object) -> None:
        self._point_to(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point_to(None)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = Qt.Key(event.key()), len(self._points())
        if key in _STEPS and count:
            before = self.pointed_at if self.pointed_at is not None else (count if _STEPS[key] < 0 else -1)
            self._point_to(max(0, min(count - 1, before + _STEPS[key])))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pointed_at is not None:
            self.point_asked.emit(self.pointed_at)
        elif key is Qt.Key.Key_Escape and self.pointed_at is not None:
            self._point_to(None)
        else:
            event.ignore()

    # Inner workings

    def _points(self) -> tuple[HealthPoint, ...]:
        return self.device.points if self.device is not None else ()

    def _point_to(self, place: int | None) -> None:
        if place != self.pointed_at:
            self.pointed_at = place
            self._describe()
            self.update()

    def _describe(self) -> None:
        tip = ""
        if self.pointed_at is not None:
            heading, text = self.words(self.pointed_at)
            tip = f"{heading}: {text} "
        self.setAccessibleDescription(tip + self.summary())

    def words(self, place: int) -> tuple[str, str]:
        """Heading and text for the tip of a session."""
        assert self.device is not None  # noqa: S101 - there is a session to point to
        point, capacity = self.device.points[place], self.device.capacity[place]
        parts = ["no reading" if point.percent is None else percent(point.percent, decimals=1)]
        if point.cycles is not None:
            parts.append(counted(point.cycles, "cycle", "cycles"))
        if capacity is not None:
            parts.append(f"{percent(capacity, decimals=1)} of its design capacity")
        events = {event.place: event.is_sure for event in replacements(self.device.points)}
        if place in events:
            parts.append("battery replaced" if events[place] else "battery replaced, or its gauge reset")
        return (long_date(self._day(point)), ", ".join(parts) + ".")

    def _day(self, point: HealthPoint) -> date:
        return (_EPOCH + timedelta(milliseconds=point.time_ms or 0)).astimezone(self._zone).date()

    def _scales(self) -> tuple[Scale, Scale]:
        """Health above, cycles below, over the same time."""
        line = self._themes.theme.fonts.small_line
        points = self._points()
        times = [float(point.time_ms or 0) for point in points] or [0.0]
        # A single session stands in the middle.
        air = max(1.0, 0.04 * (times[-1] - times[0]))
        first, last = times[0] - air, times[-1] + air
        percents = [point.percent for point in points if point.percent is not None]
        low = int((min([*percents, self.limits.replace_under]) - 1) // 10 * 10)
        high = max(100, int(-(-max([*percents, 100.0]) // 5) * 5))
        most = max([point.cycles or 0 for point in points] or [0])
        top, bottom = 2 * line + 8, self.height() - line - 12
        room, width = bottom - top - line - 12, self.width() - _LEFT - _RIGHT
        upper = QRectF(_LEFT, top, width, round(room * 0.7))
        lower = QRectF(_LEFT, upper.bottom() + line + 12, width, bottom - upper.bottom() - line - 12)
        return Scale(upper, first, last, max(0, low), high), Scale(lower, first, last, 0, max(10, most * 1.1))

    def _nearest(self, place: QPointF) -> int | None:
        points = self._points()
        if not points:
            return None
        scale = self._scales()[0]
        away = [abs(scale.x(point.time_ms or 0) - place.x()) for point in points]
        nearest = min(range(len(points)), key=away.__getitem__)
        return nearest if away[nearest] <= 24 else None

    def _paint(self, painter: QPainter) -> None:
        theme, line = self._themes.theme, self._themes.theme.fonts.small_line
        room = QRectF(0, 0, self.width(), self.height())
        if self.hasFocus() and not self._saved:
            painter.setPen(QPen(theme.accent, 2))
            painter.drawRect(room.adjusted(3, 1, -3, -3))
        if not any(point.percent is not None for point in self._points()):
            paint.say(painter, room, self.summary(), theme)
            return
        upper, lower = self._scales()
        for scale, words in ((upper, "health, %"), (lower, "charge cycles")):
            most = max(1, min(5, int(scale.box.height() / (line + 8))))
            levels = [(float(n), number(n)) for n in whole_ticks(scale.bottom, scale.top, most)]
            paint.grid(painter, scale, levels, theme)
            title = QRectF(16, scale.box.top() - line - 4, 200, line)
            paint.draw_text(painter, title, paint.LEFT, words, theme.fonts.small, theme.text2)
        place = QRectF(_LEFT, 4, self.width() - _LEFT - _RIGHT, line)
        paint.draw_text(
            painter, place, paint.RIGHT, self.forecast_words(), theme.fonts.small_strong, theme.text
        )
        if self.device is not None and any(share is not None for share in self.device.capacity):
            self._paint_legend(painter, upper)
        self._paint_cycles(painter, lower)
        paint.axis(painter, lower, self._ticks(lower), theme)
        limit = self.limits.replace_under
        paint.horizontal(painter, upper, limit, paint.dashed(theme.bad, paint.LIMIT_DASHES))
        self._paint_events(painter, upper, lower)
        self._paint_capacity(painter, upper)
        self._paint_health(painter, upper)
        if self.pointed_at is not None and not self._saved:
            self._paint_cursor(painter, upper, room)

    def _ticks(self, scale: Scale) -> list[tuple[float, str]]:
        """The dates of the sessions, as many as have room."""
        ticks: list[tuple[float, str]] = []
        free = float("-inf")
        for point in self._points():
            words = long_date(self._day(point))
            middle, half = (
                scale.x(point.time_ms or 0),
                paint.text_width(words, self._themes.theme.fonts.small) / 2,
            )
            shown = middle - half >= free
            ticks.append((float(point.time_ms or 0), words if shown else ""))
            free = middle + half + 12 if shown else free
        return ticks

    def _paint_cycles(self, painter: QPainter, scale: Scale) -> None:
        if all(point.cycles is None for point in self._points()):
            paint.say(painter, scale.box, "not reported", self._themes.theme)
            return
        for point in self._points():
            if point.cycles is not None:
                top = round(scale.y(point.cycles))
                bar = QRectF(round(scale.x(point.time_ms or 0)) - 3, top, 6, round(scale.box.bottom()) - top)
                painter.fillRect(bar, self._themes.theme.unknown)

    def _paint_events(self, painter: QPainter, upper: Scale, lower: Scale) -> None:
        theme, line = self._themes.theme, self._themes.theme.fonts.small_line
        for event in replacements(self._points()):
            across = paint.crisp((upper.x(event.before.time_ms or 0) + upper.x(event.after.time_ms or 0)) / 2)
            painter.setPen(paint.dashed(theme.text2, paint.INTERVAL_DOTS))
            painter.drawLine(QPointF(across, upper.box.top()), QPointF(across, lower.box.bottom()))
            words = "battery replaced" if event.is_sure else "replaced, or gauge reset"
            half = paint.text_width(words, theme.fonts.small) / 2
            # Beside the axis' title, and inside at the right.
            middle = max(upper.box.left() + 24 + half, min(upper.box.right() - half, across))
            place = QRectF(middle - half, upper.box.top() - line - 4, 2 * half, line)
            colours = (theme.text, theme.base)
            paint.draw_halo_text(painter, place, paint.CENTRE, words, theme.fonts.small, colours)

    def _paint_capacity(self, painter: QPainter, scale: Scale) -> None:
        assert self.device is not None  # noqa: S101 - painted with points only
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(paint.dashed(self._themes.theme.text, paint.INTERVAL_DOTS))
        for each in self._lines(scale, self.device.capacity):
            painter.drawPolyline(QPolygonF(each))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _lines(self, scale: Scale, percents: Sequence[float | None]) -> list[list[QPointF]]:
        """A line for each battery that was in the device."""
        events = {event.place for event in replacements(self._points())}
        lines: list[list[QPointF]] = [[]]
        for at, (point, figure) in enumerate(zip(self._points(), percents, strict=True)):
            if at in events:
                lines.append([])
            if figure is not None:
                level = max(scale.bottom, min(scale.top, figure))
                lines[-1].append(scale.point(point.time_ms or 0, level))
        return lines

    def _paint_legend(self, painter: QPainter, scale: Scale) -> None:
        """Name the two lines at the bottom of the plot, where the limit leaves room."""
        theme, line = self._themes.theme, self._themes.theme.fonts.small_line
        right, top = scale.box.right(), scale.box.bottom() - line - 2
        dotted = paint.dashed(theme.text, paint.INTERVAL_DOTS)
        for pen, words in ((dotted, _CAPACITY), (QPen(theme.data, 2), "health")):
            width = paint.text_width(words, theme.fonts.small)
            box = QRectF(right - width, top, width, line)
            colours = (theme.text2, theme.base)
            paint.draw_halo_text(painter, box, paint.LEFT, words, theme.fonts.small, colours)
            painter.setPen(pen)
            middle = paint.crisp(box.center().y())
            painter.drawLine(QPointF(box.left() - 22, middle), QPointF(box.left() - 6, middle))
            right = box.left() - 22 - 16

    def _paint_health(self, painter: QPainter, scale: Scale) -> None:
        """The line is broken where the battery was replaced; each reading has the shape of its band."""
        from m360desk.ui.battery.models_delegate import SHAPES, paint_shape

        theme = self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.data, 2))
        for each in self._lines(scale, [point.percent for point in self._points()]):
            painter.drawPolyline(QPolygonF(each))
        known = [point for point in self._points() if point.percent is not None]
        for point in known:
            shape = SHAPES[band(point.percent, self.limits)]
            paint_shape(painter, scale.point(point.time_ms or 0, point.percent or 0), shape, theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _paint_cursor(self, painter: QPainter, scale: Scale, room: QRectF) -> None:
        assert self.pointed_at is not None  # noqa: S101 - painted where there is one
        point = self._points()[self.pointed_at]
        level = scale.y(point.percent) if point.percent is not None else scale.box.bottom()
        at = QRectF(scale.x(point.time_ms or 0) - 6, level - 6, 12, 12)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._themes.theme.text, 1.5))
        painter.drawEllipse(at)
        paint.draw_tip(painter, at, at.center(), room, self.words(self.pointed_at), self._themes.theme)


def _tens(figure: float) -> float:
    """To the nearest ten: more would promise too much."""
    return max(10.0, round(figure, -1))


def _months(days: float) -> str:
    months = round(days / 30.4)
    return counted(months, "month", "months") if months >= 2 else counted(round(days), "day", "days")

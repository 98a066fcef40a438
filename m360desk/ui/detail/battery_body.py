"""The battery section: figure and bar with a verdict, figures with their sources, the device's own curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from m360desk.ui.detail.lines import REACH, LineMeasure, LinesView, baseline
from m360desk.ui.detail.plots import WearChart
from m360desk.ui.marks import paint_bar, text_colour
from m360desk.ui.theme import GRID, HALF, PANE_PADDING

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from m360desk.ui.detail.content import Gauge, Line, Reading
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource

_MARK_SIZE = 14


class BatteryGauge(QWidget):
    """The state of health: a large figure, a wide bar with a tick at the limit, the band in words."""

    def __init__(self, themes: ThemeSource, marks: Marks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._marks = marks
        self._gauge: Gauge | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.updateGeometry)

    def show_gauge(self, gauge: Gauge) -> None:
        """Show another state of health."""
        self._gauge = gauge
        figure = "unknown" if gauge.percent is None else f"{gauge.figure} %"
        self.setAccessibleName(f"State of health {figure}. {gauge.verdict}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self._themes.theme.fonts.heading_line + GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        gauge = self._gauge
        if gauge is None:
            return
        theme, fonts = self._themes.theme, self._themes.theme.fonts
        measure = LineMeasure(fonts)
        painter = QPainter(self)
        colour = text_colour(gauge.mark, theme)
        words = measure.metrics["body"].horizontalAdvance(gauge.verdict)
        sign = self.width() - words - _MARK_SIZE - 6
        painter.setPen(colour)
        painter.setFont(fonts.body)
        painter.drawText(QPointF(self.width() - words, baseline(self.rect(), measure)), gauge.verdict)
        ratio = self.devicePixelRatioF()
        top = (self.height() - _MARK_SIZE) // 2
        painter.drawPixmap(sign, top, self._marks.pixmap(gauge.mark, _MARK_SIZE, theme, ratio))
        if gauge.percent is None:
            painter.setPen(theme.text2)
            painter.drawText(QPointF(0, baseline(self.rect(), measure)), "No reading")
            return
        heading = QFontMetrics(fonts.heading)
        base = round((self.height() + heading.capHeight()) / 2)
        painter.setFont(fonts.heading)
        painter.drawText(QPointF(0, base), gauge.figure)
        left = heading.horizontalAdvance(gauge.figure) + 2
        painter.setFont(fonts.small)
        painter.setPen(theme.text2)
        painter.drawText(QPointF(left, base), "%")
        left += measure.metrics["small"].horizontalAdvance("%") + GRID + 2
        bar = QRectF(left, self.height() / 2 - HALF, max(0, sign - left - GRID - HALF), GRID)
        paint_bar(painter, bar, gauge.percent, gauge.limit, gauge.mark, theme, ratio)


class BatteryBody(QWidget):
    """All of the section under its header."""

    def __init__(
        self, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.gauge = BatteryGauge(themes, marks, self)
        self.figures = LinesView(themes, icons, marks, self)
        self.chart = WearChart(themes, self)
        self.notes = LinesView(themes, icons, marks, self)
        self.figures.setAccessibleName("Battery figures")
        self.notes.setAccessibleName("Notes on the battery's readings")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(HALF)
        for widget in (self.gauge, self.figures, self.chart, self.notes):
            reach = REACH if isinstance(widget, LinesView) else 0
            row = QHBoxLayout()
            row.setContentsMargins(PANE_PADDING - reach, 0, PANE_PADDING - reach, 0)
            row.addWidget(widget)
            layout.addLayout(row)

    def show_battery(
        self, gauge: Gauge, lines: tuple[Line, ...], readings: tuple[Reading, ...], notes: tuple[Line, ...]
    ) -> None:
        """Show another battery."""
        self.gauge.show_gauge(gauge)
        self.figures.show_lines(lines)
        self.chart.show_readings(readings, gauge)
        self.notes.show_lines(notes)
        self.notes.setVisible(bool(notes))

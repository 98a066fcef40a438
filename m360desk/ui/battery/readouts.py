"""The row of read-outs over the charts, and the limits at its right end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSpinBox, QWidget

from m360desk.core.battery import Band, Limits
from m360desk.ui.battery import paint
from m360desk.ui.locked import WHY
from m360desk.ui.marks import Mark
from m360desk.ui.text import NOTHING, number, percent
from m360desk.ui.theme import GRID, PANE_PADDING

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from m360desk.ui.battery.figures import Figures
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource

_MARK_SIZE = 14
_WORDS_FROM = 1180
"""Below this width the limits lose their words."""


@dataclass(frozen=True, slots=True)
class ReadOut:
    """A figure, its share if any, what it is, and the mark of its band."""

    figure: str
    share: str
    words: str
    mark: Mark | None = None

    def spoken(self) -> str:
        """The read-out as a part of a sentence."""
        return f"{self.words}: {self.figure}" + (f" ({self.share})" if self.share else "")


class ReadOuts(QWidget):
    """Devices, median, the bands; they fall away from the right where there is no room."""

    limits_changed = Signal(Limits)

    def __init__(self, themes: ThemeSource, marks: Marks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("batteryReadOuts")
        self._themes, self._marks = themes, marks
        self._outs: tuple[ReadOut, ...] = ()
        self._lead, self._and, self._unit = QLabel(self), QLabel("good from", self), QLabel("%", self)
        self._replace = self._spin("limitReplace", "Replace batteries under, percent")
        self._good = self._spin("limitGood", "Batteries are good from, percent")
        row = QHBoxLayout(self)
        row.setContentsMargins(PANE_PADDING, 0, PANE_PADDING, 0)
        row.setSpacing(GRID)
        row.addStretch(1)
        for each in (self._lead, self._replace, self._and, self._good, self._unit):
            row.addWidget(each)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    @property
    def outs(self) -> tuple[ReadOut, ...]:
        """What is shown."""
        return self._outs

    def show_figures(self, figures: Figures) -> None:
        """Show the figures of a search."""
        self._outs = _read_outs(figures)
        self.setAccessibleName("; ".join(out.spoken() for out in self._outs))
        self.update()

    def show_limits(self, limits: Limits) -> None:
        """Show limits that come from elsewhere; nothing is sent."""
        for spin, figure in ((self._replace, limits.replace_under), (self._good, limits.good_from)):
            spin.blockSignals(True)
            spin.setValue(round(figure))
            spin.blockSignals(False)

    def hold_limits(self) -> None:
        """Let nobody change the limits here: one of them at least is not the user's to choose."""
        for spin in (self._replace, self._good):
            spin.setEnabled(False)
            spin.setToolTip(WHY)

    def sizeHint(self) -> QSize:
        fonts = self._themes.theme.fonts
        return QSize(400, max(56, fonts.heading_line + fonts.small_line + 16))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _WORDS_FROM
        self._lead.setText("Replace under" if wide else "Limits")
        self._and.setVisible(wide)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.base)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line)
        left, end = PANE_PADDING, self._lead.x() - PANE_PADDING
        for out in self._outs:
            width = self._width(out)
            if left + width > end:
                return
            self._paint(painter, out, left)
            left += round(width) + 16
            painter.fillRect(left, GRID, 1, self.height() - 2 * GRID, theme.line)
            left += 17

    def _width(self, out: ReadOut) -> float:
        fonts = self._themes.theme.fonts
        first = paint.text_width(out.figure, fonts.heading)
        first += _MARK_SIZE + 6 if out.mark is not None else 0
        first += paint.text_width(out.share, fonts.small) + 6 if out.share else 0
        return max(first, paint.text_width(out.words, fonts.small))

    def _paint(self, painter: QPainter, out: ReadOut, left: float) -> None:
        theme = self._themes.theme
        fonts = theme.fonts
        top = (self.height() - fonts.heading_line - fonts.small_line) / 2
        words = QRectF(left, top + fonts.heading_line, 400, fonts.small_line)
        paint.draw_text(painter, words, paint.LEFT, out.words, fonts.small, theme.text2)
        if out.mark is not None:
            pixmap = self._marks.pixmap(out.mark, _MARK_SIZE, theme, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(left, top + (fonts.heading_line - _MARK_SIZE) / 2), pixmap)
            left += _MARK_SIZE + 6
        figure = QRectF(left, top, 400, fonts.heading_line)
        paint.draw_text(painter, figure, paint.LEFT, out.figure, fonts.heading, theme.text)
        left += paint.text_width(out.figure, fonts.heading) + 6
        share = QRectF(left, top + 2, 400, fonts.heading_line)
        paint.draw_text(painter, share, paint.LEFT, out.share, fonts.small, theme.text2)

    def _spin(self, name: str, spoken: str) -> QSpinBox:
        spin = QSpinBox(self)
        spin.setObjectName(name)
        spin.setAccessibleName(spoken)
        spin.setRange(1, 100)
        spin.setKeyboardTracking(False)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        spin.valueChanged.connect(self._spun)
        return spin

    def _spun(self) -> None:
        replace, good = self._replace.value(), self._good.value()
        if replace > good:
            # The one that was moved pushes the other.
            moved = self._replace if self.sender() is self._replace else self._good
            replace = good = moved.value()
        limits = Limits(float(replace), float(good))
        self.show_limits(limits)
        self.limits_changed.emit(limits)

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        for label in (self._lead, self._and, self._unit):
            palette = label.palette()
            palette.setColor(QPalette.ColorRole.WindowText, theme.text2)
            label.setPalette(palette)
        self.updateGeometry()
        self.update()


def _read_outs(figures: Figures) -> tuple[ReadOut, ...]:
    found, limits = figures.search, figures.limits
    replace, good = limits.replace_under, limits.good_from
    watch = f"watch, {replace:.0f} – {good - 1:.0f}" if good > replace else "watch"

    def banded(band: Band, mark: Mark, words: str) -> ReadOut:
        share = found.share(band)
        return ReadOut(
            number(found.bands[band]), "" if share is None else percent(100 * share, decimals=1), words, mark
        )

    what = "sessions, every one" if figures.ways.every else "devices, newest session"
    unknown = (
        percent(100 * found.unknown / figures.devices, decimals=1) + " of all" if figures.devices else ""
    )
    return (
        ReadOut(number(figures.devices), "", what),
        ReadOut(NOTHING if found.median is None else percent(found.median, decimals=0), "", "median health"),
        banded(Band.REPLACE, Mark.REPLACE, f"replace, under {replace:.0f}"),
        banded(Band.WATCH, Mark.WATCH, watch),
        banded(Band.GOOD, Mark.GOOD, f"good, from {good:.0f}"),
        ReadOut(number(found.unknown), unknown, "unknown, no reading", Mark.UNKNOWN),
    )

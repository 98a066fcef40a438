"""The verdict over the card, painted so that shape, fill and word tell it from two metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from m360desk.ui.scan.content import Headline, Look
from m360desk.ui.scan.signs import paint_sign
from m360desk.ui.theme import GRID, HALF

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPaintEvent, QResizeEvent

    from m360desk.ui.theme import Theme
    from m360desk.ui.theme_source import ThemeSource

FRAME = 4
_LEFT = 32
_SIGN, _SIGN_SMALL = 84, 32
_GAP = 36
_TOP = 26
_DASHES = [3.0, 2.0]
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_VERDICT_LINE = 64
# Fonts whose descenders need more than the line reach into the free space under it.
_UNCLIPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip)


class VerdictBand(QWidget):
    """Pass and stop are filled, replace and repair framed, what is not known is dashed and grey."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scanVerdict")
        self._themes = themes
        self._headline = Headline(Look.UNTESTED, "", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self._fit)
        self._fit()

    @property
    def headline(self) -> Headline:
        """What the band says."""
        return self._headline

    def show_headline(self, headline: Headline) -> None:
        """Say something else."""
        self._headline = headline
        said = (headline.made_up, headline.title, headline.line, headline.code)
        self.setAccessibleName(". ".join(part.rstrip(".") for part in said if part))
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(640, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, head = self._themes.theme, self._headline
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink, second = self._paint_ground(painter, theme)
        small = head.look is Look.NOTE
        side = _SIGN_SMALL if small else _SIGN
        sign = QRectF(_LEFT, (self.height() - side) / 2, side, side)
        paint_sign(painter, sign, head.look, theme, ink if head.look in (Look.PASS, Look.STOP) else None)
        left = self._text_left()
        top = self._text_top()
        font = theme.fonts.heading if small else theme.fonts.verdict
        line = theme.fonts.heading_line if small else _VERDICT_LINE
        painter.setFont(font)
        painter.setPen(ink)
        room = self.width() - left - _LEFT - self._code_width()
        # Never wider than the band, whatever the font: a verdict that is cut off is none.
        fitted = _fitted(font, head.title, room)
        painter.setFont(fitted)
        where = QRectF(left - (0 if small else 3), top, room + 3, line)
        painter.drawText(where, _UNCLIPPED, head.title)
        painter.setFont(self._line_font(theme))
        painter.setPen(second)
        painter.drawText(QRect(left, round(top + line) + HALF, self._line_room(), 10_000), _WRAP, head.line)
        self._paint_right(painter, theme, ink)
        painter.end()

    # Inner workings

    def _paint_ground(self, painter: QPainter, theme: Theme) -> tuple[QColor, QColor]:
        """Return the colours of the verdict and of the line under it."""
        look, area = self._headline.look, QRectF(self.rect())
        if look in (Look.PASS, Look.STOP):
            painter.fillRect(area, theme.passbg if look is Look.PASS else theme.stopbg)
            return theme.on_verdict, theme.on_verdict
        half = FRAME / 2
        if look is Look.NOTE:
            painter.fillRect(area, theme.base)
            painter.fillRect(QRectF(0, area.height() - 1, area.width(), 1), theme.line2)
            return theme.text, theme.text2
        framed = look in (Look.REPLACE, Look.REPAIR)
        painter.fillRect(area, theme.badtint if framed else theme.unknowntint)
        pen = QPen(theme.bad if framed else theme.unknown, FRAME)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        if not framed:
            pen.setDashPattern(_DASHES)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(half, half, -half, -half))
        return (theme.badtext, theme.badtext) if framed else (theme.text, theme.text2)

    def _paint_right(self, painter: QPainter, theme: Theme, ink: QColor) -> None:
        head = self._headline
        metrics = QFontMetrics(self._code_font(theme))
        if head.code:
            painter.setFont(self._code_font(theme))
            width = metrics.horizontalAdvance(head.code)
            left = self.width() - _LEFT - width
            base = self._code_base(metrics)
            kept = head.code[:-1] if head.wrong_end else head.code
            painter.setPen(ink)
            painter.drawText(QPointF(left, base), kept)
            if head.wrong_end:
                self._paint_wrong(painter, theme, left + metrics.horizontalAdvance(kept), base)
        if head.made_up:
            self._paint_made_up(painter, theme)

    def _code_base(self, metrics: QFontMetrics) -> float:
        if self._headline.look is Look.NOTE:
            return self._text_top() + metrics.ascent()
        return float(_TOP // 2 + metrics.ascent())

    def _paint_wrong(self, painter: QPainter, theme: Theme, left: int, base: float) -> None:
        font = QFont(self._code_font(theme))
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.badtext)
        last = self._headline.code[-1]
        painter.drawText(QPointF(left, base), last)
        pen = QPen(theme.bad, 1.5)
        painter.setPen(pen)
        below = base + 5
        width = QFontMetrics(font).horizontalAdvance(last)
        points = [QPointF(left + x, below + (2 if x % 4 else 0)) for x in range(0, width + 1, 2)]
        painter.drawPolyline(points)

    def _paint_made_up(self, painter: QPainter, theme: Theme) -> None:
        font = theme.fonts.small_strong
        metrics = QFontMetrics(font)
        width, height = metrics.horizontalAdvance(self._headline.made_up) + 2 * GRID, metrics.height() + HALF
        box = QRectF(self.width() - _LEFT - width, self.height() - height - GRID - FRAME, width, height)
        painter.setPen(QPen(theme.on_mode, 1))
        painter.setBrush(theme.mode)
        painter.drawRoundedRect(box, 3, 3)
        painter.setFont(font)
        painter.setPen(theme.on_mode)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self._headline.made_up)

    def _text_left(self) -> int:
        return _LEFT + (_SIGN_SMALL + 24 if self._headline.look is Look.NOTE else _SIGN + _GAP)

    def _text_top(self) -> float:
        theme = self._themes.theme
        line = theme.fonts.heading_line if self._headline.look is Look.NOTE else _VERDICT_LINE
        return (self.height() - line - HALF - self._line_height(theme)) / 2

    def _line_font(self, theme: Theme) -> QFont:
        if self._headline.look is Look.NOTE:
            return theme.fonts.body
        font = QFont(theme.fonts.heading)
        font.setWeight(QFont.Weight.Normal)
        return font

    def _code_font(self, theme: Theme) -> QFont:
        font = QFont(theme.fonts.heading)
        font.setWeight(QFont.Weight.Normal)
        return font

    def _line_room(self) -> int:
        taken = self._right_width() if self._headline.look is Look.NOTE or self._headline.made_up else 0
        return max(120, self.width() - self._text_left() - _LEFT - taken)

    def _right_width(self) -> int:
        """What stands at the right end, with a gap before it."""
        theme, head = self._themes.theme, self._headline
        word = QFontMetrics(theme.fonts.small_strong).horizontalAdvance(head.made_up) + 2 * GRID
        return (
            max(word if head.made_up else 0, self._code_width() if head.look is Look.NOTE else 0) + 2 * GRID
        )

    def _code_width(self) -> int:
        """The room that what was scanned takes beside the title."""
        code = self._headline.code
        metrics = QFontMetrics(self._code_font(self._themes.theme))
        return metrics.horizontalAdvance(code) + 2 * GRID if code else 0

    def _line_height(self, theme: Theme) -> int:
        metrics = QFontMetrics(self._line_font(theme))
        return metrics.boundingRect(
            QRect(0, 0, self._line_room(), 10_000), _WRAP, self._headline.line or " "
        ).height()

    def _fit(self) -> None:
        theme = self._themes.theme
        if self._headline.look is Look.NOTE:
            height = theme.fonts.heading_line + HALF + self._line_height(theme) + 2 * GRID
            self.setFixedHeight(max(72, height + GRID))
        else:
            self.setFixedHeight(max(144, _VERDICT_LINE + HALF + self._line_height(theme) + 2 * _TOP))
        self.update()


def _fitted(font: QFont, text: str, room: int) -> QFont:
    width = QFontMetrics(font).horizontalAdvance(text)
    if width <= room or room <= 0:
        return font
    smaller = QFont(font)
    smaller.setPixelSize(max(12, font.pixelSize() * room // width))
    return smaller

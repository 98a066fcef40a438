"""The tool bar's buttons, painted flat: an icon, a word, and for the page switch one frame around both."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from m360desk.ui.theme import FOCUS_WIDTH, GRID, ICON_SIZE, RADIUS_CONTROL

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from m360desk.ui.icons import Icons
    from m360desk.ui.theme import Theme
    from m360desk.ui.theme_source import ThemeSource

PADDING = 12
ROUNDING = 2
"""Widths of texts are rounded: without a little more room the last letter would be cut."""


class Part(Enum):
    """Where a button stands in a switch; a plain one stands in none."""

    PLAIN = 0
    FIRST = 1
    LAST = 2


class BarButton(QToolButton):
    """A tool button with the theme's colours; ``low`` is as high as a chip, else it is as high as a field.

    ``icon`` is the name of its icon, ``on`` the icon's colour where the action is checked.
    """

    def __init__(
        self,
        themes: ThemeSource,
        icons: Icons,
        icon: str,
        action: QAction,
        parent: QWidget,
        *,
        part: Part = Part.PLAIN,
        low: bool = False,
        colour: str = "text",
        on: str = "accent",
    ) -> None:
        super().__init__(parent)
        self._themes, self._part, self._low, self._colour = themes, part, low, colour
        self._icons, self._icon, self._on = icons, icon, on
        self.setDefaultAction(action)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._wordless = False
        themes.changed.connect(self.updateGeometry)

    @property
    def wordless(self) -> bool:
        """Whether only the icon is shown."""
        return self._wordless

    @wordless.setter
    def wordless(self, wordless: bool) -> None:
        self._wordless = wordless
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        fonts = self._themes.theme.fonts
        height = fonts.chip_height if self._low else fonts.control_height
        if self._wordless or not self.text():
            return QSize(height, height)
        padding = GRID if self._low or self._part is Part.PLAIN else PADDING
        # The word is semibold where the button is the one that is chosen; nothing moves when that changes.
        font = fonts.body if self._part is Part.PLAIN else fonts.strong
        width = QFontMetrics(font).horizontalAdvance(self.text()) + ROUNDING
        return QSize(padding + ICON_SIZE + GRID + width + padding, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, theme)
        word = "" if self._wordless else self.text()
        left = (self.width() - ICON_SIZE) // 2
        if word:
            left = GRID if self._low or self._part is Part.PLAIN else PADDING
        # Not the action's own icon: that one comes after the first rows.
        shade = self._on if self.isChecked() else self._colour
        if not self.isEnabled():
            shade = self._icons.disabled_colour()
        icon = self._icons.pixmap(self._icon, ICON_SIZE, self.devicePixelRatioF(), shade)
        painter.drawPixmap(left, (self.height() - ICON_SIZE) // 2, icon)
        if word:
            painter.setFont(theme.fonts.strong if self._switched() else theme.fonts.body)
            painter.setPen(self._ink(theme))
            place = self.rect().adjusted(left + ICON_SIZE + GRID, 0, 0, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, word)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, FOCUS_WIDTH))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_CONTROL, RADIUS_CONTROL
            )
        painter.end()

    def _switched(self) -> bool:
        return self._part is not Part.PLAIN and self.isChecked()

    def _ink(self, theme: Theme) -> QColor:
        if not self.isEnabled():
            return theme.text3
        if self._part is not Part.PLAIN and not self.isChecked():
            return theme.text2
        colour: QColor = getattr(theme, self._colour)
        return colour

    def _paint_ground(self, painter: QPainter, theme: Theme) -> None:
        # One line between both halves, not two: the last one's own lies outside.
        box = QRectF(self.rect()).adjusted(-0.5 if self._part is Part.LAST else 0.5, 0.5, -0.5, -0.5)
        over = self.underMouse() and self.isEnabled()
        if self._part is Part.PLAIN:
            if self.isDown() or over or self.isChecked():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.sunken)
                painter.drawRoundedRect(QRectF(self.rect()), RADIUS_CONTROL, RADIUS_CONTROL)
            return
        painter.setPen(QPen(theme.accent if self.isChecked() else theme.control, 1))
        painter.setBrush(theme.sel if self.isChecked() else theme.sunken if over else theme.base)
        painter.drawPath(self._half(box))

    def _half(self, box: QRectF) -> QPainterPath:
        """The outline of one end of the switch: round outside, straight where the other one begins."""
        first = self._part is Part.FIRST
        whole = QPainterPath()
        whole.addRoundedRect(box, RADIUS_CONTROL, RADIUS_CONTROL)
        straight = QPainterPath()
        middle = box.center().x()
        edge = QRectF(middle, box.top(), box.right() - middle, box.height())
        if not first:
            edge = QRectF(box.left(), box.top(), middle - box.left(), box.height())
        straight.addRect(edge)
        return whole.united(straight)

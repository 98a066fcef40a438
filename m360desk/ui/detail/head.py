"""The top of the detail pane: name, facts, what can be done, and the verdicts as badges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from m360desk.ui.detail.lines import LineMeasure, baseline
from m360desk.ui.marks import text_colour, tint
from m360desk.ui.theme import GRID, HALF, ICON_SIZE, PANE_PADDING, RADIUS_BAR, RADIUS_CONTROL

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPaintEvent, QResizeEvent

    from m360desk.ui.detail.content import Badge
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource

_MARK_SIZE = 14
_PADDING = 8
_SIGN_GAP = 6
_GAP = 6
_NONE_BELOW = 12
_BUTTON_WIDTH, _BUTTON_HEIGHT = 32, 26


class TitleText(QWidget):
    """The device's name and the line of facts under it; too long ones end in an ellipsis and a tip."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._title = ""
        self._facts = ""
        self._free = 0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.updateGeometry)

    def keep_free(self, width: int) -> None:
        """Leave so much of the name's line free at its right end, for buttons; the facts have it all."""
        self._free = width
        self._set_tip()

    def show_text(self, title: str, facts: str) -> None:
        """Show another device."""
        self._title, self._facts = title, facts
        self.setAccessibleName(title)
        self.setAccessibleDescription(facts)
        self._set_tip()
        self.update()

    def sizeHint(self) -> QSize:
        fonts = self._themes.theme.fonts
        return QSize(200, fonts.heading_line + fonts.body_line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._set_tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        split = theme.fonts.heading_line
        title = QRect(0, 0, self.width() - self._free, split)
        facts = QRect(0, split, self.width(), self.height() - split)
        for text, font, colour, area in (
            (self._title, theme.fonts.heading, theme.text, title),
            (self._facts, theme.fonts.body, theme.text2, facts),
        ):
            painter.setFont(font)
            painter.setPen(colour)
            elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), elided)

    def _set_tip(self) -> None:
        fonts = self._themes.theme.fonts
        lines = (
            (self._title, fonts.heading, self.width() - self._free),
            (self._facts, fonts.body, self.width()),
        )
        cut = [text for text, font, room in lines if QFontMetrics(font).horizontalAdvance(text) >= room]
        self.setToolTip("\n".join(cut))


class BadgeRow(QWidget):
    """The badges, in as many rows as they need; with none it keeps a little air."""

    def __init__(
        self, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._icons = icons
        self._marks = marks
        self._badges: tuple[Badge, ...] = ()
        self._boxes: tuple[QRect, ...] = ()
        self._waiting = False
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        themes.changed.connect(self._arrange)

    @property
    def badges(self) -> tuple[Badge, ...]:
        """The badges shown."""
        return self._badges

    def show_badges(self, badges: tuple[Badge, ...]) -> None:
        """Show other badges."""
        self._waiting = False
        self._badges = badges
        self.setAccessibleName(", ".join(badge.text for badge in badges))
        self.setToolTip("\n".join(f"{badge.text}: {badge.tip}" for badge in badges if badge.tip))
        self._arrange()

    def show_bars(self, shown: bool) -> None:
        """Show two grey shapes while the verdicts are on their way."""
        self._badges, self._boxes = (), ()
        self._waiting = shown
        self.setAccessibleName("")
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.oldSize().width() != event.size().width():
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._waiting:
            painter.setBrush(theme.sunken)
            height = theme.fonts.chip_height
            for left, width in ((0, 104), (110, 136)):
                painter.drawRoundedRect(QRect(left, 0, width, height), RADIUS_BAR, RADIUS_BAR)
            return
        measure = LineMeasure(theme.fonts)
        ratio = self.devicePixelRatioF()
        for badge, box in zip(self._badges, self._boxes, strict=True):
            front, ground = self._colours(badge)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(box), RADIUS_CONTROL, RADIUS_CONTROL)
            left = box.left() + _PADDING
            if badge.icon:
                pixmap = self._icons.pixmap(badge.icon, ICON_SIZE, ratio, front)
                painter.drawPixmap(left, box.top() + (box.height() - ICON_SIZE) // 2, pixmap)
            elif badge.tone is not None:
                pixmap = self._marks.pixmap(badge.tone, _MARK_SIZE, theme, ratio)
                painter.drawPixmap(left, box.top() + (box.height() - _MARK_SIZE) // 2, pixmap)
            painter.setFont(theme.fonts.strong if badge.tone is None else theme.fonts.body)
            painter.setPen(front)
            painter.drawText(left + _sign_width(badge), baseline(box, measure), badge.text)

    def _colours(self, badge: Badge) -> tuple[QColor, QColor]:
        theme = self._themes.theme
        if badge.tone is None:
            return theme.on_mode, theme.mode
        return text_colour(badge.tone, theme), tint(badge.tone, theme)

    def _arrange(self) -> None:
        fonts = self._themes.theme.fonts
        measure = LineMeasure(fonts)
        boxes: list[QRect] = []
        left, top = 0, 0
        for badge in self._badges:
            metrics = measure.metrics["strong" if badge.tone is None else "body"]
            width = 2 * _PADDING + _sign_width(badge) + metrics.horizontalAdvance(badge.text)
            if left and left + width > self.width():
                left, top = 0, top + fonts.chip_height + _GAP
            boxes.append(QRect(left, top, width, fonts.chip_height))
            left += width + _GAP
        self._boxes = tuple(boxes)
        height = boxes[-1].bottom() + 1 if boxes else fonts.chip_height
        self.setFixedHeight(height)
        self.update()


class PaneHead(QWidget):
    """Name, facts, buttons and badges."""

    def __init__(
        self, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self.title = TitleText(themes, self)
        self.badges = BadgeRow(themes, icons, marks, self)
        self.refresh = self._button(icons, "sync", "Read this session again")
        self.report = self._button(icons, "file", "Make a report")
        self.more = self._button(icons, "more", "More for this session")
        self._buttons = (self.refresh, self.report, self.more)
        self.title.keep_free(len(self._buttons) * _BUTTON_WIDTH + GRID)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PANE_PADDING, GRID + HALF, PANE_PADDING, _NONE_BELOW + 1)
        layout.setSpacing(_NONE_BELOW)
        layout.addWidget(self.title)
        layout.addWidget(self.badges)
        themes.changed.connect(self._place_buttons)
        for button in self._buttons:
            button.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_buttons()

    def _place_buttons(self) -> None:
        """Put the buttons over the right end of the name's line, into its middle."""
        line = self._themes.theme.fonts.heading_line
        left = self.width() - PANE_PADDING - len(self._buttons) * _BUTTON_WIDTH
        top = GRID + HALF + (line - _BUTTON_HEIGHT) // 2
        for number, button in enumerate(self._buttons):
            button.setGeometry(left + number * _BUTTON_WIDTH, top, _BUTTON_WIDTH, _BUTTON_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._themes.theme.line)

    def _button(self, icons: Icons, icon: str, words: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icons.icon(icon))
        button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        button.setAutoRaise(True)
        button.setToolTip(words)
        button.setAccessibleName(words)
        return button


def _sign_width(badge: Badge) -> int:
    if badge.icon:
        return ICON_SIZE + _SIGN_GAP
    return 0 if badge.tone is None else _MARK_SIZE + _SIGN_GAP

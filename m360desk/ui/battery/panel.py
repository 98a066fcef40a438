"""The frame of a chart: its name, n and unit, what mode it shows, and its menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from m360desk.ui.battery import paint
from m360desk.ui.theme import GRID, HALF, PANE_PADDING

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from m360desk.ui.icons import Icons
    from m360desk.ui.theme import Theme
    from m360desk.ui.theme_source import ThemeSource


class PanelHeader(QWidget):
    """Name, caption, the mode's word, buttons."""

    def __init__(self, title: str, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.caption, self.mode_word = title, "", ""
        self._themes = themes
        self.buttons = QHBoxLayout(self)
        self.buttons.setContentsMargins(PANE_PADDING, 0, GRID, 0)
        self.buttons.setSpacing(HALF)
        self.buttons.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return QSize(320, max(36, self._themes.theme.fonts.body_line + 20))

    def paintEvent(self, event: QPaintEvent) -> None:
        end = min((button.x() for button in self.findChildren(QToolButton)), default=self.width())
        painter = QPainter(self)
        paint_header(painter, QRectF(0, 0, end, self.height()), self, self._themes.theme)


class Panel(QWidget):
    """A chart under its header."""

    def __init__(
        self, title: str, body: QWidget, themes: ThemeSource, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.body = body
        self.header = PanelHeader(title, themes, self)
        self.menu = QMenu(self)
        self._more = QToolButton(self.header)
        self._more.setIcon(icons.icon("more"))
        self._more.setAutoRaise(True)
        # Not as the button's own menu: that would draw an arrow beside the dots.
        self._more.clicked.connect(self._show_menu)
        self._more.setAccessibleName(f"Save {title}")
        self._more.setToolTip("Save as a picture or a table")
        self.header.buttons.addWidget(self._more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(body, 1)

    def add_button(self, words: str, icon: str, icons: Icons) -> QToolButton:
        """Add a button with words before the menu's."""
        button = QToolButton(self.header)
        button.setText(words)
        button.setIcon(icons.icon(icon, "text2"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAutoRaise(True)
        self.header.buttons.insertWidget(self.header.buttons.count() - 1, button)
        return button

    def show_caption(self, caption: str, mode_word: str) -> None:
        """Say what is counted, and whether it is real."""
        self.header.caption, self.header.mode_word = caption, mode_word
        self.header.update()

    def _show_menu(self) -> None:
        self.menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))


def paint_header(painter: QPainter, box: QRectF, header: PanelHeader, theme: Theme) -> None:
    """Paint name, caption and the mode's word into a box; also for pictures in files."""
    fonts = theme.fonts
    left = box.left() + PANE_PADDING
    right = box.right() - HALF
    if header.mode_word:
        right = _paint_mode(
            painter, QRectF(left, box.top(), right - left, box.height()), header.mode_word, theme
        )
    place = QRectF(left, box.top(), right - left, box.height())
    paint.draw_text(painter, place, paint.LEFT, header.title, fonts.strong, theme.text)
    place.setLeft(left + paint.text_width(header.title, fonts.strong) + GRID)
    painter.setFont(fonts.small)
    metrics = painter.fontMetrics()
    caption = metrics.elidedText(header.caption, Qt.TextElideMode.ElideRight, int(max(0, place.width())))
    # The captions stand on the baseline of the name.
    place.translate(0, 1)
    paint.draw_text(painter, place, paint.LEFT, caption, fonts.small, theme.text2)


def _paint_mode(painter: QPainter, box: QRectF, word: str, theme: Theme) -> float:
    """Paint the framed word at the right end; returns where it begins."""
    font = theme.fonts.small_strong
    width, height = paint.text_width(word, font) + 12, theme.fonts.small_line + 2
    frame = QRectF(round(box.right() - width), round(box.center().y() - height / 2), width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.mode, 1))
    painter.setBrush(theme.mode)
    painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    paint.draw_text(painter, frame, paint.CENTRE, word, font, theme.on_mode)
    return frame.left() - GRID

"""The identities of a device in two columns, each with a button that copies it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from m360desk.ui.theme import GRID, HALF, ICON_SIZE, PANE_PADDING, RADIUS_BAR

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from m360desk.ui.detail.content import IdentityItem
    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource

_COLUMNS = 2
_BUTTON = 24


class IdentityText(QWidget):
    """Caption over value; a value that is too long loses its middle, because the ends are compared."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._caption = ""
        self._value = ""
        self._shorter = ""
        self._waiting = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.updateGeometry)

    @property
    def value(self) -> str:
        """The text shown."""
        return self._value

    def show_value(self, caption: str, value: str, tip: str, shorter: str = "") -> None:
        """Show another value, or ``shorter`` where there is no room for it."""
        self._caption, self._value, self._waiting = caption, value, False
        self._shorter = shorter
        self.setAccessibleName(f"{caption} {value}")
        self.setToolTip(tip)
        self.update()

    def show_bar(self, shown: bool) -> None:
        """Show a grey bar in the place of the value."""
        self._waiting = shown
        self.update()

    def sizeHint(self) -> QSize:
        fonts = self._themes.theme.fonts
        return QSize(100, fonts.second_line + fonts.body_line)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        split = theme.fonts.second_line
        place = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip)
        painter.setFont(theme.fonts.small)
        painter.setPen(theme.text2)
        painter.drawText(QRect(0, 0, self.width(), split), place, self._caption)
        below = QRect(0, split, self.width(), self.height() - split)
        if self._waiting and not self._value:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.sunken)
            bar = QRect(0, below.center().y() - HALF, round(self.width() * 0.8), GRID)
            painter.drawRoundedRect(bar, RADIUS_BAR, RADIUS_BAR)
            return
        painter.setFont(theme.fonts.body)
        painter.setPen(theme.text)
        metrics = painter.fontMetrics()
        text = metrics.elidedText(self._value, Qt.TextElideMode.ElideMiddle, self.width())
        if self._shorter and text != self._value:
            text = metrics.elidedText(self._shorter, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(below, place, text)


class _Cell(QWidget):
    def __init__(self, themes: ThemeSource, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = IdentityText(themes, self)
        self.copied = ""
        self.button = QToolButton(self)
        self.button.setIcon(icons.icon("copy", "text2"))
        self.button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.button.setAutoRaise(True)
        self.button.setFixedSize(_BUTTON, _BUTTON)
        policy = self.button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.button.setSizePolicy(policy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(HALF)
        # The button is higher than the value's line; both have one middle.
        layout.addWidget(self.text, 1, Qt.AlignmentFlag.AlignTop)
        layout.addStrut(self.text.sizeHint().height() + HALF)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)


class IdentityGrid(QWidget):
    """The identities. ``copied`` tells what a button has put on the clipboard, and its caption."""

    copied = Signal(str, str)

    def __init__(self, count: int, themes: ThemeSource, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._cells = [_Cell(themes, icons, self) for _ in range(count)]
        self._captions = [""] * count
        layout = QGridLayout(self)
        layout.setContentsMargins(PANE_PADDING, GRID + 2, PANE_PADDING - HALF, HALF + 1)
        layout.setHorizontalSpacing(PANE_PADDING)
        layout.setVerticalSpacing(0)
        for number, cell in enumerate(self._cells):
            layout.addWidget(cell, number // _COLUMNS, number % _COLUMNS)
            layout.setColumnStretch(number % _COLUMNS, 1)
            cell.button.clicked.connect(self._copy)
        themes.changed.connect(self.update)

    def values(self) -> tuple[str, ...]:
        """Return the values shown."""
        return tuple(cell.text.value for cell in self._cells)

    def button(self, number: int) -> QToolButton:
        """Return the copy button of one identity."""
        return self._cells[number].button

    def show_items(self, items: tuple[IdentityItem, ...]) -> None:
        """Show the identities of another session."""
        for number, (cell, item) in enumerate(zip(self._cells, items, strict=True)):
            self._captions[number] = item.caption
            cell.text.show_value(item.caption, item.shown, item.tip, item.shorter)
            cell.copied = item.copied
            cell.button.setVisible(bool(item.copied))
            cell.button.setToolTip(f"Copy {item.caption}")
            cell.button.setAccessibleName(f"Copy {item.caption}")

    def show_bars(self, shown: bool) -> None:
        """Show grey bars where nothing is known yet."""
        for cell in self._cells:
            cell.text.show_bar(shown)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._themes.theme.line)

    def _copy(self) -> None:
        button = self.sender()
        for caption, cell in zip(self._captions, self._cells, strict=True):
            if cell.button is button:
                QGuiApplication.clipboard().setText(cell.copied)
                self.copied.emit(caption, cell.copied)

"""The band for a note or an error: a mark, the fact in bold, what it means, one button."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from m360desk.ui.marks import Mark
from m360desk.ui.sign import Sign
from m360desk.ui.theme import BAND_HEIGHT, GRID, HALF, ICON_SIZE
from m360desk.ui.themed_label import ThemedLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from m360desk.ui.frame.notice import Notice
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource


class NoteBand(QWidget):
    """Says one thing at a time; what does not fit into a line takes a second one, nothing is cut off."""

    pressed = Signal()

    def __init__(
        self, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("noteBand")
        self._themes, self._icons, self._marks = themes, icons, marks
        self._notice: Notice | None = None
        self._sign = Sign(self)
        self._text = QLabel(self)
        self._text.setObjectName("noteText")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._aside = ThemedLabel(themes, colour="text2", parent=self)
        self._button = QPushButton(self)
        self._button.setObjectName("noteButton")
        self._button.setAutoDefault(False)
        self._button.clicked.connect(self.pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID + HALF, HALF - 1, GRID + HALF, HALF)
        row.setSpacing(GRID)
        row.addWidget(self._sign)
        row.addWidget(self._text, 1)
        row.addWidget(self._aside)
        row.addWidget(self._button)
        self.setAutoFillBackground(True)
        themes.changed.connect(self._theme_changed)
        self.hide()

    def show_notice(self, notice: Notice | None) -> None:
        """Show this, or nothing."""
        if notice == self._notice:
            return
        self._notice = notice
        if notice is None:
            self.hide()
            return
        text = notice.text
        rest = " ".join(part for part in (text.means, text.do) if part)
        self._text.setText(f"<b>{_plain(text.happened)}</b> {_plain(rest)}")
        self._text.setAccessibleName(text.one_line())
        self.setAccessibleName(text.one_line())
        self._aside.setText(notice.aside)
        self._aside.setVisible(bool(notice.aside))
        self._button.setText(notice.button)
        self._button.setAccessibleDescription(text.happened)
        self._theme_changed()
        self.show()
        # Loaded here: with all its roles and events it costs 2 ms of a start.
        from PySide6.QtGui import QAccessible, QAccessibleEvent

        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _theme_changed(self) -> None:
        notice = self._notice
        if notice is None:
            return
        theme = self._themes.theme
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, theme.badtint if notice.error else theme.watchtint)
        palette.setColor(QPalette.ColorRole.WindowText, theme.text)
        self.setPalette(palette)
        self._text.setFont(theme.fonts.body)
        self._sign.show_picture(partial(self._picture, notice))
        self._button.setFixedHeight(theme.fonts.chip_height)
        self.setMinimumHeight(max(BAND_HEIGHT, theme.fonts.body_line + 16))

    def _picture(self, notice: Notice, ratio: float) -> QPixmap:
        if notice.icon:
            colour = "badtext" if notice.error else "watchtext"
            return self._icons.pixmap(notice.icon, ICON_SIZE, ratio, colour)
        mark = Mark.REPLACE if notice.error else Mark.WATCH
        return self._marks.pixmap(mark, ICON_SIZE, self._themes.theme, ratio)


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

"""The status bar: what sync does at the left, the account's figures at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QStatusBar, QToolButton, QWidget

from m360desk.ui.elided_label import ElidedLabel
from m360desk.ui.fill import fill, fill_box
from m360desk.ui.frame.mode_badge import ModeBadge
from m360desk.ui.sign import Sign
from m360desk.ui.theme import GRID, HALF, ICON_SIZE

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Mark, Marks
    from m360desk.ui.theme_source import ThemeSource

FACTS = ("rate", "sessions", "cache", "mode")
SIGN = 14
DIVIDER = 12


class SyncLine(NamedTuple):
    """What stands at the left; beside it a mark, or an icon in ``colour`` (a name of the theme's)."""

    text: str
    detail: str = ""
    mark: Mark | None = None
    icon: str = ""
    colour: str = "text"
    busy: bool = False
    share: float | None = None
    """Of the whole, 0 to 1, where the whole is known."""

    @property
    def loud(self) -> bool:
        """Whether a person is needed: such words are semibold."""
        return self.colour in ("badtext", "watchtext")


class StatusBar(QStatusBar):
    """Sync state, progress and Cancel; rate, sessions, cache size, mode."""

    cancel_pressed = Signal()

    def __init__(
        self, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes, self._icons, self._marks = themes, icons, marks
        self._line = SyncLine("")
        self.setSizeGripEnabled(False)
        self._badge = ModeBadge(themes, self)
        self._sign = Sign(self)
        self._state = QLabel(self)
        self._state.setObjectName("syncState")
        self._detail = ElidedLabel(self)
        self._detail.setObjectName("syncDetail")
        self._progress = QProgressBar(self)
        self._progress.setObjectName("syncProgress")
        self._progress.setAccessibleName("Progress of the sync")
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(120, 6)
        self._progress.setRange(0, 1000)
        self._cancel = QToolButton(self)
        self._cancel.setText("Cancel")
        self._cancel.setObjectName("cancelSync")
        self._cancel.setAccessibleName("Cancel the sync")
        self._cancel.setAutoRaise(True)
        self._cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._cancel.setCursor(Qt.CursorShape.PointingHandCursor)
        self._cancel.clicked.connect(self.cancel_pressed)
        self._facts = Facts(themes, self)
        self.addWidget(self._make_left(), 1)
        self.addPermanentWidget(self._facts)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()
        self.show_sync(SyncLine("No account yet", icon="question", colour="text2"))

    def show_sync(self, line: SyncLine) -> None:
        """Say what sync does or how it ended."""
        self._line = line
        self._state.setText(line.text)
        self._detail.setText(f"· {line.detail}" if line.detail else "")
        self._detail.setMaximumWidth(self._detail.fontMetrics().horizontalAdvance(self._detail.text()) + 2)
        self._progress.setVisible(line.share is not None)
        if line.share is not None:
            self._progress.setValue(round(line.share * 1000))
        self._cancel.setVisible(line.busy)
        self._show_sign()

    def show_fact(self, name: str, text: str) -> None:
        """Set one of the facts at the right: rate, sessions, cache or mode; "" for none."""
        self._facts.show_fact(name, text)

    def show_mode_word(self, word: str) -> None:
        """Say that nothing is real: a word such as "TESTING"; "" where all is."""
        self._badge.show_word(word)

    def paintEvent(self, event: QPaintEvent) -> None:
        # Styles frame each item of a status bar; here a line parts it from the pages, and that is all.
        painter = QPainter(self)
        fill(painter, self.rect(), self._themes.theme.window)
        fill_box(painter, 0, 0, self.width(), 1, self._themes.theme.line)
        painter.end()

    def _make_left(self) -> QWidget:
        left = QWidget(self)
        row = QHBoxLayout(left)
        row.setContentsMargins(GRID, 0, 0, 0)
        row.setSpacing(GRID - 2)
        for each in (self._badge, self._sign, self._state):
            row.addWidget(each)
        row.addWidget(self._detail, 100)
        row.addWidget(self._progress)
        row.addWidget(self._cancel)
        row.addStretch(1)
        return left

    def _picture(self, ratio: float) -> QPixmap:
        line = self._line
        if line.mark is not None:
            return self._marks.pixmap(line.mark, SIGN, self._themes.theme, ratio)
        return self._icons.pixmap(line.icon, ICON_SIZE, ratio, line.colour)

    def _show_sign(self) -> None:
        line, theme = self._line, self._themes.theme
        if line.mark is not None or line.icon:
            self._sign.show_picture(self._picture)
        palette = self._state.palette()
        palette.setColor(self._state.foregroundRole(), getattr(theme, line.colour))
        self._state.setPalette(palette)
        self._state.setFont(theme.fonts.small_strong if line.loud else theme.fonts.small)

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        palette = self._detail.palette()
        palette.setColor(self._detail.foregroundRole(), theme.text2)
        self._detail.setPalette(palette)
        self._detail.setFont(theme.fonts.small)
        self._cancel.setFont(theme.fonts.small)
        palette = self._cancel.palette()
        palette.setColor(palette.ColorRole.ButtonText, theme.accent)
        self._cancel.setPalette(palette)
        height = max(24, theme.fonts.small_line + GRID)
        self._cancel.setFixedHeight(height - HALF)
        self.setFixedHeight(height)
        self._show_sign()


class Facts(QWidget):
    """Short facts parted by lines; one that is empty takes no room, nor a line."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._labels = {name: QLabel(self) for name in FACTS}
        self._labels["rate"].setAccessibleDescription("Requests a second")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, HALF, 0)
        row.setSpacing(0)
        for name, label in self._labels.items():
            label.setObjectName(f"fact-{name}")
            label.setContentsMargins(GRID + 2, 0, GRID, 0)
            label.hide()
            row.addWidget(label)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    def show_fact(self, name: str, text: str) -> None:
        """Set one; "" takes it away."""
        self._labels[name].setText(text)
        self._labels[name].setVisible(bool(text))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = [label for label in self._labels.values() if not label.isHidden()]
        for label in shown[1:]:
            top = (self.height() - DIVIDER) // 2
            fill_box(painter, label.x(), top, 1, DIVIDER, self._themes.theme.line2)
        painter.end()

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        for label in self._labels.values():
            label.setFont(theme.fonts.small)
            palette = label.palette()
            palette.setColor(label.foregroundRole(), theme.text2)
            label.setPalette(palette)
        self.update()

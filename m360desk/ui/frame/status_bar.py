"""The status bar: what sync does at the left, the account's figures at the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from m360desk.ui.theme import GRID

if TYPE_CHECKING:
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Mark, Marks
    from m360desk.ui.theme_source import ThemeSource


@dataclass(frozen=True, slots=True)
class SyncLine:
    """What stands at the left; beside it a mark, or an icon in ``colour`` (a name of the theme's)."""

    text: str
    detail: str = ""
    mark: Mark | None = None
    icon: str = ""
    colour: str = "text"
    busy: bool = False
    share: float | None = None
    """Of the whole, 0 to 1, where the whole is known."""


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
        self._mark = QLabel(self)
        self._mark.setFixedWidth(16)
        self._state = QLabel(self)
        self._state.setObjectName("syncState")
        self._detail = QLabel(self)
        self._progress = QProgressBar(self)
        self._progress.setObjectName("syncProgress")
        self._progress.setAccessibleName("Progress of the sync")
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(120, 6)
        self._progress.setRange(0, 1000)
        self._cancel = QToolButton(self)
        self._cancel.setText("Cancel")
        self._cancel.setObjectName("cancelSync")
        self._cancel.setAutoRaise(True)
        self._cancel.setCursor(Qt.CursorShape.PointingHandCursor)
        self._cancel.clicked.connect(self.cancel_pressed)
        left = QWidget(self)
        row = QHBoxLayout(left)
        row.setContentsMargins(GRID + 4, 0, 0, 0)
        row.setSpacing(GRID - 2)
        for each in (self._mark, self._state, self._detail, self._progress, self._cancel):
            row.addWidget(each)
        row.addStretch(1)
        self.addWidget(left, 1)
        self._facts = {name: QLabel(self) for name in ("rate", "sessions", "cache", "mode")}
        for number, label in enumerate(self._facts.values()):
            if number:
                self.addPermanentWidget(self._divider())
            label.setContentsMargins(GRID, 0, GRID, 0)
            self.addPermanentWidget(label)
        self._facts["rate"].setAccessibleName("Requests a second")
        themes.changed.connect(self._theme_changed)
        self._theme_changed()
        self.show_sync(SyncLine("No account yet", icon="question", colour="text2"))

    def show_sync(self, line: SyncLine) -> None:
        """Say what sync does or how it ended."""
        self._line = line
        self._state.setText(line.text)
        self._detail.setText(f"· {line.detail}" if line.detail else "")
        self._progress.setVisible(line.share is not None)
        if line.share is not None:
            self._progress.setValue(round(line.share * 1000))
        self._cancel.setVisible(line.busy)
        self._paint_mark()

    def show_fact(self, name: str, text: str) -> None:
        """Set one of the facts at the right: rate, sessions, cache or mode."""
        self._facts[name].setText(text)

    def _divider(self) -> QFrame:
        line = QFrame(self)
        line.setFrameShape(QFrame.Shape.VLine)
        line.setFixedHeight(12)
        return line

    def _paint_mark(self) -> None:
        line, ratio = self._line, self.devicePixelRatioF()
        theme = self._themes.theme
        if line.mark is not None:
            self._mark.setPixmap(self._marks.pixmap(line.mark, 14, theme, ratio))
        elif line.icon:
            self._mark.setPixmap(self._icons.pixmap(line.icon, 16, ratio, line.colour))
        palette = self._state.palette()
        palette.setColor(self._state.foregroundRole(), getattr(theme, line.colour))
        self._state.setPalette(palette)
        self._state.setFont(theme.fonts.small_strong if line.colour == "badtext" else theme.fonts.small)

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        for label in (self._state, self._detail, *self._facts.values()):
            label.setFont(theme.fonts.small)
            palette = label.palette()
            palette.setColor(label.foregroundRole(), theme.text if label is self._state else theme.text2)
            label.setPalette(palette)
        self._cancel.setFont(theme.fonts.small)
        self.setFixedHeight(max(24, theme.fonts.small_line + 10))
        self._paint_mark()

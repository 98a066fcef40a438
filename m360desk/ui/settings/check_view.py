"""What "Check connection" found, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from m360desk.ui.marks import Mark
from m360desk.ui.theme import GRID, HALF, ICON_SIZE
from m360desk.ui.themed_label import ThemedLabel

if TYPE_CHECKING:
    from m360desk.api.check import ConnectionReport, Step
    from m360desk.core.user_text import UserText
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource

_MARKS = {"ok": Mark.GOOD, "failed": Mark.REPLACE, "unknown": Mark.UNKNOWN}
_COLOURS = {"ok": "text", "failed": "badtext", "unknown": "text"}
_NAMES = {"ok": "in order", "failed": "failed", "unknown": "unknown"}


class CheckView(QFrame):
    """A line for each step with its mark; what failed says below what it means and what to do."""

    def __init__(self, themes: ThemeSource, marks: Marks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("checkResult")
        self._themes, self._marks = themes, marks
        self._shown: list[tuple[QLabel, Mark]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(GRID + HALF, GRID, GRID + HALF, GRID)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(HALF)
        self._grid.setColumnStretch(1, 1)
        self.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)
        self.setForegroundRole(QPalette.ColorRole.WindowText)
        themes.changed.connect(self._paint_marks)
        self.hide()

    def show_busy(self, text: str) -> None:
        """Say what is being waited for."""
        self._clear()
        self._line(text, colour="text2")
        self._say(text)

    def show_report(self, report: ConnectionReport) -> None:
        """Say how every step went."""
        self._clear()
        for step in report.steps:
            self._step(step)
        self._say(". ".join(f"{step.text}: {_NAMES[step.state]}. {step.detail}" for step in report.steps))

    def show_problem(self, text: UserText) -> None:
        """Say why it could not be checked at all."""
        self._clear()
        self._line(text.happened, mark=Mark.REPLACE, font="strong", colour="badtext")
        self._detail(f"{text.means} {text.do}".strip())
        self._say(text.one_line())

    def texts(self) -> list[str]:
        """All that stands here, from top to bottom."""
        return [label.text() for label in self.findChildren(ThemedLabel)]

    def _step(self, step: Step) -> None:
        failed = step.state == "failed"
        font = "strong" if failed else "body"
        row = self._line(step.text, mark=_MARKS[step.state], font=font, colour=_COLOURS[step.state])
        if step.milliseconds is not None:
            time = ThemedLabel(
                self._themes, f"{step.milliseconds} ms", font="small", colour="text2", parent=self
            )
            self._grid.addWidget(time, row, 2)
        if step.detail:
            self._detail(step.detail)

    def _line(self, text: str, *, mark: Mark | None = None, font: str = "body", colour: str = "text") -> int:
        row = self._grid.rowCount()
        if mark is not None:
            place = QLabel(self)
            place.setFixedHeight(self._themes.theme.fonts.body_line)
            self._grid.addWidget(place, row, 0, Qt.AlignmentFlag.AlignTop)
            self._shown.append((place, mark))
        words = ThemedLabel(self._themes, text, font=font, colour=colour, wraps=True, parent=self)
        self._grid.addWidget(words, row, 1)
        return row

    def _detail(self, text: str) -> None:
        label = ThemedLabel(self._themes, text, font="small", colour="text2", wraps=True, parent=self)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._grid.addWidget(label, self._grid.rowCount(), 1, 1, 2)

    def _say(self, text: str) -> None:
        self._paint_marks()
        self.setAccessibleName(text)
        self.show()

    def _clear(self) -> None:
        self._shown.clear()
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()

    def _paint_marks(self) -> None:
        theme, ratio = self._themes.theme, self.devicePixelRatioF()
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme.line2)  # the frame; labels have their own
        self.setPalette(palette)
        for place, mark in self._shown:
            place.setPixmap(self._marks.pixmap(mark, ICON_SIZE - 2, theme, ratio))

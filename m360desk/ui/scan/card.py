"""The scan card: the verdict over its reasons, the device's history, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from m360desk.ui.detail.lines import LinesView
from m360desk.ui.detail.plots import Sparkline
from m360desk.ui.scan.band import VerdictBand
from m360desk.ui.scan.log_view import LogView
from m360desk.ui.scan.reasons import ReasonsView
from m360desk.ui.text import imei_parts
from m360desk.ui.theme import GRID, HALF
from m360desk.ui.themed_label import ThemedLabel
from m360desk.ui.themed_line import ThemedLine

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance
    from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.scan.content import CardContent, DeviceLines
    from m360desk.ui.scan.log import ScanLog
    from m360desk.ui.theme_source import ThemeSource

SIDE = 32
NARROW = 1180
"""Below this width the log hides."""


class ScanCard(QWidget):
    """Takes the place of side bar, list and pane; keys and buttons are told, nothing is decided here."""

    opened = Signal()
    """Enter, or its button: the session in the list; of a device without one, the search for its code."""
    left = Signal()
    """Esc: back to where one was."""
    report_asked = Signal(int)
    session_asked = Signal(int)
    """The row id of another session of this device."""

    def __init__(
        self, log: ScanLog, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("scanCard")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._themes = themes
        self.content: CardContent | None = None
        self.band = VerdictBand(themes, self)
        self.device = _DeviceLine(themes, self)
        self.reasons = ReasonsView(themes, marks, self)
        self.history = LinesView(themes, icons, marks, self)
        self.history.setObjectName("scanHistory")
        self.history.setAccessibleName("Sessions of the same device")
        self.history.activated_line.connect(self._history_pressed)
        self.changed = LinesView(themes, icons, marks, self)
        self.changed.setAccessibleName("What has changed since the session before")
        self.sparkline = Sparkline(themes, self)
        self.log = LogView(log, themes, icons, marks, self)
        self._remark = ThemedLabel(themes, colour="text2", wraps=True, parent=self)
        self._remark.setObjectName("scanRemark")
        self._history_note = ThemedLabel(themes, colour="text2", parent=self)
        self._changed_note = ThemedLabel(themes, colour="text2", parent=self)
        for note in (self._history_note, self._changed_note):
            note.setMinimumHeight(self.sparkline.sizeHint().height())
        self._past = self._build_past()
        self.open_button = self._button("Open session", "scanOpen", self.opened)
        self.open_button.setDefault(True)
        self.report_button = self._button("Report", "scanReport")
        self.report_button.setIcon(icons.icon("print"))
        self.report_button.clicked.connect(self._report_pressed)
        self.back_button = self._button("Back", "scanBack", self.left)
        self._hint = ThemedLabel(
            themes, "Scan the next device, or Esc for the list", colour="text2", parent=self
        )
        self._build()
        themes.changed.connect(self._fit)
        self._fit()

    def show_content(self, content: CardContent) -> None:
        """Show another scan, or the same one as it is now known."""
        if content == self.content:
            return
        self.content = content
        self.setAccessibleName(f"Scan: {content.headline.title}")
        self.band.show_headline(content.headline)
        self.device.show_lines(content.device)
        self.reasons.show_reasons(content.reasons)
        self.reasons.setVisible(bool(content.reasons))
        self._remark.setText(content.remark)
        self._remark.setVisible(bool(content.remark))
        self._past.setVisible(content.row_id is not None)
        self.history.show_lines(content.history)
        self.history.setVisible(bool(content.history))
        self._history_note.setText(content.history_summary)
        if content.gauge is not None:
            self.sparkline.show_readings(content.readings, content.gauge)
        self.changed.show_lines(content.changed)
        self.changed.setVisible(bool(content.changed))
        self._changed_note.setText(content.changed_summary)
        self._show_buttons(content)
        self._page.verticalScrollBar().setValue(0)

    def announce(self) -> None:
        """Tell assistive tools at once: nobody has to look for what has changed."""
        if self.content is not None:
            self.setAccessibleDescription(self.content.spoken)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.log.setVisible(self.width() >= NARROW)

    # Inner workings

    def _build(self) -> None:
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 2 * GRID)
        column.setSpacing(0)
        column.addWidget(self.device)
        column.addWidget(self.reasons)
        column.addLayout(_indented(self._remark, 2 * GRID))
        column.addWidget(self._past)
        row = QHBoxLayout()
        row.setContentsMargins(SIDE, 2 * GRID, SIDE, 0)
        row.setSpacing(GRID)
        for button in (self.open_button, self.report_button, self.back_button):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._hint)
        column.addLayout(row)
        column.addStretch(1)
        self._page = QScrollArea(self)
        self._page.setFrameShape(QFrame.Shape.NoFrame)
        self._page.setWidgetResizable(True)
        self._page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._page.setWidget(body)
        for each in (body, self._page, self._page.viewport()):
            each.setBackgroundRole(QPalette.ColorRole.Base)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addWidget(self.band)
        left.addWidget(self._page, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(left, 1)
        whole.addWidget(self.log)

    def _build_past(self) -> QWidget:
        """History and changes beside each other."""
        past = QWidget(self)
        columns = QHBoxLayout()
        columns.setContentsMargins(SIDE - GRID, GRID, SIDE - GRID, GRID)
        columns.setSpacing(5 * GRID)
        for title, note, picture, lines in (
            ("Same device", self._history_note, self.sparkline, self.history),
            ("Changed", self._changed_note, None, self.changed),
        ):
            head = QHBoxLayout()
            head.setContentsMargins(GRID, 0, GRID, 0)
            head.setSpacing(GRID)
            head.addWidget(ThemedLabel(self._themes, title, font="strong", parent=past))
            head.addWidget(note, 1)
            if picture is not None:
                head.addWidget(picture)
            column = QVBoxLayout()
            column.setSpacing(HALF)
            column.addLayout(head)
            column.addWidget(lines)
            column.addStretch(1)
            columns.addLayout(column, 1)
        outer = QVBoxLayout(past)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(columns)
        outer.addWidget(ThemedLine(self._themes, parent=past))
        return past

    def _button(self, text: str, name: str, pressed: SignalInstance | None = None) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAutoDefault(False)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if pressed is not None:
            button.clicked.connect(pressed)
        return button

    def _show_buttons(self, content: CardContent) -> None:
        has_session = content.row_id is not None
        self.open_button.setText("Open session (Enter)" if has_session else "Search in the list (Enter)")
        self.open_button.setVisible(has_session or bool(content.search))
        self.report_button.setVisible(has_session)
        self.back_button.setText("Cancel (Esc)" if content.asking else "Back (Esc)")
        self.back_button.setVisible(not has_session)
        self._hint.setVisible(not content.asking)

    def _fit(self) -> None:
        for button in (self.open_button, self.report_button, self.back_button):
            button.setMinimumHeight(self._themes.theme.fonts.control_height)

    def _history_pressed(self, target: object) -> None:
        if isinstance(target, int):
            self.session_asked.emit(target)

    def _report_pressed(self) -> None:
        if self.content is not None and self.content.row_id is not None:
            self.report_asked.emit(self.content.row_id)


class _DeviceLine(QWidget):
    """Name and facts at the left; at the right the identity, its telling digits bold, and the last time."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("scanDevice")
        self._themes = themes
        self._lines: DeviceLines | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.updateGeometry)

    def show_lines(self, lines: DeviceLines | None) -> None:
        """Show another device; None: there is none."""
        self._lines = lines
        self.setVisible(lines is not None)
        if lines is not None:
            said = (lines.name, lines.facts, lines.identity, lines.seen)
            self.setAccessibleName(", ".join(part for part in said if part))
            self.setToolTip("\n".join(part for part in (lines.facts, lines.seen) if part))
        self.update()

    def sizeHint(self) -> QSize:
        fonts = self._themes.theme.fonts
        return QSize(400, fonts.heading_line + fonts.body_line + 4 * GRID + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._lines is None:
            return
        theme, lines = self._themes.theme, self._lines
        fonts = theme.fonts
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line)
        plain = QFont(fonts.heading)
        plain.setWeight(QFont.Weight.Normal)
        parts = imei_parts(lines.identity)
        groups = (
            [(parts.tac + " ", plain), (parts.serial + " ", fonts.heading), (parts.check, plain)]
            if parts is not None
            else [(lines.identity, plain)]
        )
        top, second = 2 * GRID - 2, 2 * GRID - 2 + fonts.heading_line + 2
        taken = sum(QFontMetrics(font).horizontalAdvance(text) for text, font in groups)
        x = self.width() - SIDE - taken
        left = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        painter.setPen(theme.text)
        for text, font in groups:
            painter.setFont(font)
            width = QFontMetrics(font).horizontalAdvance(text)
            painter.drawText(QRect(x, top, width + 2, fonts.heading_line), left, text)
            x += width
        elide = Qt.TextElideMode.ElideRight
        room = self.width() - 2 * SIDE - taken - 3 * GRID
        name = QFontMetrics(fonts.heading).elidedText(lines.name, elide, room)
        painter.setFont(fonts.heading)
        painter.drawText(QRect(SIDE, top, max(0, room), fonts.heading_line), left, name)
        metrics = QFontMetrics(fonts.body)
        seen = metrics.horizontalAdvance(lines.seen)
        painter.setFont(fonts.body)
        painter.setPen(theme.text2)
        at = QRect(self.width() - SIDE - seen, second, seen, fonts.body_line)
        painter.drawText(at, right, lines.seen)
        room = self.width() - 2 * SIDE - seen - 3 * GRID
        shown = metrics.elidedText(lines.facts, elide, max(0, room))
        painter.drawText(QRect(SIDE, second, max(0, room), fonts.body_line), left, shown)
        painter.end()


def _indented(widget: QWidget, above: int) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(SIDE, above // 2, SIDE, above // 2)
    row.addWidget(widget)
    return row

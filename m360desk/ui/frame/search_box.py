"""The search box: one line, one language; an error is marked under the very words that are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QLineEdit, QWidget

from m360desk.ui.theme import RADIUS_CONTROL

if TYPE_CHECKING:
    from m360desk.core.query import QueryError
    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource

HINT = "Search: scan or type an IMEI, a model, battery:<80 …"


class SearchBox(QLineEdit):
    """Tells what was typed; shows what is wrong with it."""

    submitted = Signal(str)
    """Enter was pressed."""
    save_asked = Signal(str)
    """The search is to be kept as a view."""
    left_downwards = Signal()
    """The user wants to go on in the list."""

    def __init__(self, themes: ThemeSource, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("searchBox")
        self.setAccessibleName("Search device sessions")
        self.setPlaceholderText(HINT)
        self.setMinimumWidth(160)
        self._themes = themes
        self._icons = icons
        self._error: QueryError | None = None
        self._glass = QAction(self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction("Clear the search", self)
        self._clear.triggered.connect(self.clear)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._save = QAction("Save view", self)
        self._save.setObjectName("saveView")
        self._save.setToolTip("Save this search as a view")
        self._save.triggered.connect(lambda: self.save_asked.emit(self.text().strip()))
        self.addAction(self._save, QLineEdit.ActionPosition.TrailingPosition)
        self.returnPressed.connect(lambda: self.submitted.emit(self.text()))
        self.textChanged.connect(self._text_changed)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()
        self._text_changed("")

    def show_error(self, error: QueryError | None) -> None:
        """Mark what is wrong, or take the mark away."""
        self._error = error
        self.setAccessibleDescription(error.message if error is not None else "")
        self._save.setEnabled(error is None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._error is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._themes.theme
        painter.setPen(QPen(theme.bad, 2))
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(frame, RADIUS_CONTROL, RADIUS_CONTROL)
        painter.setPen(QPen(theme.bad, 1))
        painter.drawPolyline(self._wave(self._error.start, self._error.end))
        painter.end()

    def _wave(self, start: int, end: int) -> QPolygonF:
        text = self.text()
        metrics = self.fontMetrics()
        # The cursor's place tells how far the text is scrolled.
        cursor = self.cursorRect().center().x() + 1
        origin = cursor - metrics.horizontalAdvance(text[: self.cursorPosition()])
        left = origin + metrics.horizontalAdvance(text[:start])
        right = origin + metrics.horizontalAdvance(text[: max(end, start + 1)])
        right = max(right, left + 6)
        room = self.rect().adjusted(30, 0, -30, 0)
        base = (self.height() + metrics.height()) / 2 - 1
        first, last = max(room.left(), int(left)), min(room.right(), int(right))
        points = [QPointF(x, base + (1.5 if (x - first) % 4 else -0.5)) for x in range(first, last + 1, 2)]
        return QPolygonF(points)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
            return
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def _text_changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._save.setVisible(bool(text.strip()))

    def _theme_changed(self) -> None:
        self._glass.setIcon(self._icons.icon("search", "text2"))
        self._clear.setIcon(self._icons.icon("clear", "text2"))
        self._save.setIcon(self._icons.icon("bookmark", "text2"))
        self.setFixedHeight(self._themes.theme.fonts.control_height)
        self.update()


class Patience:
    """Waits a little before an error is said: nobody is corrected in the middle of a word."""

    DELAY_MS = 400

    def __init__(self, parent: QWidget) -> None:
        self._timer = QTimer(parent)
        self._timer.setSingleShot(True)
        self._timer.setInterval(self.DELAY_MS)
        self.timeout = self._timer.timeout

    def start(self) -> None:
        """Begin to wait anew."""
        self._timer.start()

    def stop(self) -> None:
        """Wait no longer."""
        self._timer.stop()

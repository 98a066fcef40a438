"""The search box: one line, one language; an error is marked under the very words that are wrong."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QMargins, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from m360desk.ui.fill import fill_box
from m360desk.ui.frame.bar_button import BarButton
from m360desk.ui.theme import GRID, HALF, ICON_SIZE, RADIUS_CONTROL

if TYPE_CHECKING:
    from PySide6.QtGui import QInputMethodEvent

    from m360desk.core.query import QueryError
    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource

_SCANNED = "scanned"
_FIND = "Ctrl+F"
HINT = "Search: scan or type an IMEI, a model, battery:<80 …"


@cache
def _find_keys() -> str:
    """As the platform writes them."""
    from PySide6.QtGui import QKeySequence

    return QKeySequence(_FIND).toString(QKeySequence.SequenceFormat.NativeText)


class SearchBox(QLineEdit):
    """Tells what was typed; shows what is wrong with it."""

    submitted = Signal(str)
    """Enter was pressed."""
    save_asked = Signal(str)
    """The search is to be kept as a view."""
    left_downwards = Signal()
    """The user wants to go on in the list."""
    offer_ended = Signal()
    """Completions are offered no longer."""

    def __init__(self, themes: ThemeSource, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("searchBox")
        self.setAccessibleName("Search device sessions")
        self.setPlaceholderText(HINT)
        self.setMinimumWidth(160)
        self._themes = themes
        self._icons = icons
        self._error: QueryError | None = None
        self._lent_from: str | None = None
        self.is_completing = False
        """Whether completions are offered: what is unfinished need not be called wrong."""
        # Named afterwards: for an action made with its name, PySide looks whether that is an icon.
        self._clear = QAction(self)
        self._clear.setText("Clear the search")
        self._clear.setToolTip("Clear the search (Esc)")
        self._clear.triggered.connect(self.clear)
        self._clear_button = BarButton(themes, icons, "clear", self._clear, self, low=True, colour="text2")
        self._clear_button.wordless = True
        # Esc does the same, and the way from the words to "Save view" stays short.
        self._clear_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._save = QAction(self)
        self._save.setText("Save view")
        self._save.setObjectName("saveView")
        self._save.setToolTip("Save this search as a view")
        self._save.triggered.connect(lambda: self.save_asked.emit(self.text().strip()))
        self._save_button = BarButton(themes, icons, "bookmark", self._save, self, low=True, colour="text2")
        for button in (self._clear_button, self._save_button):
            button.setCursor(Qt.CursorShape.ArrowCursor)
        self.returnPressed.connect(lambda: self.submitted.emit(self.text()))
        self.textChanged.connect(self._text_changed)
        self.textChanged.connect(self._paint_field_names)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()
        self._text_changed("")

    def show_error(self, error: QueryError | None) -> None:
        """Mark what is wrong, or take the mark away."""
        self._error = error
        self.setAccessibleDescription(error.message if error is not None else "")
        self._save.setEnabled(error is None)
        self.update()

    def show_scanned(self, code: str | None) -> None:
        """Show what was scanned without searching for it; None: the search that the list still shows."""
        if code is None and self._lent_from is None:
            return
        if self._lent_from is None:
            self._lent_from = self.text()
        text = self._lent_from if code is None else code
        if code is None:
            self._lent_from = None
        self.blockSignals(True)
        self.setText(text)
        self.blockSignals(False)
        self._text_changed(text)
        self._paint_field_names(text)
        self._save_button.setVisible(code is None and bool(text.strip()))
        self._arrange()

    def keep_scanned(self) -> None:
        """Somebody has gone on typing: what stands in the box is the search now."""
        self._lent_from = None

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ratio = self.devicePixelRatioF()
        glass = self._icons.pixmap("search", ICON_SIZE, ratio, "text2")
        painter.drawPixmap(GRID, (self.height() - ICON_SIZE) // 2, glass)
        if not self._save_button.isHidden():
            left = self._save_button.x() - HALF - 1
            fill_box(painter, left, GRID, 1, self.height() - 2 * GRID, theme.line2)
        elif not self.text() and not self.hasFocus():
            self._paint_keys(painter)
        if self._lent_from is not None:
            self._paint_origin(painter)
        if self._error is not None:
            self._paint_error(painter, self._error)
        painter.end()

    def get_ready(self) -> None:
        """Make what the first key would wait for: classes of Qt that are not needed before, icons."""
        self._formats("battery:80")
        for button in (self._clear_button, self._save_button):
            button.icon().pixmap(QSize(ICON_SIZE, ICON_SIZE), self.devicePixelRatioF())

    def _paint_field_names(self, text: str) -> None:
        """Let field names step back behind values; a line edit takes formats only with an (empty) input."""
        if not text:
            return
        # An empty box, as at every start, comes without them: four milliseconds.
        from PySide6.QtGui import QInputMethodEvent

        super().inputMethodEvent(QInputMethodEvent("", self._formats(text)))

    def _formats(self, text: str) -> list[QInputMethodEvent.Attribute]:
        from PySide6.QtGui import QInputMethodEvent, QTextCharFormat

        from m360desk.core.query_tokens import field_names

        names = QTextCharFormat()
        names.setForeground(self._themes.theme.text2)
        cursor = self.cursorPosition()
        kind = QInputMethodEvent.AttributeType.TextFormat
        return [
            QInputMethodEvent.Attribute(kind, start - cursor, end - start, names)
            for start, end in field_names(text)
        ]

    def _paint_keys(self, painter: QPainter) -> None:
        """The keys that lead here, as on a key cap."""
        theme = self._themes.theme
        painter.setFont(theme.fonts.small)
        words = _find_keys()
        width = painter.fontMetrics().horizontalAdvance(words) + 2 * GRID - 2
        height = theme.fonts.small_line + HALF
        cap = QRectF(self.width() - GRID - width, (self.height() - height) / 2, width, height)
        painter.setPen(QPen(theme.line2, 1))
        painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CONTROL, RADIUS_CONTROL)
        painter.setPen(theme.text2)
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_origin(self, painter: QPainter) -> None:
        """Whose words these are: nobody typed them, and the list does not follow them."""
        theme = self._themes.theme
        painter.setFont(theme.fonts.body)
        width = painter.fontMetrics().horizontalAdvance(_SCANNED)
        left = self._clear_button.x() - GRID - width
        painter.setPen(theme.text2)
        place = QRectF(left, 0, width + 1, self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, _SCANNED)
        icon = self._icons.pixmap("scan", ICON_SIZE, self.devicePixelRatioF(), "text2")
        painter.drawPixmap(left - HALF - ICON_SIZE, (self.height() - ICON_SIZE) // 2, icon)

    def _paint_error(self, painter: QPainter, error: QueryError) -> None:
        theme = self._themes.theme
        painter.setPen(QPen(theme.bad, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(frame, RADIUS_CONTROL, RADIUS_CONTROL)
        painter.setPen(QPen(theme.bad, 1.2))
        painter.drawPolyline(self._wave(error.start, error.end))

    def _wave(self, start: int, end: int) -> QPolygonF:
        text = self.text()
        metrics = self.fontMetrics()
        # The cursor's place tells how far the text is scrolled.
        cursor = self.cursorRect().center().x() + 1
        origin = cursor - metrics.horizontalAdvance(text[: self.cursorPosition()])
        left = origin + metrics.horizontalAdvance(text[:start])
        right = origin + metrics.horizontalAdvance(text[: max(end, start + 1)])
        right = max(right, left + 6)
        margins = self.textMargins()
        room = self.rect().adjusted(margins.left(), 0, -margins.right(), 0)
        base = (self.height() + metrics.height()) / 2
        first, last = max(room.left(), int(left)), min(room.right(), int(right))
        points = [QPointF(x, base + (1.5 if (x - first) % 4 else -0.5)) for x in range(first, last + 1, 2)]
        return QPolygonF(points)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
            return
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def _text_changed(self, text: str) -> None:
        self._clear_button.setVisible(bool(text))
        self._save_button.setVisible(bool(text.strip()))
        self._arrange()

    def _arrange(self) -> None:
        """Put the buttons at the right end and keep the text out of their way."""
        right = self.width() - HALF
        for button, gap in ((self._save_button, 2 * HALF + 1), (self._clear_button, HALF)):
            if button.isHidden():
                continue
            size = button.sizeHint()
            right -= size.width()
            button.setGeometry(right, (self.height() - size.height()) // 2, size.width(), size.height())
            right -= gap
        margins = QMargins(GRID + ICON_SIZE + HALF, 0, self.width() - right, 0)
        if margins != self.textMargins():
            self.setTextMargins(margins)

    def _theme_changed(self) -> None:
        self.setFixedHeight(self._themes.theme.fonts.control_height)
        self._arrange()
        self._paint_field_names(self.text())
        self.update()

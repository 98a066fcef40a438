"""The list of completions under the search box: it never takes the focus from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from m360desk.ui.text import number
from m360desk.ui.theme import GRID, HALF, RADIUS_CONTROL, SELECTION_BAR

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from PySide6.QtGui import QFontMetrics

    from m360desk.core.query_candidates import Candidate
    from m360desk.ui.theme_source import ThemeSource

MOST_ROWS = 10
WIDTH = 440
LEAST_WIDTH = 280
_CANDIDATE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class CompletionModel(QAbstractListModel):
    """The candidates of one place."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.candidates: tuple[Candidate, ...] = ()

    def show_candidates(self, candidates: Sequence[Candidate]) -> None:
        """Show other candidates; where only counts have come, the rows stay."""
        same = [each.written for each in candidates] == [each.written for each in self.candidates]
        if same:
            self.candidates = tuple(candidates)
            if self.candidates:
                self.dataChanged.emit(self.index(0), self.index(len(self.candidates) - 1))
            return
        self.beginResetModel()
        self.candidates = tuple(candidates)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.candidates)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        candidate = self.candidates[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return candidate.label
        if role == _CANDIDATE:
            return candidate
        return spoken(candidate) if role == Qt.ItemDataRole.AccessibleTextRole else None


def spoken(candidate: Candidate) -> str:
    """A candidate for a screen reader."""
    count = "" if candidate.count is None else count_words(candidate.count)
    example = f"for example {candidate.example}" if candidate.example else ""
    return ", ".join(part for part in (candidate.label, candidate.title, example, count) if part)


def count_words(count: int) -> str:
    """A count of sessions in words."""
    return f"{number(count, decimals=0)} {'session' if count == 1 else 'sessions'}"


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: QListView, themes: ThemeSource) -> None:
        super().__init__(view)
        self._themes = themes

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self._themes.theme.fonts.compact_row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, candidate, box = self._themes.theme, index.data(_CANDIDATE), option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(box, theme.sel)
            painter.fillRect(QRect(box.left(), box.top(), SELECTION_BAR, box.height()), theme.accent)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.hover)
        painter.setFont(theme.fonts.body)
        metrics = painter.fontMetrics()
        room = box.adjusted(GRID + HALF, 0, -GRID - HALF, 0)
        at_right = candidate.example if candidate.count is None else number(candidate.count, decimals=0)
        if at_right:
            painter.setPen(theme.text2)
            painter.drawText(room, _RIGHT, at_right)
            room.setRight(room.right() - metrics.horizontalAdvance(at_right) - 2 * GRID)
        label = metrics.elidedText(candidate.label, Qt.TextElideMode.ElideRight, room.width())
        painter.setPen(theme.text)
        painter.drawText(room, _LEFT, label)
        room.setLeft(room.left() + metrics.horizontalAdvance(label) + GRID)
        self._paint_title(painter, metrics, room, candidate.title)

    def _paint_title(self, painter: QPainter, metrics: QFontMetrics, room: QRect, title: str) -> None:
        if title and room.width() > metrics.horizontalAdvance("…"):
            painter.setPen(self._themes.theme.text2)
            painter.drawText(
                room, _LEFT, metrics.elidedText(title, Qt.TextElideMode.ElideRight, room.width())
            )


class CompletionPopup(QFrame):
    """Rows of candidates; a child of the window, so that it needs no focus and no window of its own."""

    picked = Signal(object)
    """A :class:`Candidate` was pressed."""

    def __init__(self, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("completionPopup")
        self._themes, self._window = themes, window
        self.model = CompletionModel(self)
        self.view = QListView(self)
        self.view.setObjectName("completions")
        self.view.setAccessibleName("Completions")
        self.view.setModel(self.model)
        self.view.setItemDelegate(_Delegate(self.view, themes))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        for widget in (self, self.view):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.clicked.connect(lambda index: self.picked.emit(index.data(_CANDIDATE)))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, HALF, 1, HALF)
        column.addWidget(self.view)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()
        self.hide()

    @property
    def chosen(self) -> Candidate | None:
        """The candidate that keys have gone to; None at first."""
        indexes = self.view.selectionModel().selectedIndexes()
        return indexes[0].data(_CANDIDATE) if indexes else None

    def show_candidates(self, candidates: Sequence[Candidate]) -> None:
        """Show these; a choice stays with its candidate."""
        before = self.chosen
        self.model.show_candidates(candidates)
        if before is not None and self.chosen is None:
            row = next((at for at, each in enumerate(candidates) if each.written == before.written), None)
            if row is not None:
                self.choose(row)

    def choose(self, row: int) -> None:
        """Go to a row."""
        self.view.setCurrentIndex(self.model.index(row))

    def step(self, by: int) -> None:
        """Go so many rows on; from nothing to the first or last, and round the ends."""
        count = self.model.rowCount()
        indexes = self.view.selectionModel().selectedIndexes()
        if not indexes:
            self.choose(0 if by > 0 else count - 1)
            return
        row = indexes[0].row() + by
        self.choose(row % count if abs(by) == 1 else min(max(row, 0), count - 1))

    def place_under(self, box: QWidget, x: int) -> None:
        """Stand under a field, from so far in on, within the window."""
        window = self._window
        rows = min(self.model.rowCount(), MOST_ROWS)
        height = rows * self._themes.theme.fonts.compact_row_height + 2 * HALF
        width = max(LEAST_WIDTH, min(self._themes.theme.fonts.body.pixelSize() * WIDTH // 13, window.width()))
        corner = box.mapTo(window, box.rect().bottomLeft())
        left = max(0, min(corner.x() + x, window.width() - width - GRID))
        top = corner.y() + HALF
        self.setGeometry(left, top, width, min(height, max(0, window.height() - top - GRID)))
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.control, 1))
        painter.setBrush(theme.raised)
        frame = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, RADIUS_CONTROL, RADIUS_CONTROL)
        painter.end()

    def _theme_changed(self) -> None:
        palette = self.view.palette()
        palette.setColor(QPalette.ColorRole.Base, self._themes.theme.raised)
        self.view.setPalette(palette)
        self.update()

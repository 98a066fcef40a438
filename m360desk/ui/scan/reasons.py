"""The reasons for a verdict: a real list, so that keys and assistive tools can read it row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
)

from m360desk.ui.marks import text_colour
from m360desk.ui.theme import FOCUS_WIDTH

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

    from m360desk.ui.marks import Marks
    from m360desk.ui.scan.content import Reason
    from m360desk.ui.theme_source import ThemeSource

Index = QModelIndex | QPersistentModelIndex
_REASON = int(Qt.ItemDataRole.UserRole)
_SIDE, _MARK = 32, 20
_WORD_AT, _FACT_AT, _TOPIC_WIDTH = 68, 184, 96
_AIR = 12
_BETWEEN = 2
_NO_INDEX = QModelIndex()
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class _ReasonsModel(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.reasons: tuple[Reason, ...] = ()

    def show(self, reasons: tuple[Reason, ...]) -> None:
        self.beginResetModel()
        self.reasons = reasons
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.reasons)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.reasons):
            return None
        reason = self.reasons[index.row()]
        if role == _REASON:
            return reason
        spoken = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        return reason.spoken if spoken else None


class ReasonsView(QListView):
    """As high as its rows: what scrolls is the card."""

    def __init__(self, themes: ThemeSource, marks: Marks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scanReasons")
        self.setAccessibleName("Reasons for the verdict")
        self._themes = themes
        self._reasons = _ReasonsModel(self)
        self._delegate = _Delegate(self, themes, marks)
        self.setModel(self._reasons)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTabKeyNavigation(False)
        self.viewport().setAutoFillBackground(False)
        themes.changed.connect(self._delegate.forget)
        themes.changed.connect(self._fit)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The rows shown."""
        return self._reasons.reasons

    def show_reasons(self, reasons: tuple[Reason, ...]) -> None:
        """Show other rows."""
        if reasons != self._reasons.reasons:
            self._reasons.show(reasons)
            self._delegate.forget()
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def _fit(self) -> None:
        width = self.viewport().width()
        self.scheduleDelayedItemsLayout()
        self.setFixedHeight(sum(self._delegate.height(reason, width) for reason in self.reasons))


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: ReasonsView, themes: ThemeSource, marks: Marks) -> None:
        super().__init__(view)
        self._view, self._themes, self._marks = view, themes, marks
        self._known: dict[tuple[Reason, int], tuple[int, int]] = {}

    def forget(self) -> None:
        """Measure anew: other rows, or another font."""
        self._known.clear()

    def height(self, reason: Reason, width: int) -> int:
        """Return the height of a row in a list that wide, its line included."""
        return sum(self._heights(reason, width)) + 2 * _AIR + (_BETWEEN if reason.more else 0) + 1

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = self._view.viewport().width()
        return QSize(width, self.height(index.data(_REASON), width))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        reason: Reason = index.data(_REASON)
        theme = self._themes.theme
        area: QRect = option.rect
        scale = self._scale()
        painter.save()
        painter.fillRect(area.left(), area.bottom(), area.width(), 1, theme.line)
        top = area.top() + _AIR
        first, second = self._heights(reason, area.width())
        line = theme.fonts.body_line
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(
            _SIDE, top + (line - _MARK) // 2, self._marks.pixmap(reason.mark, _MARK, theme, ratio)
        )
        painter.setFont(theme.fonts.strong)
        painter.setPen(text_colour(reason.mark, theme))
        left, word = round(_FACT_AT * scale), round(_WORD_AT * scale)
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(QRect(word, top, left - word, line), middle, reason.word)
        painter.setPen(theme.text)
        room = self._room(area.width())
        painter.drawText(QRect(left, top, room, first), _WRAP, reason.fact)
        painter.setFont(theme.fonts.body)
        painter.setPen(theme.text2)
        painter.drawText(QRect(left, top + first + _BETWEEN, room, second), _WRAP, reason.more)
        right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        painter.drawText(QRect(area.left(), top, area.width() - _SIDE, line), right, reason.topic)
        if option.state & QStyle.StateFlag.State_HasFocus and self._view.hasFocus():
            painter.setPen(QPen(theme.accent, FOCUS_WIDTH))
            painter.drawRect(area.adjusted(2, 2, -2, -2))
        painter.restore()

    def _heights(self, reason: Reason, width: int) -> tuple[int, int]:
        """The heights of the fact and of what stands under it; wrapping text is measured once."""
        found = self._known.get((reason, width))
        if found is None:
            found = self._known[reason, width] = self._measured(reason, width)
        return found

    def _measured(self, reason: Reason, width: int) -> tuple[int, int]:
        fonts = self._themes.theme.fonts
        box = QRect(0, 0, self._room(width), 10_000)
        first = QFontMetrics(fonts.strong).boundingRect(box, _WRAP, reason.fact).height()
        if not reason.more:
            return max(first, fonts.body_line), 0
        second = QFontMetrics(fonts.body).boundingRect(box, _WRAP, reason.more).height()
        return max(first, fonts.body_line), max(second, fonts.body_line)

    def _room(self, width: int) -> int:
        scale = self._scale()
        return max(120, width - round(_FACT_AT * scale) - _SIDE - round(_TOPIC_WIDTH * scale))

    def _scale(self) -> float:
        return self._themes.theme.fonts.body.pixelSize() / 13

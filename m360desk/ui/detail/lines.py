"""Lines of text in a list: a real list view, so that keys and assistive tools can read it line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QToolTip,
)

from m360desk.ui.marks import Mark
from m360desk.ui.theme import FOCUS_WIDTH, HALF, ICON_SIZE

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QResizeEvent
    from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

    from m360desk.ui.detail.content import Line, Piece, Run
    from m360desk.ui.fonts import Fonts
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme import Theme
    from m360desk.ui.theme_source import ThemeSource

Index = QModelIndex | QPersistentModelIndex

LINE_ROLE = int(Qt.ItemDataRole.UserRole)
#: Where text under a line begins, and the gap between two pieces (pixels at a body text of 13).
INDENT = 24
GAP = 8
UNIT_GAP = 2
#: The focus frame and the pointer's shade reach out of the text by this much on both sides.
REACH = 8
_NO_INDEX = QModelIndex()
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class LinesModel(QAbstractListModel):
    """The lines of one section."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[Line, ...] = ()

    def show(self, lines: tuple[Line, ...]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return line.spoken
        return (line.tip or None) if role == Qt.ItemDataRole.ToolTipRole else None


class LineMeasure:
    """Sizes of lines with the fonts of the moment."""

    def __init__(self, fonts: Fonts) -> None:
        self.fonts = fonts
        self.metrics = {
            name: QFontMetrics(getattr(fonts, name)) for name in ("body", "strong", "small", "small_strong")
        }
        self.scale = fonts.body.pixelSize() / 13

    def x(self, at: int) -> int:
        """Return a place given for a body text of 13 in pixels of the text in use."""
        return round(at * self.scale)

    def height(self, line: Line, width: int) -> int:
        """Return the height of a line in a list ``width`` wide."""
        if line.wraps:
            run = line.pieces[0].runs[0]
            return self.wrapped(run.text, width - self.x(line.pieces[0].at), run.font) + HALF
        below = sum(self.wrapped(text, width - self.x(INDENT)) for text in line.below)
        return self.fonts.compact_row_height + (below + HALF if below else 0)

    def wrapped(self, text: str, width: int, font: str = "small") -> int:
        """Return the height of a text wrapped into ``width``."""
        metrics = self.metrics[font]
        height = metrics.boundingRect(QRect(0, 0, max(1, width), 100_000), _WRAP, text).height()
        rows = max(1, round(height / max(1, metrics.lineSpacing())))
        return max(height, rows * (self.fonts.body_line if font == "body" else self.fonts.small_line))

    def total(self, lines: tuple[Line, ...], width: int) -> int:
        """Return the height of all lines in a view ``width`` wide, halves standing two beside each other."""
        width -= 2 * REACH
        height, halves = 0, 0
        for line in lines:
            if line.half:
                halves += 1
                height += self.fonts.compact_row_height if halves % 2 else 0
                continue
            halves = 0
            height += self.height(line, width)
        return height


class LinesView(QListView):
    """A list as high as its lines. ``activated_line`` carries the target of a line clicked or entered.

    ``current_moved`` lets the pane around it scroll: the list itself has nothing to scroll.
    """

    activated_line = Signal(object)
    current_moved = Signal()

    def __init__(
        self, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._lines = LinesModel(self)
        self._measure = LineMeasure(themes.theme.fonts)
        self._delegate = _LinesDelegate(self, themes, icons, marks)
        self.setModel(self._lines)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.viewport().setAutoFillBackground(False)
        self.clicked.connect(self._activate)
        self.activated.connect(self._activate)
        themes.changed.connect(self._retheme)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines shown."""
        return self._lines.lines

    def measure(self) -> LineMeasure:
        """Return the measures in use."""
        return self._measure

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        """Show other lines; the list takes their height."""
        if lines == self._lines.lines:
            return
        self._lines.show(lines)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.current_moved.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.lines:
            self.setCurrentIndex(self._lines.index(0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
            event.accept()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._activate(self.currentIndex())
            event.accept()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(200, self._measure.total(self.lines, max(200, self.viewport().width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def _fit(self) -> None:
        self.setFixedHeight(self._measure.total(self.lines, self.viewport().width()))

    def _retheme(self) -> None:
        self._measure = LineMeasure(self._themes.theme.fonts)
        self.scheduleDelayedItemsLayout()
        self._fit()
        self.viewport().update()

    def _activate(self, index: Index) -> None:
        line = index.data(LINE_ROLE) if index.isValid() else None
        if line is not None and line.target is not None:
            self.activated_line.emit(line.target)

    def _copy(self) -> None:
        line = self.currentIndex().data(LINE_ROLE)
        if line is not None:
            QGuiApplication.clipboard().setText(line.copied or line.spoken)


class _LinesDelegate(QStyledItemDelegate):
    """Paints lines."""

    def __init__(self, view: LinesView, themes: ThemeSource, icons: Icons, marks: Marks) -> None:
        super().__init__(view)
        self._view = view
        self._themes = themes
        self._icons = icons
        self._marks = marks

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line: Line = index.data(LINE_ROLE)
        width = self._view.viewport().width()
        if line.half:
            # A pixel less than half: the view wraps what fills its width exactly.
            return QSize((width - REACH) // 2 - 1, self._view.measure().fonts.compact_row_height)
        return QSize(width, self._view.measure().height(line, width - 2 * REACH))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: Line = index.data(LINE_ROLE)
        measure, theme = self._view.measure(), self._themes.theme
        area: QRect = option.rect
        state = option.state
        painter.save()
        if line.target is not None and state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, theme.hover)
        inner = area.adjusted(REACH, 0, 0 if line.half else -REACH, 0)
        if line.wraps:
            self._paint_wrapped(painter, line, inner, measure)
        else:
            self._paint_line(painter, line, inner, measure)
        if state & QStyle.StateFlag.State_HasFocus and self._view.hasFocus():
            painter.setPen(QPen(theme.accent, FOCUS_WIDTH))
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        painter.restore()

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Show the whole line in a tip where it is cut, above what else there is to say of it."""
        line: Line | None = index.data(LINE_ROLE)
        if event.type() is not QEvent.Type.ToolTip or line is None or not self.is_cut(line, option.rect):
            return super().helpEvent(event, view, option, index)
        text = "\n".join(dict.fromkeys(part for part in (line.spoken, line.tip) if part))
        QToolTip.showText(event.globalPos(), text, view)
        return True

    def is_cut(self, line: Line, area: QRect) -> bool:
        """Return whether something of the line is not shown for lack of room."""
        if line.wraps:
            return False
        measure = self._view.measure()
        width = area.width() - (REACH if line.half else 2 * REACH)
        found = places(line.pieces, width, measure)
        return any(runs_width(piece.runs, measure) > room for piece, _, room in found)

    def _paint_line(self, painter: QPainter, line: Line, area: QRect, measure: LineMeasure) -> None:
        row = QRect(area.left(), area.top(), area.width(), measure.fonts.compact_row_height)
        self._paint_sign(painter, line, row)
        for piece, left, room in places(line.pieces, area.width(), measure):
            self._paint_runs(painter, piece.runs, QPointF(area.left() + left, 0), room, row, measure)
        top = row.bottom() + 1
        painter.setFont(measure.fonts.small)
        painter.setPen(self._themes.theme.text2)
        for text in line.below:
            width = area.width() - measure.x(INDENT)
            height = measure.wrapped(text, width)
            painter.drawText(QRect(area.left() + measure.x(INDENT), top, width, height), _WRAP, text)
            top += height

    def _paint_wrapped(self, painter: QPainter, line: Line, area: QRect, measure: LineMeasure) -> None:
        piece = line.pieces[0]
        font = piece.runs[0].font
        first = measure.fonts.body_line if font == "body" else measure.fonts.small_line
        self._paint_sign(painter, line, QRect(area.left(), area.top(), area.width(), first))
        painter.setFont(getattr(measure.fonts, font))
        painter.setPen(getattr(self._themes.theme, piece.runs[0].colour))
        painter.drawText(area.adjusted(measure.x(piece.at), 0, 0, 0), _WRAP, piece.runs[0].text)

    def _paint_sign(self, painter: QPainter, line: Line, row: QRect) -> None:
        ratio = painter.device().devicePixelRatio()
        theme = self._themes.theme
        if line.mark is not None:
            size = ICON_SIZE if line.mark is Mark.TICK else line.mark_size
            pixmap = self._marks.pixmap(line.mark, size, theme, ratio)
        elif line.icon:
            size = line.mark_size if line.wraps else ICON_SIZE
            pixmap = self._icons.pixmap(line.icon, size, ratio, line.icon_colour)
        else:
            return
        left = row.left() + (ICON_SIZE - size) // 2
        painter.drawPixmap(left, row.top() + (row.height() - size) // 2, pixmap)

    def _paint_runs(
        self,
        painter: QPainter,
        runs: tuple[Run, ...],
        start: QPointF,
        room: int,
        row: QRect,
        measure: LineMeasure,
    ) -> None:
        paint_runs(painter, runs, start.x(), room, baseline(row, measure), measure, self._themes.theme)


def baseline(row: QRect, measure: LineMeasure) -> int:
    """Return where the text of a row of one line stands: capitals in its middle."""
    return row.top() + round((row.height() + measure.metrics["body"].capHeight()) / 2)


def paint_runs(
    painter: QPainter,
    runs: tuple[Run, ...],
    x: float,
    room: int,
    base: int,
    measure: LineMeasure,
    theme: Theme,
) -> None:
    """Paint runs one behind the other, the one that no longer fits elided."""
    for number, run in enumerate(runs):
        gap = _unit_gap(runs, number)
        x += gap
        room -= gap
        metrics = measure.metrics[run.font]
        width = metrics.horizontalAdvance(run.text)
        text = run.text if width <= room else metrics.elidedText(run.text, Qt.TextElideMode.ElideRight, room)
        painter.setFont(getattr(measure.fonts, run.font))
        painter.setPen(getattr(theme, run.colour))
        painter.drawText(QPointF(x, base), text)
        x += width
        room -= width
        if room <= 0:
            return


def runs_width(runs: tuple[Run, ...], measure: LineMeasure) -> int:
    """Return the width of runs."""
    widths = sum(measure.metrics[run.font].horizontalAdvance(run.text) for run in runs)
    return widths + sum(_unit_gap(runs, number) for number in range(len(runs)))


def _unit_gap(runs: tuple[Run, ...], number: int) -> int:
    """Return the space before a small unit behind a figure."""
    return UNIT_GAP if number and runs[number].font == "small" and runs[number - 1].font != "small" else 0


def places(pieces: tuple[Piece, ...], width: int, measure: LineMeasure) -> list[tuple[Piece, int, int]]:
    """Return for each piece its left edge and the room it has before its neighbour begins."""
    widths = [runs_width(piece.runs, measure) for piece in pieces]
    firm = []
    for piece, natural in zip(pieces, widths, strict=True):
        at = measure.x(piece.at)
        firm.append((piece, width - at - natural if piece.right else at, natural))
    found = []
    for piece, left, natural in firm:
        if piece.yields:
            ends = [other + taken for each, other, taken in firm if each is not piece]
            start = max(left, max(ends, default=0) + GAP)
            found.append((piece, start, max(0, left + natural - start)))
            continue
        after = [other for each, other, _ in firm if other > left and not each.yields]
        end = left + natural if piece.right else min(after, default=width + GAP) - GAP
        found.append((piece, left, max(0, end - left)))
    return found

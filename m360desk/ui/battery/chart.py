"""What every plot is built on: a pyqtgraph view with layers of its own, a cursor, a brush, zoom."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from m360desk.ui.battery import paint
from m360desk.ui.battery.lean_pyqtgraph import pg

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

    from m360desk.ui.battery.figures import Figures
    from m360desk.ui.theme import Theme
    from m360desk.ui.theme_source import ThemeSource

Cell = tuple[int, int]
"""A place of the cursor: column and row of a chart's own grid; charts of bars have one row."""
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
TOP = 4
"""Free above the words of a chart: the frame of focus stands there."""
_ZOOM_A_NOTCH = 0.85
_DRAG_FROM = 4


class Layer(QGraphicsItem):
    """Paints with a function in pixels of the view, under the plots or over them."""

    def __init__(self, draw: Callable[[QPainter], None], height: float) -> None:
        super().__init__()
        self._draw = draw
        self._size = QRectF()
        self.setZValue(height)

    def resize(self, size: QRectF) -> None:
        """Cover another size."""
        self.prepareGeometryChange()
        self._size = size

    def boundingRect(self) -> QRectF:
        return self._size

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        self._draw(painter)


class Chart(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """A chart: its figures, a cursor that goes from cell to cell, and a brush between two cells.

    Mouse and keys do the same: pointing or arrows move the cursor, a click or Enter filters by the cell, a
    drag or Shift and arrows by a range. The wheel scrolls the page; with Ctrl it zooms. Ctrl+0 shows all.
    """

    filter_asked = Signal(object, str)
    """The fields that the filter speaks of (their terms are replaced), and the new terms, if any."""
    fields: tuple[str, ...] = ()
    """What the chart filters by; Delete takes those terms away."""

    def __init__(self, name: str, title: str, themes: ThemeSource) -> None:
        super().__init__(background=themes.theme.base)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(180)
        self.viewport().setMouseTracking(True)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the chart itself takes the keyboard
        self._themes = themes
        self.figures: Figures | None = None
        self.cursor_cell: Cell | None = None
        self._anchor: Cell | None = None
        self._pressed_at: QPointF | None = None
        self._ratio: float | None = None
        self._boxes: list[Any] = []
        self._under, self._over = Layer(self.paint_under, -10), Layer(self._paint_over, 10)
        for layer in (self._under, self._over):
            self.scene().addItem(layer)
        themes.changed.connect(self._theme_changed)

    @property
    def theme(self) -> Theme:
        """The theme in force."""
        return self._themes.theme

    @property
    def ratio(self) -> float:
        """Device pixels for each of the chart's own; more than the screen's while a picture is saved."""
        return self._ratio or self.devicePixelRatioF()

    def size_for_file(self) -> QSize:
        """The size that it has on the screen."""
        return QSize(self.width(), self.height())

    def paint_for_file(self, painter: QPainter, size: QRectF, ratio: float) -> None:
        """Paint the whole chart, without cursor and focus."""
        self._ratio = ratio
        try:
            self.fill_again()
            self.render(painter, size)
        finally:
            self._ratio = None
            self.fill_again()

    def fill_again(self) -> None:
        """Make what the plots show anew, in the colours and the device ratio of the moment."""
        if self.figures is not None:
            self.fill()
        self.arrange()

    @property
    def _dragging(self) -> bool:
        return self._pressed_at is not None

    def add_box(self) -> Any:
        """Add a plot (a ViewBox without mouse and menu of its own)."""
        box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        box.setMouseEnabled(x=False, y=False)
        box.disableAutoRange()
        self.scene().addItem(box)
        self._boxes.append(box)
        return box

    def show_figures(self, figures: Figures) -> None:
        """Show other figures."""
        self.figures = figures
        self.cursor_cell = self._anchor = None
        self.fill()
        self.arrange()
        self._describe()
        self.repaint_layers()

    def repaint_layers(self) -> None:
        """Paint anew what the chart paints itself."""
        self.viewport().update()

    # What a chart says of itself

    @abstractmethod
    def fill(self) -> None:
        """Give the plots their items, from ``figures`` and in the colours of the theme."""

    @abstractmethod
    def arrange(self) -> None:
        """Lay the plots out in the view's size."""

    @abstractmethod
    def paint_under(self, painter: QPainter) -> None:
        """Paint what lies under the plots: grid, axis, bars."""

    @abstractmethod
    def paint_over(self, painter: QPainter) -> None:
        """Paint what lies over the plots: words, limits."""

    @abstractmethod
    def cell_at(self, place: QPointF) -> Cell | None:
        """The cell under a pixel."""

    @abstractmethod
    def step(self, cell: Cell | None, across: int, up: int) -> Cell | None:
        """The cell next to another; the first one for None."""

    @abstractmethod
    def cell_box(self, first: Cell, last: Cell) -> QRectF:
        """The pixels from one cell to another."""

    @abstractmethod
    def words(self, first: Cell, last: Cell) -> tuple[str, str]:
        """Heading and text for the tip of a range of cells."""

    @abstractmethod
    def terms(self, first: Cell, last: Cell) -> tuple[tuple[str, ...], str] | None:
        """The fields and terms that find what stands in a range of cells."""

    @abstractmethod
    def summary(self) -> str:
        """The whole chart in words."""

    def grip_at(self, place: QPointF) -> tuple[Cell, Cell] | None:
        """Where an edge of the marked range can be taken: the cells at the other end and at this one."""
        return None

    def zoom(self, factor: float, at: QPointF) -> None:
        """Show less (factor under 1) or more around a pixel; charts that cannot zoom do nothing."""

    def zoom_out(self) -> None:
        """Show everything again."""

    # Inner workings

    def _describe(self) -> None:
        tip = ""
        if self.cursor_cell is not None:
            heading, text = self.words(*self._range())
            tip = f"{heading}: {text} "
        self.setAccessibleDescription(tip + self.summary())

    def _range(self) -> tuple[Cell, Cell]:
        assert self.cursor_cell is not None  # noqa: S101 - only asked where there is a cursor
        return self._anchor or self.cursor_cell, self.cursor_cell

    def _point_to(self, cell: Cell | None, *, keep_anchor: bool) -> None:
        if not keep_anchor:
            self._anchor = None
        if cell != self.cursor_cell or not keep_anchor:
            self.cursor_cell = cell
            self._describe()
            self.repaint_layers()

    def _ask(self) -> None:
        if self.cursor_cell is None:
            return
        asked = self.terms(*self._range())
        self._anchor = None
        if asked is not None:
            self.filter_asked.emit(*asked)

    def _paint_over(self, painter: QPainter) -> None:
        self.paint_over(painter)
        if self._ratio is not None:
            return  # neither focus nor cursor belong into a file
        room = QRectF(self.viewport().rect())
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.accent, 2))
            painter.drawRect(room.adjusted(3, 1, -3, -3))
        if self.cursor_cell is None or self.figures is None:
            return
        first, last = self._range()
        box = self.cell_box(first, last)
        if self._anchor is not None and first != last:
            paint.draw_range(painter, box, "", self.theme, grips=False)
        else:
            self.paint_ring(painter, box)
        paint.draw_tip(painter, box, self.point_in(box), room, self.words(first, last), self.theme)

    def point_with(self, shape: Qt.CursorShape) -> None:
        """Show another pointer over the chart."""
        if self.viewport().cursor().shape() is not shape:
            self.viewport().setCursor(shape)

    def point_in(self, box: QRectF) -> QPointF:
        """What a tip must not cover."""
        return box.center()

    def paint_ring(self, painter: QPainter, box: QRectF) -> None:
        """Mark the cell under the cursor."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.text, 1.5))
        painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _theme_changed(self) -> None:
        self.setBackground(self.theme.base)
        self.fill_again()
        self.repaint_layers()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._theme_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not hasattr(self, "_over"):
            return  # pyqtgraph's own constructor asks for the size before there is anything to lay out
        for layer in (self._under, self._over):
            layer.resize(QRectF(self.viewport().rect()))
        self.arrange()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # the page scrolls
            return
        notches = event.angleDelta().y() / 120
        self.zoom(_ZOOM_A_NOTCH**notches, event.position())
        self.repaint_layers()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._pressed_at = event.position()
        self._anchor, cell = self.grip_at(event.position()) or (None, self.cell_at(event.position()))
        self._point_to(cell, keep_anchor=True)
        self._anchor = self._anchor or cell

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        self.point_with(
            Qt.CursorShape.SplitHCursor if self.grip_at(event.position()) else Qt.CursorShape.ArrowCursor
        )
        if self._dragging and cell is None:
            return
        self._point_to(cell, keep_anchor=self._dragging)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed_at, self._pressed_at = self._pressed_at, None
        if pressed_at is None:
            return
        moved = (event.position() - pressed_at).manhattanLength() >= _DRAG_FROM
        if not moved:
            self._anchor = None
        if moved or self.grip_at(pressed_at) is None:
            self._ask()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Do nothing: the first click has filtered already."""

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self._pressed_at is None:
            self._point_to(None, keep_anchor=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            brushing = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if brushing and self._anchor is None:
                self._anchor = self.cursor_cell
            self._point_to(self.step(self.cursor_cell, *_STEPS[key]), keep_anchor=brushing)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.filter_asked.emit(self.fields, "")
        elif key is Qt.Key.Key_Escape and self.cursor_cell is not None:
            self._point_to(None, keep_anchor=False)
        elif key is Qt.Key.Key_0 and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_out()
            self.repaint_layers()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.repaint_layers()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point_to(None, keep_anchor=False)
        self.repaint_layers()

"""Painting the rows of the models, and the axis under their plots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from m360desk.core.battery import Band, band
from m360desk.ui.battery import paint
from m360desk.ui.battery.models_model import COUNT, MODEL, ORDER, ORDER_GOOD, PLOT, SHARE, ModelsModel
from m360desk.ui.battery.scale import Scale, whole_ticks
from m360desk.ui.marks import Mark, Marks
from m360desk.ui.text import number
from m360desk.ui.theme import CELL_PADDING, SELECTION_BAR

if TYPE_CHECKING:
    from m360desk.core.battery_fleet import ModelFigures
    from m360desk.ui.theme import Theme
    from m360desk.ui.theme_source import ThemeSource

SHAPES = {Band.REPLACE: Mark.REPLACE, Band.WATCH: Mark.WATCH, Band.GOOD: Mark.GOOD}
_SHAPE = 10
_UNIT = "\u2009%"
_PERIOD = sum(paint.LIMIT_DASHES)


def plot_scale(box: QRectF, axis: tuple[int, int]) -> Scale:
    """The scale of the plot's column, with room for the marks at both ends."""
    return Scale(box.adjusted(CELL_PADDING + 4, 0, -CELL_PADDING - 4, 0), axis[0], axis[1])


class ModelsDelegate(QStyledItemDelegate):
    """Paints a cell of the table."""

    def __init__(self, model: ModelsModel, themes: ThemeSource, marks: Marks) -> None:
        super().__init__()
        self._model, self._themes, self._marks = model, themes, marks

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme = self._themes.theme
        row, column = self._model.rows[index.row()], index.column()
        box = QRectF(option.rect)
        painter.save()
        if self._model.is_marked(row):
            tint = QColor(theme.accent)
            tint.setAlphaF(paint.BRUSH_SHARE)
            painter.fillRect(box, tint)
        self._paint_ground(painter, option, box, theme, first=column == MODEL)
        if column == PLOT:
            self._paint_plot(painter, box, row, theme)
        else:
            self._paint_text(painter, box, row, column, theme)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRectF, theme: Theme, *, first: bool
    ) -> None:
        state = option.state
        focused = bool(state & QStyle.StateFlag.State_Active and state & QStyle.StateFlag.State_HasFocus)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.sel if focused or option.widget.hasFocus() else theme.selidle)
            if first:
                bar = QRectF(box.left(), box.top(), SELECTION_BAR, box.height())
                painter.fillRect(bar, theme.accent if option.widget.hasFocus() else theme.unknown)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.hover)
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), theme.line)

    def _paint_text(
        self, painter: QPainter, box: QRectF, row: ModelFigures, column: int, theme: Theme
    ) -> None:
        fonts = theme.fonts
        box = box.adjusted(CELL_PADDING if column == MODEL else 2, 0, -CELL_PADDING, -1)
        text = self._model.text(row, column)
        if column == MODEL:
            self._paint_name(painter, box, row, theme)
            return
        colour = theme.text2 if column in (COUNT, ORDER_GOOD) else theme.text
        if column == SHARE:
            text = number(100 * row.share_under, decimals=1)
            paint.draw_text(painter, box, paint.RIGHT, _UNIT, fonts.small, theme.text2)
            box.setRight(box.right() - paint.text_width(_UNIT, fonts.small))
        paint.draw_text(
            painter, box, paint.RIGHT, text, fonts.strong if column == ORDER else fonts.body, colour
        )

    def _paint_name(self, painter: QPainter, box: QRectF, row: ModelFigures, theme: Theme) -> None:
        fonts = theme.fonts
        few = paint.text_width(" few", fonts.small) + 2 if row.is_few else 0
        painter.setFont(fonts.body)
        room = box.width() - few
        name = painter.fontMetrics().elidedText(row.model, Qt.TextElideMode.ElideRight, int(room))
        paint.draw_text(painter, box, paint.LEFT, name, fonts.body, theme.text)
        if row.is_few:
            box.setLeft(box.left() + paint.text_width(name, fonts.body) + 4)
            paint.draw_text(painter, box, paint.LEFT, "few", fonts.small, theme.text2)

    def _paint_plot(self, painter: QPainter, box: QRectF, row: ModelFigures, theme: Theme) -> None:
        scale = plot_scale(box, self._model.axis)
        middle = paint.crisp(box.center().y() - 1)
        limit = paint.crisp(scale.x(self._model.limits.replace_under))
        pen = paint.dashed(theme.bad, paint.LIMIT_DASHES)
        # One line through all rows: each goes on where the one above ended.
        pen.setDashOffset(box.top() % _PERIOD)
        painter.setPen(pen)
        painter.drawLine(QPointF(limit, box.top()), QPointF(limit, box.bottom()))
        low, high = paint.crisp(scale.x(row.low)), paint.crisp(scale.x(row.high))
        if row.is_few:
            painter.setPen(paint.dashed(theme.text2, paint.INTERVAL_DOTS, 2))
            painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        else:
            painter.fillRect(QRectF(low, middle - 1, high - low, 2), theme.text2)
            for end in (low, high):
                painter.fillRect(QRectF(end - 0.5, middle - 3.5, 1, 7), theme.text2)
        place = QPointF(scale.x(row.median), middle)
        paint_shape(painter, place, SHAPES[band(row.median, self._model.limits)], theme)


def paint_shape(painter: QPainter, place: QPointF, mark: Mark, theme: Theme) -> None:
    """Paint the shape of a band, without its sign: square, triangle or circle."""
    half = _SHAPE / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.base, 1))
    painter.setBrush(paint.band_fill(mark, theme))
    if mark is Mark.REPLACE:
        painter.drawRect(QRectF(place.x() - half + 0.5, place.y() - half + 0.5, _SHAPE - 1, _SHAPE - 1))
    elif mark is Mark.GOOD:
        painter.drawEllipse(place, half, half)
    else:
        painter.setPen(QPen(theme.watchline, 1))
        corners = ((0, -half - 0.5), (half + 0.5, half - 0.5), (-half - 0.5, half - 0.5))
        painter.drawPolygon([place + QPointF(x, y) for x, y in corners])


def paint_axis(painter: QPainter, box: QRectF, model: ModelsModel, theme: Theme) -> None:
    """Paint the figures under the plots' column."""
    scale = plot_scale(box, model.axis)
    limit = paint.crisp(scale.x(model.limits.replace_under))
    painter.setPen(paint.dashed(theme.bad, paint.LIMIT_DASHES))
    painter.drawLine(QPointF(limit, box.top()), QPointF(limit, box.top() + 4))
    line = theme.fonts.small_line
    for figure in whole_ticks(*model.axis, max(1, int(scale.box.width() / 32))):
        middle = scale.x(figure)
        painter.fillRect(QRectF(round(middle), box.top(), 1, 4), theme.control)
        place = QRectF(middle - 30, box.top() + 4, 60, line)
        paint.draw_text(painter, place, paint.CENTRE, str(figure), theme.fonts.small, theme.text2)

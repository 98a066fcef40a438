"""Paints the visible rows of the list in one call.

What a row looks like is laid out once for each row and width: texts elided, places known, marks chosen. A
frame then is a few fills and one run through the texts, sorted by font and colour.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter, QPen

from m360desk.ui.sessions.cells import Cell, CellContext, cell_of
from m360desk.ui.theme import FOCUS_WIDTH, RADIUS_BAR, SELECTION_BAR, Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from m360desk.store.reader import StoredRow
    from m360desk.ui.sessions.columns import ListColumn
    from m360desk.ui.theme_source import ThemeSource

KEPT_LAYOUTS = 400


@dataclass(frozen=True, slots=True)
class CellPlace:
    """Where a column stands in the viewport."""

    column: ListColumn
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class RowState:
    """One row to paint: None is one that is still on its way."""

    row: StoredRow | None
    position: int
    area: QRect
    selected: bool
    focused: bool
    cursor: bool
    hovered: bool


class RowPainter:
    """Knows how sessions look in the list; ``context`` gives what changes: day, limits, words searched."""

    def __init__(self, themes: ThemeSource, context: Callable[[Theme, float], CellContext]) -> None:
        self._themes = themes
        self._make_context = context
        self._context: CellContext | None = None
        self._stamp: tuple[object, ...] = ()
        self._layouts: OrderedDict[int, tuple[StoredRow, tuple[Cell, ...]]] = OrderedDict()

    def forget(self) -> None:
        """Lay everything out anew: theme, limits, day or words have changed."""
        self._context = None
        self._layouts.clear()

    def paint(
        self,
        painter: QPainter,
        places: tuple[CellPlace, ...],
        states: Sequence[RowState],
        ratio: float,
        *,
        placeholders: bool = True,
    ) -> None:
        """Paint rows; ``ratio`` is the screen's device pixels per pixel."""
        theme = self._themes.theme
        context = self._current(theme, places, ratio)
        texts: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)
        for state in states:
            self._ground(painter, theme, state)
            if state.row is None:
                if placeholders:
                    self._placeholder(painter, theme, places, state)
                continue
            for cell in self._layout(state.row, places, context):
                self._cell(painter, context, cell, state.area, texts)
        for (font, colour), runs in texts.items():
            painter.setFont(getattr(theme.fonts, font))
            painter.setPen(getattr(theme, colour))
            for x, y, text in runs:
                painter.drawText(x, y, text)
        for state in states:
            if state.cursor:
                self._focus(painter, theme, state.area)

    def _current(self, theme: Theme, places: tuple[CellPlace, ...], ratio: float) -> CellContext:
        stamp = (theme.key, places, ratio)
        if self._context is None or stamp != self._stamp:
            self._layouts.clear()
            self._stamp = stamp
            self._context = self._make_context(theme, ratio)
        return self._context

    def _layout(
        self, row: StoredRow, places: tuple[CellPlace, ...], context: CellContext
    ) -> tuple[Cell, ...]:
        kept = self._layouts.get(row.row_id)
        if kept is not None and kept[0] is row:
            self._layouts.move_to_end(row.row_id)
            return kept[1]
        cells = tuple(cell_of(place.column, row, place.x, place.width, context) for place in places)
        self._layouts[row.row_id] = (row, cells)
        if len(self._layouts) > KEPT_LAYOUTS:
            self._layouts.popitem(last=False)
        return cells

    def _ground(self, painter: QPainter, theme: Theme, state: RowState) -> None:
        area = state.area
        colour = theme.base
        if state.selected:
            colour = theme.sel if state.focused else theme.selidle
        elif state.hovered:
            colour = theme.hover
        painter.fillRect(area, colour)
        painter.fillRect(area.x(), area.bottom(), area.width(), 1, theme.line)
        if state.selected:
            bar = theme.accent if state.focused else theme.control
            painter.fillRect(area.x(), area.y(), SELECTION_BAR, area.height(), bar)

    def _cell(
        self,
        painter: QPainter,
        context: CellContext,
        cell: Cell,
        area: QRect,
        texts: dict[tuple[str, str], list[tuple[int, int, str]]],
    ) -> None:
        top = area.y()
        for run in cell.texts:
            baseline = context.first_baseline if run.line == 1 else context.second_baseline
            texts[run.font, run.colour].append((run.x, top + baseline, run.text))
        for mark in cell.marks:
            painter.drawPixmap(QPoint(mark.x, top + mark.y), mark.pixmap)

    def _placeholder(
        self, painter: QPainter, theme: Theme, places: tuple[CellPlace, ...], state: RowState
    ) -> None:
        """Static bars where text will stand, of lengths that differ from row to row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.sunken))
        painter.setBrush(theme.sunken)
        top = state.area.y()
        for number, place in enumerate(places):
            if place.column.name == "flags":
                continue
            room = place.width - 16
            share = 0.5 + 0.4 * ((state.position * 7 + number * 13) % 11) / 11
            lines = ((10, 8), (26, 6)) if place.column.name in {"time", "device"} else ((10, 8),)
            for line, (offset, height) in enumerate(lines):
                length = max(8, round(room * (share if line == 0 else min(1.0, share + 0.15))))
                painter.drawRoundedRect(
                    place.x + 8, top + offset, min(room, length), height, RADIUS_BAR, RADIUS_BAR
                )
        painter.restore()

    def _focus(self, painter: QPainter, theme: Theme, area: QRect) -> None:
        pen = QPen(theme.accent, FOCUS_WIDTH)
        painter.setPen(pen)
        painter.drawRect(area.adjusted(1, 1, -1, -1))

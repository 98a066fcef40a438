"""Paints the visible rows of the list in one call.

What a row looks like is laid out once for each row and width: texts elided, places known, marks chosen. A
frame then is a few fills and one run through the texts, sorted by font and colour.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QPainter, QPen

from m360desk.ui.fill import fill, fill_box
from m360desk.ui.sessions.cell_context import RowLayout
from m360desk.ui.sessions.cells import lay_out_cell, shows_hits
from m360desk.ui.theme import FOCUS_WIDTH, RADIUS_BAR, SELECTION_BAR, Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QRect

    from m360desk.store.reader import StoredRow
    from m360desk.ui.sessions.cell_context import CellContext
    from m360desk.ui.sessions.columns import ListColumn
    from m360desk.ui.sessions.hits import Hits
    from m360desk.ui.theme_source import ThemeSource

KEPT_LAYOUTS = 400


class CellPlace(NamedTuple):
    """Where a column stands in the viewport."""

    column: ListColumn
    x: int
    width: int


class RowState(NamedTuple):
    """One row to paint: None is one that is still on its way."""

    row: StoredRow | None
    position: int
    area: QRect
    selected: bool
    focused: bool
    cursor: bool
    hovered: bool
    placeholder: bool = True
    """A row that is not here yet shows bars; for the first moment it shows nothing."""


class _Kept(NamedTuple):
    """What a row looks like; for another search only cells that mark what was found are laid out anew."""

    row: StoredRow
    steady: RowLayout
    marked: RowLayout
    hits: Hits


class RowPainter:
    """Knows how sessions look in the list; ``context`` gives what changes: day, limits, words searched."""

    def __init__(self, themes: ThemeSource, context: Callable[[Theme, float], CellContext]) -> None:
        self._themes = themes
        self._make_context = context
        self._context: CellContext | None = None
        self._stamp: tuple[object, ...] = ()
        self._layouts: OrderedDict[int, _Kept] = OrderedDict()

    def forget(self) -> None:
        """Lay everything out anew: theme, limits or day have changed."""
        self._context = None
        self._layouts.clear()

    def forget_hits(self) -> None:
        """Lay out anew what shows where the searched words stand: they have changed."""
        self._context = None

    def paint(
        self, painter: QPainter, places: tuple[CellPlace, ...], states: Sequence[RowState], ratio: float
    ) -> None:
        """Paint rows; ``ratio`` is the screen's device pixels per pixel."""
        theme = self._themes.theme
        context = self._current(theme, places, ratio)
        texts: dict[tuple[str, str], list[tuple[int, list[tuple[int, int, str]]]]] = {}
        for state in states:
            self._ground(painter, theme, state)
            if state.row is None:
                if state.placeholder:
                    self._placeholder(painter, theme, places, state)
                continue
            top = state.area.y()
            for layout in self._layout(state.row, places, context):
                for x, y, pixmap in layout.marks:
                    painter.drawPixmap(x, top + y, pixmap)
                for style, runs in layout.texts.items():
                    texts.setdefault(style, []).append((top, runs))
        for (font, colour), rows in texts.items():
            painter.setFont(getattr(theme.fonts, font))
            painter.setPen(getattr(theme, colour))
            for top, runs in rows:
                for x, baseline, text in runs:
                    painter.drawText(x, top + baseline, text)
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
    ) -> tuple[RowLayout, RowLayout]:
        kept = self._layouts.get(row.row_id)
        if kept is None or kept.row is not row:
            steady = _lay_out(row, [p for p in places if not shows_hits(p.column)], context)
        elif kept.hits is context.hits:
            self._layouts.move_to_end(row.row_id)
            return kept.steady, kept.marked
        else:
            steady = kept.steady
        marked = _lay_out(row, [p for p in places if shows_hits(p.column)], context)
        self._layouts[row.row_id] = _Kept(row, steady, marked, context.hits)
        self._layouts.move_to_end(row.row_id)
        if len(self._layouts) > KEPT_LAYOUTS:
            self._layouts.popitem(last=False)
        return steady, marked

    def _ground(self, painter: QPainter, theme: Theme, state: RowState) -> None:
        area = state.area
        colour = theme.base
        if state.selected:
            colour = theme.sel if state.focused else theme.selidle
        elif state.hovered:
            colour = theme.hover
        fill(painter, area, colour)
        fill_box(painter, area.x(), area.bottom(), area.width(), 1, theme.line)
        if state.selected:
            bar = theme.accent if state.focused else theme.control
            fill_box(painter, area.x(), area.y(), SELECTION_BAR, area.height(), bar)

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


def _lay_out(row: StoredRow, places: Sequence[CellPlace], context: CellContext) -> RowLayout:
    layout = RowLayout()
    for place in places:
        lay_out_cell(place.column, row, place.x, place.width, context, layout)
    return layout

"""What cells know beside the row: the moment, limits, fonts and their measures, what was searched for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from m360desk.ui.marks import BAR_HEIGHT, BAR_TICK_OUT
from m360desk.ui.sessions.hits import Hits
from m360desk.ui.text import day_name, moment, number, storage

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, tzinfo

    from PySide6.QtGui import QPixmap

    from m360desk.core.battery import Limits
    from m360desk.ui.fonts import Fonts
    from m360desk.ui.marks import Mark

MARK = 12
ICON = 16
STRONG = {"body": "strong", "small": "small_strong"}
UNIT = "%"
UNIT_GAP = 2
BAR_GAP = 6
LEAST_PERCENT_ROOM = 38
KEPT_WIDTHS = 20_000
"""Measured texts kept: most of them, such as models and counts, stand in many rows."""

Piece = tuple[str, str, str]
"""A text, and the theme's names of its font and colour."""


class RowLayout:
    """What one row shows, with places relative to its top left corner; texts by font and colour."""

    __slots__ = ("marks", "texts")

    def __init__(self) -> None:
        self.texts: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
        """By font and colour: left edge, baseline and text."""
        self.marks: list[tuple[int, int, QPixmap]] = []

    def text(self, x: int, baseline: int, text: str, font: str, colour: str) -> None:
        """Add a text."""
        self.texts.setdefault((font, colour), []).append((x, baseline, text))


class Measures:
    """Measures texts in the fonts of a theme, each once."""

    def __init__(self, fonts: Fonts) -> None:
        self.fonts = fonts
        names = ("body", "strong", "small", "small_strong")
        self.metrics = {name: QFontMetrics(getattr(fonts, name)) for name in names}
        self._widths: dict[tuple[str, str], int] = {}
        figure = self.width("100", "body") + UNIT_GAP + self.width(UNIT, "small")
        self.percent_room = max(LEAST_PERCENT_ROOM, BAR_GAP + figure)
        """Between a battery's bar and the cell's right padding: 100 % has room in it, whatever the font."""
        self._figures: dict[int, str] = {}
        self._storage: dict[float, str] = {}

    def width(self, text: str, font: str) -> int:
        """Pixels that a text takes."""
        known = self._widths.get((text, font))
        if known is None:
            if len(self._widths) >= KEPT_WIDTHS:
                self._widths.clear()
            known = self._widths[text, font] = self.metrics[font].horizontalAdvance(text)
        return known

    def figure(self, value: int) -> str:
        """A whole number with the locale's separators."""
        known = self._figures.get(value)
        if known is None:
            if len(self._figures) >= KEPT_WIDTHS:
                self._figures.clear()
            known = self._figures[value] = number(value, decimals=0)
        return known

    def storage(self, gigabytes: float) -> str:
        """A storage size, to stand behind a model."""
        known = self._storage.get(gigabytes)
        if known is None:
            if len(self._storage) >= KEPT_WIDTHS:
                self._storage.clear()
            known = self._storage[gigabytes] = f" {storage(gigabytes)}"
        return known


class CellContext(NamedTuple):
    """Made anew where anything of it changes, but for the measures."""

    today: date
    zone: tzinfo
    limits: Limits
    measures: Measures
    first_baseline: int
    second_baseline: int
    mark: Callable[[Mark], QPixmap]
    """A mark of 12."""
    icon: Callable[[str, str], QPixmap]
    """An icon of 16 by its name and the theme's name of a colour."""
    bar: Callable[[float, Mark], QPixmap]
    """The battery's bar for a percentage."""
    compact: bool = False
    """Rows of one line."""
    hits: Hits = Hits()

    @property
    def metrics(self) -> dict[str, QFontMetrics]:
        """The fonts' metrics by their names in the theme."""
        return self.measures.metrics

    @property
    def percent_room(self) -> int:
        """Pixels between a battery's bar and the cell's right padding."""
        return self.measures.percent_room

    def width(self, text: str, font: str) -> int:
        """Pixels that a text takes."""
        return self.measures.width(text, font)

    def elided(self, text: str, font: str, room: int, *, middle: bool = False) -> str:
        """The text, shortened to ``room`` pixels."""
        if self.width(text, font) <= room:
            return text
        mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        return self.metrics[font].elidedText(text, mode, max(0, room))

    def figure(self, value: int) -> str:
        """A whole number with the locale's separators."""
        return self.measures.figure(value)

    def storage(self, gigabytes: float) -> str:
        """A storage size, to stand behind a model."""
        return self.measures.storage(gigabytes)

    def clock_and_day(self, time_ms: int) -> tuple[str, str] | None:
        """A moment in two lines; None beyond the calendar's ends."""
        when = moment(time_ms, self.zone)
        return None if when is None else (f"{when:%H:%M}", day_name(when.date(), self.today))

    def marked(self, name: str, text: str, font: str, colour: str) -> list[Piece]:
        """A field's value in pieces, semibold where the search found it."""
        spans = self.hits.spans(name, text) if self.hits else ()
        return pieces(text, ((len(text), colour),), spans, font)

    def mark_top(self) -> int:
        """Where a mark of the first line begins."""
        return self.first_baseline - round((self.metrics["body"].capHeight() + MARK) / 2)

    def icon_top(self) -> int:
        """Where an icon of the first line begins."""
        return self.first_baseline - round((self.metrics["body"].capHeight() + ICON) / 2)

    def bar_top(self) -> int:
        """Where the battery's bar begins, its tick included."""
        middle = self.first_baseline - round(self.metrics["body"].capHeight() / 2)
        return middle - BAR_HEIGHT // 2 - BAR_TICK_OUT


def pieces(
    text: str, coloured: tuple[tuple[int, str], ...], spans: list[tuple[int, int]] | tuple[()], font: str
) -> list[Piece]:
    """Cut a text where its colour changes (pairs of end and colour) and where ``spans`` are semibold."""
    cut: list[Piece] = []
    start = 0
    for end, colour in coloured:
        at = start
        for first, last in spans:
            left, right = max(first, start), min(last, end)
            if left < right:
                cut.append((text[at:left], font, colour))
                cut.append((text[left:right], STRONG[font], "text"))
                at = right
        cut.append((text[at:end], font, colour))
        start = end
    return [piece for piece in cut if piece[0]]

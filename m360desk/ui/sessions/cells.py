"""What each cell of a row shows: texts, marks and the battery's bar, with their places."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from m360desk.core.battery import Band, Limits, band
from m360desk.core.flags import ACCOUNT_LOCK, BLACKLISTED, PARTS, SIM_LOCK
from m360desk.core.folding import as_text
from m360desk.ui.marks import BAR_HEIGHT, BAR_TICK_OUT, BAR_WIDTH, FAILED, Mark
from m360desk.ui.text import NOTHING, imei_parts, local_time, number, storage, title_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from PySide6.QtGui import QFontMetrics, QPixmap

    from m360desk.core.records import StoredValue
    from m360desk.store.reader import StoredRow
    from m360desk.ui.sessions.columns import ListColumn

PADDING = 8
MARK = 12


@dataclass(frozen=True, slots=True)
class TextRun:
    """One piece of text: ``line`` 1 or 2, ``font`` and ``colour`` by their names in the theme."""

    x: int
    line: int
    text: str
    font: str
    colour: str


@dataclass(frozen=True, slots=True)
class MarkRun:
    """A mark, icon or battery bar and its top left corner."""

    x: int
    y: int
    pixmap: QPixmap


@dataclass(frozen=True, slots=True)
class Cell:
    """All that one cell shows."""

    texts: tuple[TextRun, ...] = ()
    marks: tuple[MarkRun, ...] = ()


@dataclass(frozen=True)
class CellContext:
    """What cells need to know beside the row: the moment, the limits, measures, where marks come from."""

    now_ms: int
    zone: tzinfo
    limits: Limits
    metrics: dict[str, QFontMetrics]
    first_baseline: int
    second_baseline: int
    mark: Callable[[Mark], QPixmap]
    """A mark of 12."""
    icon: Callable[[str, str], QPixmap]
    """An icon of 16 by its name and the theme's name of a colour."""
    bar: Callable[[float, Mark], QPixmap]
    """The battery's bar for a percentage."""

    def width(self, text: str, font: str) -> int:
        """Pixels that a text takes."""
        return self.metrics[font].horizontalAdvance(text)

    def elided(self, text: str, font: str, room: int, *, middle: bool = False) -> str:
        """The text, shortened to ``room`` pixels."""
        mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        return self.metrics[font].elidedText(text, mode, max(0, room))

    def mark_top(self) -> int:
        """Where a mark of the first line begins."""
        capital = self.metrics["body"].capHeight()
        return self.first_baseline - round((capital + MARK) / 2)


def cell_of(column: ListColumn, row: StoredRow, x: int, width: int, context: CellContext) -> Cell:
    """Lay out one cell."""
    return _CELLS[column.name](row, x, width, context)


def _text(value: StoredValue) -> str:
    return as_text(value) if isinstance(value, str | bytes) else ""


def _left(text: str, x: int, room: int, context: CellContext, *, middle: bool = False) -> Cell:
    shown = context.elided(text, "body", room, middle=middle)
    return Cell((TextRun(x, 1, shown, "body", "text"),)) if shown else Cell()


def _runs(
    pieces: list[tuple[str, str, str]], x: int, line: int, room: int, context: CellContext
) -> tuple[TextRun, ...]:
    """Set pieces of (text, font, colour) one behind the other, the last that has room elided."""
    runs: list[TextRun] = []
    left = room
    for text, font, colour in pieces:
        if left <= 0 or not text:
            continue
        width = context.width(text, font)
        if width <= left:
            runs.append(TextRun(x, line, text, font, colour))
            x += width
            left -= width
            continue
        shown = context.elided(text, font, left)
        if shown:
            runs.append(TextRun(x, line, shown, font, colour))
        break
    return tuple(runs)


def _time(row: StoredRow, x: int, width: int, context: CellContext) -> Cell:
    value = row.get("time")
    if not isinstance(value, int):
        return Cell((TextRun(x + PADDING, 1, NOTHING, "body", "text2"),))
    clock, day = local_time(value, now_ms=context.now_ms, zone=context.zone)
    day = context.elided(day, "small", width - 2 * PADDING + 4)
    return Cell(
        (
            TextRun(x + PADDING, 1, clock, "body", "text"),
            TextRun(x + PADDING, 2, day, "small", "text2"),
        )
    )


def _device(row: StoredRow, x: int, width: int, context: CellContext) -> Cell:
    x, room = x + PADDING, width - 2 * PADDING
    model = _text(row.get("model"))
    if not model and row.get("device") is None:
        model = "Unidentified device"
    gigabytes = row.get("storage")
    size = storage(gigabytes) if isinstance(gigabytes, int | float) else ""
    first = [(model or "Unknown model", "body", "text"), (f" {size}" if size else "", "body", "text2")]
    return Cell(
        _runs(first, x, 1, room, context) + _runs(_identity(row), x, 2, room, context),
    )


def _identity(row: StoredRow) -> list[tuple[str, str, str]]:
    colour = _text(row.get("color"))
    tail = f" · {colour}" if colour else ""
    imei = _text(row.get("imei"))
    parts = imei_parts(imei)
    if parts is not None:
        return [
            (f"{parts.tac} ", "small", "text2"),
            (parts.serial, "small", "text"),
            (f" {parts.check}{tail}", "small", "text2"),
        ]
    if imei:
        return [(imei, "small", "text"), (tail, "small", "text2")]
    for name, label in (("serial", "Serial"), ("m360id", "M360 ID"), ("custom", "Custom ID")):
        value = _text(row.get(name))
        if value:
            return [
                (f"No IMEI · {label} ", "small", "text2"),
                (value, "small", "text2"),
                (tail, "small", "text2"),
            ]
    return [("No IMEI", "small", "text2"), (tail, "small", "text2")]


_MARKS = {
    Band.GOOD: Mark.GOOD,
    Band.WATCH: Mark.WATCH,
    Band.REPLACE: Mark.REPLACE,
    Band.UNKNOWN: Mark.UNKNOWN,
}


def _battery(row: StoredRow, x: int, width: int, context: CellContext) -> Cell:
    value = row.get("battery")
    percent = float(value) if isinstance(value, int | float) else None
    mark = _MARKS[band(percent, context.limits)]
    right = x + width - PADDING
    bar_x = right - 38 - BAR_WIDTH
    shown_mark = MarkRun(bar_x - MARK - 5, context.mark_top(), context.mark(mark))
    if percent is None:
        word = "unknown"
        return Cell(
            (TextRun(right - context.width(word, "small"), 1, word, "small", "text2"),), (shown_mark,)
        )
    unit_x = right - context.width("%", "small")
    # Cut, not rounded: 84.9 is under a limit of 85 and must not read as 85.
    figure = number(floor(percent), decimals=0)
    texts = (
        TextRun(unit_x - 2 - context.width(figure, "body"), 1, figure, "body", "text"),
        TextRun(unit_x, 1, "%", "small", "text2"),
    )
    middle = context.first_baseline - round(context.metrics["body"].capHeight() / 2)
    bar = MarkRun(bar_x, middle - BAR_HEIGHT // 2 - BAR_TICK_OUT, context.bar(percent, mark))
    return Cell(texts, (bar,) if mark is Mark.GOOD else (shown_mark, bar))


def _cycles(row: StoredRow, x: int, width: int, context: CellContext) -> Cell:
    value = row.get("cycles")
    text = number(value, decimals=0) if isinstance(value, int) else NOTHING
    colour = "text" if isinstance(value, int) else "text2"
    return Cell((TextRun(x + width - PADDING - context.width(text, "body"), 1, text, "body", colour),))


def _tests(row: StoredRow, x: int, width: int, context: CellContext) -> Cell:
    x += PADDING
    inner = x + MARK + 6
    room = width - 2 * PADDING - MARK - 6
    failed, passed, skipped = (
        _count(row, name) for name in ("failed_count", "passed_count", "skipped_count")
    )
    if failed + passed + skipped == 0:
        return Cell(
            (TextRun(inner, 1, context.elided("Not tested", "body", room), "body", "text2"),),
            (MarkRun(x, context.mark_top(), context.mark(Mark.UNKNOWN)),),
        )
    if failed:
        first = [
            (f"{failed} failed", "strong", "badtext"),
            (f" · {passed} passed" if passed else "", "body", "text2"),
        ]
        names = ", ".join(title_of(name) for name in _text(row.get("failed")).split(",") if name)
        second = context.elided(names, "small", room)
        return Cell(
            _runs(first, inner, 1, room, context)
            + ((TextRun(inner, 2, second, "small", "text2"),) if second else ()),
            (MarkRun(x, context.mark_top(), context.mark(FAILED)),),
        )
    texts = [TextRun(inner, 1, context.elided(f"{passed} passed", "body", room), "body", "text2")]
    if skipped:
        texts.append(TextRun(inner, 2, context.elided(f"{skipped} skipped", "small", room), "small", "text2"))
    return Cell(tuple(texts))


def _count(row: StoredRow, name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) else 0


def _grade(row: StoredRow, x: int, width: int, context: CellContext) -> Cell:
    text = context.elided(_text(row.get("grade")) or NOTHING, "body", width - PADDING)
    colour = "text2" if text == NOTHING else "text"
    return Cell((TextRun(x + (width - context.width(text, "body")) // 2, 1, text, "body", colour),))


_FLAGS = (
    (ACCOUNT_LOCK, "lock", "badtext"),
    (SIM_LOCK, "sim", "watchtext"),
    (BLACKLISTED, "blacklist", "badtext"),
    (PARTS, "part", "watchtext"),
)


def _flags(row: StoredRow, x: int, width: int, context: CellContext) -> Cell:
    flags = _count(row, "flags")
    slot = (width - 2 * PADDING) // len(_FLAGS)
    top = context.first_baseline - round((context.metrics["body"].capHeight() + 16) / 2)
    marks = [
        MarkRun(x + PADDING + number * slot, top, context.icon(name, colour))
        for number, (bit, name, colour) in enumerate(_FLAGS)
        if flags & bit
    ]
    return Cell((), tuple(marks))


def _operator(row: StoredRow, x: int, width: int, context: CellContext) -> Cell:
    return _left(_text(row.get("operator")), x + PADDING, width - 2 * PADDING, context)


def _custom(row: StoredRow, x: int, width: int, context: CellContext) -> Cell:
    return _left(_text(row.get("custom")), x + PADDING, width - 2 * PADDING, context, middle=True)


_CELLS: dict[str, Callable[[StoredRow, int, int, CellContext], Cell]] = {
    "time": _time,
    "device": _device,
    "battery": _battery,
    "cycles": _cycles,
    "tests": _tests,
    "grade": _grade,
    "flags": _flags,
    "operator": _operator,
    "custom": _custom,
}

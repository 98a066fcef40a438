"""What each cell of a row shows: texts, marks and the battery's bar, with their places."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from m360desk.core.battery import Band, band
from m360desk.core.flags import ACCOUNT_LOCK, BLACKLISTED, PARTS, SIM_LOCK
from m360desk.core.folding import as_text
from m360desk.ui.marks import BAR_WIDTH, FAILED, Mark
from m360desk.ui.sessions.cell_context import MARK, UNIT, UNIT_GAP, pieces
from m360desk.ui.sessions.hits import IDENTITIES
from m360desk.ui.sessions.plain_values import in_words
from m360desk.ui.text import NOTHING, imei_parts, title_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from m360desk.core.session import StoredValue
    from m360desk.store.reader import StoredRow
    from m360desk.ui.sessions.cell_context import CellContext, Piece, RowLayout
    from m360desk.ui.sessions.columns import ListColumn

PADDING = 8
GAP = "  "
"""Between what is else two lines, where a row has only one."""


def lay_out_cell(
    column: ListColumn, row: StoredRow, x: int, width: int, context: CellContext, out: RowLayout
) -> None:
    """Add what one cell shows, ``x`` and ``width`` being the column's."""
    lay_out = _CELLS.get(column.name)
    if lay_out is not None:
        lay_out(row, x, width, context, out)
    else:
        _plain(column, row, x, width, context, out)


def shows_hits(column: ListColumn) -> bool:
    """Whether a column's cells show where the searched words stand."""
    return column.name not in _STEADY


def _text(value: StoredValue) -> str:
    if isinstance(value, str):
        return value
    return as_text(value) if isinstance(value, bytes) else ""


def _run(
    line: Sequence[Piece], x: int, baseline: int, room: int, context: CellContext, out: RowLayout
) -> None:
    """Set pieces one behind the other, the last that has room elided."""
    for text, font, colour in line:
        if room <= 0:
            return
        width = context.width(text, font)
        if width > room:
            shown = context.elided(text, font, room)
            if shown:
                out.text(x, baseline, shown, font, colour)
            return
        out.text(x, baseline, text, font, colour)
        x += width
        room -= width


def _lines(
    first: Sequence[Piece], second: Sequence[Piece], x: int, room: int, context: CellContext, out: RowLayout
) -> None:
    """Set two lines, or one behind the other in compact rows."""
    if not context.compact:
        _run(first, x, context.first_baseline, room, context, out)
        _run(second, x, context.second_baseline, room, context, out)
    elif second:
        _run([*first, (GAP, "small", "text2"), *second], x, context.first_baseline, room, context, out)
    else:
        _run(first, x, context.first_baseline, room, context, out)


def _time(row: StoredRow, x: int, width: int, context: CellContext, out: RowLayout) -> None:
    value = row.get("time")
    told = context.clock_and_day(value) if isinstance(value, int) else None
    if told is None:
        out.text(x + PADDING, context.first_baseline, NOTHING, "body", "text2")
        return
    clock, day = told
    room = width - 2 * PADDING + 4
    _lines([(clock, "body", "text")], [(day, "small", "text2")], x + PADDING, room, context, out)


def _device(row: StoredRow, x: int, width: int, context: CellContext, out: RowLayout) -> None:
    model = _text(row.get("model"))
    if model:
        first = context.marked("model", model, "body", "text")
    else:
        known = "Unidentified device" if row.get("device") is None else "Unknown model"
        first = [(known, "body", "text")]
    gigabytes = row.get("storage")
    if isinstance(gigabytes, int | float):
        first.append((context.storage(gigabytes), "body", "text2"))
    _lines(first, _identity(row, context), x + PADDING, width - 2 * PADDING, context, out)


def _identity(row: StoredRow, context: CellContext) -> list[Piece]:
    colour = _text(row.get("color"))
    # In rows of one line the digits that people compare need the room.
    shown = colour and not context.compact
    tail: list[Piece] = [(f" · {colour}", "small", "text2")] if shown else []
    imei = _text(row.get("imei"))
    if imei:
        return _imei(imei, context) + tail
    for name, label in (("serial", "Serial"), ("m360id", "M360 ID"), ("custom", "Custom ID")):
        value = _text(row.get(name))
        if value:
            known: Piece = (f"No IMEI · {label} ", "small", "text2")
            return [known, *context.marked(name, value, "small", "text2"), *tail]
    return [("No IMEI", "small", "text2"), *tail]


def _imei(imei: str, context: CellContext) -> list[Piece]:
    """Type allocation code and check digit step back behind the serial digits, which people compare."""
    parts = imei_parts(imei)
    if parts is None:
        return context.marked("imei", imei, "small", "text")
    spans = [
        (start + (start >= 8) + (start >= 14), end + (end > 8) + (end > 14))
        for start, end in context.hits.spans("imei", imei)
    ]
    return pieces(" ".join(parts), ((9, "text2"), (15, "text"), (17, "text2")), spans, "small")


_MARKS = {
    Band.GOOD: Mark.GOOD,
    Band.WATCH: Mark.WATCH,
    Band.REPLACE: Mark.REPLACE,
    Band.UNKNOWN: Mark.UNKNOWN,
}


def _battery(row: StoredRow, x: int, width: int, context: CellContext, out: RowLayout) -> None:
    value = row.get("battery")
    percent = float(value) if isinstance(value, int | float) else None
    mark = _MARKS[band(percent, context.limits)]
    right = x + width - PADDING
    bar_x = right - context.percent_room - BAR_WIDTH
    if mark is not Mark.GOOD:
        out.marks.append((bar_x - MARK - 5, context.mark_top(), context.mark(mark)))
    baseline = context.first_baseline
    if percent is None:
        out.text(right - context.width("unknown", "small"), baseline, "unknown", "small", "text2")
        return
    unit_x = right - context.width(UNIT, "small")
    # Cut, not rounded: 84.9 is under a limit of 85 and must not read as 85.
    figure = context.figure(floor(percent))
    figure_x = unit_x - UNIT_GAP - context.width(figure, "body")
    out.text(figure_x, baseline, figure, "body", "text")
    out.text(unit_x, baseline, UNIT, "small", "text2")
    out.marks.append((bar_x, context.bar_top(), context.bar(percent, mark)))


def _cycles(row: StoredRow, x: int, width: int, context: CellContext, out: RowLayout) -> None:
    value = row.get("cycles")
    known = isinstance(value, int)
    text = context.figure(value) if isinstance(value, int) else NOTHING
    left = x + width - PADDING - context.width(text, "body")
    out.text(left, context.first_baseline, text, "body", "text" if known else "text2")


def _tests(row: StoredRow, x: int, width: int, context: CellContext, out: RowLayout) -> None:
    x += PADDING
    inner = x + MARK + 6
    room = width - 2 * PADDING - MARK - 6
    failed, passed, skipped = (
        _count(row, name) for name in ("failed_count", "passed_count", "skipped_count")
    )
    if failed + passed + skipped == 0:
        out.marks.append((x, context.mark_top(), context.mark(Mark.UNKNOWN)))
        _run([("Not tested", "body", "text2")], inner, context.first_baseline, room, context, out)
        return
    if not failed:
        second: list[Piece] = [(f"{skipped} skipped", "small", "text2")] if skipped else []
        _lines([(f"{passed} passed", "body", "text2")], second, inner, room, context, out)
        return
    out.marks.append((x, context.mark_top(), context.mark(FAILED)))
    first: list[Piece] = [(f"{failed} failed", "strong", "badtext")]
    if passed:
        first.append((f" · {passed} passed", "body", "text2"))
    names = ", ".join(title_of(name) for name in _text(row.get("failed")).split(",") if name)
    _lines(first, [(names, "small", "text2")] if names else [], inner, room, context, out)


def _count(row: StoredRow, name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) else 0


def _grade(row: StoredRow, x: int, width: int, context: CellContext, out: RowLayout) -> None:
    text = context.elided(_text(row.get("grade")) or NOTHING, "body", width - PADDING)
    left = x + (width - context.width(text, "body")) // 2
    out.text(left, context.first_baseline, text, "body", "text2" if text == NOTHING else "text")


_FLAGS = (
    (ACCOUNT_LOCK, "lock", "badtext"),
    (SIM_LOCK, "sim", "watchtext"),
    (BLACKLISTED, "blacklist", "badtext"),
    (PARTS, "part", "watchtext"),
)


def _flags(row: StoredRow, x: int, width: int, context: CellContext, out: RowLayout) -> None:
    flags = _count(row, "flags")
    if not flags:
        return
    slot = (width - 2 * PADDING) // len(_FLAGS)
    top = context.icon_top()
    for number, (bit, name, colour) in enumerate(_FLAGS):
        if flags & bit:
            out.marks.append((x + PADDING + number * slot, top, context.icon(name, colour)))


def _operator(row: StoredRow, x: int, width: int, context: CellContext, out: RowLayout) -> None:
    words = context.marked("operator", _text(row.get("operator")), "body", "text")
    _run(words, x + PADDING, context.first_baseline, width - 2 * PADDING, context, out)


def _custom(row: StoredRow, x: int, width: int, context: CellContext, out: RowLayout) -> None:
    text, room = _text(row.get("custom")), width - 2 * PADDING
    shown = context.elided(text, "body", room, middle=True)
    # What is cut in the middle has lost the places of what was found.
    line: list[Piece] = [(shown, "body", "text")]
    if shown == text:
        line = context.marked("custom", text, "body", "text")
    _run(line, x + PADDING, context.first_baseline, room + PADDING, context, out)


def _plain(
    column: ListColumn, row: StoredRow, x: int, width: int, context: CellContext, out: RowLayout
) -> None:
    value = row.get(column.name)
    text, room = in_words(column.name, value, context.zone), width - 2 * PADDING
    colour = "text2" if text == NOTHING else "text"
    if column.alignment & Qt.AlignmentFlag.AlignRight:
        text = context.elided(text, "body", room)
        out.text(
            x + width - PADDING - context.width(text, "body"), context.first_baseline, text, "body", colour
        )
        return
    shown = context.elided(text, "body", room, middle=column.name in IDENTITIES)
    line: list[Piece] = [(shown, "body", colour)]
    if shown == text and isinstance(value, str):
        line = context.marked(column.name, text, "body", colour)
    _run(line, x + PADDING, context.first_baseline, room + PADDING, context, out)


_CELLS: dict[str, Callable[[StoredRow, int, int, CellContext, RowLayout], None]] = {
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

_STEADY = frozenset({"time", "battery", "cycles", "tests", "grade", "flags"})

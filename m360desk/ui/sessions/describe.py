"""Cells in words: for tips, for copying, and for those who hear the list instead of seeing it."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from m360desk.core.flags import ACCOUNT_LOCK, BLACKLISTED, PARTS, SIM_LOCK
from m360desk.core.folding import as_text
from m360desk.ui.sessions.plain_values import in_words
from m360desk.ui.text import NOTHING, iso_time, listed, number, percent, spoken_time, storage, title_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from m360desk.store.reader import StoredRow
    from m360desk.ui.sessions.columns import ListColumn

_TEXT_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.ToolTipRole,
)


def describe(column: ListColumn, row: StoredRow, role: int, now_ms: int, zone: tzinfo) -> Any:
    """Return what a role of the model shows for a cell."""
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return column.alignment
    if role not in _TEXT_ROLES:
        return None
    if column.name == "time":
        value = row.get("time")
        moment = value if isinstance(value, int) else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return iso_time(moment, zone)
        return spoken_time(moment, now_ms=now_ms, zone=zone)
    words = _WORDS.get(column.name)
    return words(row) if words is not None else in_words(column.name, row.get(column.name), zone)


def _text(row: StoredRow, name: str) -> str:
    value = row.get(name)
    return as_text(value) if isinstance(value, str | bytes) else ""


def _device(row: StoredRow) -> str:
    size = row.get("storage")
    parts = [
        _text(row, "model") or "Unidentified device",
        storage(size) if isinstance(size, int | float) else "",
        _text(row, "color"),
        _identity(row),
    ]
    return ", ".join(part for part in parts if part)


def _identity(row: StoredRow) -> str:
    for name, label in (("imei", "IMEI"), ("serial", "serial"), ("m360id", "M360 ID")):
        value = _text(row, name)
        if value:
            return f"{label} {value}"
    return "no IMEI"


def _battery(row: StoredRow) -> str:
    value = row.get("battery")
    return percent(floor(value), decimals=0) if isinstance(value, int | float) else "unknown"


def _cycles(row: StoredRow) -> str:
    value = row.get("cycles")
    return number(value, decimals=0) if isinstance(value, int) else NOTHING


def _tests(row: StoredRow) -> str:
    counts = {word: row.get(f"{word}_count") for word in ("failed", "passed", "skipped")}
    parts = [f"{count} {word}" for word, count in counts.items() if isinstance(count, int) and count]
    if not parts:
        return "Not tested"
    names = [title_of(name) for name in _text(row, "failed").split(",") if name]
    return ", ".join(parts) + (f": {listed(names)}" if names else "")


def _flags(row: StoredRow) -> str:
    flags = row.get("flags")
    bits = flags if isinstance(flags, int) else 0
    lock = _text(row, "account_lock") or "account"
    words = [
        word
        for bit, word in (
            (ACCOUNT_LOCK, f"{lock} lock on"),
            (SIM_LOCK, "SIM locked"),
            (BLACKLISTED, "blacklisted"),
            (PARTS, "a part is not original"),
        )
        if bits & bit
    ]
    return ", ".join(words)


_WORDS: dict[str, Callable[[StoredRow], str]] = {
    "device": _device,
    "battery": _battery,
    "cycles": _cycles,
    "tests": _tests,
    "grade": lambda row: _text(row, "grade") or NOTHING,
    "flags": _flags,
    "operator": lambda row: _text(row, "operator"),
    "custom": lambda row: _text(row, "custom"),
}

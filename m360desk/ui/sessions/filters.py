"""How the value of a cell is searched for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from m360desk.core.fields import COLUMNS, INDEX, Kind
from m360desk.core.folding import as_text
from m360desk.core.query_edit import written_value

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from m360desk.core.session import StoredValue
    from m360desk.store.reader import StoredRow

_FIELDS = {"device": "model", "tests": "failed"}
"""The field of a column that shows several."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition and what it is called in a menu."""

    title: str
    term: str


def filter_of(column: str, row: StoredRow, day_of: Callable[[int], date]) -> Filter | None:
    """The condition that finds what a row has in a column; None where there is none to ask for."""
    name = _FIELDS.get(column, column)
    if name not in INDEX:
        return None
    field, value = COLUMNS[INDEX[name]], row.get(name)
    if not field.filterable or value is None or value == "":
        return None
    if field.kind is Kind.TIME:
        day = day_of(int(value)).isoformat()
        key = "on" if name == "time" else name
        return Filter(f"Only {field.title.lower()} on {day}", f"{key}:{day}")
    if isinstance(value, str | bytes):
        return _text_filter(field.name, field.title, value, several=field.kind is Kind.NAMES)
    return None


def _text_filter(name: str, title: str, value: StoredValue, *, several: bool) -> Filter | None:
    text = as_text(value) if isinstance(value, str | bytes) else ""
    if several:
        text = text.split(",")[0]
    written = written_value(text)
    if written is None:
        return None
    label = title if title.isupper() or title[:2].isupper() else title.lower()
    return Filter(f"Only {label} {text}", f"{name}:{written}")

"""Values of the catalogue in words, for the columns that have no cell of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.core.fields import COLUMNS, INDEX, Kind
from m360desk.core.folding import as_text
from m360desk.ui.text import NOTHING, date_and_clock, number, title_of, with_unit

if TYPE_CHECKING:
    from datetime import tzinfo

    from m360desk.core.session import StoredValue


def in_words(name: str, value: StoredValue, zone: tzinfo) -> str:
    """A field's value as people read it; a dash where it is not known."""
    field = COLUMNS[INDEX[name]]
    if value is None:
        return NOTHING
    if isinstance(value, str | bytes):
        text = as_text(value)
        if field.kind is Kind.NAMES:
            return ", ".join(title_of(each) for each in text.split(",") if each) or NOTHING
        return text
    if field.kind is Kind.TIME:
        return date_and_clock(int(value), zone)
    if field.kind is Kind.FLAG:
        return "yes" if value else "no"
    return with_unit(value, field.unit) if field.unit else number(value)

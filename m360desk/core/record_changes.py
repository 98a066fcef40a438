"""What is different between two versions of one record, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from m360desk.core.fields import COLUMNS, Field, Kind
from m360desk.core.jsontext import NotJson, decode
from m360desk.core.session import read

if TYPE_CHECKING:
    from m360desk.core.session import StoredValue

# They follow from other fields, which are named themselves.
_FOLLOWING: Final = frozenset(
    {"device", "flags", "has", "result", "failed_count", "passed_count", "skipped_count", "battery_source"}
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of the catalogue that had another value before; None: it had none."""

    field: Field
    before: StoredValue
    after: StoredValue


@dataclass(frozen=True, slots=True)
class RecordChange:
    """How a record differs from its successor: by fields, and by all properties whose content differs."""

    fields: tuple[FieldChange, ...]
    properties: tuple[str, ...]


def record_change(earlier: bytes, later: bytes) -> RecordChange:
    """Compare two versions of a record as they came."""
    before, after = read(earlier).values, read(later).values
    found = [
        FieldChange(field, old, new)
        for field, old, new in zip(COLUMNS, before, after, strict=True)
        if field.name not in _FOLLOWING and _content(field, old) != _content(field, new)
    ]
    by_name = {change.field.name: change for change in found}
    reported, battery = by_name.get("reported"), by_name.get("battery")
    if reported is not None and battery is not None and reported.after == battery.after:
        found.remove(reported)
    return RecordChange(tuple(found), _properties(_members(earlier), _members(later)))


def _content(field: Field, value: StoredValue) -> object:
    """A value as far as it counts: the order of names, and none against an empty text, say nothing."""
    if field.kind is Kind.NAMES and isinstance(value, str):
        return frozenset(value.split(","))
    return None if value == "" else value


def _properties(before: dict[str, object], after: dict[str, object]) -> tuple[str, ...]:
    return tuple(name for name in {**after, **before} if before.get(name) != after.get(name))


def _members(raw: bytes) -> dict[str, object]:
    try:
        record = decode(raw)
    except NotJson:
        return {}
    return record if isinstance(record, dict) else {}

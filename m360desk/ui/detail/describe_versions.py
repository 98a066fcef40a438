"""Earlier versions of a record in words: when it changed, and what from what into what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.core.fields import Kind
from m360desk.ui.detail.content import Line, Piece, Run, SectionContent
from m360desk.ui.detail.pieces import names, plain
from m360desk.ui.text import (
    counted,
    date_and_clock,
    iso_time,
    listed,
    number,
    shortened,
    title_of,
    with_unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from m360desk.core.fields import Field
    from m360desk.core.record_changes import FieldChange, RecordChange
    from m360desk.core.session import StoredValue
    from m360desk.store.stored import Version
    from m360desk.ui.detail.content import PaneContext

_CHANGE_AT = 16
_VALUES_AT = 128
_MOST_CHARACTERS = 60
_MOST_FIELDS = 12
_ABSENT = "none"


def versions_section(
    versions: Sequence[Version], changes: Mapping[int, RecordChange], context: PaneContext
) -> SectionContent:
    """Return when the record changed and what in it; each earlier one can be looked at."""
    if not versions:
        return SectionContent((Run("none, it is as it was first read", colour="text2"),))
    lines: list[Line] = []
    for version in versions:
        change = changes.get(version.number)
        lines.append(_version(version, change, context))
        if change is not None:
            lines += [_change(each, context) for each in change.fields[:_MOST_FIELDS]]
    return SectionContent((Run(str(len(versions)), colour="text2"),), tuple(lines))


def _version(version: Version, change: RecordChange | None, context: PaneContext) -> Line:
    start = date_and_clock(version.from_ms, context.zone)
    end = date_and_clock(version.replaced_ms, context.zone)
    how_many = counted(len(change.properties), "property", "properties") if change is not None else ""
    pieces = [Piece(0, (Run(end),)), Piece(_VALUES_AT + 24, (Run("changed", colour="text2"),))]
    if how_many:
        pieces[1] = Piece(0, (Run(f"{how_many} changed", "small", "text2"),), right=True, yields=True)
    spoken = f"Changed on {end}" + (f", {how_many}" if how_many else "") + f". Before, since {start}: open it"
    tip = f"Press to see the record as it was from {start} until {end}.\n{_exact(version, context)}"
    if change is not None and change.properties:
        tip += f"\nChanged: {shortened(', '.join(change.properties), 400)}"
    return Line(tuple(pieces), spoken=spoken, tip=tip, target=version.number)


def _exact(version: Version, context: PaneContext) -> str:
    return f"{iso_time(version.from_ms, context.zone)} – {iso_time(version.replaced_ms, context.zone)}"


def _change(change: FieldChange, context: PaneContext) -> Line:
    before, after = (_words(change.field, value, context) for value in (change.before, change.after))
    pieces = (
        Piece(_CHANGE_AT, (Run(change.field.title, colour="text2"),)),
        Piece(_VALUES_AT, (Run(f"{before} → ", colour="text2"), Run(after))),
    )
    spoken = f"{change.field.title}: {before}, then {after}"
    return Line(pieces, spoken=spoken, copied=f"{change.field.title}: {before} → {after}", tip=spoken)


def _words(field: Field, value: StoredValue, context: PaneContext) -> str:
    if value is None or value == "":
        return _ABSENT
    if field.kind is Kind.NAMES:
        return shortened(listed([title_of(name) for name in names(value)]), _MOST_CHARACTERS)
    if field.kind is Kind.TIME and isinstance(value, int):
        return date_and_clock(value, context.zone)
    if field.kind is Kind.FLAG:
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return with_unit(value, field.unit) if field.unit else number(value)
    return shortened(plain(value), _MOST_CHARACTERS)

"""Facets: the values of a field that people choose among, how a query says it, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from m360desk.core.battery import Band, Limits
from m360desk.core.folding import as_text, fold
from m360desk.core.query import Compare, QueryError, parse
from m360desk.core.query_edit import OwnPart, own_part, without, written_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from m360desk.core.session import StoredValue

UNKNOWN: Final = ""
"""The key of the choice "nothing is known of it"."""
FACETS: Final = ("battery", "result", "model", "operator", "grade", "time")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BANDS: Final = (Band.REPLACE, Band.WATCH, Band.GOOD)
RESULTS: Final = ("failed", "passed", "not tested")

_FIXED: Final = {"battery": tuple(band.value for band in _BANDS), "result": RESULTS}

Meaning = tuple[str, tuple[object, ...]]


class Facet:
    """The choices of one field.

    Attributes:
        field: its name.
        values: the texts that the cache is known to hold, by key.
    """

    def __init__(self, field: str, today: date, zone: tzinfo, limits: Limits) -> None:
        self.field, self.today, self.zone, self.limits = field, today, zone, limits
        self.values: dict[str, str] = {}
        # What a query's condition looks like, and the choice's key.
        self._meanings: dict[Meaning, str] = {}
        for key in _FIXED.get(field, ()):
            condition = self._condition(field, self.written(key))
            if condition is None:
                continue
            self._meanings[condition.op, condition.values] = key
            if condition.op == "match":
                self._meanings["=", condition.values] = key

    def recognise(self, name: str, item: str) -> str | None:
        """The key of the choice that ``name:item`` makes; None where it makes none."""
        condition = self._condition(name, item)
        if condition is None:
            return None
        if condition.op == "absent":
            return UNKNOWN
        if self.field == "time":
            return self._month_of(condition)
        if self.field in ("battery", "result"):
            return self._meanings.get((condition.op, condition.values))
        if condition.op not in ("=", "match"):
            return None
        key = str(condition.values[0])
        return key if condition.op == "=" or key in self.values else None

    def written(self, key: str) -> str:
        """How a choice stands behind the field's name and a colon."""
        if key == UNKNOWN:
            return "unknown"
        if self.field == "battery":
            return _written_band(key, self.limits)
        if self.field == "time":
            return key
        if self.field == "result":
            return f'"{key}"' if " " in key else key
        return written_value(self.values.get(key, key), list(self.values.values())) or "unknown"

    def key_of(self, value: StoredValue) -> str | None:
        """The key of a text of this field; None where no query can ask for it."""
        if value is None:
            return UNKNOWN
        text = as_text(value) if isinstance(value, (str, bytes)) else str(value)
        written = written_value(text)
        return fold(written.strip('"')) if written is not None else None

    def _condition(self, name: str, item: str) -> Compare | None:
        try:
            root = parse(f"{name}:{item}", today=self.today, zone=self.zone).root
        except QueryError:
            return None
        if not isinstance(root, Compare) or root.field.name != self.field:
            return None
        return root

    def _month_of(self, condition: Compare) -> str | None:
        if condition.op != "range" or not isinstance(condition.values[0], int):
            return None
        key = month_key(condition.values[0], self.zone)
        month = self._condition("time", key) if key else None
        return key if month is not None and month.values == condition.values else None


def _written_band(key: str, limits: Limits) -> str:
    low, high = limits.replace_under, limits.good_from
    if key == Band.REPLACE.value:
        return f"<{low:g}"
    # Health is kept to a tenth of a percent.
    return f">={high:g}" if key == Band.GOOD.value else f"{low:g}..{round(high - 0.1, 1):g}"


def month_key(time_ms: float, zone: tzinfo) -> str | None:
    """The local month of a moment as "2026-11"; None beyond the calendar's ends."""
    try:
        return f"{(_EPOCH + timedelta(milliseconds=time_ms)).astimezone(zone):%Y-%m}"
    except (OverflowError, ValueError, OSError):
        return None


@dataclass(frozen=True, slots=True)
class Split:
    """A query taken apart: what no facet says, and for each facet its own part."""

    rest: str
    own: dict[str, OwnPart]
    terms: dict[str, str]


def split(text: str, facets: Mapping[str, Facet]) -> Split:
    """Take the facets' own parts out of a valid query."""
    own: dict[str, OwnPart] = {}
    terms: dict[str, str] = {}
    for name, facet in facets.items():
        found = own_part(text, facet)
        if found is not None:
            own[name] = found
            terms[name] = text[found.part.start : found.part.end]
    rest = text
    for found in sorted(own.values(), key=lambda each: each.part.start, reverse=True):
        rest = without(rest, found.part)
    return Split(rest, own, terms)

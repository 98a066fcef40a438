"""Facets: the values of a field that people choose among, how a query says it, and how many there are."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import compress, repeat
from math import inf
from typing import TYPE_CHECKING, Final

from m360desk.core.battery import Band, Limits
from m360desk.core.folding import as_text, fold
from m360desk.core.matching import matches
from m360desk.core.query import Compare, QueryError, parse
from m360desk.core.query_edit import OwnPart, own_part, without, written_value

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping, Sequence

    from m360desk.core.session import StoredValue

UNKNOWN: Final = ""
"""The key of the choice "nothing is known of it"."""
FACETS: Final = ("battery", "result", "model", "operator", "grade", "time")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BANDS: Final = (Band.REPLACE, Band.WATCH, Band.GOOD)
RESULTS: Final = ("failed", "passed", "not tested")

_NAMELESS: Final = "\0"
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

    def learn(self, values: Sequence[StoredValue]) -> None:
        """Remember texts that the cache holds."""
        for value in values:
            key = self.key_of(value)
            if key and isinstance(value, (str, bytes)):
                self.values.setdefault(key, as_text(value))

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


def tally(
    columns: Mapping[str, array[float] | list[StoredValue]], parts: Split, facets: Mapping[str, Facet]
) -> dict[str, Counter[str]]:
    """How many sessions there are of each choice, each facet without its own part.

    ``columns`` are the values of all facets' fields of the sessions that ``parts.rest`` finds.
    """
    keyed = {name: _keys(facet, columns[name]) for name, facet in facets.items()}
    passing = {
        name: _passing(facets[name], own, parts.terms[name], columns[name], keyed[name])
        for name, own in parts.own.items()
    }
    counts: dict[str, Counter[str]] = {}
    for name, keys in keyed.items():
        chosen: Sequence[str] = keys
        others = [mask for other, mask in passing.items() if other != name]
        if others:
            mask = others[0] if len(others) == 1 else map(all, zip(*others, strict=True))
            chosen = list(compress(keys, mask))
        counts[name] = Counter(chosen)
    return counts


def _keys(facet: Facet, values: Sequence[StoredValue]) -> list[str]:
    """The key of each value; what no query can ask for has one that nobody sees."""
    if facet.field == "battery":
        limits = [facet.limits.replace_under, facet.limits.good_from]
        return _sorted_into(values, limits, [band.value for band in _BANDS])
    if facet.field == "time":
        return _months(values, facet.zone)  # type: ignore[arg-type]  # times come as numbers
    facet.learn(list(set(values)))
    keys = {value: facet.key_of(value) for value in set(values)}
    named = {value: _NAMELESS if key is None else key for value, key in keys.items()}
    return list(map(named.__getitem__, values))


def _months(values: Sequence[float], zone: tzinfo) -> list[str]:
    known = [value for value in values if value == value]
    first, last = (month_key(edge(known), zone) if known else None for edge in (min, max))
    if first is None or last is None:
        return [UNKNOWN if value != value else month_key(value, zone) or _NAMELESS for value in values]
    names = _months_between(first, last)
    starts = [datetime.strptime(name, "%Y-%m").replace(tzinfo=zone).timestamp() * 1000 for name in names]
    return _sorted_into(values, starts, [_NAMELESS, *names])


def _sorted_into(values: Sequence[StoredValue], bounds: Sequence[float], names: Sequence[str]) -> list[str]:
    """The name of the stretch between two bounds that each number lies in; unknown for nan.

    Without a line of Python for each of many thousands: nan is less than nothing, so it passes infinity too.
    """
    places = map(bisect_right, repeat([*bounds, inf]), values)  # type: ignore[arg-type]  # numbers all
    return list(map([*names, UNKNOWN].__getitem__, places))


def _months_between(first: str, last: str) -> list[str]:
    low, high = (int(name[:4]) * 12 + int(name[5:]) - 1 for name in (first, last))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(low, high + 1)]


def _passing(
    facet: Facet, own: OwnPart, term: str, values: Sequence[StoredValue], keys: Sequence[str]
) -> list[bool]:
    """Which sessions a facet's own part lets through."""
    if facet.field in ("battery", "result", "time"):
        chosen = frozenset(own.chosen)
        return list(map(chosen.__contains__, keys))
    query = parse(term, today=facet.today, zone=facet.zone)
    found = {value for value in set(values) if matches(query, _One(facet.field, value))}
    return list(map(found.__contains__, values))


@dataclass(frozen=True, slots=True)
class _One:
    """A session of which one value is known."""

    name: str
    value: StoredValue

    def get(self, name: str) -> StoredValue:
        return self.value if name == self.name else None

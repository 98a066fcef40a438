"""Counts the choices of facets over whole columns at once.

Import this module late: numpy takes longer than a first paint may.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from math import isnan
from operator import and_
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from m360desk.core.battery import Band
from m360desk.core.facets import UNKNOWN, Facet, Split, month_key
from m360desk.core.folding import as_text
from m360desk.core.matching import matches
from m360desk.core.query import parse
from m360desk.core.query_edit import OwnPart
from m360desk.core.session import StoredValue

Numbers = NDArray[Any]
Mask = NDArray[np.bool_]
Check = Callable[[], None]
_NAMELESS: Final = "\0"
"""The key of what no query can ask for; nobody sees it."""
_SLICE: Final = 65_536
"""Rows: what is made of so many stays in the processor's cache, and whoever gives up waits a millisecond."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts that repeat: a small number for each session, 0 where it has none.

    ``met`` are all numbers that can stand there; ``text`` tells what a number stands for.
    """

    codes: NDArray[Any]
    met: Sequence[int]
    text: Callable[[int], StoredValue]


@dataclass(frozen=True, slots=True)
class Placed:
    """A facet's column as places in a list of keys; of texts, what stands there by place."""

    places: Numbers
    keys: Sequence[str]
    values: Mapping[int, StoredValue]


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts of one field: by number, and what was written, by key."""

    keys: list[str]
    values: dict[int, StoredValue]
    written: dict[str, str]

    def add(self, facet: Facet, number: int, value: StoredValue) -> None:
        key = facet.key_of(value)
        self.keys.extend([UNKNOWN] * (number + 1 - len(self.keys)))
        self.keys[number] = _NAMELESS if key is None else key
        self.values[number] = value
        if key and isinstance(value, (str, bytes)):
            self.written.setdefault(key, as_text(value))


class Placings:
    """Makes them of the columns of a cache, and keeps what takes long while the columns are the same."""

    def __init__(self) -> None:
        self._numbers: dict[str, tuple[object, Placed]] = {}
        self._texts: dict[str, _Texts] = {}

    def coded(self, facet: Facet, column: Coded) -> Placed:
        """A column of texts; the facet knows them from then on."""
        texts = self._texts.setdefault(facet.field, _Texts([UNKNOWN], {}, {}))
        for number in column.met:
            if number not in texts.values:
                texts.add(facet, number, column.text(number) if number else None)
        facet.values = {**texts.written, **facet.values}
        return Placed(column.codes, texts.keys, texts.values)

    def numbers(self, facet: Facet, column: Callable[[], Numbers], version: object, check: Check) -> Placed:
        """A column of numbers, nan where missing; ``version`` is another one after each change of it."""
        told = (version, facet.limits, facet.zone)
        kept = self._numbers.get(facet.field)
        if kept is None or kept[0] != told:
            kept = self._numbers[facet.field] = (told, _placed(facet, column(), check))
        return kept[1]


def tally(
    columns: Mapping[str, Placed],
    parts: Split,
    facets: Mapping[str, Facet],
    found: Mask | None = None,
    check: Check = lambda: None,
) -> dict[str, Counter[str]]:
    """How many sessions there are of each choice, each facet without its own part.

    ``found`` tells which of the sessions ``parts.rest`` finds; None: all. ``check`` is called again and again
    and may raise, to break off.
    """
    passing = {
        name: _passing(facets[name], own, parts.terms[name], columns[name]) for name, own in parts.own.items()
    }
    counts = {name: np.zeros(len(column.keys), np.int64) for name, column in columns.items()}
    size = max((column.places.size for column in columns.values()), default=0)
    for start in range(0, size, _SLICE):
        check()
        part = slice(start, start + _SLICE)
        rows = None if found is None else np.flatnonzero(found[part])
        if rows is None or rows.size:
            places = {name: _of(column.places[part], rows) for name, column in columns.items()}
            _count(places, passing, counts)
    return {name: _by_key(columns[name].keys, counted) for name, counted in counts.items()}


def _of(places: Numbers, rows: NDArray[np.intp] | None) -> Numbers:
    return places if rows is None else places.take(rows)


def _count(
    places: Mapping[str, Numbers], passing: Mapping[str, Mask], counts: Mapping[str, NDArray[np.int64]]
) -> None:
    masks = {name: allowed.take(places[name]) for name, allowed in passing.items()}
    for name, at in places.items():
        others = [mask for other, mask in masks.items() if other != name]
        counted = counts[name]
        counted += np.bincount(at.compress(reduce(and_, others)) if others else at, minlength=counted.size)


def _by_key(keys: Sequence[str], counted: NDArray[np.int64]) -> Counter[str]:
    found: Counter[str] = Counter()
    for place in np.flatnonzero(counted).tolist():
        found[keys[place]] += int(counted[place])
    return found


def _placed(facet: Facet, column: Numbers, check: Check) -> Placed:
    if facet.field == "battery":
        limits = [facet.limits.replace_under, facet.limits.good_from]
        return _sorted_into(column, limits, [Band.REPLACE.value, Band.WATCH.value, Band.GOOD.value], check)
    return _months(column, facet, check)


def _months(times: Numbers, facet: Facet, check: Check) -> Placed:
    known = times[~np.isnan(times)]
    edges = [month_key(edge, facet.zone) for edge in (known.min(), known.max())] if known.size else []
    first, last = edges if len(edges) == 2 else (None, None)
    if first is None or last is None:
        named = [
            UNKNOWN if isnan(value) else month_key(value, facet.zone) or _NAMELESS for value in times.tolist()
        ]
        keys = sorted(set(named)) or [UNKNOWN]
        return Placed(np.asarray([keys.index(name) for name in named], np.intp), keys, {})
    names = _months_between(first, last)
    starts = [
        datetime.strptime(name, "%Y-%m").replace(tzinfo=facet.zone).timestamp() * 1000 for name in names
    ]
    return _sorted_into(times, starts, [_NAMELESS, *names], check)


def _sorted_into(values: Numbers, bounds: list[float], names: list[str], check: Check) -> Placed:
    """Which stretch between two bounds each number lies in; the last place is of what is not known."""
    places = np.empty(values.size, np.min_scalar_type(len(names)))
    for start in range(0, values.size, _SLICE):
        check()
        part = slice(start, start + _SLICE)
        places[part] = np.searchsorted(np.asarray(bounds), values[part], side="right")
        places[part][np.isnan(values[part])] = len(names)
    return Placed(places, [*names, UNKNOWN], {})


def _months_between(first: str, last: str) -> list[str]:
    low, high = (int(name[:4]) * 12 + int(name[5:]) - 1 for name in (first, last))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(low, high + 1)]


def _passing(facet: Facet, own: OwnPart, term: str, column: Placed) -> Mask:
    """By place, whether a facet's own part lets it through."""
    if facet.field in ("battery", "result", "time"):
        return np.asarray([key in own.chosen for key in column.keys], np.bool_)
    query = parse(term, today=facet.today, zone=facet.zone)
    passing = np.zeros(len(column.keys), np.bool_)
    passing[[at for at, value in column.values.items() if matches(query, _One(facet.field, value))]] = True
    return passing


@dataclass(frozen=True, slots=True)
class _One:
    """A session of which one value is known."""

    name: str
    value: StoredValue

    def get(self, name: str) -> StoredValue:
        return self.value if name == self.name else None

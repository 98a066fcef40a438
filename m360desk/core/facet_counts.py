"""Counts the choices of facets over whole columns at once.

Import this module late: numpy takes longer than a first paint may.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from math import isnan
from operator import and_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from m360desk.core.battery import Band
from m360desk.core.facets import UNKNOWN, Facet, Split, month_key
from m360desk.core.matching import matches
from m360desk.core.query import parse
from m360desk.core.query_edit import OwnPart
from m360desk.core.session import StoredValue

Numbers = NDArray[Any]
Mask = NDArray[np.bool_]
_NAMELESS = "\0"
"""The key of what no query can ask for; nobody sees it."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts that repeat: a small number for each session, and what it stands for."""

    codes: NDArray[np.int32]
    text: Callable[[int], StoredValue]

    def values(self) -> list[StoredValue]:
        """The text of every number up to the highest; None where none of the sessions has it."""
        present = np.bincount(self.codes)
        return [self.text(number) if count and number else None for number, count in enumerate(present)]


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A facet's column as places in a list of choices; for texts, the choices' own values too."""

    places: Numbers
    keys: list[str]
    values: list[StoredValue]

    def counted(self, mask: Mask | None) -> Counter[str]:
        places = self.places if mask is None else self.places[mask]
        counts: Counter[str] = Counter()
        for place, count in enumerate(np.bincount(places, minlength=len(self.keys)).tolist()):
            if count:
                counts[self.keys[place]] += count
        return counts

    def passing(self, allowed: list[bool]) -> Mask:
        found: Mask = np.asarray(allowed, np.bool_)[self.places]
        return found


def learn(facet: Facet, column: Coded) -> None:
    """Let a facet know the texts that a column holds."""
    facet.learn([value for value in column.values() if value is not None])


def tally(
    columns: Mapping[str, Numbers | Coded], parts: Split, facets: Mapping[str, Facet]
) -> dict[str, Counter[str]]:
    """How many sessions there are of each choice, each facet without its own part.

    ``columns`` are the values of all facets' fields of the sessions that ``parts.rest`` finds: numbers (nan
    where missing) or coded texts (0 where missing).
    """
    keyed = {name: _keyed(facet, columns[name]) for name, facet in facets.items()}
    passing = {
        name: _passing(facets[name], own, parts.terms[name], keyed[name]) for name, own in parts.own.items()
    }
    counts: dict[str, Counter[str]] = {}
    for name, column in keyed.items():
        others = [mask for other, mask in passing.items() if other != name]
        counts[name] = column.counted(reduce(and_, others) if others else None)
    return counts


def _keyed(facet: Facet, column: Numbers | Coded) -> _Keyed:
    if isinstance(column, Coded):
        values = column.values()
        facet.learn([value for value in values if value is not None])
        keys = [facet.key_of(value) for value in values] or [UNKNOWN]
        named = [_NAMELESS if key is None else key for key in keys]
        return _Keyed(column.codes, named, values or [None])
    if facet.field == "battery":
        limits = [facet.limits.replace_under, facet.limits.good_from]
        return _sorted_into(column, limits, [Band.REPLACE.value, Band.WATCH.value, Band.GOOD.value])
    return _months(column, facet)


def _months(times: Numbers, facet: Facet) -> _Keyed:
    known = times[~np.isnan(times)]
    edges = [month_key(edge, facet.zone) for edge in (known.min(), known.max())] if known.size else []
    first, last = edges if len(edges) == 2 else (None, None)
    if first is None or last is None:
        named = [
            UNKNOWN if isnan(value) else month_key(value, facet.zone) or _NAMELESS for value in times.tolist()
        ]
        keys = sorted(set(named)) or [UNKNOWN]
        return _Keyed(np.asarray([keys.index(name) for name in named], np.intp), keys, [])
    names = _months_between(first, last)
    starts = [
        datetime.strptime(name, "%Y-%m").replace(tzinfo=facet.zone).timestamp() * 1000 for name in names
    ]
    return _sorted_into(times, starts, [_NAMELESS, *names])


def _sorted_into(values: Numbers, bounds: list[float], names: list[str]) -> _Keyed:
    """Which stretch between two bounds each number lies in; the last place is of what is not known."""
    places = np.searchsorted(np.asarray(bounds), values, side="right")
    places[np.isnan(values)] = len(names)
    return _Keyed(places, [*names, UNKNOWN], [])


def _months_between(first: str, last: str) -> list[str]:
    low, high = (int(name[:4]) * 12 + int(name[5:]) - 1 for name in (first, last))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(low, high + 1)]


def _passing(facet: Facet, own: OwnPart, term: str, column: _Keyed) -> Mask:
    """Which sessions a facet's own part lets through."""
    if facet.field in ("battery", "result", "time"):
        return column.passing([key in own.chosen for key in column.keys])
    query = parse(term, today=facet.today, zone=facet.zone)
    return column.passing([matches(query, _One(facet.field, value)) for value in column.values])


@dataclass(frozen=True, slots=True)
class _One:
    """A session of which one value is known."""

    name: str
    value: StoredValue

    def get(self, name: str) -> StoredValue:
        return self.value if name == self.name else None

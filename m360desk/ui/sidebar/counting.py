"""Counts for the side bar, read in a worker's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.core.facets import FACETS, Facet, split
from m360desk.core.query import QueryError, parse

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence
    from datetime import date, tzinfo

    from m360desk.core.battery import Limits
    from m360desk.core.cancel import CancelToken
    from m360desk.core.facet_counts import Numbers
    from m360desk.store.reader import CacheReader

NUMBERS = ("battery", "time")
CODED = ("result", "model", "operator", "grade")
"""Fields of facets whose columns are numbers, and those of texts that repeat."""


class FacetCounts:
    """What is counted of one query: the facets as they are known by then, and how many there are of each."""

    def __init__(self, facets: dict[str, Facet], counts: dict[str, Counter[str]]) -> None:
        self.facets, self.counts = facets, counts


def count_facets(
    reader: CacheReader,
    text: str,
    known: dict[str, dict[str, str]],
    make: Callable[[str], Facet],
    cancel: CancelToken,
) -> FacetCounts:
    """Count the choices of every facet for a valid query.

    ``known`` are the values that earlier counts of this cache have met.
    """
    facets = {name: make(name) for name in FACETS}
    for name, values in known.items():
        facets[name].values.update(values)
    # Brings numpy, for which the first rows must not wait.
    from m360desk.core.facet_counts import Coded, learn, tally

    columns = reader.in_memory((), cancel=cancel)
    for name in CODED:
        learn(facets[name], Coded(columns.columns.codes[name], columns.terms.text))
    parts = split(text, facets)
    rest = parse(parts.rest, today=facets["time"].today, zone=facets["time"].zone)
    found = reader.in_memory((rest.root,), cancel=cancel)
    rows = slice(None) if rest.is_empty else found.masks[0]
    held = found.columns
    counted: dict[str, Numbers | Coded] = {name: held.numbers[name][rows] for name in NUMBERS}
    counted |= {name: Coded(held.codes[name][rows], found.terms.text) for name in CODED}
    cancel.check()
    return FacetCounts(facets, tally(counted, parts, facets))


def count_views(
    reader: CacheReader, texts: Sequence[str], today: date, zone: tzinfo, cancel: CancelToken
) -> dict[str, int | None]:
    """How many sessions each query finds; None for one that is no query any more."""
    counts: dict[str, int | None] = {}
    for text in texts:
        cancel.check()
        try:
            query = parse(text, today=today, zone=zone)
        except QueryError:
            counts[text] = None
        else:
            counts[text] = reader.count(query, cancel=cancel)
    return counts


def facet_maker(today: date, zone: tzinfo, limits: Limits) -> Callable[[str], Facet]:
    """Makes facets for a day, a zone and battery limits."""
    return lambda name: Facet(name, today, zone, limits)

"""Counts for the side bar, read in a worker's thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from m360desk.core.facets import FACETS, Facet, split
from m360desk.core.query import QueryError, parse

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence
    from datetime import date, tzinfo

    from m360desk.core.battery import Limits
    from m360desk.core.cancel import CancelToken
    from m360desk.core.facet_counts import Placed, Placings
    from m360desk.store.column_search import Found
    from m360desk.store.reader import CacheReader

NUMBERS = ("battery", "time")
"""Facets of numbers; the others are of texts that repeat."""


class FacetCounts:
    """What is counted of one query: the facets as they are known by then, and how many there are of each."""

    def __init__(self, facets: dict[str, Facet], counts: dict[str, Counter[str]]) -> None:
        self.facets, self.counts = facets, counts


class FacetCounter:
    """Counts the choices of facets in one cache; for the lane that reads it."""

    def __init__(self) -> None:
        self._placings: Placings | None = None

    def count(
        self,
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
        self._place(reader.in_memory((), cancel=cancel), facets, cancel)
        parts = split(text, facets)
        rest = parse(parts.rest, today=facets["time"].today, zone=facets["time"].zone)
        found = reader.in_memory((rest.root,), cancel=cancel)
        # Something may have been written in between.
        placed = self._place(found, facets, cancel)
        from m360desk.core.facet_counts import tally

        counts = tally(placed, parts, facets, None if rest.is_empty else found.masks[0], cancel.check)
        return FacetCounts(facets, counts)

    def _place(self, found: Found, facets: dict[str, Facet], cancel: CancelToken) -> dict[str, Placed]:
        # Brings numpy, for which the first rows must not wait.
        from m360desk.core.facet_counts import Coded, Placings

        if self._placings is None:
            self._placings = Placings()
        held, text = found.columns, found.terms.text
        placed = {}
        for name, facet in facets.items():
            if name in NUMBERS:
                column = partial(held.numbers.__getitem__, name)
                placed[name] = self._placings.numbers(facet, column, held.version, cancel.check)
            else:
                coded = Coded(held.codes[name], held.texts_met(name), text)
                placed[name] = self._placings.coded(facet, coded)
        return placed


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

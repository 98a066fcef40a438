"""All matches of a query in their order, out of the columns in memory.

Import this module late, as `store.columns`.
"""

from array import array
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from m360desk.core.query import Order
from m360desk.store.column_extras import FIELDS as EXTRAS
from m360desk.store.column_search import SORTED
from m360desk.store.column_slices import EXACT_UP_TO
from m360desk.store.columns import Check, Columns
from m360desk.store.schema import WALKED
from m360desk.store.terms import TermTexts

Places = NDArray[np.int32]

_KEPT: Final = 2
"""Orders: at a million sessions each takes 4 MB."""


class _Ascending(NamedTuple):
    """Positions in the columns: the sessions that have a value, by value and row number, then the others."""

    version: int
    present: Places
    absent: Places


class ColumnLists:
    """Keeps the orders that were asked for, as long as the columns stay as they are."""

    def __init__(self, columns: Columns, terms: TermTexts) -> None:
        self._columns = columns
        self._terms = terms
        self._orders: dict[str, _Ascending] = {}

    def bring(self, order: Order, known: frozenset[str], check: Check) -> bool:
        """Have in memory what is sorted by; False where that cannot be: identities are in the file alone.

        What no search has asked for yet is read once, in about the time of a search in the file.
        """
        name, columns = order.field, self._columns
        if name in SORTED or name in columns.codes:
            return True
        if name not in EXTRAS or name not in known:
            return False
        if name not in WALKED:  # an index of the file is read sooner than a column
            columns.extras.bring([name], columns.ids, check)
        values = columns.extras.values(name, columns.ids.size)
        return values is not None and not bool((np.abs(values) >= EXACT_UP_TO).any())

    def ids(self, mask: NDArray[np.bool_], order: Order) -> "array[int]":
        """The row numbers of the chosen rows, as SQLite would sort them."""
        ascending = self._ascending(order.field)
        way = -1 if order.descending else 1
        found = array("q")
        for places in (ascending.present[::way], ascending.absent[::way]):
            chosen = self._columns.ids.take(places.compress(mask.take(places)))
            if chosen.size:
                found.frombytes(chosen.astype(np.int64, copy=False).data.cast("B"))
        return found

    def release(self) -> None:
        """Let all orders go but the one that was asked for last."""
        while len(self._orders) > 1:
            del self._orders[next(iter(self._orders))]

    def _ascending(self, field: str) -> _Ascending:
        known = self._orders.get(field)
        if known is not None and known.version == self._columns.version:
            self._orders[field] = self._orders.pop(field)  # the ones asked for last stand last
            return known
        values = self._values(field)
        missing = np.isnan(values) if values.dtype.kind == "f" else values < 0
        places = np.argsort(values, kind="stable").astype(np.int32)
        absent = np.flatnonzero(missing).astype(np.int32)
        order = _Ascending(self._columns.version, places[~missing[places]], absent)
        self._orders.pop(field, None)
        while len(self._orders) >= _KEPT:
            del self._orders[next(iter(self._orders))]
        self._orders[field] = order
        return order

    def _values(self, field: str) -> NDArray[Any]:
        """What is sorted: numbers, nan where missing, or ranks of texts, -1 where missing."""
        if field in SORTED:
            return self._columns.numbers[field]
        values = self._columns.codes.get(field)
        if values is None:
            values = self._columns.extras.values(field, self._columns.ids.size)
        assert values is not None  # noqa: S101 - `bring` has seen to it
        return values if values.dtype.kind == "f" else self._ranks(values)

    def _ranks(self, codes: NDArray[np.int32]) -> NDArray[np.int32]:
        """For each row where its text stands among all texts; -1: it has none."""
        numbers = np.flatnonzero(np.bincount(codes)).tolist() if codes.size else []
        folded = self._terms.folded
        ranks = np.full(max(numbers, default=0) + 1, -1, np.int32)
        in_order = sorted(
            (number for number in numbers if number), key=lambda number: (folded(number), number)
        )
        ranks[in_order] = np.arange(len(in_order), dtype=np.int32)
        found: NDArray[np.int32] = ranks[codes]
        return found

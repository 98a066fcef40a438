"""What one reader keeps in memory of all sessions, and what it answers from there.

Import this module late, as `store.columns`.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from m360desk.core.query import Node, Order, Query
from m360desk.store.column_lists import ColumnLists
from m360desk.store.column_search import ColumnSearch, Found, Mask
from m360desk.store.columns import Check, Columns
from m360desk.store.conditions import Conditions
from m360desk.store.terms import TermTexts

if TYPE_CHECKING:
    from array import array

_KEPT_MASKS = 3
"""The list, its count, the side bar and the charts ask for the same one after the other."""


class InMemory:
    """Everything here belongs into a transaction of the reader.

    Attributes:
        columns: of all sessions, as of the last call.
    """

    def __init__(
        self, connection: sqlite3.Connection, terms: TermTexts, conditions: Callable[[], Conditions]
    ) -> None:
        """`conditions` is called when something has to be asked of SQLite, or of the texts."""
        self._connection = connection
        self._terms = terms
        self._conditions = conditions
        self.columns = Columns(connection)
        self._lists = ColumnLists(self.columns, terms)
        self._masks: dict[Node, Mask] = {}
        self._masks_of: object = None

    def found(self, known: frozenset[str], nodes: Sequence[Node], check: Check) -> Found:
        """Which rows fulfil each condition; `known` and `check` as in `Columns.refresh`."""
        search = self._search(known, nodes, check)
        masks = []
        for node in nodes:
            check()
            masks.append(self._mask(search, node))
        return Found(self.columns, tuple(masks), self._terms)

    def ids(self, known: frozenset[str], query: Query, order: Order, check: Check) -> "array[int] | None":
        """The row numbers of all matches, in order; None where the columns do not tell, or not yet."""
        if not self.columns.is_whole:
            return None
        search = self._search(known, [query.root], check)
        if not (search.tells(query.root) and self._lists.bring(order, known, check)):
            return None
        return self._lists.ids(self._mask(search, query.root), order)

    def count(self, known: frozenset[str], query: Query, check: Check) -> int | None:
        """How many sessions match; None where the columns do not tell, or not yet."""
        if not self.columns.is_whole:
            return None
        search = self._search(known, [query.root], check)
        return int(self._mask(search, query.root).sum()) if search.tells(query.root) else None

    def counts(
        self, known: frozenset[str], query: Query, nodes: Sequence[Node], check: Check
    ) -> list[int | None]:
        """How many of the matches fulfil each of further conditions; None where the columns do not tell."""
        if not self.columns.is_whole:
            return [None] * len(nodes)
        search = self._search(known, [query.root, *nodes], check)
        if not search.tells(query.root):
            return [None] * len(nodes)
        among = self._mask(search, query.root)
        return [int((among & search.mask(node)).sum()) if search.tells(node) else None for node in nodes]

    def codes(self, known: frozenset[str], name: str, check: Check) -> NDArray[Any]:
        """The column of a text that repeats: the numbers of the texts in `terms`, 0 where missing."""
        self.columns.refresh(known, check)
        codes = self.columns.codes.get(name)
        if codes is None:
            self.columns.extras.bring([name], self.columns.ids, check)
            codes = self.columns.extras.values(name, self.columns.ids.size)
        assert codes is not None  # noqa: S101 - it has just been brought
        return codes

    def release(self) -> None:
        """Let go what was kept for the next question, and is made anew in milliseconds."""
        self._masks.clear()
        self._lists.release()

    def _search(self, known: frozenset[str], nodes: Sequence[Node], check: Check) -> ColumnSearch:
        self.columns.refresh(known, check)
        search = ColumnSearch(self.columns, self._conditions, self._terms, self._connection, check, known)
        search.bring(nodes)
        return search

    def _mask(self, search: ColumnSearch, node: Node) -> Mask:
        """Which rows fulfil a condition; of the last few it is known, as long as nobody has written."""
        if self._masks_of != self.columns.moment:
            self._masks.clear()
            self._masks_of = self.columns.moment
        mask = self._masks.pop(node, None)
        if mask is None:
            mask = search.mask(node)
            mask.setflags(write=False)
        self._masks[node] = mask
        while len(self._masks) > _KEPT_MASKS:
            del self._masks[next(iter(self._masks))]
        return mask

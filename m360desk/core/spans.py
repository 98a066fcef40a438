"""Parts of a list, what is selected in it, and what becomes of it: without a step for each session."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, NamedTuple

from m360desk.core.late_numpy import load_numpy

if TYPE_CHECKING:
    from collections.abc import Iterable

Spans = tuple[tuple[int, int], ...]
"""From each position up to, but not including, another; ascending, and apart from each other."""


def joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """Spans in order, those that touch or overlap joined."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def with_span(spans: Spans, start: int, end: int, *, chosen: bool) -> Spans:
    """Spans with one more, or without what lies in it."""
    first = bisect_left(spans, start, key=lambda span: span[1])
    last = bisect_right(spans, end, key=lambda span: span[0])
    touched = spans[first:last]
    if chosen:
        between: Spans = joined((*touched, (start, end)))
    else:
        cut = [
            part for left, right in touched for part in ((left, min(right, start)), (max(left, end), right))
        ]
        between = tuple((left, right) for left, right in cut if left < right)
    return (*spans[:first], *between, *spans[last:])


class Selected:
    """Sessions that are selected in a list; costs the same for one as for a million.

    Attributes:
        ids: the row numbers of the whole list, never to be changed.
        spans: which of them are selected.
        count: how many that are.
    """

    __slots__ = ("count", "ids", "spans")

    def __init__(self, ids: array[int], spans: Spans) -> None:
        self.ids: Final = ids
        self.spans: Final = spans
        self.count: Final = sum(end - start for start, end in spans)

    def row_ids(self, most: int | None = None) -> array[int]:
        """The row numbers of the first `most` selected sessions, or of all, in the list's order."""
        if self.count == len(self.ids) and most is None:
            return self.ids
        found = array("q")
        for start, end in self.spans:
            left = len(self.ids) if most is None else most - len(found)
            if left <= 0:
                break
            found.extend(self.ids[start : min(end, start + left)])
        return found

    def holds(self, position: int) -> bool:
        """Whether the session at a position is selected."""
        at = bisect_right(self.spans, (position, len(self.ids))) - 1
        return at >= 0 and position < self.spans[at][1]

    def is_same(self, other: Selected) -> bool:
        """Whether it is the same part of the same list."""
        return self.ids is other.ids and self.spans == other.spans


FEW = 5_000
"""In so many sessions one is found by looking at each: that takes less than a tenth of a millisecond."""


def find(ids: array[int], row_id: int) -> int | None:
    """Where a row number stands in a list, or None.

    For lists of more than ``FEW`` load `core.places` in a worker before they come into the window's thread.
    """
    if len(ids) > FEW:
        load_numpy()
        from m360desk.core import places

        return places.position(ids, row_id)
    try:
        return ids.index(row_id)
    except ValueError:
        return None


class Change(Enum):
    """What has become of a list that is shown."""

    NONE = auto()
    LONGER = auto()
    """It begins as it did."""
    OTHER = auto()


class Newer(NamedTuple):
    """An answer beside the one that is shown.

    Attributes:
        ids: what is to be shown of it.
        above: how many sessions it has before those; they are held back.
        change: how `ids` differ from what is shown.
    """

    ids: array[int]
    above: int
    change: Change


NOTHING_SELECTED = Selected(array("q"), ())

"""Where sessions of one list stand in another, for lists of millions.

Import this module late: numpy takes longer than a first paint may. All but `position` belongs into a worker.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from m360desk.core.spans import Change, Newer, Spans

if TYPE_CHECKING:
    from array import array

_PIECE = 250_000
_SPARSE = 8
"""Row numbers are dense as a rule: then a table of all of them is quicker than any search."""


def position(ids: "array[int]", row_id: int) -> int | None:
    """Where a row number stands, or None; half a millisecond for a million."""
    numbers = _numbers(ids)
    for start in range(0, numbers.size, _PIECE):
        found = numbers[start : start + _PIECE] == row_id
        at = int(found.argmax())
        if found[at]:
            return start + at
    return None


def newer(shown: "array[int]", ids: "array[int]", *, hold_back: bool) -> Newer:
    """Compare an answer with what is shown; `hold_back`: without what came above the first shown session."""
    above = position(ids, shown[0]) or 0 if hold_back and len(shown) else 0
    listed = ids[above:] if above else ids
    count = len(shown)
    begins_alike = len(listed) >= count and np.array_equal(_numbers(listed)[:count], _numbers(shown))
    if not begins_alike or not count:
        change = Change.OTHER if count or len(listed) else Change.NONE
    else:
        change = Change.NONE if len(listed) == count else Change.LONGER
    return Newer(listed, above, change)


def carried(old: "array[int]", spans: Spans, new: "array[int]") -> Spans:
    """Where the sessions at `spans` of one list stand in another; those that it lacks are left out."""
    before, after = _numbers(old), _numbers(new)
    if not spans or not after.size:
        return ()
    chosen = np.concatenate([before[start:end] for start, end in spans])
    if not chosen.size:
        return ()
    lowest, highest = int(chosen.min()), int(chosen.max())
    if highest - lowest > _SPARSE * (before.size + after.size):
        return _runs(np.isin(after, chosen))
    is_chosen = np.zeros(highest - lowest + 2, np.bool_)
    is_chosen[chosen - lowest] = True
    # What lies outside is looked up behind the last one, where nothing is chosen.
    outside = (after < lowest) | (after > highest)
    return _runs(is_chosen[np.where(outside, highest + 1, after) - lowest])


def _runs(mask: NDArray[np.bool_]) -> Spans:
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False)).tolist()
    return tuple(zip(edges[::2], edges[1::2], strict=True))


def _numbers(ids: "array[int]") -> NDArray[np.int64]:
    return np.frombuffer(ids, np.int64) if len(ids) else np.zeros(0, np.int64)

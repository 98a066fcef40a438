"""The bars of the distribution: one for each whole percent, both far ends gathered into one bar each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from m360desk.ui.marks import Mark

if TYPE_CHECKING:
    from m360desk.core.battery import Limits
    from m360desk.core.battery_figures import Distribution

# The lowest of a hundred devices share a bar; a new cell may well be reported a little above 100 %.
_TAIL_SHARE = 0.01
_HIGHEST = 105
_LOWEST_KEPT = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """The devices with a health from ``low`` percent to under the next; an open one has all beyond too."""

    low: int
    count: int
    mark: Mark
    open_below: bool = False
    open_above: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it gathers a far end."""
        return self.open_below or self.open_above


def bars_of(found: Distribution, limits: Limits) -> tuple[Bar, ...]:
    """The bars from low to high, without a gap; none without readings."""
    if not found.known:
        return ()
    counts = dict(zip(found.percents, found.counts, strict=True))
    start = _start(found, limits)
    end = max(start, min(max(found.percents[-1], round(limits.good_from)), _HIGHEST))
    below = sum(count for low, count in counts.items() if low < start)
    above = sum(count for low, count in counts.items() if low > end)
    return tuple(
        Bar(
            low,
            counts.get(low, 0) + (below if low == start else 0) + (above if low == end else 0),
            _mark(low, limits),
            open_below=low == start and below > 0,
            open_above=low == end and above > 0,
        )
        for low in range(start, end + 1)
    )


def _start(found: Distribution, limits: Limits) -> int:
    """Where the bars begin: few devices below, and some room under the lower limit."""
    most, below, start = found.known * _TAIL_SHARE, 0, found.percents[0]
    for low, count in zip(found.percents, found.counts, strict=True):
        start = low
        below += count
        if below > most:
            break
    return max(0, min(start, round(limits.replace_under) - _LOWEST_KEPT))


def _mark(low: int, limits: Limits) -> Mark:
    if low < limits.replace_under:
        return Mark.REPLACE
    return Mark.GOOD if low >= limits.good_from else Mark.WATCH

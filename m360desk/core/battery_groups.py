"""Quantiles of states of health, group by group, without a loop over groups or batteries.

Health is kept to a tenth of a percent (``units.health_percent``), so one sort of whole numbers gives every
group's order exactly. Import this module late: numpy takes longer than a first paint may.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOW, MEDIAN, HIGH = 0.1, 0.5, 0.9
"""The middle 80 % lie between the first and the last of these shares."""
_WIDTH: Final = 4096  # more than the tenths that a health can have (200.0 %)
_INT32_GROUPS: Final = 2**31 // _WIDTH


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Readings sorted within their groups.

    ``keys`` holds each reading as its group times 4,096 plus tenths of a percent; group ``g`` stands in
    ``keys[edges[g]:edges[g + 1]]``.
    """

    keys: NDArray[Any]
    edges: NDArray[np.int64]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Readings in each group."""
        return np.diff(self.edges)

    def quantile(self, share: float) -> NDArray[np.float64]:
        """The health in percent below which that share of each group lies, linear between two readings.

        NaN for an empty group.
        """
        counts = self.counts
        place = share * (counts - 1)
        below = np.floor(place)
        part = place - below
        first = self.edges[:-1] + np.maximum(0, below.astype(np.int64))
        last = max(0, self.keys.size - 1)
        if not self.keys.size:
            return np.full(counts.size, np.nan)
        low = self.keys[np.minimum(first, last)] % _WIDTH
        high = self.keys[np.minimum(first + (part > 0), last)] % _WIDTH
        figures = (low + (high - low) * part) / 10
        return np.where(counts > 0, figures, np.nan)

    def under(self, limit: float) -> NDArray[np.int64]:
        """Readings below a limit in percent, in each group."""
        groups = np.arange(self.counts.size, dtype=self.keys.dtype) * _WIDTH
        tenths = min(_WIDTH - 1, max(0, ceil(round(limit * 10, 6))))
        ends: NDArray[np.int64] = np.searchsorted(self.keys, groups + self.keys.dtype.type(tenths))
        return ends - self.edges[:-1]


def grouped(groups: NDArray[Any], health: NDArray[Any], count: int) -> Grouped:
    """Sort readings into groups 0 to ``count`` - 1.

    ``health`` in percent, NaN for none; a group outside that range leaves its readings out.
    """
    usable = ~np.isnan(health) & (groups >= 0) & (groups < count)
    width = np.int32 if count < _INT32_GROUPS else np.int64
    tenths = np.rint(health[usable] * 10).astype(width)
    keys = groups[usable].astype(width) * width(_WIDTH) + np.clip(tenths, 0, _WIDTH - 1)
    keys.sort()
    edges = np.searchsorted(keys, np.arange(count + 1, dtype=np.int64) * _WIDTH)
    return Grouped(keys, edges)

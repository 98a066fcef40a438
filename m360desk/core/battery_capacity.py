"""Capacity against design, temperature and drain of many batteries, where devices report them.

Import this module late: numpy takes longer than a first paint may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Spread:
    """How often a figure lies in each whole unit: ``counts[i]`` from ``lowest + i`` to under the next.

    ``median`` and the ends of the middle 80 % are None without any reading.
    """

    lowest: int
    counts: tuple[int, ...]
    known: int
    median: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Capacities:
    """Full charge as a ``share`` of design in percent, ``temperature`` in °C, ``drain`` in percent."""

    share: Spread
    temperature: Spread
    drain: Spread

    @property
    def is_empty(self) -> bool:
        """Whether no device reports any of it."""
        return not (self.share.known or self.temperature.known or self.drain.known)


def capacities(share: NDArray[Any], temperature: NDArray[Any], drain: NDArray[Any]) -> Capacities:
    """The spreads of parallel columns; ``share`` is full charge in percent of design. NaN is unknown."""
    return Capacities(spread(share), spread(temperature), spread(drain))


def spread(values: NDArray[Any]) -> Spread:
    """Count figures by whole units; quantiles to a tenth. NaN is unknown. Meant for a few hundred units."""
    known = values[~np.isnan(values)]
    if not known.size:
        return Spread(0, (), 0, None, None, None)
    # Columns hold 32 bits: what was written as 30.1 lies a little off, and so might a whole number.
    tenths = np.rint(known * 10).astype(np.int64)
    lowest = int(tenths.min()) // 10
    counts = np.bincount(tenths - 10 * lowest)
    units = np.add.reduceat(counts, np.arange(0, counts.size, 10))
    low, median, high = (_quantile(counts, share) / 10 + lowest for share in (0.1, 0.5, 0.9))
    return Spread(lowest, tuple(units.tolist()), int(known.size), median, low, high)


def _quantile(counts: NDArray[np.int64], share: float) -> float:
    """The place below which that share of all counted lies, linear between two."""
    ends = np.cumsum(counts)
    place = share * (int(ends[-1]) - 1)
    below = int(place)
    first, second = np.searchsorted(ends, (below, min(below + 1, int(ends[-1]) - 1)), side="right").tolist()
    return float(first + (second - first) * (place - below))

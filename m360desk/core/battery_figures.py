"""How many batteries stand where. numpy is imported late: it takes longer than a first paint may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from m360desk.core.battery import Band, Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Distribution:
    """How batteries stand: a bar for each whole percent, and the shares of the bands.

    ``percents[i]`` is the lower end of bar ``i``: a health of 84.9 stands in bar 84. ``median`` is None
    without any reading. ``unknown`` counts sessions without one; they are in no bar and no share, but always
    to be shown.
    """

    percents: tuple[int, ...]
    counts: tuple[int, ...]
    bands: dict[Band, int]
    median: float | None
    known: int
    unknown: int

    def share(self, band: Band) -> float | None:
        """The share of a band among the known, 0 to 1; None without any reading."""
        return self.bands[band] / self.known if self.known else None


def distribution(health: Sequence[float] | NDArray[Any], limits: Limits) -> Distribution:
    """The distribution of states of health in percent; NaN is unknown."""
    import numpy as np

    values = np.asarray(health, dtype=np.float64)
    known = values[np.isfinite(values)]
    bands = {
        Band.REPLACE: int(np.count_nonzero(known < limits.replace_under)),
        Band.GOOD: int(np.count_nonzero((known >= limits.good_from) & (known >= limits.replace_under))),
        Band.UNKNOWN: int(values.size - known.size),
    }
    bands[Band.WATCH] = int(known.size) - bands[Band.REPLACE] - bands[Band.GOOD]
    if not known.size:
        return Distribution((), (), bands, None, 0, int(values.size))
    whole = np.floor(known).astype(np.int64)
    lowest = int(whole.min())
    counts = np.bincount(whole - lowest)
    return Distribution(
        tuple(range(lowest, lowest + len(counts))),
        tuple(int(count) for count in counts),
        bands,
        float(np.median(known)),
        int(known.size),
        int(values.size - known.size),
    )

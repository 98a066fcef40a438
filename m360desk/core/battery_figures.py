"""Figures over many batteries, for charts. numpy is imported late: it takes longer than a first paint may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from m360desk.core.battery import Band, Limits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    import numpy as np
    from numpy.typing import NDArray

_FEW: Final = 50  # an interval from fewer devices says little


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


@dataclass(frozen=True, slots=True)
class Month:
    """The batteries of one local month: median and the interval of the middle 80 % of them, in percent."""

    year: int
    month: int
    median: float
    low: float
    high: float
    share_under: float
    count: int

    @property
    def is_few(self) -> bool:
        """Whether so few were read that the interval says little."""
        return self.count < _FEW


def distribution(health: Sequence[float], limits: Limits) -> Distribution:
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


def monthly_trend(
    times_ms: Sequence[float], health: Sequence[float], limits: Limits, zone: tzinfo
) -> tuple[Month, ...]:
    """Month by month, oldest first: median, 10 to 90 % interval, share under the limit. NaN is unknown."""
    import numpy as np

    times = np.asarray(times_ms, dtype=np.float64)
    values = np.asarray(health, dtype=np.float64)
    usable = np.isfinite(times) & np.isfinite(values)
    times, values = times[usable], values[usable]
    if not times.size:
        return ()
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    months = _months(times[0], times[-1], zone)
    edges = np.searchsorted(times, [start for _, _, start in months])
    ends = [*edges[1:].tolist(), times.size]
    return tuple(
        _month(year, month, values[first:end], limits)
        for (year, month, _), first, end in zip(months, edges.tolist(), ends, strict=True)
        if end > first
    )


def _months(first_ms: float, last_ms: float, zone: tzinfo) -> list[tuple[int, int, float]]:
    """Each local month from the first to the last moment, with the moment when it begins."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    first = (epoch + timedelta(milliseconds=first_ms)).astimezone(zone)
    year, month = first.year, first.month
    found: list[tuple[int, int, float]] = []
    while True:
        start = (datetime(year, month, 1, tzinfo=zone) - epoch).total_seconds() * 1000
        if start > last_ms:
            return found
        found.append((year, month, start))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _month(year: int, month: int, values: NDArray[np.float64], limits: Limits) -> Month:
    import numpy as np

    low, median, high = (float(figure) for figure in np.percentile(values, (10, 50, 90)))
    under = int(np.count_nonzero(values < limits.replace_under))
    return Month(year, month, median, low, high, under / values.size, int(values.size))

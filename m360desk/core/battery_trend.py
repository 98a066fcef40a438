"""How states of health move over the months or weeks of a calendar.

Import this module late: numpy takes longer than a first paint may.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from m360desk.core.battery_groups import HIGH, LOW, MEDIAN, grouped

if TYPE_CHECKING:
    from datetime import tzinfo

    from numpy.typing import NDArray

    from m360desk.core.battery import Limits

Unit = Literal["month", "week"]
FEW: Final = 50
"""An interval from fewer devices says little."""
_WEEKS_UP_TO: Final = 26
"""A search over up to so many weeks is shown week by week: months would be too few points."""
_QUARTER_MS: Final = 900_000  # the days of all zones begin at a full quarter of an hour
_DAY_MS: Final = 86_400_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """The batteries of one local month or week (from Monday): median and the middle 80 %, in percent.

    ``start`` is its first day, ``count`` the devices with a reading, ``share_under`` the share of them below
    the limit, 0 to 1.
    """

    start: date
    median: float
    low: float
    high: float
    share_under: float
    count: int

    @property
    def is_few(self) -> bool:
        """Whether so few were read that the interval says little."""
        return self.count < FEW


def unit_for(times_ms: NDArray[np.float64]) -> Unit:
    """Weeks for a short time, months for a long one; NaN is no time."""
    if not times_ms.size or np.isnan(times_ms).all():
        return "month"
    span = float(np.nanmax(times_ms) - np.nanmin(times_ms))
    return "week" if span <= _WEEKS_UP_TO * 7 * _DAY_MS else "month"


def period_start(day: date, unit: Unit) -> date:
    """The first day of the month or week that a day lies in."""
    return day.replace(day=1) if unit == "month" else day - timedelta(days=day.weekday())


def next_period(start: date, unit: Unit) -> date:
    """The first day of the month or week after the one that begins at ``start``."""
    if unit == "week":
        return start + timedelta(days=7)
    return date(start.year + start.month // 12, start.month % 12 + 1, 1)


def trend(
    times_ms: NDArray[Any], health: NDArray[Any], limits: Limits, zone: tzinfo, unit: Unit
) -> tuple[Period, ...]:
    """The periods that have a reading, oldest first. NaN is unknown.

    ``times_ms`` in milliseconds since 1970 UTC, ``health`` in percent to a tenth.
    """
    usable = ~(np.isnan(times_ms) | np.isnan(health))
    times, values = times_ms[usable], health[usable]
    if not times.size:
        return ()
    starts = _starts(float(times.min()), float(times.max()), zone, unit)
    groups = _places(times, [_begins(start, zone) for start in starts])
    found = grouped(groups, values, len(starts))
    counts, under = found.counts.tolist(), found.under(limits.replace_under).tolist()
    low, median, high = (found.quantile(share).tolist() for share in (LOW, MEDIAN, HIGH))
    return tuple(
        Period(start, median[at], low[at], high[at], under[at] / counts[at], counts[at])
        for at, start in enumerate(starts)
        if counts[at]
    )


def _starts(first_ms: float, last_ms: float, zone: tzinfo, unit: Unit) -> list[date]:
    first, last = (
        (_EPOCH + timedelta(milliseconds=edge)).astimezone(zone).date() for edge in (first_ms, last_ms)
    )
    starts = [period_start(first, unit)]
    while (following := next_period(starts[-1], unit)) <= last:
        starts.append(following)
    return starts


def _begins(day: date, zone: tzinfo) -> float:
    """The moment when a local day begins, in milliseconds since 1970 UTC."""
    return (datetime.combine(day, time(), zone) - _EPOCH) / timedelta(milliseconds=1)


def _places(times: NDArray[np.float64], begins: list[float]) -> NDArray[np.int64]:
    """In which period each moment lies.

    A table of quarters of an hour is five times as fast as looking each moment up among the periods.
    """
    first = int(begins[0] // _QUARTER_MS)
    quarters = int(times.max() // _QUARTER_MS) - first + 1
    if quarters > 4 * times.size or any(begin % _QUARTER_MS for begin in begins):
        return np.searchsorted(np.array(begins), times, side="right") - 1
    lengths = [int(after - before) // _QUARTER_MS for before, after in pairwise(begins)]
    table = np.repeat(np.arange(len(begins)), [*lengths, quarters - sum(lengths)])
    # Half a millisecond: a product may fall just short of the whole number that a quotient would be.
    places: NDArray[np.int64] = table[((times + 0.5) * (1 / _QUARTER_MS)).astype(np.int64) - first]
    return places

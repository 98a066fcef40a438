"""Figures over the devices of many sessions: which session stands for each, wear by cycles, models.

Health comes in percent to a tenth, cycles as whole numbers; NaN is unknown. Import this module late: numpy
takes longer than a first paint may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from m360desk.core.battery_groups import HIGH, LOW, MEDIAN, Grouped, grouped

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from m360desk.core.battery import Limits

FEW: Final = 50
"""An interval from fewer devices says little."""
CYCLES_PER_CELL: Final = 14
CYCLES_PER_CURVE_POINT: Final = 100
WEAR_FROM_CYCLES: Final = 100
"""Wear per 100 cycles is told of batteries with at least as many: the first percent may take a hundred."""
# A point of the median curve from fewer devices would jump about.
_LEAST_PER_POINT: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """How many devices stand in each cell of cycles by health.

    ``counts[row, column]``: cycles from ``column * CYCLES_PER_CELL``, percents from ``lowest + row``.
    """

    counts: NDArray[np.int64]
    lowest: int
    known: int


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Health of the devices around so many cycles: median and the interval of the middle 80 %, in percent."""

    cycles: float
    median: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class WearRate:
    """Percent of health lost per 100 cycles since new: median and the middle 80 % of ``count`` devices."""

    median: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """The batteries of one model: ``count`` devices with a reading, of which ``under`` are below the limit.

    ``under_good`` is what ``under`` would be if the limit were where good begins. ``wear`` is None where no
    device has been charged often enough.
    """

    model: str
    count: int
    low: float
    median: float
    high: float
    under: int
    under_good: int
    wear: WearRate | None = None

    @property
    def share_under(self) -> float:
        """The share below the limit, 0 to 1."""
        return self.under / self.count

    @property
    def is_few(self) -> bool:
        """Whether so few were read that the interval says little."""
        return self.count < FEW


def newest(rows: NDArray[Any], runs: NDArray[Any], counted: NDArray[np.bool_]) -> NDArray[Any]:
    """The newest of the ``counted`` sessions of each device.

    ``rows`` are places of sessions with each device's together, oldest first; ``runs`` numbers the devices.
    """
    kept = np.flatnonzero(counted[rows])
    owners = runs[kept]
    last = np.append(owners[1:] != owners[:-1], True)
    return rows[kept[last]] if kept.size else rows[:0]


def first(rows: NDArray[Any], runs: NDArray[Any], counted: NDArray[np.bool_]) -> NDArray[Any]:
    """The first of the ``counted`` sessions of each device; else as ``newest``."""
    kept = np.flatnonzero(counted[rows])
    owners = runs[kept]
    begins = np.insert(owners[1:] != owners[:-1], 0, True)
    return rows[kept[begins]] if kept.size else rows[:0]


def density(cycles: NDArray[Any], health: NDArray[Any]) -> Density:
    """Count devices by cells of 14 cycles and one percent; who lacks one of the figures is left out."""
    usable = ~(np.isnan(cycles) | np.isnan(health)) & (cycles >= 0)
    if not usable.any():
        return Density(np.zeros((0, 0), np.int64), 0, 0)
    columns = cycles[usable].astype(np.int64) // CYCLES_PER_CELL
    rows = np.floor(health[usable]).astype(np.int64)
    lowest, width = int(rows.min()), int(columns.max()) + 1
    height = int(rows.max()) - lowest + 1
    counts = np.bincount((rows - lowest) * width + columns, minlength=height * width)
    return Density(counts.reshape(height, width), lowest, int(np.count_nonzero(usable)))


def median_curve(
    cycles: NDArray[Any], health: NDArray[Any], least: int = _LEAST_PER_POINT
) -> tuple[CurvePoint, ...]:
    """Health by cycles, one point for each hundred cycles that has ``least`` devices, not smoothed."""
    usable = ~(np.isnan(cycles) | np.isnan(health)) & (cycles >= 0)
    cycles, health = cycles[usable].astype(np.int64), health[usable]
    if not cycles.size:
        return ()
    hundreds = cycles // CYCLES_PER_CURVE_POINT
    found = grouped(hundreds, health, int(hundreds.max()) + 1)
    counts = found.counts
    middles = np.bincount(hundreds, cycles, counts.size) / np.maximum(1, counts)
    low, median, high = (found.quantile(share) for share in (LOW, MEDIAN, HIGH))
    return tuple(
        CurvePoint(float(middles[at]), float(median[at]), float(low[at]), float(high[at]), int(counts[at]))
        for at in np.flatnonzero(counts >= least).tolist()
    )


def wear_rates(cycles: NDArray[Any], health: NDArray[Any]) -> NDArray[np.float64]:
    """Percent lost per 100 cycles since new, of each battery; NaN where it says nothing.

    That a new cell had 100 % is an assumption: many begin a little above. A battery without a loss counts
    as 0.
    """
    rates = np.full(np.shape(health), np.nan)
    told = ~(np.isnan(cycles) | np.isnan(health)) & (cycles >= WEAR_FROM_CYCLES)
    rates[told] = np.maximum(0.0, 100.0 - health[told]) / cycles[told] * 100
    return rates


def model_table(
    codes: NDArray[Any],
    health: NDArray[Any],
    cycles: NDArray[Any],
    limits: Limits,
    name: Callable[[int], str | None],
) -> tuple[ModelFigures, ...]:
    """The figures of each model that has a reading, the one with the largest share under the limit first.

    ``codes`` numbers the models from 1, 0 is none; ``name`` tells what a number stands for. Sessions without
    a model are left out.
    """
    places, chosen = _dense(codes)
    found = grouped(places[codes], health, chosen.size)
    # In hundredths of a percent per 100 cycles, kept as the tenths that groups sort by.
    wear = grouped(places[codes], np.minimum(wear_rates(cycles, health), 40) * 10, chosen.size)
    figures = _model_figures(found, limits)
    median, low, high = (wear.quantile(share) / 10 for share in (MEDIAN, LOW, HIGH))
    table = []
    for at in np.flatnonzero(found.counts).tolist():
        model = name(int(chosen[at]))
        if model is None:
            continue
        count = int(wear.counts[at])
        rate = WearRate(float(median[at]), float(low[at]), float(high[at]), count) if count else None
        table.append(ModelFigures(model, *figures(at), rate))
    return tuple(sorted(table, key=lambda row: (-row.share_under, row.model)))


def _dense(codes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers from 0 for the codes that occur: the place of each code (-1: none), and each place's code."""
    present = np.bincount(codes, minlength=1) > 0
    present[0] = False
    chosen = np.flatnonzero(present)
    places = np.full(present.size, -1, np.int64)
    places[chosen] = np.arange(chosen.size)
    return places, chosen


def _model_figures(
    found: Grouped, limits: Limits
) -> Callable[[int], tuple[int, float, float, float, int, int]]:
    counts = found.counts
    low, median, high = (found.quantile(share) for share in (LOW, MEDIAN, HIGH))
    under = found.under(limits.replace_under)
    under_good = found.under(max(limits.good_from, limits.replace_under))
    return lambda at: (
        int(counts[at]),
        float(low[at]),
        float(median[at]),
        float(high[at]),
        int(under[at]),
        int(under_good[at]),
    )

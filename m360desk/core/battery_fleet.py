"""Figures over the devices of many sessions: first and newest session, wear by cycles, a table of models.

Sessions come as parallel columns, times in milliseconds since 1970 UTC, health in percent; NaN is unknown.
Import this module late: numpy takes longer than a first paint may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from m360desk.core.battery import Limits

FEW: Final = 50
"""An interval from fewer devices says little."""
CYCLES_PER_CELL: Final = 14
CYCLES_PER_CURVE_POINT: Final = 100
# A point of the median curve from fewer devices would jump about.
_LEAST_PER_POINT: Final = 10


@dataclass(frozen=True, slots=True)
class Coded:
    """Texts as whole numbers: ``codes[i]`` is the place of text ``i`` in ``texts``."""

    codes: NDArray[np.int64]
    texts: tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
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
class ModelFigures:
    """The batteries of one model: ``count`` devices with a reading, of which ``under`` are below the limit.

    ``under_good`` is what ``under`` would be if the limit were where good begins.
    """

    model: str
    count: int
    low: float
    median: float
    high: float
    under: int
    under_good: int

    @property
    def share_under(self) -> float:
        """The share below the limit, 0 to 1."""
        return self.under / self.count

    @property
    def is_few(self) -> bool:
        """Whether so few were read that the interval says little."""
        return self.count < FEW


def coded(texts: Sequence[Hashable], *, missing_apart: bool = False) -> Coded:
    """Give equal texts equal numbers; with ``missing_apart`` each None counts as a text of its own."""
    places: dict[Hashable, int] = {}
    codes = np.fromiter((places.setdefault(text, len(places)) for text in texts), np.int64, len(texts))
    if missing_apart and None in places:
        lone = codes == places[None]
        codes[lone] = len(places) + np.arange(np.count_nonzero(lone))
    return Coded(codes, tuple(places))


def by_device(devices: NDArray[np.int64], times_ms: NDArray[np.float64]) -> NDArray[np.int64]:
    """The order that brings each device's sessions together, oldest first, without a time before that."""
    return np.lexsort((np.where(np.isfinite(times_ms), times_ms, -np.inf), devices))


def newest(
    order: NDArray[np.int64], devices: NDArray[np.int64], counted: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The newest of the ``counted`` sessions of each device; ``order`` is that of ``by_device``."""
    kept = order[counted[order]]
    owners = devices[kept]
    return kept[np.append(owners[1:] != owners[:-1], True)] if kept.size else kept


def first(
    order: NDArray[np.int64], devices: NDArray[np.int64], counted: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The first of the ``counted`` sessions of each device; ``order`` is that of ``by_device``."""
    kept = order[counted[order]]
    owners = devices[kept]
    return kept[np.insert(owners[1:] != owners[:-1], 0, True)] if kept.size else kept


def density(cycles: NDArray[np.float64], health: NDArray[np.float64]) -> Density:
    """Count devices by cells of 14 cycles and one percent; who lacks one of the figures is left out."""
    usable = np.isfinite(cycles) & np.isfinite(health) & (cycles >= 0)
    if not usable.any():
        return Density(np.zeros((0, 0), np.int64), 0, 0)
    columns = (cycles[usable] // CYCLES_PER_CELL).astype(np.int64)
    rows = np.floor(health[usable]).astype(np.int64)
    lowest, width = int(rows.min()), int(columns.max()) + 1
    height = int(rows.max()) - lowest + 1
    counts = np.bincount((rows - lowest) * width + columns, minlength=height * width)
    return Density(counts.reshape(height, width), lowest, int(np.count_nonzero(usable)))


def median_curve(cycles: NDArray[np.float64], health: NDArray[np.float64]) -> tuple[CurvePoint, ...]:
    """Health by cycles, one point for each hundred cycles that has enough devices, not smoothed."""
    usable = np.isfinite(cycles) & np.isfinite(health) & (cycles >= 0)
    cycles, health = cycles[usable], health[usable]
    order = np.argsort(cycles, kind="stable")
    cycles, health = cycles[order], health[order]
    hundreds = (cycles // CYCLES_PER_CURVE_POINT).astype(np.int64)
    points = []
    for hundred in np.unique(hundreds).tolist():
        start, end = np.searchsorted(hundreds, (hundred, hundred + 1))
        if end - start < _LEAST_PER_POINT:
            continue
        low, median, high = (float(figure) for figure in np.percentile(health[start:end], (10, 50, 90)))
        points.append(CurvePoint(float(cycles[start:end].mean()), median, low, high, int(end - start)))
    return tuple(points)


def model_table(models: Coded, health: NDArray[np.float64], limits: Limits) -> tuple[ModelFigures, ...]:
    """The figures of each model that has a reading, the one with the largest share under the limit first.

    Sessions without a model are left out.
    """
    usable = np.isfinite(health)
    codes, values = models.codes[usable], health[usable]
    order = np.lexsort((values, codes))
    codes, values = codes[order], values[order]
    starts = np.flatnonzero(np.insert(codes[1:] != codes[:-1], 0, True)) if codes.size else codes
    table = []
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), codes.size], strict=False):
        name = models.texts[codes[start]] if codes[start] < len(models.texts) else None
        if not isinstance(name, str):
            continue
        part = values[start:end]
        low, median, high = (float(figure) for figure in np.percentile(part, (10, 50, 90)))
        under = int(np.searchsorted(part, limits.replace_under))
        under_good = int(np.searchsorted(part, max(limits.good_from, limits.replace_under)))
        table.append(ModelFigures(name, len(part), low, median, high, under, under_good))
    return tuple(sorted(table, key=lambda row: (-row.share_under, row.model)))

"""The readings of the one device that a search holds, out of the columns in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from m360desk.core import battery_fleet as fleet
from m360desk.core.battery import HealthPoint
from m360desk.core.battery_groups import HIGH, LOW, MEDIAN
from m360desk.core.battery_history import DeviceFigures, Wear, forecast

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from m360desk.core.battery import Limits
    from m360desk.store.columns import Columns

_MOST_SESSIONS = 10_000
"""What comes in so often is no device but an identity that many share."""


def device_figures(columns: Columns, mask: NDArray[np.bool_], limits: Limits) -> DeviceFigures | None:
    """The dated sessions among ``mask``, where all of them are of one device; else None."""
    if not 0 < np.count_nonzero(mask) <= _MOST_SESSIONS:
        return None
    found = np.flatnonzero(mask)
    if (columns.devices[found] != columns.devices[found[0]]).any():
        return None
    times = columns.numbers["time"][found]
    rows = found[np.argsort(times, kind="stable")][: np.count_nonzero(~np.isnan(times))]
    numbers = {name: _known(values[rows]) for name, values in columns.numbers.items()}
    points = tuple(
        HealthPoint(
            int(time) if time is not None else None,
            round(percent, 1) if percent is not None else None,
            int(cycles) if cycles is not None else None,
        )
        for time, percent, cycles in zip(numbers["time"], numbers["battery"], numbers["cycles"], strict=True)
    )
    capacity = tuple(numbers["measured"])
    wear, count = _model_wear(columns, int(columns.codes["model"][found[-1]]))
    return DeviceFigures(points, capacity, forecast(points, limits.replace_under, wear, count))


def _known(values: NDArray[Any]) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


def _model_wear(columns: Columns, code: int) -> tuple[Wear | None, int]:
    """How the batteries of a model wear, over its devices in the whole cache, and how many those are."""
    if not code:
        return None, 0
    order = columns.device_order()
    rows = fleet.newest(order.rows, order.runs, columns.codes["model"] == code)
    rates = fleet.wear_rates(columns.numbers["cycles"][rows], columns.numbers["battery"][rows])
    rates = rates[~np.isnan(rates)]
    if not rates.size:
        return None, 0
    low, likely, high = (float(rate) for rate in np.quantile(rates, (LOW, MEDIAN, HIGH)))
    return Wear(likely, low, high), int(rates.size)

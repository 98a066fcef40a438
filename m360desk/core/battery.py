"""State of health: bands, figures with their sources, and how far the readings can be trusted."""

from __future__ import annotations

from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m360desk.core.session import StoredValue


class Limits(NamedTuple):
    """Where the bands part, in percent of state of health; a shop sets its own.

    80 is the usual limit: Apple promises 80 % at 500 cycles up to iPhone 14 and at 1,000 from iPhone 15, Back
    Market sells from 80 %, EU 2023/1670 asks for 80 % after 800 cycles. Some shops replace below 85.
    """

    replace_under: float = 80
    good_from: float = 85


class Band(Enum):
    """What to do about a battery."""

    GOOD = "good"
    WATCH = "watch"
    REPLACE = "replace"
    UNKNOWN = "unknown"


def band(percent: float | None, limits: Limits) -> Band:
    """The band of a state of health in percent; None is unknown. Above 100 is normal for new cells."""
    if percent is None:
        return Band.UNKNOWN
    if percent < limits.replace_under:
        return Band.REPLACE
    return Band.GOOD if percent >= limits.good_from else Band.WATCH


class Valued(Protocol):
    """Anything that has catalogue values."""

    def get(self, name: str) -> StoredValue:
        """The value of a stored field."""


class BatteryReading(NamedTuple):
    """What one session says of the battery. None: it does not say.

    ``percent`` is the state of health and ``source`` where it comes from: "reported" by the device,
    "measured" as full charge by design capacity, or "derived": by the design capacity of its model, from a
    table. Capacities are in mAh, temperature in °C, voltage in V, drain in percentage points.
    """

    percent: float | None
    source: str | None
    reported: float | None
    measured: float | None
    cycles: int | None
    full_charge: int | None
    design: int | None
    temperature: float | None
    voltage: float | None
    drain: float | None
    technology: str | None = None


class HealthPoint(NamedTuple):
    """One reading of a device's history: when (ms since 1970 UTC), percent, charge cycles."""

    time_ms: int | None
    percent: float | None
    cycles: int | None


JUMP: Final = 3.0
"""A gauge recalibrates by a point or two; so many percentage points more mean another battery, or gauge."""
# Beyond so many cycles no cell is as new: 100 % then is a gauge that was reset, or does not measure.
MANY_CYCLES: Final = 300
# A cell loses a percent or two in half a year: an older reading than that is no reading of today.
STALE_DAYS: Final = 180
_DAY_MS: Final = 86_400_000
# How far the device's own figure may lie from full charge by design capacity.
DISAGREEMENT: Final = 8.0


def reading_quality(points: Sequence[HealthPoint]) -> tuple[str, ...]:
    """What makes the readings of one device doubtful, in sentences; ``points`` oldest first."""
    known = [point for point in points if point.percent is not None]
    notes: list[str] = []
    if len(known) == 1:
        notes.append("One reading only: there is no trend yet.")
    for before, after in pairwise(known):
        if (
            before.percent is not None
            and after.percent is not None
            and after.percent - before.percent >= JUMP
        ):
            notes.append(
                f"Health rose from {_figure(before.percent)} to {_figure(after.percent)} %: "
                "the battery was replaced or its gauge recalibrated."
            )
    counted = [point.cycles for point in points if point.cycles is not None]
    for earlier, later in pairwise(counted):
        if later < earlier:
            notes.append(
                f"Cycles fell from {earlier:,} to {later:,}: another battery, or a counter that was reset."
            )
    last = known[-1] if known else HealthPoint(None, None, None)
    if (last.percent or 0) >= 100 and (last.cycles or 0) >= MANY_CYCLES:
        notes.append(f"100 % at {last.cycles:,} cycles is not likely: the gauge may have been reset.")
    days = _days_without_reading(points)
    if days >= STALE_DAYS:
        notes.append(f"The last reading is {days:,} days older than the last session: it may be less by now.")
    return tuple(notes)


def _days_without_reading(points: Sequence[HealthPoint]) -> int:
    """Days from the last reading to the last session of the device."""
    read = [point.time_ms for point in points if point.percent is not None and point.time_ms is not None]
    met = [point.time_ms for point in points if point.time_ms is not None]
    return (max(met) - max(read)) // _DAY_MS if read else 0


def figures_disagree(reading: BatteryReading) -> str | None:
    """A sentence where the reported and the measured state of health lie far apart."""
    if reading.reported is None or reading.measured is None:
        return None
    if abs(reading.reported - reading.measured) < DISAGREEMENT:
        return None
    return (
        f"The device reports {_figure(reading.reported)} %, full charge by design capacity gives "
        f"{_figure(reading.measured)} %: trust neither before another test."
    )


def _figure(percent: float) -> str:
    return f"{percent:.1f}".removesuffix(".0")

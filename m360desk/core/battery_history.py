"""What the readings of one device tell over time: replaced batteries, wear, and what is left to the limit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

from m360desk.core.battery import JUMP, HealthPoint

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST_READINGS: Final = 3
_LEAST_CYCLES: Final = 100
"""A slope over fewer cycles is that of the gauge's noise: readings come in whole percents."""
_LEAST_MODEL: Final = 50
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Replacement:
    """Between two readings the battery was replaced, or its gauge says so.

    ``place`` is the index of the first reading after it. ``is_sure``: health rose and the cycle count fell,
    as no gauge does by itself; else one of the two alone, which a recalibration or a reset does as well.
    """

    place: int
    before: HealthPoint
    after: HealthPoint
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Wear:
    """Percent of health lost per 100 charge cycles: the likely figure and the interval it lies in."""

    likely: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is left until the limit, in charge cycles: likely, and the interval.

    ``days`` and ``sessions`` are the same at the pace at which the device was charged, and came in, between
    its own readings; None where the readings do not tell. ``own``: from the device's own readings, else from
    the devices of its model.
    """

    cycles: float
    low: float
    high: float
    own: bool
    days: float | None = None
    sessions: float | None = None


@dataclass(frozen=True, slots=True)
class DeviceFigures:
    """The sessions of one device that have a time, oldest first, and what they foretell.

    ``capacity`` is parallel to ``points``: full charge in percent of design, None where it is not known.
    """

    points: tuple[HealthPoint, ...] = ()
    capacity: tuple[float | None, ...] = ()
    forecast: Forecast | None = None


def replacements(points: Sequence[HealthPoint]) -> tuple[Replacement, ...]:
    """Each battery replaced in a device's history; ``points`` oldest first.

    A reading without health or cycles is passed over, so that what it lacks is compared with the one before.
    """
    found = []
    told = [(place, point) for place, point in enumerate(points) if point.percent is not None]
    for (_, before), (place, after) in pairwise(told):
        rose = (after.percent or 0) - (before.percent or 0) >= JUMP
        fell = before.cycles is not None and after.cycles is not None and after.cycles < before.cycles
        if rose or fell:
            found.append(Replacement(place, before, after, is_sure=rose and fell))
    return tuple(found)


def since_replacement(points: Sequence[HealthPoint]) -> tuple[HealthPoint, ...]:
    """The readings of the battery that is in the device now."""
    events = replacements(points)
    return tuple(points[events[-1].place :] if events else points)


def own_wear(points: Sequence[HealthPoint]) -> Wear | None:
    """The wear of the present battery by its own readings; None where they do not carry it.

    The median of the slopes between all pairs of readings (Theil and Sen): one odd reading does not turn it.
    The interval holds the middle 80 % of them. Asks for three readings over a hundred cycles.
    """
    told = [(p.cycles, p.percent) for p in since_replacement(points) if p.cycles is not None]
    known = [(cycles, percent) for cycles, percent in told if percent is not None]
    if len(known) < _LEAST_READINGS or known[-1][0] - known[0][0] < _LEAST_CYCLES:
        return None
    slopes = sorted(
        100 * (earlier[1] - later[1]) / (later[0] - earlier[0])
        for earlier, later in combinations(known, 2)
        if later[0] > earlier[0]
    )
    return Wear(median(slopes), _share(slopes, 0.1), _share(slopes, 0.9)) if slopes else None


def forecast(
    points: Sequence[HealthPoint], limit: float, model: Wear | None = None, model_count: int = 0
) -> Forecast | None:
    """What is left until a state of health of ``limit`` percent; None where the data does not carry it.

    By the device's own wear where its readings tell; else by the wear of ``model_count`` devices of its
    model, at least 50. A battery that does not wear, or is under the limit already, has no forecast. That
    wear goes on as it was is an assumption.
    """
    now = next((point for point in reversed(points) if point.percent is not None), None)
    if now is None or now.percent is None or now.percent <= limit:
        return None
    wear = own_wear(points)
    own = wear is not None
    if wear is None:
        wear = model if model_count >= _LEAST_MODEL else None
    if wear is None or wear.low <= 0:
        return None
    left = now.percent - limit
    likely, low, high = (100 * left / rate for rate in (wear.likely, wear.high, wear.low))
    a_day, a_session = _pace(since_replacement(points))
    return Forecast(
        likely,
        low,
        high,
        own,
        likely / a_day if a_day else None,
        likely / a_session if a_session else None,
    )


def _pace(points: Sequence[HealthPoint]) -> tuple[float | None, float | None]:
    """Charge cycles a day, and from one session to the next; None where the readings do not tell."""
    counted = [point for point in points if point.cycles is not None]
    if len(counted) < 2:
        return None, None
    first, last = counted[0], counted[-1]
    cycles = (last.cycles or 0) - (first.cycles or 0)
    if cycles <= 0:
        return None, None
    timed = first.time_ms is not None and last.time_ms is not None
    days = ((last.time_ms or 0) - (first.time_ms or 0)) / _DAY_MS if timed else 0
    return (cycles / days if days >= 1 else None), cycles / (len(counted) - 1)


def _share(ascending: Sequence[float], share: float) -> float:
    """The figure below which that share lies, linear between two."""
    place = share * (len(ascending) - 1)
    below = int(place)
    above = min(below + 1, len(ascending) - 1)
    return ascending[below] + (ascending[above] - ascending[below]) * (place - below)

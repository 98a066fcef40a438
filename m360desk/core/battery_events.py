"""Where in a device's history its battery was another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from m360desk.core.battery import HealthPoint

Event = Literal["replaced", "recalibrated"]

# The gauge recalibrates by a point or two; a rise by more is another battery, or another gauge (assumption).
_RISE: Final = 3.0
# Counters of charge cycles only count up; a few less is a rounding of another tool (assumption).
_FEWER: Final = 10


def battery_event(before: HealthPoint, after: HealthPoint) -> Event | None:
    """What happened to the battery between two readings of one device, ``before`` the earlier one.

    "replaced": the cycles fell, which no counter does by itself. "recalibrated": health rose while the cycles
    went on or are not known, so it was replaced or its gauge was set anew.
    """
    if before.cycles is not None and after.cycles is not None and after.cycles <= before.cycles - _FEWER:
        return "replaced"
    if before.percent is None or after.percent is None or after.percent - before.percent < _RISE:
        return None
    return "recalibrated"

"""How far the readings of many devices can be trusted, counted kind by kind.

Import this module late: numpy takes longer than a first paint may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from m360desk.core.battery import DISAGREEMENT, JUMP, MANY_CYCLES, STALE_DAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STALE_MS = STALE_DAYS * 86_400_000


@dataclass(frozen=True, slots=True)
class Doubts:
    """Devices with each kind of doubtful reading; one device can be in several.

    ``one_reading``: there is no history to compare with. ``above_100``: normal for new cells. ``rose``:
    health jumped up, so the battery was replaced or its gauge recalibrated; ``fell``: the cycle count fell,
    another battery or a reset counter; ``replaced``: both at once. ``as_new``: 100 % at many cycles.
    ``stale``: the last reading is much older than the last session. ``disagree``: health as reported and by
    capacities lie far apart. ``devices`` is how many were looked at.
    """

    devices: int = 0
    one_reading: int = 0
    above_100: int = 0
    rose: int = 0
    fell: int = 0
    replaced: int = 0
    as_new: int = 0
    stale: int = 0
    disagree: int = 0


def doubts(
    runs: NDArray[Any],
    times_ms: NDArray[Any],
    health: NDArray[Any],
    cycles: NDArray[Any],
    measured: NDArray[Any],
) -> Doubts:
    """Count the devices whose readings are doubtful.

    Parallel columns of sessions, each device's together and oldest first; ``runs`` numbers the devices,
    ascending. ``measured`` is the health by capacities, in percent. NaN is unknown.
    """
    if not runs.size:
        return Doubts()
    read = np.flatnonzero(~np.isnan(health))
    owners, percents = runs[read], health[read]
    counted = np.flatnonzero(~(np.isnan(cycles) | np.isnan(health)))
    rose = _steps(owners, percents) >= JUMP
    fell = _steps(runs[counted], cycles[counted]) < 0
    both = fell & (_steps(runs[counted], health[counted]) >= JUMP)
    last = read[_ends(owners)]
    newest = np.flatnonzero(_ends(runs))
    newest = newest[np.isin(runs[newest], runs[last], assume_unique=True)]
    with np.errstate(invalid="ignore"):  # what is unknown is neither stale nor in doubt
        stale = times_ms[newest] - times_ms[last] >= _STALE_MS
        disagree = np.abs(health[last] - measured[last]) >= DISAGREEMENT
    return Doubts(
        devices=int(np.count_nonzero(_ends(runs))),
        one_reading=int(np.count_nonzero(_ends(owners) & _begins(owners))),
        above_100=int(np.count_nonzero(health[last] > 100)),
        rose=_devices(owners[1:][rose]),
        fell=_devices(runs[counted][1:][fell]),
        replaced=_devices(runs[counted][1:][both]),
        as_new=int(np.count_nonzero((health[last] >= 100) & (cycles[last] >= MANY_CYCLES))),
        stale=int(np.count_nonzero(stale)),
        disagree=int(np.count_nonzero(disagree)),
    )


def _ends(owners: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a device's last row stands."""
    return np.append(owners[1:] != owners[:-1], True) if owners.size else np.zeros(0, np.bool_)


def _begins(owners: NDArray[Any]) -> NDArray[np.bool_]:
    return np.insert(owners[1:] != owners[:-1], 0, True) if owners.size else np.zeros(0, np.bool_)


def _steps(owners: NDArray[Any], figures: NDArray[Any]) -> NDArray[np.float64]:
    """How far each figure lies above the one before of the same device; 0 where another one begins."""
    steps: NDArray[np.float64] = np.where(owners[1:] == owners[:-1], np.diff(figures), 0.0)
    # A difference of tenths in binary falls short of the tenths that are meant.
    return np.round(steps, 4)


def _devices(owners: NDArray[Any]) -> int:
    """How many devices, each named once or more, in a row."""
    return int(np.count_nonzero(np.diff(owners))) + 1 if owners.size else 0

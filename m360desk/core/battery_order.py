"""Which batteries are to be ordered: how many of each model, at any limit.

Import this module late: numpy takes longer than a first paint may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from m360desk.core.battery_groups import Grouped, grouped

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One model: ``devices`` with a reading, ``unknown`` ones without, and how many are under each limit.

    ``now`` at the present limit, ``what_if`` at the other one.
    """

    model: str
    devices: int
    unknown: int
    now: int
    what_if: int


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """The readings of some devices by model, ready to be counted at any limit without a loop over devices.

    ``unknown`` are the devices without a reading, by model and, as ``lost``, those without a model too:
    nobody can tell which battery they need.
    """

    models: tuple[str, ...]
    readings: Grouped
    unknown: tuple[int, ...]
    lost: int

    @property
    def devices(self) -> int:
        """Devices with a model, with a reading or without."""
        return int(self.readings.counts.sum()) + sum(self.unknown)

    def lines(self, limit: float, what_if: float) -> tuple[OrderLine, ...]:
        """The models of which a battery is needed at one of the limits (percent), the most needed first."""
        counts, now, other = (
            figures.tolist()
            for figures in (self.readings.counts, self.readings.under(limit), self.readings.under(what_if))
        )
        lines = (OrderLine(*each) for each in zip(self.models, counts, self.unknown, now, other, strict=True))
        needed = [line for line in lines if line.now or line.what_if]
        return tuple(sorted(needed, key=lambda line: (-line.now, -line.what_if, line.model)))


def stock(codes: NDArray[Any], health: NDArray[Any], name: Callable[[int], str | None]) -> Stock:
    """Count devices by model.

    ``codes`` numbers the models from 1, 0 is none; ``name`` tells what a number stands for. Health in percent
    to a tenth, NaN for unknown.
    """
    present = np.bincount(codes, minlength=1)
    lost = int(present[0])
    present[0] = 0
    chosen = np.flatnonzero(present)
    places = np.full(present.size, -1, np.int64)
    places[chosen] = np.arange(chosen.size)
    groups = places[codes]
    readings = grouped(groups, health, chosen.size)
    unknown = present[chosen] - readings.counts
    return Stock(tuple(name(code) or "" for code in chosen.tolist()), readings, tuple(unknown.tolist()), lost)

"""How the fleet's batteries age: a loss per cycle and per year that differs by model and by device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from m360desk.simulator.shop.dice import between

if TYPE_CHECKING:
    from random import Random

_LOSS_PER_100_CYCLES = 2.08
_LOSS_PER_YEAR = 0.55
_LOWEST_PERCENT = 52.0


@dataclass(frozen=True, slots=True)
class Battery:
    """One cell in one device; ``since`` is the day (proleptic ordinal) it was new."""

    since: int
    cycles_a_day: float
    surplus: float
    ageing: float
    genuine: bool

    def cycles(self, day: int) -> int:
        """Charge cycles up to that day; people charge a little less as a phone grows old."""
        days = max(0, day - self.since)
        return int(self.cycles_a_day * days / (1 + days / 2300))

    def health(self, day: int) -> float:
        """Full charge capacity in percent of the design capacity, before the noise of a reading."""
        cycles = self.cycles(day) / 100
        years = max(0, day - self.since) / 365.25
        loss = _LOSS_PER_100_CYCLES * cycles * (1 + 0.006 * cycles) + _LOSS_PER_YEAR * years
        return max(_LOWEST_PERCENT, 100 + self.surplus - self.ageing * loss)


def first_battery(rng: Random, model_ageing: float, since: int) -> Battery:
    """The cell a device came with."""
    habit = 0.72 + 0.56 * rng.random() ** 1.25
    ageing = model_ageing * (0.83 + 0.15 * (rng.random() + rng.random()))
    if rng.random() < 0.025:  # heat, fast charging, a bad cell
        ageing *= between(rng, 1.4, 1.9)
    return Battery(since, habit, between(rng, 0.0, 2.6), ageing, genuine=True)


def new_battery(rng: Random, before: Battery, day: int) -> Battery:
    """A replacement put in on that day; the user's habits stay, the cell may be of a lesser make."""
    genuine = rng.random() < 0.45
    ageing = before.ageing * (between(rng, 0.9, 1.05) if genuine else between(rng, 1.05, 1.35))
    return Battery(day, before.cycles_a_day, between(rng, -0.6, 3.2), ageing, genuine)

"""Which device a session belongs to, and which sessions a device has, both without a table of sessions.

Session numbers are cut into periods of as many sessions as the template below has visits. A device of the
template's row ``kind`` that comes in first in period ``p`` comes back for its visit ``v`` exactly
``shift[kind][v]`` periods later. So every (period, place) is one visit of one device and the other way
round, and a device's sessions lie days to years apart. A period's places are shuffled, each period its own
way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from m360desk.simulator.shop.dice import dice

Purpose = Literal["intake", "repair", "final", "return"]

# For each kind of device: purpose and days since the first visit. Kinds differ so that histories do.
_KINDS: tuple[tuple[tuple[Purpose, float], ...], ...] = (
    (("intake", 0), ("final", 1)),
    (("intake", 0), ("final", 4)),
    (("intake", 0), ("final", 9)),
    (("intake", 0), ("return", 215)),
    (("intake", 0), ("repair", 2), ("final", 3)),
    (("intake", 0), ("repair", 5), ("final", 8)),
    (("intake", 0), ("repair", 1), ("final", 2)),
    (("intake", 0), ("final", 3), ("return", 420)),
    (("intake", 0), ("repair", 3), ("final", 6), ("return", 330)),
    (("intake", 0), ("return", 300), ("return", 515), ("return", 900)),
    (("intake", 0), ("repair", 2), ("final", 4), ("return", 260), ("final", 264)),
    (("intake", 0), ("repair", 4), ("repair", 7), ("final", 10), ("return", 380), ("final", 383)),
)
_PLACES = tuple((kind, visit) for kind, visits in enumerate(_KINDS) for visit in range(len(visits)))
_SALT = 0x5107


@dataclass(frozen=True, slots=True)
class Visit:
    """One session of a device: the device, which of its visits, and what it came for."""

    device: int
    visit: int
    purpose: Purpose


class VisitPlan:
    """The timetable of all visits for a shop with so many sessions a day."""

    def __init__(self, sessions_a_day: float, seed: int) -> None:
        self._seed = seed
        periods_a_day = sessions_a_day / len(_PLACES)
        self._shifts = tuple(_shifts(tuple(days for _, days in visits), periods_a_day) for visits in _KINDS)
        self._longest = max(shifts[-1] for shifts in self._shifts)
        self._shuffled = lru_cache(maxsize=4096)(self._shuffle)

    def visit_of(self, number: int) -> Visit:
        """Who came in for that session. Device numbers count from 0."""
        period, place = divmod(number, len(_PLACES))
        kind, visit = _PLACES[self._shuffled(period)[0][place]]
        group = period - self._shifts[kind][visit] + self._longest
        return Visit(group * len(_KINDS) + kind, visit, _KINDS[kind][visit][0])

    def numbers_of(self, device: int) -> tuple[int, ...]:
        """A device's sessions, oldest first, with those that lie before or after the history."""
        group, kind = divmod(device, len(_KINDS))
        first = group - self._longest
        place = _FIRST_PLACE[kind]
        return tuple(
            (first + shift) * len(_PLACES) + self._shuffled(first + shift)[1][place + visit]
            for visit, shift in enumerate(self._shifts[kind])
        )

    def purposes_of(self, device: int) -> tuple[Purpose, ...]:
        """What a device comes for, visit by visit."""
        return tuple(purpose for purpose, _ in _KINDS[device % len(_KINDS)])

    def devices(self, total: int) -> range:
        """The numbers of all devices that can have a session among the first ``total``."""
        last_period = max(total - 1, 0) // len(_PLACES)
        return range((last_period + self._longest + 1) * len(_KINDS))

    def lot_number(self, device: int) -> int:
        """The device's place among all devices in the order of their first visits."""
        group, kind = divmod(device, len(_KINDS))
        places = self._shuffled(group - self._longest)[1]
        mine = places[_FIRST_PLACE[kind]]
        return group * len(_KINDS) + sum(places[first] < mine for first in _FIRST_PLACE)

    def device_of_lot(self, lot: int) -> int:
        """The other way round."""
        group, rank = divmod(lot, len(_KINDS))
        places = self._shuffled(group - self._longest)[1]
        kinds = sorted(range(len(_KINDS)), key=lambda kind: places[_FIRST_PLACE[kind]])
        return group * len(_KINDS) + kinds[rank]

    def first_lot(self, number: int) -> int:
        """The lowest place that a first visit in that session's period can have."""
        return (number // len(_PLACES) + self._longest) * len(_KINDS)

    def _shuffle(self, period: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The period's order of places, and for every place where it stands."""
        rng = dice(self._seed, _SALT, period)
        order = sorted(range(len(_PLACES)), key=lambda _: rng.random())
        standing = [0] * len(order)
        for at, place in enumerate(order):
            standing[place] = at
        return tuple(order), tuple(standing)


_FIRST_PLACE = tuple(_PLACES.index((kind, 0)) for kind in range(len(_KINDS)))


def _shifts(days: tuple[float, ...], periods_a_day: float) -> tuple[int, ...]:
    shifts: list[int] = []
    for day in days:
        shift = round(day * periods_a_day)
        shifts.append(max(shift, shifts[-1] + 1) if shifts else shift)
    return tuple(shifts)

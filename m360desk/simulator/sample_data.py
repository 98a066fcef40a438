"""What an account in testing mode answers: random records, new ones with every call, without an end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from m360desk.simulator.shop.dice import dice, pick, whole
from m360desk.simulator.shop.fleet import Fleet

if TYPE_CHECKING:
    from random import Random

SAMPLE_M360ID = "AS4MPL3S4MPL3S4MPL3S"
_POOL = 40_000_000
_SALT = 0x7E57
_OPERATORS = ("tester", "op 3", "demo")
_CUSTOM = ("QX77-A", "QX77-B", "QX77-C", "QX77-D", "SAMPLE", "1", None)


class SampleData:
    """Random records; every call draws others, the same calls in the same order draw the same."""

    def __init__(self, live: Fleet) -> None:
        end = datetime.fromtimestamp(live.created_ms(live.sessions) / 1000, UTC)
        self.fleet = Fleet(_POOL, end, live.seed ^ _SALT, live.site)
        self._calls = 0

    def next_call(self) -> Random:
        """The random numbers of one call."""
        self._calls += 1
        return dice(self.fleet.seed, self._calls)

    def numbers(self, rng: Random, count: int, *, falling: bool) -> list[int]:
        """Random sessions of the pool."""
        drawn: set[int] = set()
        while len(drawn) < count:
            drawn.add(whole(rng, 0, _POOL - 1))
        return sorted(drawn, reverse=falling)

    def records(self, rng: Random, count: int, *, falling: bool, sample_ids: bool) -> list[bytes]:
        """``count`` records with falling or rising ids."""
        numbers = self.numbers(rng, count, falling=falling)
        return [self._record(rng, number, sample_ids=sample_ids) for number in numbers]

    def _record(self, rng: Random, number: int, *, sample_ids: bool) -> bytes:
        record = self.fleet.record(number)
        record |= {"username": pick(rng, _OPERATORS), "customId": pick(rng, _CUSTOM)}
        if sample_ids:
            record["m360id"] = SAMPLE_M360ID
        if "batteryHealthPercent" in record and rng.random() < 0.85:
            record |= {
                "batteryHealthPercent": f"{whole(rng, 55, 101)}%",
                "batteryCycles": whole(rng, 0, 1400),
            }
        return msgspec.json.encode(record)

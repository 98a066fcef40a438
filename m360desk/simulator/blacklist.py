"""Blacklist checks: ordered in batches, done one by one later."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from m360desk.simulator.shop.dice import mix_all

if TYPE_CHECKING:
    from collections.abc import Callable


class BlacklistDesk:
    """Keeps the batches. Each time a batch is asked for, half of what is unfinished gets finished."""

    def __init__(self, seed: int, is_listed: Callable[[str], bool]) -> None:
        self._seed = seed
        self._is_listed = is_listed
        self._batches: dict[str, list[str]] = {}
        self._finished: dict[str, int] = {}

    def schedule(self, imeis: list[str]) -> str:
        """Take an order; the batch's id."""
        number = len(self._batches)
        high, low = mix_all(self._seed, number, 1), mix_all(self._seed, number, 2)
        batch = str(uuid.UUID(int=high << 64 | low, version=4))
        self._batches[batch] = list(imeis)
        self._finished[batch] = 0
        return batch

    def checks(self, batch: str) -> list[object] | None:
        """The checks of a batch as they stand now, or None if there is no such batch."""
        imeis = self._batches.get(batch)
        if imeis is None:
            return None
        done = self._finished[batch]
        self._finished[batch] = done + (len(imeis) - done + 1) // 2
        return [self._check(imei, finished=at < done) for at, imei in enumerate(imeis)]

    def _check(self, imei: str, *, finished: bool) -> dict[str, object]:
        if not finished:
            return {"imei": imei, "status": "Pending", "isFinished": False, "blacklistCheckResult": []}
        listed = self._is_listed(imei)
        result = {"status": "Blacklisted" if listed else "Clean", "isBlacklisted": listed}
        return {"imei": imei, "status": "Finished", "isFinished": True, "blacklistCheckResult": result}

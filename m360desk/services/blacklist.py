"""Having an IMEI checked against the blacklist: ordered once, then asked for until it is done."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from m360desk.core.derive_state import CLEAN, LISTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m360desk.api.client import Client

PAUSES = (2.0, 3.0, 5.0, 10.0, 20.0, 20.0)
"""Seconds before each look at the result: a check takes a while at the registry (assumption)."""


@dataclass(frozen=True, slots=True)
class BlacklistOutcome:
    """What became of a check that was ordered.

    Attributes:
        batch: the service's id of the order.
        state: "clean", "listed" or the service's own word; None: not done yet.
    """

    batch: str
    state: str | None


async def check_blacklist(
    client: Client, imei: str, *, testing: bool, pauses: Sequence[float] = PAUSES
) -> BlacklistOutcome:
    """Order a check of one IMEI and wait for a while until it is done.

    **In live mode it spends a paid token**: to be called only after the user was asked and has agreed. Raises
    `ApiError`; what was ordered stays ordered then, and the service's dashboard shows it.
    """
    batch = await client.schedule_blacklist_check([imei], confirmed_paid=True, testing=testing)
    for pause in pauses:
        await asyncio.sleep(pause)
        found = await client.get_blacklist_checks(batch, testing=testing)
        for check in found.checks:
            state = _state(check, imei)
            if state is not None:
                return BlacklistOutcome(batch, state)
    return BlacklistOutcome(batch, None)


def _state(check: object, imei: str) -> str | None:
    """The result of one check in a batch, None where it is not done. Its shape is an assumption."""
    if not isinstance(check, dict) or str(check.get("imei", imei)) != imei:
        return None
    inner = check.get("blacklistCheckResult")
    result = inner if isinstance(inner, dict) else check
    if check.get("isFinished") is False or str(check.get("status")).casefold() == "pending":
        return None
    listed = result.get("isBlacklisted")
    if isinstance(listed, bool):
        return LISTED if listed else CLEAN
    return str(result.get("status") or "finished")

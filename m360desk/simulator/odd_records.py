"""Records that no tidy service would send, for readers that must survive them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from m360desk.simulator.shop.dice import mix_all

if TYPE_CHECKING:
    from collections.abc import Callable

_SALT = 0x0DD
_HOLE = '"@hole@"'


def _with(name: str, text: str) -> Callable[[dict[str, object]], str]:
    """Write JSON text that Python's own encoder would not produce as the value of a property."""

    def write(record: dict[str, object]) -> str:
        return json.dumps(record | {name: "@hole@"}).replace(_HOLE, text)

    return write


def _without_ids(record: dict[str, object]) -> str:
    return json.dumps({name: value for name, value in record.items() if name not in {"id", "sessionId"}})


def _changed(**values: object) -> Callable[[dict[str, object]], str]:
    def write(record: dict[str, object]) -> str:
        return json.dumps(record | values)

    return write


ODDITIES: dict[str, Callable[[dict[str, object]], str]] = {
    "lone surrogate": _with("comment", '"broken \\ud83d emoji"'),
    "lone surrogate in a name": _with("deviceColor", '"\\udc00lack"'),
    "NaN": _with("batteryCycles", "NaN"),
    "1e400": _with("fullChargeCapacity", "1e400"),
    "integer past 64 bits": _with("batteryCycles", "123456789012345678901234567890"),
    "integer past 64 bits under an unknown name": _with("traceNumber", "-99999999999999999999999"),
    "wrong types": _changed(
        batteryHealthPercent=["88%"], username={"name": "anna"}, connectionTime=17, device="none"
    ),
    "nulls": _changed(
        connectionTime=None,
        createdAt=None,
        device=None,
        stickyData=None,
        diagnosticsResults=None,
        friendlyName=None,
    ),
    "lists for objects": _changed(
        device=[], stickyData=[], oemCheckResult=[], gradingResult=[], diagnosticsResults={"tests": []}
    ),
    "nonsense time": _changed(connectionTime="0000-00-00 00:00:00", createdAt="soon"),
    "no id": _without_ids,
}
"""What is odd, and how such a record is written."""

_WRITERS = tuple(ODDITIES.values())


def oddity_of(number: int, seed: int, share: float) -> int | None:
    """Which oddity a session has, if any."""
    value = mix_all(seed, _SALT, number)
    if (value >> 11) * 2.0**-53 >= share:
        return None
    return value % len(_WRITERS)


def odd_bytes(record: bytes, oddity: int) -> bytes:
    """The record as JSON text with that oddity."""
    return _WRITERS[oddity](json.loads(record)).encode("ascii")

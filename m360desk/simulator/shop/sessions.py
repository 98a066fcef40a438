"""What happened in a session: when, who worked, which operations were done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from m360desk.simulator.shop.dice import dice, mix, mix_all

if TYPE_CHECKING:
    from random import Random

    from m360desk.simulator.shop.devices import Device, VisitState

LONGEST_OPEN_MS = 72 * 3_600_000
"""No session is uploaded later than this after its device was connected."""

_SALT = 0x5E55
_OPEN_SALT = 0x09E7
_OPERATORS = (("anna", 0.36), ("marek", 0.68), ("yuki", 0.90), ("petra", 0.97), ("tomas", 1.0))


@dataclass(frozen=True, slots=True)
class Facts:
    """One session. ``rng`` goes on where the facts end, for what else a record needs."""

    number: int
    device: Device
    state: VisitState
    created_ms: int
    connected_ms: int
    operator: str
    has_diagnostics: bool
    has_grading: bool
    has_wipe: bool
    has_oem_check: bool
    has_blacklist_check: bool
    has_expense: bool
    identified: bool
    rng: Random


def open_seed(seed: int) -> int:
    """What :func:`open_ms` wants for a fleet of that seed."""
    return mix_all(seed, _OPEN_SALT)


def open_ms(number: int, seed: int) -> int:
    """How long the session was open before it was uploaded: minutes mostly, hours or a night sometimes."""
    value = mix(seed ^ number)
    share = (value >> 16) * 2.0**-48
    kind = value & 255
    if kind < 232:
        return 150_000 + int(1_500_000 * share * share)
    if kind < 252:
        return 3_000_000 + int(14_000_000 * share)
    return 50_000_000 + int(200_000_000 * share)


def facts_of(number: int, device: Device, state: VisitState, seed: int, connected_ms: int) -> Facts:
    """What is known of a session before it is written down."""
    rng = dice(seed, _SALT, number)
    roll = rng.random()
    identified = device.identified and rng.random() >= 0.006
    work = state.purpose
    graded = 0.9 if work == "final" else 0.42
    return Facts(
        number=number,
        device=device,
        state=state,
        created_ms=state.created_ms,
        connected_ms=connected_ms,
        operator=next(name for name, upto in _OPERATORS if roll < upto),
        has_diagnostics=rng.random() < (0.96 if identified else 0.15),
        has_grading=rng.random() < graded and identified,
        has_wipe=rng.random() < (0.86 if work == "final" else 0.06) and identified,
        has_oem_check=rng.random() < (0.8 if device.phone.is_apple else 0.3) and identified,
        has_blacklist_check=rng.random() < (0.55 if work == "intake" else 0.2) and identified,
        has_expense=rng.random() < (0.35 if work == "intake" else 0.75) and identified,
        identified=identified,
        rng=rng,
    )

"""What several sessions have in common and where they stand, counted worst first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from m360desk.core.battery import Band, Limits, Valued, band
from m360desk.core.flags import BLACKLISTED, PARTS, SIM_LOCK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m360desk.core.session import StoredValue

SHARED: Final = (
    *("model", "storage", "color", "brand", "os", "version", "operator", "grade", "region", "result"),
    *("wipe", "blacklist"),
)
"""Fields that are named where all sessions agree on them."""


@dataclass(frozen=True, slots=True)
class SelectionSummary:
    """Figures of several sessions.

    Attributes:
        sessions: how many were counted.
        devices: distinct devices among them; a session without an identity stands alone.
        unidentified: sessions without an identity.
        imeis: distinct IMEIs in the sessions' order.
        bands: sessions by battery band.
        median_health: of the known states of health, in percent.
        failed, passed, untested: sessions by their result.
        failed_tests: test id and sessions that failed it, the most frequent first.
        account_locks: lock and sessions that have it on, the most frequent first.
        blacklisted, sim_locked, with_parts: sessions with that flag.
        unchecked: sessions without a blacklist check.
        shared: field name and the value that all have.
        models: model and its sessions, the most frequent first; "" where it is not known.
        first_ms, last_ms: the earliest and latest known time (ms since 1970 UTC).
    """

    sessions: int
    devices: int
    unidentified: int
    imeis: tuple[str, ...]
    bands: dict[Band, int]
    median_health: float | None
    failed: int
    passed: int
    untested: int
    failed_tests: tuple[tuple[str, int], ...]
    account_locks: tuple[tuple[str, int], ...]
    blacklisted: int
    sim_locked: int
    with_parts: int
    unchecked: int
    shared: tuple[tuple[str, StoredValue], ...]
    models: tuple[tuple[str, int], ...]
    first_ms: int | None
    last_ms: int | None


def summarise(sessions: Sequence[Valued], limits: Limits) -> SelectionSummary:
    """Count sessions; bands are those of these limits."""
    health = [_figure(each.get("battery")) for each in sessions]
    known = [value for value in health if value is not None]
    devices = [each.get("device") for each in sessions]
    flags = [value if isinstance(value := each.get("flags"), int) else 0 for each in sessions]
    results = Counter(each.get("result") for each in sessions)
    imeis = dict.fromkeys(value for each in sessions if isinstance(value := each.get("imei"), str) and value)
    times = [value for each in sessions if isinstance(value := each.get("time"), int)]
    return SelectionSummary(
        sessions=len(sessions),
        devices=len({device for device in devices if device is not None}) + devices.count(None),
        unidentified=devices.count(None),
        imeis=tuple(imeis),
        bands=dict(Counter(band(value, limits) for value in health)),
        median_health=median(known) if known else None,
        failed=results["failed"],
        passed=results["passed"],
        untested=len(sessions) - results["failed"] - results["passed"],
        failed_tests=_names(sessions, "failed"),
        account_locks=_names(sessions, "account_lock"),
        blacklisted=sum(bool(value & BLACKLISTED) for value in flags),
        sim_locked=sum(bool(value & SIM_LOCK) for value in flags),
        with_parts=sum(bool(value & PARTS) for value in flags),
        unchecked=sum(each.get("blacklist") is None for each in sessions),
        shared=_shared(sessions),
        models=tuple(Counter(_text(each.get("model")) for each in sessions).most_common()),
        first_ms=min(times, default=None),
        last_ms=max(times, default=None),
    )


def _shared(sessions: Sequence[Valued]) -> tuple[tuple[str, StoredValue], ...]:
    found = []
    for name in SHARED if sessions else ():
        value = sessions[0].get(name)
        if value is not None and value != "" and all(each.get(name) == value for each in sessions):
            found.append((name, value))
    return tuple(found)


def _names(sessions: Sequence[Valued], field: str) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for each in sessions:
        counts.update(name for name in _text(each.get(field)).split(",") if name)
    return tuple(counts.most_common())


def _text(value: StoredValue) -> str:
    return value if isinstance(value, str) else ""


def _figure(value: StoredValue) -> float | None:
    return float(value) if isinstance(value, int | float) else None

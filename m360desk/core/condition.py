"""What one session says about a device, in the terms in which it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from m360desk.core.battery import HealthPoint, figures_disagree, reading_quality
from m360desk.core.derive_state import FRP, ICLOUD, MDM, account_locks, is_on, part_states
from m360desk.core.reading import Reading

if TYPE_CHECKING:
    from m360desk.core.detail import Detail


@dataclass(frozen=True, slots=True)
class Condition:
    """Known facts and known gaps of one session; what is in neither is not there to be known.

    Attributes:
        locks_on: accounts and managements that hold the device. locks_off: those known not to.
        locks_unknown: those that nobody could tell.
        blacklist: "listed", "clean", or the answer as it came; None: not checked.
        sim_lock: "locked", "unlocked", or the state as it came; None: not checked.
        battery: state of health in percent; None: unknown.
        battery_doubt: why that figure is not to be trusted; None: nothing speaks against it.
        failed, passed, skipped: ids of tests with that result. unclear: with a result that is not known.
        parts_replaced, parts_original, parts_unknown: parts by what the check of parts says.
        parts_checked: whether there was such a check.
        tampered: "Jailbreak" or "Rooted", where found.
        wipe: "wiped", "failed", or the state as it came; None: no wipe in this session.
        is_open: the session is not finished, so all of this may change.
        grade: the cosmetic grade, which says nothing for or against selling; None: not graded.
    """

    locks_on: tuple[str, ...] = ()
    locks_off: tuple[str, ...] = ()
    locks_unknown: tuple[str, ...] = ()
    blacklist: str | None = None
    sim_lock: str | None = None
    battery: float | None = None
    battery_doubt: str | None = None
    failed: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    parts_replaced: tuple[str, ...] = ()
    parts_original: tuple[str, ...] = ()
    parts_unknown: tuple[str, ...] = ()
    parts_checked: bool = False
    tampered: tuple[str, ...] = ()
    wipe: str | None = None
    is_open: bool = False
    grade: str | None = None


def condition_of(detail: Detail) -> Condition:
    """The condition that one session found the device in."""
    session, reading = detail.session, Reading(detail.record)
    locks = account_locks(reading)
    parts = part_states(reading.merged.get("oemCheckResult"))
    tests = {kind: _tests(detail, kind) for kind in ("failed", "passed", "skipped", "other")}
    battery = session.get("battery")
    return Condition(
        locks_on=tuple(name for name, on in locks.items() if on),
        locks_off=tuple(name for name, on in locks.items() if not on),
        locks_unknown=tuple(name for name in _expected_locks(detail, reading) if name not in locks),
        blacklist=_text(session.get("blacklist")),
        sim_lock=_text(session.get("sim_lock")),
        battery=float(battery) if isinstance(battery, int | float) else None,
        battery_doubt=_doubt(detail),
        failed=tests["failed"],
        passed=tests["passed"],
        skipped=tests["skipped"],
        unclear=tests["other"],
        parts_replaced=tuple(name for name, original in parts.items() if original == 0),
        parts_original=tuple(name for name, original in parts.items() if original == 1),
        parts_unknown=tuple(name for name, original in parts.items() if original is None),
        parts_checked=bool(parts),
        tampered=_tampering(reading),
        wipe=_text(session.get("wipe")),
        is_open=session.get("closed") == 0,
        grade=_text(session.get("grade")),
    )


def _expected_locks(detail: Detail, reading: Reading) -> tuple[str, ...]:
    """The locks that a device of its kind can have; of an unknown kind, whichever it is."""
    system = (_text(detail.session.get("os")) or "").lower()
    brand = (_text(detail.session.get("brand")) or "").lower()
    if system.startswith(("ios", "ipados", "iphone")) or brand.startswith("apple"):
        return (ICLOUD, MDM)
    if system or brand:
        return (FRP, MDM)
    return () if account_locks(reading) else ("Account",)


def _tests(detail: Detail, verdict: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(test.test_id for test in detail.tests if test.verdict == verdict))


def _doubt(detail: Detail) -> str | None:
    battery = detail.battery
    if battery.percent is None:
        return None
    quality = reading_quality([HealthPoint(None, battery.percent, battery.cycles)])
    # The first note is that one reading is no trend: here one is all that is asked for.
    return figures_disagree(battery) or (quality[1] if len(quality) > 1 else None)


def _tampering(reading: Reading) -> tuple[str, ...]:
    names = (("iosJailbreak", "Jailbreak"), ("rooted", "Rooted"))
    found = ((label, reading.merged.get(name)) for name, label in names)
    return tuple(label for label, value in found if value is not None and is_on(value))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None

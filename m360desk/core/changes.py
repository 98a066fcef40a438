"""What is different between two sessions of one device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from m360desk.core.derive_state import CLEAN, LISTED, LOCKED, UNLOCKED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from m360desk.core.condition import Condition

Subject = Literal["test", "battery", "part", "lock", "sim", "blacklist", "grade"]
Turn = Literal["worse", "better", "other"]

_BADNESS = {
    "passed": 0,
    "skipped": 1,
    "failed": 2,
    "original": 0,
    "not original": 1,
    "off": 0,
    "on": 1,
    UNLOCKED: 0,
    LOCKED: 1,
    CLEAN: 0,
    LISTED: 1,
}
_NOTEWORTHY_PERCENT = 0.5
_ORDER = {"worse": 0, "other": 1, "better": 2}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        subject: what kind of thing has changed. name: which test, part or lock; "" where there is only one.
        before, after: its states, "passed", "on", "original" and the like; a battery's state of health in
            percent.
        turn: whether it has become worse.
    """

    subject: Subject
    name: str
    before: str | float
    after: str | float
    turn: Turn


def changes(earlier: Condition, later: Condition) -> tuple[Change, ...]:
    """What has changed, worse things first. Only what both sessions know can have changed."""
    found = [
        *_named("lock", _locks(earlier), _locks(later)),
        *_named("blacklist", _single(earlier.blacklist), _single(later.blacklist)),
        *_battery(earlier, later),
        *_named("test", _tests(earlier), _tests(later)),
        *_named("part", _parts(earlier), _parts(later)),
        *_named("sim", _single(earlier.sim_lock), _single(later.sim_lock)),
        *_named("grade", _single(earlier.grade), _single(later.grade)),
    ]
    return tuple(sorted(found, key=lambda change: _ORDER[change.turn]))


def _named(subject: Subject, before: dict[str, str], after: dict[str, str]) -> Iterator[Change]:
    for name, state in after.items():
        earlier = before.get(name)
        if earlier is not None and earlier != state:
            yield Change(subject, name, earlier, state, _turn(earlier, state))


def _turn(before: str, after: str) -> Turn:
    if before not in _BADNESS or after not in _BADNESS:
        return "other"
    return "worse" if _BADNESS[after] > _BADNESS[before] else "better"


def _battery(earlier: Condition, later: Condition) -> Iterator[Change]:
    before, after = earlier.battery, later.battery
    if before is not None and after is not None and abs(after - before) >= _NOTEWORTHY_PERCENT:
        yield Change("battery", "", before, after, "worse" if after < before else "better")


def _tests(condition: Condition) -> dict[str, str]:
    groups = (("passed", condition.passed), ("skipped", condition.skipped), ("failed", condition.failed))
    return {name: result for result, names in groups for name in names}


def _parts(condition: Condition) -> dict[str, str]:
    states = dict.fromkeys(condition.parts_original, "original")
    return states | dict.fromkeys(condition.parts_replaced, "not original")


def _locks(condition: Condition) -> dict[str, str]:
    return dict.fromkeys(condition.locks_off, "off") | dict.fromkeys(condition.locks_on, "on")


def _single(state: str | None) -> dict[str, str]:
    return {"": state} if state is not None else {}

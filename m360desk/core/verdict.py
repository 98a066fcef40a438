"""Whether a device may be sold, judged from what one session says of it.

The rules, worst first. The verdict is the worst that any fact asks for.

| fact            | when                                              | level         | verdict         |
|-----------------|---------------------------------------------------|---------------|-----------------|
| ACCOUNT_LOCK    | iCloud, FRP, MDM or a brand account holds it      | stop          | Stop            |
| BLACKLISTED     | the blacklist check says "listed"                 | stop          | Stop            |
| BATTERY_REPLACE | state of health under the limit                   | replace       | Replace battery |
| TESTS_FAILED    | at least one test failed                          | repair        | Repair          |
| WIPE_FAILED     | the wipe failed                                   | repair        | Repair          |
| PARTS_REPLACED  | a part is not original                            | tell          | Pass            |
| SIM_LOCKED      | bound to a network                                | tell          | Pass            |
| TAMPERED        | rooted, or jailbroken                             | tell          | Pass            |
| BATTERY_WATCH   | state of health between the two limits            | tell          | Pass            |
| NOT_TESTED      | no test passed or failed                          | not checked   | Not tested      |
| SESSION_OPEN    | the session is not finished                       | not checked   | Pass            |
| TESTS_UNCLEAR   | tests with a result that is not known             | not checked   | Pass            |
| TESTS_SKIPPED   | tests were skipped                                | not checked   | Pass            |
| BATTERY_DOUBT   | its figures contradict each other                 | not checked   | Pass            |
| BATTERY_UNKNOWN | no state of health                                | not checked   | Pass            |
| LOCKS_UNKNOWN   | nobody could tell whether an account holds it     | not checked   | Pass            |
| BLACKLIST_OPEN  | not checked, or an answer that is not known       | not checked   | Pass            |
| SIM_UNKNOWN     | not checked, or a state that is not known         | not checked   | Pass            |
| PARTS_UNKNOWN   | not checked, or a part that could not be told     | not checked   | Pass            |
| WIPE_UNKNOWN    | a state of the wipe that is not known             | not checked   | Pass            |
| TESTS_PASSED    | tests passed                                      | in order      | Pass            |
| BATTERY_GOOD    | state of health from the upper limit on           | in order      | Pass            |
| LOCKS_OFF       | known to be off                                   | in order      | Pass            |
| BLACKLIST_CLEAN | the check says "clean"                            | in order      | Pass            |
| SIM_UNLOCKED    | known to be unlocked                              | in order      | Pass            |
| PARTS_ORIGINAL  | known to be original                              | in order      | Pass            |
| WIPED           | the wipe succeeded                                | in order      | Pass            |

What was not checked is never taken for good: it is a fact of its own, and whoever shows a verdict has to
name it. A device that was never tested is no better than one that needs nothing but a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from m360desk.core.battery import Band, Limits, band
from m360desk.core.derive_state import CLEAN, LISTED, LOCKED, UNLOCKED, WIPE_FAILED, WIPED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from m360desk.core.condition import Condition


class Level(IntEnum):
    """What a fact asks for; the greater, the worse."""

    IN_ORDER = 0
    NOT_CHECKED = 1
    TELL = 2
    REPAIR = 3
    REPLACE = 4
    STOP = 5


class Verdict(IntEnum):
    """What to do with the device; the greater, the worse."""

    PASS = 0
    NOT_TESTED = 1
    REPAIR = 2
    REPLACE = 3
    STOP = 4


class Fact(Enum):
    """One thing that is known, or known not to be known, with its level. Worst first."""

    ACCOUNT_LOCK = ("account lock", Level.STOP)
    BLACKLISTED = ("blacklisted", Level.STOP)
    BATTERY_REPLACE = ("battery under the limit", Level.REPLACE)
    TESTS_FAILED = ("tests failed", Level.REPAIR)
    WIPE_FAILED = ("wipe failed", Level.REPAIR)
    PARTS_REPLACED = ("parts not original", Level.TELL)
    SIM_LOCKED = ("SIM locked", Level.TELL)
    TAMPERED = ("rooted or jailbroken", Level.TELL)
    BATTERY_WATCH = ("battery near the limit", Level.TELL)
    NOT_TESTED = ("not tested", Level.NOT_CHECKED)
    SESSION_OPEN = ("session not finished", Level.NOT_CHECKED)
    TESTS_UNCLEAR = ("tests with an unknown result", Level.NOT_CHECKED)
    TESTS_SKIPPED = ("tests skipped", Level.NOT_CHECKED)
    BATTERY_DOUBT = ("battery doubtful", Level.NOT_CHECKED)
    BATTERY_UNKNOWN = ("battery unknown", Level.NOT_CHECKED)
    LOCKS_UNKNOWN = ("locks not known", Level.NOT_CHECKED)
    BLACKLIST_OPEN = ("blacklist not checked", Level.NOT_CHECKED)
    SIM_UNKNOWN = ("SIM lock not known", Level.NOT_CHECKED)
    PARTS_UNKNOWN = ("parts not checked", Level.NOT_CHECKED)
    WIPE_UNKNOWN = ("wipe not clear", Level.NOT_CHECKED)
    TESTS_PASSED = ("tests passed", Level.IN_ORDER)
    BATTERY_GOOD = ("battery good", Level.IN_ORDER)
    LOCKS_OFF = ("no account lock", Level.IN_ORDER)
    BLACKLIST_CLEAN = ("not blacklisted", Level.IN_ORDER)
    SIM_UNLOCKED = ("SIM unlocked", Level.IN_ORDER)
    PARTS_ORIGINAL = ("parts original", Level.IN_ORDER)
    WIPED = ("wiped", Level.IN_ORDER)

    @property
    def level(self) -> Level:
        """What it asks for."""
        return self.value[1]


_VERDICTS = {Level.STOP: Verdict.STOP, Level.REPLACE: Verdict.REPLACE, Level.REPAIR: Verdict.REPAIR}


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact of one device; ``names`` are the tests, parts or locks it is about, or a state as it came."""

    fact: Fact
    names: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """What it asks for."""
        return self.fact.level

    @property
    def verdict(self) -> Verdict:
        """What the verdict would be with nothing worse."""
        if self.fact is Fact.NOT_TESTED:
            return Verdict.NOT_TESTED
        return _VERDICTS.get(self.level, Verdict.PASS)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict with everything that it rests on, worst first."""

    verdict: Verdict
    findings: tuple[Finding, ...]

    def at(self, level: Level) -> tuple[Finding, ...]:
        """The findings of one level."""
        return tuple(finding for finding in self.findings if finding.level is level)

    def has(self, fact: Fact) -> bool:
        """Whether this was found."""
        return any(finding.fact is fact for finding in self.findings)


_PLACE = {fact: place for place, fact in enumerate(Fact)}


def judge(condition: Condition, limits: Limits) -> Judgement:
    """Judge a device by the rules above."""
    found = (*_locks(condition), *_battery(condition, limits), *_tests(condition), *_rest(condition))
    findings = tuple(sorted(found, key=lambda finding: _PLACE[finding.fact]))
    return Judgement(max((finding.verdict for finding in findings), default=Verdict.NOT_TESTED), findings)


def _locks(condition: Condition) -> Iterator[Finding]:
    # One of each: every lock is a way of its own to the person who can take it off.
    yield from (Finding(Fact.ACCOUNT_LOCK, (name,)) for name in condition.locks_on)
    if condition.locks_unknown:
        yield Finding(Fact.LOCKS_UNKNOWN, condition.locks_unknown)
    if condition.locks_off:
        yield Finding(Fact.LOCKS_OFF, condition.locks_off)
    if condition.blacklist == LISTED:
        yield Finding(Fact.BLACKLISTED)
    elif condition.blacklist == CLEAN:
        yield Finding(Fact.BLACKLIST_CLEAN)
    else:
        yield Finding(Fact.BLACKLIST_OPEN, _as_came(condition.blacklist))


def _battery(condition: Condition, limits: Limits) -> Iterator[Finding]:
    found = band(condition.battery, limits)
    if found is Band.UNKNOWN:
        yield Finding(Fact.BATTERY_UNKNOWN)
        return
    if condition.battery_doubt is not None:
        yield Finding(Fact.BATTERY_DOUBT, (condition.battery_doubt,))
    if found is Band.REPLACE:
        yield Finding(Fact.BATTERY_REPLACE)
    elif found is Band.WATCH:
        yield Finding(Fact.BATTERY_WATCH)
    elif condition.battery_doubt is None:
        yield Finding(Fact.BATTERY_GOOD)


def _tests(condition: Condition) -> Iterator[Finding]:
    if not condition.failed and not condition.passed:
        yield Finding(Fact.NOT_TESTED)
    for fact, names in (
        (Fact.TESTS_FAILED, condition.failed),
        (Fact.TESTS_UNCLEAR, condition.unclear),
        (Fact.TESTS_SKIPPED, condition.skipped),
        (Fact.TESTS_PASSED, condition.passed),
    ):
        if names:
            yield Finding(fact, names)
    if condition.is_open:
        yield Finding(Fact.SESSION_OPEN)


def _rest(condition: Condition) -> Iterator[Finding]:
    if condition.parts_replaced:
        yield Finding(Fact.PARTS_REPLACED, condition.parts_replaced)
    if condition.parts_unknown or not condition.parts_checked:
        yield Finding(Fact.PARTS_UNKNOWN, condition.parts_unknown)
    if condition.parts_original:
        yield Finding(Fact.PARTS_ORIGINAL, condition.parts_original)
    if condition.sim_lock == LOCKED:
        yield Finding(Fact.SIM_LOCKED)
    elif condition.sim_lock == UNLOCKED:
        yield Finding(Fact.SIM_UNLOCKED)
    else:
        yield Finding(Fact.SIM_UNKNOWN, _as_came(condition.sim_lock))
    if condition.tampered:
        yield Finding(Fact.TAMPERED, condition.tampered)
    if condition.wipe == WIPE_FAILED:
        yield Finding(Fact.WIPE_FAILED)
    elif condition.wipe == WIPED:
        yield Finding(Fact.WIPED)
    elif condition.wipe is not None:
        yield Finding(Fact.WIPE_UNKNOWN, _as_came(condition.wipe))


def _as_came(state: str | None) -> tuple[str, ...]:
    return (state,) if state is not None else ()

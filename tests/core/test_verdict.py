"""The verdict on a device: worse facts never make it better, nothing is taken for good, nothing is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from m360desk.core.battery import Limits
from m360desk.core.changes import Change, changes
from m360desk.core.condition import Condition, condition_of
from m360desk.core.records import read_detail
from m360desk.core.verdict import Fact, Level, Verdict, judge

LIMITS = Limits()
TESTS = ("Battery", "Speaker", "Wifi", "Charge", "NFC", "RearCamera")
PARTS = ("Display", "Battery", "RearCamera")
LOCKS = ("iCloud", "FRP", "MDM", "Brand account")

FINE = Condition(
    locks_off=("iCloud", "MDM"),
    blacklist="clean",
    sim_lock="unlocked",
    battery=96,
    passed=("Battery", "Speaker"),
    parts_original=("Display",),
    parts_checked=True,
    wipe="wiped",
)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Any condition: each test, part and lock is in one of its states, or nowhere."""

    def parted(names: tuple[str, ...], into: int) -> list[tuple[str, ...]]:
        places = [draw(st.integers(0, into)) for _ in names]
        pairs = list(zip(names, places, strict=True))
        return [tuple(name for name, place in pairs if place == wanted) for wanted in range(into)]

    failed, passed, skipped, unclear = parted(TESTS, 4)
    replaced, original, unknown = parted(PARTS, 3)
    on, off, untold = parted(LOCKS, 3)
    return Condition(
        locks_on=on,
        locks_off=off,
        locks_unknown=untold,
        blacklist=draw(st.sampled_from([None, "listed", "clean", "pending"])),
        sim_lock=draw(st.sampled_from([None, "locked", "unlocked", "subsidy"])),
        battery=draw(st.none() | st.floats(0, 110)),
        battery_doubt=draw(st.sampled_from([None, "It is doubtful."])),
        failed=failed,
        passed=passed,
        skipped=skipped,
        unclear=unclear,
        parts_replaced=replaced,
        parts_original=original,
        parts_unknown=unknown,
        parts_checked=draw(st.booleans()) or bool(replaced or original or unknown),
        tampered=draw(st.sampled_from([(), ("Rooted",), ("Jailbreak",)])),
        wipe=draw(st.sampled_from([None, "wiped", "failed", "running"])),
        is_open=draw(st.booleans()),
    )


def worsened(condition: Condition) -> list[Condition]:
    """The condition with one thing worse, every way there is."""
    found = [
        replace(condition, blacklist="listed"),
        replace(condition, sim_lock="locked"),
        replace(condition, wipe="failed"),
        replace(condition, tampered=("Rooted",)),
        replace(condition, battery_doubt="It is doubtful."),
        replace(condition, is_open=True),
    ]
    if condition.battery is not None:
        found.append(replace(condition, battery=condition.battery / 2))
    for name in condition.passed:
        rest = tuple(each for each in condition.passed if each != name)
        found.append(replace(condition, passed=rest, failed=(*condition.failed, name)))
        found.append(replace(condition, passed=rest, skipped=(*condition.skipped, name)))
        found.append(replace(condition, passed=rest))
    for name in condition.locks_off:
        rest = tuple(each for each in condition.locks_off if each != name)
        found.append(replace(condition, locks_off=rest, locks_on=(*condition.locks_on, name)))
        found.append(replace(condition, locks_off=rest, locks_unknown=(*condition.locks_unknown, name)))
    return found


@given(conditions())
def test_a_worse_fact_never_makes_a_better_verdict(condition: Condition) -> None:
    before = judge(condition, LIMITS).verdict
    for worse in worsened(condition):
        assert judge(worse, LIMITS).verdict >= before
    if condition.battery is not None:
        stricter = Limits(replace_under=LIMITS.replace_under + 5, good_from=LIMITS.good_from + 5)
        assert judge(condition, stricter).verdict >= before


@given(conditions())
def test_every_fact_is_named_once_and_worst_first(condition: Condition) -> None:
    findings = judge(condition, LIMITS).findings
    levels = [finding.level for finding in findings]
    assert levels == sorted(levels, reverse=True)
    groups = {
        (Fact.ACCOUNT_LOCK, Fact.LOCKS_OFF, Fact.LOCKS_UNKNOWN): (
            condition.locks_on + condition.locks_off + condition.locks_unknown
        ),
        (Fact.TESTS_FAILED, Fact.TESTS_PASSED, Fact.TESTS_SKIPPED, Fact.TESTS_UNCLEAR): (
            condition.failed + condition.passed + condition.skipped + condition.unclear
        ),
        (Fact.PARTS_REPLACED, Fact.PARTS_ORIGINAL, Fact.PARTS_UNKNOWN): (
            condition.parts_replaced + condition.parts_original + condition.parts_unknown
        ),
    }
    for facts, expected in groups.items():
        named = [name for finding in findings if finding.fact in facts for name in finding.names]
        assert sorted(named) == sorted(expected)
    kinds = [finding.fact for finding in findings if finding.fact is not Fact.ACCOUNT_LOCK]
    assert len(kinds) == len(set(kinds))


@given(conditions())
def test_what_was_not_checked_is_never_called_good(condition: Condition) -> None:
    judged = judge(condition, LIMITS)
    good = {finding.fact for finding in judged.at(Level.IN_ORDER)}
    unchecked = {finding.fact for finding in judged.at(Level.NOT_CHECKED)}
    assert (Fact.BLACKLIST_CLEAN in good) == (condition.blacklist == "clean")
    assert (Fact.BLACKLIST_OPEN in unchecked) == (condition.blacklist in (None, "pending"))
    assert (Fact.SIM_UNLOCKED in good) == (condition.sim_lock == "unlocked")
    assert (Fact.LOCKS_OFF in good) == bool(condition.locks_off)
    assert (Fact.LOCKS_UNKNOWN in unchecked) == bool(condition.locks_unknown)
    assert (Fact.WIPED in good) == (condition.wipe == "wiped")
    sound = condition.battery is not None and condition.battery >= 85 and condition.battery_doubt is None
    assert (Fact.BATTERY_GOOD in good) == sound
    if judged.verdict is Verdict.PASS:
        assert condition.passed
        assert not condition.failed


@pytest.mark.parametrize(
    ("changed", "verdict", "worst"),
    [
        ({}, Verdict.PASS, Fact.TESTS_PASSED),
        ({"locks_on": ("MDM",)}, Verdict.STOP, Fact.ACCOUNT_LOCK),
        ({"blacklist": "listed", "battery": 40.0}, Verdict.STOP, Fact.BLACKLISTED),
        ({"battery": 79.9, "failed": ("Charge",)}, Verdict.REPLACE, Fact.BATTERY_REPLACE),
        ({"battery": 80.0}, Verdict.PASS, Fact.BATTERY_WATCH),
        ({"failed": ("Charge",), "passed": ()}, Verdict.REPAIR, Fact.TESTS_FAILED),
        ({"wipe": "failed"}, Verdict.REPAIR, Fact.WIPE_FAILED),
        ({"passed": (), "skipped": TESTS}, Verdict.NOT_TESTED, Fact.NOT_TESTED),
        ({"parts_replaced": ("Display",), "parts_original": ()}, Verdict.PASS, Fact.PARTS_REPLACED),
        ({"sim_lock": "locked"}, Verdict.PASS, Fact.SIM_LOCKED),
        ({"battery": None}, Verdict.PASS, Fact.BATTERY_UNKNOWN),
    ],
)
def test_the_table(changed: dict[str, Any], verdict: Verdict, worst: Fact) -> None:
    judged = judge(replace(FINE, **changed), LIMITS)
    assert (judged.verdict, judged.findings[0].fact) == (verdict, worst)


def record(**more: object) -> Condition:
    return condition_of(read_detail(json.dumps({"sessionId": "x" * 36, **more}).encode()))


def test_an_empty_record_is_not_tested_and_nothing_of_it_is_good() -> None:
    judged = judge(record(), LIMITS)
    assert judged.verdict is Verdict.NOT_TESTED
    assert not judged.at(Level.IN_ORDER)
    assert judged.has(Fact.LOCKS_UNKNOWN)


def test_a_records_words_become_a_condition() -> None:
    found = record(
        osType="iOS",
        associatedAccount="anna@example.org",
        simLock="Locked",
        rooted=False,
        iosJailbreak="Yes",
        isClosed=False,
        batteryHealthPercent="100%",
        batteryCycles=900,
        gradingResult={"grade": "B"},
        oemCheckResult={"Display": {"isOriginal": False}, "Battery": {"isOriginal": True}, "Camera": {}},
        diagnosticsResults=[
            {
                "finishedTime": "2026-01-02T00:00:00Z",
                "tests": [
                    {"testId": "Speaker", "result": "Failed"},
                    {"testId": "Wifi", "result": "Passed"},
                    {"testId": "NFC", "result": "Skipped"},
                    {"testId": "GPS", "result": "NA"},
                    {"testId": "Charge", "result": "Perhaps"},
                ],
            }
        ],
    )
    assert found == Condition(
        locks_on=("iCloud",),
        locks_unknown=("MDM",),
        sim_lock="locked",
        battery=100.0,
        battery_doubt=found.battery_doubt,
        failed=("Speaker",),
        passed=("Wifi",),
        skipped=("NFC",),
        unclear=("Charge",),
        parts_replaced=("Display",),
        parts_original=("Battery",),
        parts_unknown=("Camera",),
        parts_checked=True,
        tampered=("Jailbreak",),
        is_open=True,
        grade="B",
    )
    assert found.battery_doubt is not None
    assert "900" in found.battery_doubt
    assert record(osType="Android", frpState="OFF").locks_unknown == ("MDM",)
    assert record(brand="Samsung").locks_unknown == ("FRP", "MDM")


def test_changes_are_what_both_sessions_know() -> None:
    later = replace(
        FINE,
        locks_on=("iCloud", "FRP"),
        locks_off=("MDM",),
        battery=78.0,
        passed=("Battery",),
        failed=("Speaker", "NFC"),
        parts_replaced=("Display",),
        parts_original=("Camera",),
        sim_lock=None,
        blacklist="listed",
        grade="C",
    )
    assert changes(FINE, later) == (
        Change("lock", "iCloud", "off", "on", "worse"),
        Change("blacklist", "", "clean", "listed", "worse"),
        Change("battery", "", 96, 78, "worse"),
        Change("test", "Speaker", "passed", "failed", "worse"),
        Change("part", "Display", "original", "not original", "worse"),
    )
    assert [change.turn for change in changes(later, FINE)] == ["better"] * 5
    assert changes(replace(FINE, grade="A"), replace(FINE, grade="B")) == (
        Change("grade", "", "A", "B", "other"),
    )


@given(conditions())
def test_nothing_changes_between_a_session_and_itself(condition: Condition) -> None:
    assert changes(condition, condition) == ()

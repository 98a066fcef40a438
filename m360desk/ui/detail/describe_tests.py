"""Tests and the sessions of the same device in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.core.battery import HealthPoint
from m360desk.core.battery_events import Event, battery_event
from m360desk.ui.detail.content import Line, Piece, Reading, Run, SectionContent
from m360desk.ui.detail.describe_head import Fields, health_text
from m360desk.ui.detail.pieces import count, figure, plain
from m360desk.ui.marks import FAILED, Mark
from m360desk.ui.text import NOTHING, clock_of, counted, date_of, iso_time, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m360desk.core.records import TestDetail, TestResult
    from m360desk.store.stored import StoredRow
    from m360desk.ui.detail.content import PaneContext

_TITLE_AT = 24
_DATE_AT = 22
_OPERATOR_AT = 124
_TESTS_FROM_RIGHT = 54
# The context ids of the vendor's guide whose unit says what they are.
_SPEAK_FOR_THEMSELVES = frozenset({"BatteryTemperature", "BatteryVoltage", "BatteryTechnology"})
_EVENTS: dict[Event, str] = {
    "replaced": "Another battery",
    "recalibrated": "Battery replaced or recalibrated",
}
_REMARKS = frozenset({"reason", "comment", "note", "message", "remark"})
_CAPACITIES = ("BatteryOriginalCapacity", "BatteryCurrentCapacity")
_PHRASES = {
    "BatteryOriginalCapacity": "design {}",
    "BatteryCurrentCapacity": "full charge {}",
    "BatteryCycles": "{} cycles",
    "BatteryDrainPercentLost": "drain {} in the test",
    "StorageTotal": "{} in all",
    "StorageFree": "{} free",
    "StorageUsed": "{} in use",
}


def tests_section(results: Sequence[TestResult], context: PaneContext, *, left_out: bool) -> SectionContent:
    """Return failed tests with their details, then skipped and others, then passed ones in two columns.

    ``left_out``: they are too many to be laid out.
    """
    if left_out:
        return SectionContent((Run("too many to be listed, see the raw record", colour="text2"),))
    if not results:
        return SectionContent((Run("not tested", colour="text2"),))
    failed = [test for test in results if test.verdict == "failed"]
    passed = [test for test in results if test.verdict == "passed"]
    others = [test for test in results if test.verdict not in ("failed", "passed")]
    others.sort(key=lambda test: test.verdict != "skipped")
    skipped = sum(test.verdict == "skipped" for test in others)
    counts = ((skipped, "skipped"), (len(others) - skipped, "other"), (len(passed), "passed"))
    rest = " · ".join(f"{number} {word}" for number, word in counts if number)
    summary = [Run(f"{len(failed)} failed", colour="badtext")] if failed else []
    if rest:
        summary.append(Run(f" · {rest}" if failed else rest, colour="text2"))
    lines = (*(_failed(test, context) for test in failed), *map(_other, others), *map(_passed, passed))
    return SectionContent(tuple(summary), lines)


def history_section(rows: Sequence[StoredRow], current: int, context: PaneContext) -> SectionContent:
    """Return the sessions of the same device, newest first, with what was found in each."""
    if len(rows) < 2:
        return SectionContent((Run("this session only", colour="text2"),))
    summary = (Run(counted(len(rows), "session", "sessions"), colour="text2"),)
    events = battery_events(rows, context)
    days = [date_of(_moment(row), context.zone) for row in rows]
    lines = tuple(
        _session(row, current, context, events.get(row.row_id, ""), with_clock=days.count(day) > 1)
        for row, day in zip(rows, days, strict=True)
    )
    return SectionContent(summary, lines)


def battery_events(rows: Sequence[StoredRow], context: PaneContext) -> dict[int, str]:
    """Return what happened to the battery before a session, by its row id; ``rows`` newest first."""
    found = {}
    before: HealthPoint | None = None
    for row in reversed(rows):
        cycles = row.get("cycles")
        point = HealthPoint(None, figure(row.get("battery")), cycles if isinstance(cycles, int) else None)
        if point.percent is None and point.cycles is None:
            continue
        event = battery_event(before, point) if before is not None else None
        if before is not None and event is not None:
            found[row.row_id] = f"{_EVENTS[event]}{_leap(before, point, context)}"
        before = point
    return found


def _leap(before: HealthPoint, after: HealthPoint, context: PaneContext) -> str:
    parts = []
    if before.percent is not None and after.percent is not None:
        old, new = (health_text(each, context.limits) for each in (before.percent, after.percent))
        parts.append(f"{old} → {new} %")
    if before.cycles is not None and after.cycles is not None:
        parts.append(f"{number(before.cycles)} → {number(after.cycles)} cycles")
    return f": {', '.join(parts)}" if parts else ""


def readings(rows: Sequence[Fields]) -> tuple[Reading, ...]:
    """Return the battery readings among these sessions, oldest first."""
    found = []
    for row in rows:
        health, time, cycles = figure(row.get("battery")), row.get("time"), row.get("cycles")
        if health is None:
            continue
        moment = time if isinstance(time, int) else None
        found.append(Reading(moment, cycles if isinstance(cycles, int) else None, health))
    return tuple(sorted(found, key=lambda reading: (reading.time_ms is not None, reading.time_ms or 0)))


def detail_text(detail: TestDetail) -> str:
    """Return one detail of a test in a few words."""
    if detail.number is None:
        value = detail.text
    else:
        value = f"{number(detail.number)}\u00a0{detail.unit}" if detail.unit else number(detail.number)
    if detail.context_id in _SPEAK_FOR_THEMSELVES:
        return value
    if detail.context_id in _PHRASES:
        return _PHRASES[detail.context_id].format(value)
    # A remark is its own explanation; a title that says no more than that is left out.
    return value if detail.title.casefold() in _REMARKS else f"{detail.title}: {value}"


def _details(test: TestResult) -> str:
    return " · ".join(text for text in map(detail_text, test.details) if text)


def _share_of_design(test: TestResult, context: PaneContext) -> str:
    """Return what a battery test compares, "" where it has not measured both."""
    figures = {detail.context_id: detail.number for detail in test.details}
    design, full = figures.get("BatteryOriginalCapacity"), figures.get("BatteryCurrentCapacity")
    if not design or full is None:
        return ""
    limits = context.limits
    return f"{health_text(100 * full / design, limits)} % of design, limit {number(limits.replace_under)} %"


def _failed(test: TestResult, context: PaneContext) -> Line:
    share = _share_of_design(test, context)
    hidden = _CAPACITIES if share else ()
    texts = [detail_text(detail) for detail in test.details if detail.context_id not in hidden]
    details = " · ".join(text for text in (share, *texts) if text)
    pieces = (
        Piece(_TITLE_AT, (Run(test.title, "strong"),)),
        Piece(0, (Run("Failed", colour="badtext"),), right=True),
    )
    spoken = f"{test.title}: failed" + (f", {details}" if details else "")
    return Line(pieces, mark=FAILED, below=(details,) if details else (), spoken=spoken)


def _other(test: TestResult) -> Line:
    result = {"skipped": "Skipped", "na": "Does not apply"}.get(test.verdict, test.result or "No result")
    mark = Mark.SKIPPED if test.verdict in ("skipped", "na") else Mark.UNKNOWN
    pieces = (Piece(_TITLE_AT, (Run(test.title),)), Piece(0, (Run(result, colour="text2"),), right=True))
    return Line(pieces, mark=mark, spoken=f"{test.title}: {result}", tip=_details(test))


def _passed(test: TestResult) -> Line:
    pieces = (Piece(_TITLE_AT, (Run(test.title),)),)
    return Line(pieces, mark=Mark.TICK, half=True, spoken=f"{test.title}: passed", tip=_details(test))


def _moment(row: StoredRow) -> int | None:
    time = row.get("time")
    return time if isinstance(time, int) else None


def _session(row: StoredRow, current: int, context: PaneContext, event: str, *, with_clock: bool) -> Line:
    """``with_clock``: another of the sessions is of the same day."""
    here = row.row_id == current
    moment = _moment(row)
    failed, passed = count(row.get("failed_count")), count(row.get("passed_count"))
    if failed:
        mark, tests = FAILED, Run(f"{failed} failed", colour="badtext")
    elif passed:
        mark, tests = Mark.GOOD, Run(f"{passed} passed", colour="text2")
    else:
        mark, tests = Mark.UNKNOWN, Run("not tested", colour="text2")
    health = figure(row.get("battery"))
    value = health_text(health, context.limits)
    battery: tuple[Run, ...] = (Run(NOTHING, colour="text2"),)
    if health is not None:
        battery = (Run(value, "strong" if here else "body"), Run("%", "small", "text2"))
    day, who = date_of(moment, context.zone), plain(row.get("operator"))
    clock = clock_of(moment, context.zone) if with_clock else ""
    by: tuple[Run, ...] = (Run(who, colour="text2"),)
    if clock:
        by = (Run(f"{clock}\u2002", "small", "text2"), *by)
    pieces = (
        Piece(_DATE_AT, (Run(day, "strong" if here else "body"),)),
        Piece(_OPERATOR_AT, by),
        Piece(_TESTS_FROM_RIGHT, (tests,), right=True),
        Piece(0, battery, right=True),
    )
    spoken = [
        day,
        clock,
        who,
        tests.text,
        f"battery {percent(health, decimals=0)}" if health is not None else "",
    ]
    spoken += [event, "shown now" if here else ""]
    return Line(
        pieces,
        mark=mark,
        below=(event,) if event else (),
        spoken=", ".join(word for word in spoken if word),
        tip=iso_time(moment, context.zone),
        target=row.row_id,
    )

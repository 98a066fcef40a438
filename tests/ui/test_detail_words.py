"""What the detail pane says: from real records by the real reader to the words of every section."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from m360desk.core.battery import Limits
from m360desk.core.record_changes import record_change
from m360desk.core.records import read, read_detail
from m360desk.store.stored import StoredRow, Version
from m360desk.ui.detail.content import SECTIONS, Line, PaneContent, PaneContext, Reading
from m360desk.ui.detail.describe import describe, describe_row
from m360desk.ui.detail.describe_battery import limit_crossing
from m360desk.ui.detail.loading import SessionDetail
from m360desk.ui.detail.plots import same_battery, tick_step, value_range
from m360desk.ui.detail.record_facts import is_safe_link
from m360desk.ui.marks import Mark

_ZONE = ZoneInfo("Europe/Berlin")
_REFERENCE = Path(__file__).parents[1] / "fixtures" / "reference_record.json"


def _ms(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=_ZONE).timestamp() * 1000)  # type: ignore[misc,arg-type]  # year to minute


_CONTEXT = PaneContext(_ms(2026, 7, 28, 12, 0), _ZONE, Limits())


def _record(**changes: object) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(_REFERENCE.read_bytes())
    return record | changes


def _say(
    record: object,
    *,
    mode: str = "live",
    local: bool = False,
    history: tuple[StoredRow, ...] = (),
    **more: Any,
) -> PaneContent:
    context = PaneContext(_CONTEXT.now_ms, _ZONE, _CONTEXT.limits, mode, local)
    return describe(SessionDetail(1, read_detail(json.dumps(record).encode()), history, **more), context)


def _row(row_id: int, record: object) -> StoredRow:
    return StoredRow(row_id, read(json.dumps(record).encode()).values, gone=False)


def _spoken(content: PaneContent, section: str) -> list[str]:
    return [line.spoken.replace("\u00a0", " ") for line in content.sections[section].lines]


def _summary(content: PaneContent, section: str) -> str:
    return "".join(run.text for run in content.sections[section].summary)


def _tests(**results: str) -> list[dict[str, Any]]:
    tests = [{"testId": name, "result": result} for name, result in results.items()]
    return [{"finishedTime": "2026-07-28T07:46:11+00:00", "tests": tests}]


def test_reference_record_in_words() -> None:
    content = _say(_record())
    assert content.title == "iPhone 13 Pro"
    assert content.facts.replace("\u00a0", " ") == "128 GB Silver · A2638 · iOS 26.5"
    assert [item.shown.replace("\u00a0", " ") for item in content.identity] == [
        "35291811 910932 7",
        "35291811 910933 5",
        "F17V0TC46325",
        "AS7V0TC42UU45426CA",
        "K26-2301",
        "today 08:21, anna",
    ]
    assert content.identity[0].copied == "352918119109327"
    assert content.identity[5].copied == "019fa7b8-1e8a-7e2e-9094-82d87d177ace"
    assert set(content.sections) == {key for key, _ in SECTIONS} - {"raw"}
    assert _summary(content, "tests") == "1 failed · 15 passed"
    assert _spoken(content, "tests")[0].startswith(
        "Battery: failed, 78 % of design, limit 80 % · 36.7 °C · 3.68 V · Li-ion · 1,167 cycles"
    )
    assert "Frame visible scratches" in _spoken(content, "grading")
    assert _spoken(content, "grading")[0] == "Grade C, anna, 28 Jul 2026 09:54"
    assert _spoken(content, "blacklist")[0] == "Clean: checked 28 Jul 2026 09:54 (in order)"
    assert _spoken(content, "wipe")[0] == "Wiped: anna, 28 Jul 2026 09:52 (in order)"
    assert _spoken(content, "expenses")[-1] == "Total 148.14 EUR"
    assert _spoken(content, "storage") == ["In use 15 GB", "Free 113 GB, 88 %"]
    assert content.gauge.verdict == "Replace, under 80"
    assert content.properties == len(_record())
    assert "F17V0TC46325" in content.plain_text


def test_badges_stand_worst_first() -> None:
    record = _record(
        simLockStatus="Locked",
        simLock="Locked",
        blacklistCheckResult={"isBlacklisted": True},
        diagnosticsResults=_tests(Battery="Failed", Speaker="Failed", Wifi="Passed"),
    )
    content = _say(record, mode="testing")
    assert [badge.text.replace("\u00a0", " ") for badge in content.badges] == [
        "Test data",
        "iCloud lock on",
        "Blacklisted",
        "2 tests failed",
        "Battery 78 %, replace",
        "2 parts not original",
        "SIM locked",
    ]
    assert content.badges[0].tone is None
    assert content.badges[3].tip == "Battery and Speaker"


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        ("91%", ["3 tests passed"]),
        ("83%", ["Battery 83 %, watch", "3 tests passed"]),
        ("79.6%", ["Battery 79.6 %, replace"]),  # never "80 %, replace"
        ("101%", ["Battery 101 %, doubtful", "3 tests passed"]),  # after 1,167 cycles
    ],
)
def test_good_badges_only_when_nothing_is_bad(health: str, expected: list[str]) -> None:
    record = _record(
        batteryHealthPercent=health,
        associatedAccount="Off",
        oemCheckResult=[],
        diagnosticsResults=_tests(Color="Passed", Speaker="Passed", Wifi="Passed"),
    )
    assert [badge.text.replace("\u00a0", " ") for badge in _say(record).badges] == expected


def test_what_is_not_known_is_said() -> None:
    content = _say({"sessionId": "019fa7b8-1e8a-7e2e-9094-82d87d177ace", "imei": None, "device": []})
    assert content.title == "Unidentified device"
    assert [badge.text for badge in content.badges] == [
        "Not tested",
        "Battery unknown",
        "Blacklist not checked",
    ]
    assert all(badge.tone is Mark.UNKNOWN for badge in content.badges)
    words = {key: _summary(content, key) for key in content.sections}
    assert words["history"] == "this session only"
    assert words["tests"] == "not tested"
    assert words["battery"] == "no reading"
    assert words["parts"] == words["blacklist"] == "not checked"
    assert words["wipe"] == "not wiped in this session"
    assert all(not content.sections[key].lines for key in ("history", "tests", "battery", "parts", "wipe"))
    assert content.dashboard_link == ""


def test_failed_tests_then_skipped_and_unknown_then_passed() -> None:
    results = _tests(
        Color="Passed", Charge="Skipped", NFC="NA", Lidar="Unsure", Speaker="Failed", Wifi="Passed"
    )
    content = _say(_record(diagnosticsResults=results))
    lines = content.sections["tests"].lines
    assert _spoken(content, "tests") == [
        "Speaker: failed",
        "Charge: Skipped",
        "NFC: Does not apply",
        "Lidar: Unsure",
        "Colour: passed",
        "Wi-Fi: passed",
    ]
    assert [line.mark for line in lines[:5]] == [
        Mark.REPLACE,
        Mark.SKIPPED,
        Mark.SKIPPED,
        Mark.UNKNOWN,
        Mark.TICK,
    ]
    assert [line.half for line in lines] == [False] * 4 + [True] * 2
    assert _summary(content, "tests") == "1 failed · 1 skipped · 2 other · 2 passed"


def test_same_device_names_each_session_and_marks_the_one_shown() -> None:
    earlier = _record(
        connectionTime="2025-03-12T10:00:00+00:00",
        username="marek",
        batteryHealthPercent="91%",
        batteryCycles=390,
        diagnosticsResults=_tests(Color="Passed"),
    )
    content = _say(_record(), history=(_row(1, _record()), _row(2, earlier)))
    assert _summary(content, "history") == "2 sessions"
    now, before = content.sections["history"].lines
    assert now.spoken.replace("\u00a0", " ") == "28 Jul 2026, anna, 1 failed, battery 78 %, shown now"
    assert (before.spoken.replace("\u00a0", " "), before.target) == (
        "12 Mar 2025, marek, 1 passed, battery 91 %",
        2,
    )
    assert [(reading.cycles, reading.percent) for reading in content.readings] == [(390, 91.0), (1167, 78.0)]
    assert "Passed the limit about 120 cycles ago" in content.battery_notes[-1].spoken


def test_sessions_of_one_day_are_told_apart_by_their_clock() -> None:
    record = _record()
    sessions = [
        _record(connectionTime=time)
        for time in ("2026-07-28T09:15:00Z", "2026-07-28T08:02:00Z", "2026-07-27T08:02:00Z")
    ]
    content = _say(record, history=tuple(_row(n, each) for n, each in enumerate(sessions, 1)))
    spoken = [line.spoken for line in content.sections["history"].lines]
    assert spoken[0].startswith("28 Jul 2026, 11:15, anna")
    assert spoken[1].startswith("28 Jul 2026, 10:02, anna")
    assert spoken[2].startswith("27 Jul 2026, anna")


def test_a_battery_that_was_replaced_is_marked_in_the_history() -> None:
    def session(day: str, health: str, cycles: int | None) -> dict[str, Any]:
        time = f"2025-{day}T10:00:00+00:00"
        return _record(
            connectionTime=time, batteryHealthPercent=health, batteryCycles=cycles, diagnosticsResults=[]
        )

    sessions = [
        session("09-01", "99%", 30),
        session("06-01", "79%", None),
        session("03-01", "74%", 1100),
        session("01-01", "76%", 1000),
    ]
    rows = tuple(_row(number, each) for number, each in enumerate(sessions, start=1))
    content = _say(sessions[0], history=rows)
    below = [line.below for line in content.sections["history"].lines]
    assert below == [
        ("Battery replaced or recalibrated: 79 → 99 %",),
        ("Battery replaced or recalibrated: 74 → 79 %",),
        (),
        (),
    ]
    assert "Battery replaced" in content.sections["history"].lines[0].spoken
    assert [len(part) for part in same_battery(content.readings)] == [2, 1, 1]
    both = (_row(1, sessions[0]), _row(3, sessions[2]))
    assert _say(sessions[0], history=both).sections["history"].lines[0].below == (
        "Another battery: 74 → 99 %, 1,100 → 30 cycles",
    )


def test_figures_name_their_sources() -> None:
    record = _record(batteryHealthPercent="85%")
    found = _spoken(_say(record), "battery")
    assert "Health 85 %, reported by device" in found
    assert "Measured 77.5 %, full charge / design" in found
    del record["batteryHealthPercent"]
    assert "Health 77.5 %, full charge / design" in _spoken(_say(record), "battery")


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([(390, 91), (560, 86), (690, 82), (812, 78)], "about 60 cycles ago, from its own four readings"),
        ([(100, 95), (200, 90)], ""),
        ([(100, 79), (200, 78)], ""),  # it was under the limit when it came
        ([(800, 78), (100, 99)], ""),  # a new battery
        ([(812, 78)], ""),
    ],
)
def test_limit_crossing(points: list[tuple[int, float]], words: str) -> None:
    said = limit_crossing([Reading(None, cycles, percent) for cycles, percent in points], 80)
    assert words in said
    assert bool(said) == bool(words)


def test_only_https_addresses_are_links_and_say_where_they_lead() -> None:
    def lines(*addresses: str, local: bool = False) -> list[Line]:
        record = _record(diagnosticsReports=[{"pdfLink": address} for address in addresses])
        return list(_say(record, local=local).sections["reports"].lines)

    good, here = "https://m360soft.com/r.pdf", "http://127.0.0.1:8360/r.pdf"
    bad = (
        *("http://m360soft.com/r", "javascript:alert(1)", "file:///etc/passwd", "https://a@b/", "https://["),
        "//x/y",
    )
    assert [line.target for line in lines(good, *bad)] == [good, *[None] * len(bad)]
    assert lines(good)[0].spoken == "Diagnostics: PDF at m360soft.com"
    assert "not opened" in lines(here)[0].spoken
    assert [line.target for line in lines(here, "http://10.0.0.1/", local=True)] == [here, None]
    assert not is_safe_link("")


def test_photos_are_links_by_their_names() -> None:
    photos = [{"link": "https://cdn.example/1.jpg", "side": "front"}, "https://cdn.example/2.jpg", {"id": 3}]
    content = _say(_record(gradingPhotos=photos))
    assert _spoken(content, "grading")[-3:] == [
        "Photo 1, front: at cdn.example",
        "Photo 2: at cdn.example",
        "Photos 3",
    ]


def test_earlier_versions_and_a_session_that_is_gone() -> None:
    versions = (
        Version(2, _ms(2026, 7, 2, 9, 0), _ms(2026, 7, 3, 9, 0)),
        Version(1, 0, _ms(2026, 7, 2, 9, 0)),
    )
    earlier = _record(gradingResult=None, batteryHealthPercent="81%", dockTest="yes")
    change = record_change(json.dumps(earlier).encode(), json.dumps(_record()).encode())
    content = _say(_record(), versions=versions, changes={2: change}, gone_ms=_ms(2026, 7, 27, 9, 0))
    said = _spoken(content, "versions")
    assert said[0].startswith("Changed on 3 Jul 2026 09:00, 3 properties")
    assert said[1:-1] == ["Battery: 81 %, then 78 %", "Grade: none, then C"]
    assert [line.target for line in content.sections["versions"].lines] == [2, None, None, 1]
    assert "no longer has this session, seen 27 Jul 2026 09:00" in _spoken(content, "notes")[0]


def test_a_row_of_the_list_is_enough_for_the_head() -> None:
    whole = _say(_record())
    assert describe_row(_row(1, _record()), _CONTEXT) == (whole.title, whole.facts, whole.identity)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)
_PROPERTIES = sorted(json.loads(_REFERENCE.read_bytes()))


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(_PROPERTIES), _JSON, max_size=8))
def test_no_record_is_too_strange_to_be_described(changes: dict[str, Any]) -> None:
    content = _say(_record() | changes, history=(_row(1, _record() | changes), _row(2, _record())))
    assert content.title
    assert all(line.spoken for section in content.sections.values() for line in section.lines)


def test_axes_have_round_ends() -> None:
    assert value_range([78, 91], 80) == (70, 100)
    assert value_range([104], 80) == (70, 110)
    assert [tick_step(highest) for highest in (3, 10, 812, 1167, 5000)] == [1, 2, 200, 500, 1000]

"""Parts of the Battery health page that need no window: terms of brushes, bars, months, scales, tables."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF

from m360desk.core.battery import Band, Limits
from m360desk.core.battery_figures import distribution
from m360desk.core.battery_trend import Period
from m360desk.core.matching import matches
from m360desk.core.query import Query, parse
from m360desk.core.records import Session, read
from m360desk.ui.battery.bars import bars_of
from m360desk.ui.battery.paint import tip_box
from m360desk.ui.battery.periods import PeriodLine, days_name, months_name
from m360desk.ui.battery.scale import Scale, round_step, spread, whole_ticks
from m360desk.ui.battery.tables import csv_bytes
from m360desk.ui.battery.terms import marked, take_apart, with_term
from m360desk.ui.marks import Mark

TODAY = date(2026, 11, 23)


def _query(text: str) -> Query:
    return parse(text, today=TODAY, zone=UTC)


def _session(health: int | None, cycles: int | None, model: str, when: str) -> Session:
    record = {
        "id": f"{0:036}",
        "marketingName": model,
        "connectionTime": f"{when}T10:00:00+00:00",
        "batteryHealthPercent": health,
        "batteryCycles": cycles,
    }
    return read(json.dumps(record).encode())


SESSIONS = [
    _session(health, cycles, model, when)
    for health in (None, 79, 80, 84)
    for cycles in (None, 400, 900)
    for model in ("iPhone 11", "iPhone 11 Pro")
    for when in ("2026-05-31", "2026-06-01", "2026-08-31", "2026-09-01")
]


@pytest.mark.parametrize(
    ("text", "rest", "fields"),
    [
        ("brand:apple after:2026-06-01 before:2026-09-01", "brand:apple", ["time", "time"]),
        ("battery:<80 iphone  cycles:400..900", "iphone", ["battery", "cycles"]),
        ('pro model:="iPhone 11 Pro" battery:unknown,79', "pro", ["model", "battery"]),
        ("model:pro -battery:<80 battery:80,84", "model:pro -battery:<80", ["battery"]),
        ("battery:79 or cycles:400", "battery:79 or cycles:400", []),
        ("(battery:<80) iphone", "(battery:<80) iphone", []),
        ("(iphone battery:<80)", "(iphone )", ["battery"]),
        ("battery:<80", "", ["battery"]),
        ("", "", []),
    ],
)
def test_a_query_taken_apart_means_the_same(text: str, rest: str, fields: list[str]) -> None:
    query = _query(text)
    parts = take_apart(query, today=TODAY, zone=UTC)
    assert parts.rest.text.replace(" ", "") == rest.replace(" ", "")
    assert [own.field for own in parts.own] == fields
    for session in SESSIONS:
        own = all(any(matches(Query("", c), session) for c in term.choices) for term in parts.own)
        assert (matches(parts.rest, session) and own) == matches(query, session)


@pytest.mark.parametrize(
    ("text", "fields", "term", "whole"),
    [
        ("", ("battery",), "battery:<80", "battery:<80"),
        ("iphone battery:>90", ("battery",), "battery:<80", "iphone battery:<80"),
        ("after:2026 iphone before:2027", ("time",), "after:2026-06-01", "iphone after:2026-06-01"),
        ("anna or marek", ("battery",), "battery:<80", "(anna or marek) battery:<80"),
        ("-battery:<80", ("battery",), "battery:known", "-battery:<80 battery:known"),
        ("anna or marek", ("battery",), "", "anna or marek"),
        ("iphone battery:>90 last:7d", ("battery",), "", "iphone last:7d"),
        ("(battery:<80)", ("battery",), "battery:79", "(battery:<80) battery:79"),
    ],
)
def test_a_brush_replaces_its_own_terms_only(
    text: str, fields: tuple[str, ...], term: str, whole: str
) -> None:
    written = with_term(_query(text), fields, term)
    assert written == whole
    _query(written)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("battery:80..84.9", (80, 84.9)),
        ("battery:>=80 battery:<85", (80, 85)),
        ("battery:<80", (-np.inf, 80)),
        ("battery:82", (82, 82)),
        ("battery:80,82", None),
        ("battery:unknown", None),
        ("iphone", None),
    ],
)
def test_what_is_marked(text: str, ends: tuple[float, float] | None) -> None:
    parts = take_apart(_query(text), today=TODAY, zone=UTC)
    assert marked(parts.own, "battery") == ends


def test_bars_hold_every_reading_once() -> None:
    health = [52.0, 60, *[79.5] * 40, *[80.0] * 60, *[85.0] * 150, 100, 109, float("nan")]
    found = distribution(health, Limits())
    bars = bars_of(found, Limits())
    assert sum(bar.count for bar in bars) == found.known == len(health) - 1
    assert [bar.low for bar in bars] == list(range(bars[0].low, bars[-1].low + 1))
    assert (bars[0].open_below, bars[0].count) == (True, 2)
    assert (bars[-1].low, bars[-1].open_above, bars[-1].count) == (105, True, 1)
    by_mark = {mark: sum(bar.count for bar in bars if bar.mark is mark) for mark in Mark}
    assert by_mark[Mark.REPLACE] == found.bands[Band.REPLACE]
    assert by_mark[Mark.WATCH] == found.bands[Band.WATCH]
    assert by_mark[Mark.GOOD] == found.bands[Band.GOOD]
    assert bars_of(distribution([], Limits()), Limits()) == ()


def test_one_reading_is_one_bar_among_empty_ones() -> None:
    bars = bars_of(distribution([90.0], Limits()), Limits())
    assert sum(bar.count for bar in bars) == 1
    assert not any(bar.is_open for bar in bars)


def _month(year: int, month: int, count: int = 60) -> Period:
    return Period(date(year, month, 1), 85, 78, 92, 0.2, count)


def test_months_without_readings_keep_their_place() -> None:
    line = PeriodLine((_month(2025, 11), _month(2025, 12), _month(2026, 2), _month(2026, 3, 4)), ())
    assert line.count == 5
    assert line.at(2) is None
    assert line.start(2) == date(2026, 1, 1)
    assert line.start(5) == date(2026, 4, 1)
    assert [[month.start.month for month in run] for run in line.runs(line.final)] == [[11, 12]]
    assert [month.start.month for month in line.alone()] == [2, 3]
    assert [name for _, name in line.ticks(1)] == ["Nov 2025", "Dec", "Jan 2026", "Feb", "Mar"]
    assert line.name(2, 4) == "Jan – Mar 2026"
    assert months_name(date(2025, 11, 1), date(2026, 2, 1)) == "Nov 2025 – Feb 2026"


def test_weeks_begin_on_monday_and_are_named_by_their_days() -> None:
    first, third = (Period(date(2026, 12, day), 85, 78, 92, 0.2, 60) for day in (21, 28))
    line = PeriodLine((first, third), (), "week")
    assert (line.count, line.place_of(date(2027, 1, 3)), line.place_of(date(2027, 1, 4))) == (2, 1, 2)
    assert line.share_of(date(2026, 12, 24)) == pytest.approx(3 / 7)
    assert line.name(0, 0) == "21 – 27 Dec 2026"
    assert line.name(0, 1) == "21 Dec 2026 – 3 Jan 2027"
    assert days_name(date(2026, 11, 30), date(2026, 12, 6)) == "30 Nov – 6 Dec 2026"
    assert [name for _, name in line.ticks(1)] == ["21 Dec", "28 Dec"]


def test_scales_go_both_ways_and_ticks_are_round() -> None:
    scale = Scale(QRectF(10, 20, 200, 100), 60, 100, 0, 50)
    assert (scale.x(60), scale.x(100), scale.y(0), scale.y(50)) == (10, 210, 120, 20)
    assert scale.x_at(scale.x(77)) == pytest.approx(77)
    assert scale.y_at(scale.y(12)) == pytest.approx(12)
    assert whole_ticks(52, 101, 5) == [60, 70, 80, 90, 100]
    assert whole_ticks(0, 3, 5) == [0, 1, 2, 3]
    assert round_step(0.3, 5) == pytest.approx(0.1)


def test_labels_that_would_touch_are_spread() -> None:
    assert spread([10, 50], [10, 10], 0, 100, 5) == [10, 50]
    near = spread([50, 52, 54], [20, 20, 20], 0, 100, 5)
    assert all(later - earlier >= 25 for earlier, later in pairwise(near))
    assert spread([98], [20], 0, 100, 5) == [90]


def test_csv_says_its_mode_and_runs_nothing() -> None:
    content = csv_bytes(iter([("model", "devices"), ("=cmd()", 3), ("Pixel 8", -1)]), "testing")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [
        ["mode", "model", "devices"],
        ["testing", "'=cmd()", "3"],
        ["testing", "Pixel 8", "-1"],
    ]


_SHARES = st.floats(0, 1)


@given(st.floats(0, 400), st.floats(0, 200), st.floats(0, 120), _SHARES, _SHARES, st.floats(40, 380))
def test_a_tip_leaves_its_point_in_sight(
    left: float, top: float, side: float, across: float, down: float, width: float
) -> None:
    room = QRectF(0, 0, 400, 200)
    at = QRectF(left, top, min(side, 400 - left), min(side, 200 - top))
    point = QPointF(at.left() + across * at.width(), at.top() + down * at.height())
    box = tip_box(at, point, room, QSizeF(width, 40))
    assert room.contains(box)
    assert not box.contains(point)

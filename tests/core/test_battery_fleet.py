"""Figures over many batteries, against numpy, plain Python and cases made by hand."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from m360desk.core.battery import HealthPoint, Limits, reading_quality
from m360desk.core.battery_capacity import capacities
from m360desk.core.battery_doubts import Doubts, doubts
from m360desk.core.battery_fleet import (
    WearRate,
    density,
    first,
    median_curve,
    model_table,
    newest,
    wear_rates,
)
from m360desk.core.battery_groups import grouped
from m360desk.core.battery_trend import next_period, period_start, trend, unit_for

NAN = math.nan
LIMITS = Limits()
_HEALTH = st.one_of(st.just(NAN), st.integers(1, 2000).map(lambda tenths: tenths / 10))


@given(st.lists(st.tuples(st.integers(-1, 4), _HEALTH), max_size=60), st.floats(0.1, 210))
def test_groups_agree_with_numpy(readings: list[tuple[int, float]], limit: float) -> None:
    groups = np.array([group for group, _ in readings], int)
    # 32 bits, as the columns in memory have.
    health = np.array([health for _, health in readings], np.float32)
    found = grouped(groups, health, 4)
    for group in range(4):
        own = np.array([h for g, h in readings if g == group and not math.isnan(h)])
        assert found.counts[group] == own.size
        assert found.under(limit)[group] == np.count_nonzero(np.round(own * 10) < round(limit * 10, 6))
        for share in (0.1, 0.5, 0.9):
            figure = found.quantile(share)[group]
            if own.size:
                assert figure == pytest.approx(np.percentile(own, 100 * share))
            else:
                assert math.isnan(figure)


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=30))
def test_newest_and_first_session_of_each_device(sessions: list[tuple[int, bool]]) -> None:
    ordered = sorted(sessions, key=lambda session: session[0])
    rows = np.random.default_rng(1).permutation(len(ordered))  # where the ordered ones stand
    runs = np.array([run for run, _ in ordered], int)
    counted = np.zeros(len(ordered), bool)
    counted[rows] = [is_counted for _, is_counted in ordered]
    for pick, end in ((newest, -1), (first, 0)):
        expected = []
        for run in range(4):
            own = [row for row, (r, c) in zip(rows.tolist(), ordered, strict=True) if r == run and c]
            expected += [own[end]] if own else []
        assert pick(rows, runs, counted).tolist() == expected


def test_density_counts_by_fourteen_cycles_and_one_percent() -> None:
    found = density(np.array([0.0, 13, 14, 14, NAN, 30]), np.array([100.0, 100.9, 90, 90.5, 80, NAN]))
    assert (found.known, found.lowest, found.counts.shape) == (4, 90, (11, 2))
    assert (found.counts[0].tolist(), found.counts[10].tolist()) == ([0, 2], [2, 0])
    assert found.counts.sum() == 4
    assert density(np.array([NAN]), np.array([80.0])).counts.size == 0


def test_curve_has_a_point_where_enough_devices_are() -> None:
    cycles = np.array([*range(10), *[150] * 9, NAN], float)
    health = np.array([*range(90, 100), *[80] * 9, 70], float)
    (point,) = median_curve(cycles, health)
    assert (point.cycles, point.median, point.count) == (4.5, 94.5, 10)
    assert [point.low, point.high] == pytest.approx([90.9, 98.1])
    assert median_curve(np.array([NAN]), np.array([90.0])) == ()


def test_models_by_share_under_the_limit_with_their_wear() -> None:
    names = {1: "A", 7: "B", 9: "C"}
    codes = np.array([1, 7, 1, 0, 7, 7, 9])
    health = np.array([79.9, 80, 90, 10, 84.9, 100, NAN])
    cycles = np.array([402, 1000, 99, 500, NAN, 200, 300])
    worse, better = model_table(codes, health, cycles, Limits(80, 85), names.get)
    assert (worse.model, worse.count, worse.under, worse.under_good) == ("A", 2, 1, 1)
    assert worse.median == pytest.approx(84.95)
    assert worse.share_under == 0.5
    assert worse.is_few
    assert worse.wear == WearRate(5.0, 5.0, 5.0, 1)  # 20.1 % in 402 cycles; 99 cycles are too few to tell
    assert (better.model, better.count, better.under, better.under_good) == ("B", 3, 0, 2)
    assert better.wear == WearRate(pytest.approx(1.0), pytest.approx(0.2), pytest.approx(1.8), 2)  # type: ignore[arg-type]
    assert model_table(codes, np.full(7, NAN), cycles, LIMITS, names.get) == ()
    assert np.nan_to_num(wear_rates(cycles, health), nan=-1).tolist() == [
        pytest.approx(5.0), pytest.approx(2.0), -1, pytest.approx(18.0), -1, 0, -1
    ]  # fmt: skip


_ZONES = st.sampled_from(["Europe/Prague", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"])


@given(
    st.lists(st.tuples(st.integers(1_700_000_000, 1_790_000_000), _HEALTH), max_size=40),
    _ZONES,
    st.sampled_from(["month", "week"]),
    st.booleans(),
)
def test_periods_are_those_of_the_local_calendar(
    readings: list[tuple[int, float]], name: str, unit: str, many: bool
) -> None:
    readings *= 2_000 if many else 1  # with many, moments are looked up in a table
    zone = ZoneInfo(name)
    times = np.array([seconds * 1000 for seconds, _ in readings], float)
    health = np.array([health for _, health in readings], float)
    expected: dict[date, list[float]] = {}
    for seconds, percent in readings[: len(readings) // 2_000 if many else None]:
        if not math.isnan(percent):
            day = datetime.fromtimestamp(seconds, UTC).astimezone(zone).date()
            expected.setdefault(period_start(day, unit), []).append(percent)  # type: ignore[arg-type]
    found = trend(times, health, LIMITS, zone, unit)  # type: ignore[arg-type]
    assert [period.start for period in found] == sorted(expected)
    for period in found:
        own = expected[period.start]
        assert period.count == len(own) * (2_000 if many else 1)
        assert period.share_under == pytest.approx(sum(h < 80 for h in own) / len(own))
        if not many:
            assert period.median == pytest.approx(np.median(own))
            assert period.low == pytest.approx(np.percentile(own, 10))


def test_periods_at_their_borders() -> None:
    zone = ZoneInfo("Europe/Prague")
    moments = [
        datetime(2025, 12, 31, 22, 59, 59, 999_000, UTC),
        datetime(2025, 12, 31, 23, 0, tzinfo=UTC),  # January in Prague
        datetime(2026, 1, 15, tzinfo=UTC),
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 3, 2, tzinfo=UTC),
    ]
    times = np.array([moment.timestamp() * 1000 for moment in reversed(moments)])
    months = trend(times, np.array([70.0, 79.0, 91.0, 88.0, NAN])[::-1], LIMITS, zone, "month")
    assert [(month.start, month.median, month.share_under, month.count) for month in months] == [
        (date(2025, 12, 1), 70, 1, 1),
        (date(2026, 1, 1), 85, 0.5, 2),
        (date(2026, 3, 1), 88, 0, 1),
    ]
    assert months[1].low == pytest.approx(80.2)
    assert months[1].is_few
    assert trend(np.zeros(0), np.zeros(0), LIMITS, zone, "week") == ()
    assert unit_for(times) == "week"
    assert unit_for(np.array([0.0, 200 * 86_400_000])) == "month"
    assert unit_for(np.array([NAN])) == "month"
    assert next_period(date(2026, 12, 1), "month") == date(2027, 1, 1)
    assert period_start(date(2026, 11, 22), "week") == date(2026, 11, 16)


def test_capacities_count_what_is_reported() -> None:
    found = capacities(
        np.array([90, 100, NAN, NAN, NAN], np.float32),
        np.array([30.1, -0.5, NAN, 30.9, NAN], np.float32),
        np.full(5, NAN, np.float32),
    )
    assert (found.share.lowest, found.share.counts[0], found.share.counts[-1]) == (90, 1, 1)
    assert (found.share.known, found.share.median) == (2, 95)
    assert (found.temperature.lowest, found.temperature.known) == (-1, 3)
    assert (found.temperature.counts[0], found.temperature.counts[31]) == (1, 2)
    assert (found.drain.known, found.drain.median) == (0, None)
    assert not found.is_empty
    assert capacities(*[np.zeros(0)] * 3).is_empty


_VISIT = st.tuples(
    st.integers(0, 3),
    st.integers(0, 900),
    st.one_of(st.none(), st.sampled_from([79.0, 80.0, 82.9, 83.0, 100.0, 101.5])),
    st.one_of(st.none(), st.sampled_from([10, 299, 300, 800])),
)


@given(st.lists(_VISIT, max_size=14, unique_by=lambda visit: visit[:2]))
def test_doubts_agree_with_the_sentences_about_single_devices(
    visits: list[tuple[int, int, float | None, int | None]],
) -> None:
    visits = sorted(visits)
    columns = [
        np.array([NAN if v is None else v for v in column], float) for column in zip(*visits, strict=True)
    ]
    runs, days, health, cycles = columns or [np.zeros(0)] * 4
    found = doubts(runs.astype(int), days * 86_400_000, health, cycles, np.full(len(visits), NAN))
    expected = dict.fromkeys(("one", "rose", "fell", "as_new", "stale"), 0)
    for device in {visit[0] for visit in visits}:
        points = [HealthPoint(day * 86_400_000, h, c) for d, day, h, c in visits if d == device]
        # Cycles count here only beside a health, as what a device's readings are.
        read = [p if p.percent is not None else HealthPoint(p.time_ms, None, None) for p in points]
        said = " ".join(reading_quality(read))
        for kind, words in (
            ("one", "One reading only"), ("rose", "Health rose"), ("fell", "Cycles fell"),
            ("as_new", "is not likely"), ("stale", "older than the last session"),
        ):  # fmt: skip
            expected[kind] += words in said
    assert (found.one_reading, found.rose, found.fell, found.as_new, found.stale) == tuple(expected.values())


def test_doubts_by_hand() -> None:
    runs = np.array([0, 0, 0, 1, 2, 2, 3])
    times = np.array([0, 1, 2, 0, 0, 200, 0]) * 86_400_000.0
    health = np.array([79.9, 82.9, 99, 101, 90, NAN, 88])
    cycles = np.array([800, 900, 3, 310, 100, 90, NAN])
    measured = np.array([NAN, NAN, 91.0, NAN, 81.9, 50, 96])
    assert doubts(runs, times, health, cycles, measured) == Doubts(
        devices=4, one_reading=3, above_100=1, rose=1, fell=1, replaced=1, as_new=1, stale=1, disagree=3
    )
    assert doubts(*[np.zeros(0)] * 5) == Doubts()

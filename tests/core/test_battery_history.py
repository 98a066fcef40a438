"""One device's readings over time, and what a table of models adds."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from m360desk.core.battery import HealthPoint
from m360desk.core.battery_history import (
    Wear,
    forecast,
    own_wear,
    replacements,
    since_replacement,
)
from m360desk.core.design_capacities import design_capacity
from m360desk.core.records import read

_DAY = 86_400_000


def _point(day: int, percent: float | None, cycles: int | None) -> HealthPoint:
    return HealthPoint(day * _DAY, percent, cycles)


def test_a_replaced_battery_is_an_event_of_its_own() -> None:
    points = [
        _point(0, 84, 700),
        _point(10, None, None),
        _point(20, 99, 5),  # another battery
        _point(90, 99.5, 60),
        _point(120, 97, 20),  # a counter that was reset, at least
        _point(150, 100, 40),  # a gauge that was recalibrated, at least
    ]
    events = replacements(points)
    assert [(event.place, event.is_sure) for event in events] == [(2, True), (4, False), (5, False)]
    assert (events[0].before, events[0].after) == (points[0], points[2])
    assert since_replacement(points) == (points[5],)
    assert replacements([]) == ()


@given(
    st.floats(0.5, 9), st.lists(st.integers(0, 2000), min_size=3, max_size=9, unique=True), st.floats(60, 95)
)
def test_a_battery_that_wears_evenly_reaches_the_limit_when_it_must(
    rate: float, cycles: list[int], limit: float
) -> None:
    cycles.sort()
    points = [HealthPoint(count * _DAY, 120 - rate * count / 100, count) for count in cycles]
    assume(cycles[-1] - cycles[0] >= 100)
    wear = own_wear(points)
    assert wear is not None
    assert [wear.low, wear.likely, wear.high] == pytest.approx([rate] * 3)
    found = forecast(points, limit)
    last = points[-1].percent or 0
    if last <= limit:
        assert found is None
        return
    assert found is not None
    assert found.own
    assert found.cycles == pytest.approx(100 * (last - limit) / rate)
    assert found.low <= found.cycles * 1.0001
    assert found.high >= found.cycles * 0.9999
    assert found.days == pytest.approx(found.cycles)  # one cycle a day
    assert found.sessions == pytest.approx(found.cycles / ((cycles[-1] - cycles[0]) / (len(cycles) - 1)))


def test_one_odd_reading_does_not_turn_the_slope() -> None:
    points = [_point(day, 100 - day / 50, day) for day in range(0, 700, 100)]
    points[3] = _point(300, 91.5, 300)
    wear = own_wear(points)
    assert wear is not None
    assert wear.likely == pytest.approx(2, abs=0.05)
    assert wear.low < 2 < wear.high


def test_no_forecast_where_the_data_does_not_carry_one() -> None:
    two = [_point(0, 95, 100), _point(90, 90, 400)]
    model = Wear(2.0, 1.5, 2.5)
    assert own_wear(two) is None
    assert forecast(two, 80) is None
    assert forecast(two, 80, model, 49) is None
    found = forecast(two, 80, model, 50)
    assert found is not None
    assert not found.own
    assert [found.cycles, found.low, found.high] == pytest.approx([500, 400, 666.67], abs=0.01)
    assert found.days == pytest.approx(150)
    assert forecast([_point(0, 79, 800)], 80, model, 500) is None  # it is under the limit
    steady = [_point(day, 95, day) for day in (0, 100, 200)]
    assert forecast(steady, 80) is None  # it does not wear
    close = [_point(day, 95 - day, day) for day in (0, 1, 2)]
    assert own_wear(close) is None  # two cycles tell nothing
    assert forecast([], 80, model, 500) is None


@pytest.mark.parametrize(
    ("model", "capacity"),
    [
        ("iPhone 12", 2815), ("Apple iPhone 12 Pro Max", 3687), ("iPhone 8 Plus", 2691),
        ("iPhone SE 2020", 1821),
        ("Samsung Galaxy S21 5G", 4000), ("Galaxy S10 Plus", 4100), ("Galaxy S20 FE 5G", 4500),
        ("Google Pixel 8", 4575), ("Xiaomi 13", 4500), ("Xiaomi Mi 11", 4600),
        ("iPhone 12 Pro Ultra", None), ("iPhone", None), ("", None), ("12", None),
    ],
)  # fmt: skip
def test_design_capacities_go_by_the_whole_name(model: str, capacity: int | None) -> None:
    assert design_capacity(model) == capacity


def test_health_by_the_capacity_of_the_model_is_marked_as_derived() -> None:
    def session(**properties: object) -> tuple[object, object]:
        record = {"id": "0" * 36, "marketingName": "iPhone 12", "fullChargeCapacity": 2252} | properties
        found = read(json.dumps(record).encode())
        return found.get("battery"), found.get("battery_source")

    assert session() == (80.0, "derived")
    assert session(batteryHealthPercent=91) == (91.0, "reported")
    assert session(designCapacity=2500) == (90.1, "measured")
    assert session(marketingName="Unknown 5") == (None, None)
    assert session(fullChargeCapacity=4000) == (None, None)  # of another variant

"""Figures over devices, against cases made by hand and against plain Python."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from m360desk.core.battery import Limits
from m360desk.core.battery_fleet import (
    by_device,
    coded,
    density,
    first,
    median_curve,
    model_table,
    newest,
)

NAN = math.nan
_Session = tuple[str | None, float, bool]


def test_equal_texts_get_equal_numbers_and_missing_ones_may_stand_apart() -> None:
    together = coded(["a", None, "b", "a", None])
    assert together.codes.tolist() == [0, 1, 2, 0, 1]
    assert together.texts == ("a", None, "b")
    apart = coded(["a", None, "b", "a", None], missing_apart=True).codes.tolist()
    assert apart[0] == apart[3]
    assert len(set(apart)) == 4


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["d1", "d2", "d3", None]),
            st.one_of(st.just(NAN), st.integers(0, 5).map(float)),
            st.booleans(),
        )
    )
)
def test_newest_and_first_session_of_each_device(sessions: list[_Session]) -> None:
    devices = coded([device for device, _, _ in sessions], missing_apart=True).codes
    times = np.array([time for _, time, _ in sessions], float)
    counted = np.array([is_counted for _, _, is_counted in sessions], bool)
    order = by_device(devices, times)
    groups: dict[object, list[float]] = {}
    for number, (device, time, is_counted) in enumerate(sessions):
        if is_counted:
            groups.setdefault(device or number, []).append(-math.inf if math.isnan(time) else time)
    for chosen, pick in ((newest(order, devices, counted), max), (first(order, devices, counted), min)):
        found = {
            sessions[number][0] or number: (-math.inf if math.isnan(times[number]) else times[number])
            for number in chosen.tolist()
        }
        assert len(found) == len(chosen)
        assert found == {device: pick(own) for device, own in groups.items()}


def test_density_counts_by_fourteen_cycles_and_one_percent() -> None:
    found = density(np.array([0.0, 13, 14, 14, NAN, 30]), np.array([100.0, 100.9, 90, 90.5, 80, NAN]))
    assert found.known == 4
    assert found.lowest == 90
    assert found.counts.shape == (11, 2)
    assert found.counts[0].tolist() == [0, 2]
    assert found.counts[10].tolist() == [2, 0]
    assert found.counts.sum() == 4
    assert density(np.array([NAN]), np.array([80.0])).counts.size == 0


def test_curve_has_a_point_where_enough_devices_are() -> None:
    cycles = np.array([*range(10), *[150] * 9, NAN], float)
    health = np.array([*range(90, 100), *[80] * 9, 70], float)
    (point,) = median_curve(cycles, health)
    assert (point.cycles, point.median, point.count) == (4.5, 94.5, 10)
    assert point.low == pytest.approx(90.9)
    assert point.high == pytest.approx(98.1)


def test_models_by_share_under_the_limit() -> None:
    models = coded(["A", "B", "A", None, "B", "B", "C"])
    health = np.array([79.9, 80, 90, 10, 84.9, 100, NAN])
    worse, better = model_table(models, health, Limits(80, 85))
    assert (worse.model, worse.count, worse.under, worse.under_good) == ("A", 2, 1, 1)
    assert worse.median == pytest.approx(84.95)
    assert worse.share_under == 0.5
    assert worse.is_few
    assert (better.model, better.count, better.under, better.under_good) == ("B", 3, 0, 2)
    assert better.median == 84.9
    assert model_table(models, np.full(7, NAN), Limits()) == ()

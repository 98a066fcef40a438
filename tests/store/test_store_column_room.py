"""Room for columns in memory gives back what was put in, however it is kept."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from m360desk.store.column_room import Room

_SHORT = st.integers(-40_000, 40_000).map(lambda hundredths: hundredths / 100)
_FLOATS = st.just(nan) | _SHORT | st.floats(-1e30, 1e30) | st.sampled_from([inf, -inf, -0.0, 327.67, -327.68])


@given(st.lists(st.lists(_FLOATS, max_size=6), max_size=5))
def test_parts_come_back_as_floats(slices: list[list[float]]) -> None:
    room = Room()
    room.add_parts("battery", 100)
    put: list[float] = []
    for told in slices:
        room.enlarge("battery", len(put) + len(told))
        room.put("battery", slice(len(put), len(put) + len(told)), np.asarray(told, np.float64))
        put += told
    values = room.values("battery", len(put))
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, np.asarray(put, np.float64).astype(np.float32))


def test_parts_take_half_the_memory_until_one_is_none() -> None:
    room = Room()
    room.add_parts("battery", 100)
    room.enlarge("battery", 1000)
    room.put("battery", slice(0, 3), np.asarray([79.95, nan, 100.0]))
    small = room.size_in_bytes
    room.put("battery", np.asarray([1]), np.asarray([33.333]))
    assert room.size_in_bytes == 2 * small
    assert room.values("battery", 3).tolist() == [np.float32(79.95), np.float32(33.333), 100.0]


@pytest.mark.parametrize("code", [255, 256, 70_000, 2**31])
def test_wider_numbers_where_narrow_ones_do_not_do(code: int) -> None:
    room = Room()
    room.add("model", np.uint8, coded=code < 100_000)
    room.enlarge("model", 3)
    room.put("model", slice(0, 2), np.asarray([7, 3]))
    room.put("model", slice(2, 3), np.asarray([code]))
    assert room.values("model", 3).tolist() == [7, 3, code]
    if code < 100_000:
        assert np.flatnonzero(room.met("model")).tolist() == [3, 7, code]

"""Parts of lists by spans, and where sessions of one list stand in another, beside sets of positions."""

from __future__ import annotations

from array import array
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from m360desk.core import places
from m360desk.core.spans import FEW, Change, Selected, Spans, find, joined, with_span

_POSITIONS = st.sets(st.integers(0, 30), max_size=20)
_IDS = st.lists(st.one_of(st.integers(1, 40), st.integers(10**12, 10**12 + 5)), unique=True, max_size=40)


def _spans(positions: set[int]) -> Spans:
    return joined((at, at + 1) for at in positions)


def _positions(spans: Spans) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}


def _apart(spans: Spans) -> bool:
    return all(end < start for (_, end), (start, _) in pairwise(spans))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), max_size=12))
def test_spans_are_joined_where_they_touch(drawn: list[tuple[int, int]]) -> None:
    spans = [(start, start + length) for start, length in drawn]
    found = joined(spans)
    assert _positions(found) == _positions(tuple(spans))
    assert _apart(found)


@given(_POSITIONS, st.integers(0, 30), st.integers(1, 10), st.booleans())
def test_a_span_is_added_or_taken_away(before: set[int], start: int, length: int, chosen: bool) -> None:
    changed = set(range(start, start + length))
    found = with_span(_spans(before), start, start + length, chosen=chosen)
    assert _positions(found) == (before | changed if chosen else before - changed)
    assert _apart(found)


@given(_POSITIONS, st.integers(0, 40))
def test_what_is_selected_is_told_without_a_step_for_each(chosen: set[int], most: int) -> None:
    ids = array("q", range(100, 131))
    selected = Selected(ids, _spans(chosen))
    assert selected.count == len(chosen)
    assert [at for at in range(31) if selected.holds(at)] == sorted(chosen)
    assert selected.row_ids().tolist() == [100 + at for at in sorted(chosen)]
    assert selected.row_ids(most).tolist() == [100 + at for at in sorted(chosen)][:most]


def test_all_of_a_list_is_the_list_itself() -> None:
    ids = array("q", range(10))
    assert Selected(ids, ((0, 10),)).row_ids() is ids


@given(_IDS, st.integers(0, 45))
def test_a_session_is_found_in_a_list(ids: list[int], wanted: int) -> None:
    expected = ids.index(wanted) if wanted in ids else None
    assert find(array("q", ids), wanted) == expected
    assert places.position(array("q", ids), wanted) == expected


def test_a_session_is_found_in_a_long_list() -> None:
    ids = array("q", range(1_000_000, 0, -1))
    assert len(ids) > FEW
    for position in (0, 249_999, 250_000, 999_999):
        assert find(ids, ids[position]) == position
    assert find(ids, 0) is None


@given(_IDS, _IDS, st.data())
def test_selected_sessions_are_found_in_another_list(
    old: list[int], new: list[int], data: st.DataObject
) -> None:
    chosen = data.draw(st.sets(st.sampled_from(range(len(old))))) if old else set()
    found = places.carried(array("q", old), _spans(chosen), array("q", new))
    wanted = {old[at] for at in chosen}
    assert _positions(found) == {at for at, row_id in enumerate(new) if row_id in wanted}
    assert _apart(found)


@given(_IDS, _IDS, st.booleans(), st.integers(0, 3))
def test_an_answer_is_compared_with_what_is_shown(
    shown: list[int], other: list[int], hold_back: bool, kind: int
) -> None:
    fresh = [each for each in other if each not in shown]
    ids = (other, shown, shown + fresh, fresh + shown)[kind]
    found = places.newer(array("q", shown), array("q", ids), hold_back=hold_back)
    above = ids.index(shown[0]) if hold_back and shown and shown[0] in ids else 0
    listed = ids[above:]
    assert (found.above, found.ids.tolist()) == (above, listed)
    if listed == shown:
        assert found.change is Change.NONE
    elif shown and listed[: len(shown)] == shown:
        assert found.change is Change.LONGER
    else:
        assert found.change is Change.OTHER

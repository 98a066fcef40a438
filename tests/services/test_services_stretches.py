"""Stretches against a plain model: any order of pages, crashes, arrivals, deletions and late closers."""

from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from m360desk.services.stretches import (
    End,
    Page,
    Stretch,
    Stretches,
    begin_below,
    is_whole,
    meet_newer,
    meet_older,
    position,
    reach_bottom,
    reach_top,
    read_down,
    read_up,
)
from m360desk.services.sync_state import Plan, SyncState, decode_state, encode_state, fresh_state


def key(height: int) -> str:
    """Keys descend as text, like heights."""
    return f"{height:09}"


@dataclass
class History:
    """The service: sessions by height, the newest highest. Heights leave room for late closers in between."""

    heights: list[int] = field(default_factory=list)  # ascending

    def below(self, cursor: str | None, count: int) -> list[str]:
        """A page of `count` records under a cursor, newest first."""
        chosen = [h for h in self.heights if cursor is None or h < int(cursor)]
        return [key(h) for h in chosen[::-1][:count]]

    def above(self, cursor: str | None, count: int) -> list[str]:
        chosen = [h for h in self.heights if cursor is None or h > int(cursor)]
        return [key(h) for h in chosen[:count]]


class SyncMachine(RuleBasedStateMachine):
    """Any sequence of what can happen to a sync; after each step nothing inside a stretch is missing."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History()
        self.stretches: Stretches = ()
        self.cache: dict[str, int | None] = {}
        self.next_number = 1
        self.walking: int | None = None
        self.late: set[str] = set()

    @initialize(count=st.integers(0, 40))
    def some_history(self, count: int) -> None:
        self.history.heights = [100 * n for n in range(1, count + 1)]

    def _store(self, keys: list[str], number: int) -> list[int | None]:
        met = [self.cache.get(key) for key in keys]
        self.cache.update(dict.fromkeys(keys, number))
        return met

    def _usable(self, end: End) -> str | None:
        """The first cursor that the service doesn't refuse."""
        return next((key for key in end.cursors if int(key) in self.history.heights), None)

    @rule(count=st.integers(1, 12))
    def sessions_arrive(self, count: int) -> None:
        top = max((*self.history.heights, *map(int, self.cache), 0)) // 100
        self.history.heights += [100 * (top + n) for n in range(1, count + 1)]

    @precondition(lambda self: self.history.heights)
    @rule(data=st.data(), count=st.integers(1, 10))
    def sessions_are_deleted(self, data: st.DataObject, count: int) -> None:
        start = data.draw(st.integers(0, len(self.history.heights) - 1))
        del self.history.heights[start : start + count]

    @precondition(lambda self: self.history.heights)
    @rule(data=st.data())
    def a_session_closes_late(self, data: st.DataObject) -> None:
        height = data.draw(st.sampled_from(self.history.heights)) - data.draw(st.integers(1, 99))
        if height not in self.history.heights:
            self.history.heights = sorted([*self.history.heights, height])
            self.late.add(key(height))

    @precondition(lambda self: self.history.heights)
    @rule(data=st.data())
    def a_session_is_looked_up(self, data: st.DataObject) -> None:
        self.cache.setdefault(key(data.draw(st.sampled_from(self.history.heights))), None)

    @rule(size=st.integers(1, 12), killed=st.booleans())
    def a_run_begins(self, size: int, killed: bool) -> None:
        self.walking, self.next_number = self.next_number, self.next_number + 1
        self._read_down(None, size, killed)

    @precondition(lambda self: self.stretches and self.history.heights)
    @rule(data=st.data())
    def another_walk_begins_in_a_gap(self, data: st.DataObject) -> None:
        above = data.draw(st.sampled_from(self.stretches)).number
        found = key(data.draw(st.sampled_from(self.history.heights)))
        begun = begin_below(self.stretches, above, self.next_number, Page((found,)))
        if begun is not self.stretches:
            self._store([found], self.next_number)
            self.stretches, self.next_number = begun, self.next_number + 1

    @precondition(lambda self: len(self.stretches) > 1)
    @rule(data=st.data(), size=st.integers(1, 12), killed=st.booleans())
    def a_walk_further_down_goes_on(self, data: st.DataObject, size: int, killed: bool) -> None:
        stretch = data.draw(st.sampled_from(self.stretches))
        cursor = self._usable(stretch.lower)
        if cursor is not None and not stretch.bottom:
            self.walking = stretch.number
            self._read_down(cursor, size, killed)

    @precondition(lambda self: self.stretches and not self.stretches[0].bottom)
    @rule(size=st.integers(1, 12), killed=st.booleans(), overlap=st.integers(0, 4))
    def the_next_page_is_read(self, size: int, killed: bool, overlap: int) -> None:
        self.walking = self.stretches[0].number
        cursor = self._usable(self.stretches[0].lower)
        if cursor is None:
            self._climb(size, killed)
            return
        above = self.history.above(cursor, overlap)
        self._read_down(above[-1] if above else cursor, size + len(above), killed)

    def _read_down(self, cursor: str | None, size: int, killed: bool) -> None:
        assert self.walking is not None
        keys = self.history.below(cursor, size)
        met = self._store(keys, self.walking)
        self.stretches = read_down(self.stretches, self.walking, Page(tuple(keys)))
        if killed:
            return  # after the page's transaction, before what it shows was noted
        self.stretches = meet_older(self.stretches, self.walking, met)
        if not self.history.below(keys[-1] if keys else cursor, 1):
            self.stretches = reach_bottom(self.stretches, self.walking)

    def _climb(self, size: int, killed: bool) -> None:
        """All cursors of the gap's upper edge are refused: it is read from below."""
        number, cursor = self._foothold()
        keys = self.history.above(cursor, size)
        met = self._store(keys, number)
        self.stretches = read_up(self.stretches, number, Page(tuple(keys)))
        if killed:
            return
        self.stretches = meet_newer(self.stretches, number, met)
        if not keys:
            self.stretches = reach_top(self.stretches, number) if self.history.heights else ()

    def _foothold(self) -> tuple[int, str | None]:
        for stretch in self.stretches[1:]:
            cursor = self._usable(stretch.upper)
            if cursor is not None:
                return stretch.number, cursor
        self.next_number += 1
        return self.next_number - 1, None

    def _present(self, first: int, last: int) -> set[str]:
        return {key(h) for h in self.history.heights if first <= h <= last} - self.late

    @invariant()
    def nothing_inside_a_stretch_is_missing(self) -> None:
        for stretch in self.stretches:
            upper, lower = int(stretch.upper.near[0]), int(stretch.lower.near[0])
            missing = self._present(lower, upper) - set(self.cache)
            assert not missing, f"a gap nobody knows of: {missing}"
            if stretch.bottom:
                assert not self._present(0, lower) - set(self.cache)

    @invariant()
    def stretches_share_no_number(self) -> None:
        owners = [position(self.stretches, number) for number in range(self.next_number)]
        assert sum(owner is not None for owner in owners) == sum(
            high - low + 1 for stretch in self.stretches for low, high in stretch.numbers
        )

    def teardown(self) -> None:
        """A last run without interruption reads all there is, the newest sessions first."""
        self.a_run_begins(5, killed=False)
        steps = 0
        while self.stretches and not is_whole(self.stretches):
            self.the_next_page_is_read(5, killed=False, overlap=1)
            self.nothing_inside_a_stretch_is_missing()
            steps += 1
            assert steps < 2000, f"the gaps never close: {self.stretches} {self.cache} {self.history}"
        assert self._present(0, 10**9) <= set(self.cache)


TestSync = SyncMachine.TestCase
TestSync.settings = settings(max_examples=200, stateful_step_count=25, deadline=None)


def stretch(numbers: tuple[tuple[int, int], ...], top: int, bottom: int) -> Stretch:
    return Stretch(numbers, End((str(top),)), End((str(bottom),)))


def test_a_walk_begins_nowhere_but_inside_the_gap() -> None:
    """Elsewhere, the next one to end would take in what nobody has read."""
    parts = (stretch(((9, 9),), 900, 800), stretch(((1, 1),), 500, 400))
    for outside in ("950", "850", "800", "500", "450", "300"):
        assert begin_below(parts, 9, 10, Page((outside,))) is parts
    first, begun, last = begin_below(parts, 9, 10, Page(("600",)))
    assert (first, last) == parts
    assert begun.upper.near == begun.lower.near == ("600",)
    whole = (replace(parts[1], bottom=True),)
    assert begin_below(whole, 1, 10, Page(("300",))) is whole


def test_a_session_without_a_stretch_closes_no_gap() -> None:
    parts = (stretch(((9, 9),), 900, 800), stretch(((1, 1),), 500, 400))
    assert meet_older(parts, 9, [None, 9, None]) == parts


def test_a_number_nobody_owns_closes_no_gap() -> None:
    parts = (stretch(((9, 9),), 900, 800), stretch(((1, 1),), 500, 400))
    assert meet_older(parts, 9, [7]) == parts


def test_meeting_the_lowest_takes_in_what_lies_between() -> None:
    parts = (stretch(((9, 9),), 900, 800), stretch(((5, 5),), 700, 650), stretch(((1, 4),), 500, 400))
    (joined,) = meet_older(parts, 9, [None, 2])
    assert joined.numbers == ((1, 5), (9, 9))
    assert joined.lower.cursors == ("400", "800")
    assert joined.upper.cursors == ("900",)


def test_the_ends_keep_cursors_to_step_back_to() -> None:
    end = End()
    for page in range(6):
        keys = [f"{page}{place}" for place in range(9, -1, -1)]
        end = end.moved(keys[::-1])
    assert end.near == ("50", "51", "52", "53")
    assert end.far == ("40", "30", "20", "10")


@given(st.binary(max_size=60))
def test_a_state_that_cannot_be_read_starts_over_above_every_number_in_the_cache(blob: bytes) -> None:
    state, readable = decode_state(blob, now_ms=1_800_000_000_000)
    assert not readable
    assert state == fresh_state(1_800_000_000_000)
    assert state.next_number == 1_800_000_000
    assert state.plan == Plan()


def test_a_state_comes_back_as_it_was_kept() -> None:
    plan = Plan("time", (stretch(((1, 3), (7, 9)), 900, 800),), 1_700_000_000_000)
    state = SyncState(12, plan).vouched(4, plan).with_plan(Plan())
    assert decode_state(encode_state(state), 0) == (state, True)
    assert state.taken_back().plan == plan

"""Keeps the sync's state in step with the cache: every method is called in the writer's thread.

A page and the state that it leads to are one transaction. What the page shows besides (two stretches belong
together) is known only once it is stored, and goes into a transaction of its own: a sync that is killed
between the two finds it out again with the next page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from m360desk.core.fields import INDEX
from m360desk.core.identity import SAMPLE_M360ID
from m360desk.core.records import Session, read
from m360desk.services import stretches as stretch_rules
from m360desk.services.order_check import ids_are_disorderly
from m360desk.services.record_reader import Read, read_here
from m360desk.services.stretches import End, Page, Stretches
from m360desk.services.sync_errors import IdsDisorderly, NotLive
from m360desk.services.sync_state import Plan, SyncState, decode_state, encode_state
from m360desk.store.pages import PageOutcome
from m360desk.store.writer import CacheWriter

_TIME = INDEX["time"]
_M360ID = INDEX["m360id"]


@dataclass(frozen=True, slots=True)
class Step:
    """What storing one page did.

    Attributes:
        page: its keys and oldest time.
        new: sessions that the cache did not have.
        updated: sessions whose record has changed.
        without_key: records that cannot be cached.
        unread: records that did not belong to the stretch that was being read.
        joined: whether the gap that was being read is closed.
    """

    page: Page
    new: int = 0
    updated: int = 0
    without_key: int = 0
    unread: int = 0
    joined: bool = False


@dataclass(slots=True)
class Reading:
    """A walk through the history, as the writer's thread sees it.

    Attributes:
        number: of the stretch that it reads into.
        lower: the outermost records at the stretch's lower end, as this walk found or left them; empty where
            there is no such stretch yet.
        over: whether later pages of it are not to be stored any more: a gap has been closed, or a page could
            not be stored, and what comes after it would stand behind a hole.
    """

    number: int
    lower: tuple[str, ...] = ()
    over: bool = False

    def overtaken(self, end: End) -> bool:
        """Whether another walk has put this lower `end` there: it has met what lies below."""
        return bool(self.lower) and end.near != self.lower


@dataclass(frozen=True, slots=True)
class Mark:
    """What had come at some moment: the plan then, and the first batch after it."""

    plan: Plan
    batch: int


class Ledger:
    """The state of one cache's sync."""

    def __init__(self, writer: CacheWriter, now_ms: int) -> None:
        self.batch = writer.last_batch() + 1
        state, remembered = decode_state(writer.sync_state(), now_ms)
        # Where no state is left, nothing is in doubt: what is there came long ago, or from lookups.
        self.state = state if remembered else state.vouched(self.batch, state.plan)

    def mark(self, writer: CacheWriter) -> Mark:
        """Draw the line for a `vouch` that may follow: other pages may come while the account is asked."""
        self.batch = writer.last_batch() + 1
        return Mark(self.state.plan, self.batch)

    def vouch(self, writer: CacheWriter, mark: Mark) -> None:
        """The account has answered live since the mark: what had come by then will not be taken back."""
        self._save(writer, self.state.vouched(mark.batch, mark.plan))

    def take_back(self, writer: CacheWriter) -> int:
        """The account did not answer live: undo all since it last did; how many sessions that touched."""
        state = self.state.taken_back()
        touched = writer.withdraw(state.trusted_batch, encode_state(state))
        self.state = state
        return touched

    def change(self, writer: CacheWriter, change: Callable[[Plan], Plan]) -> None:
        """Change the plan without a page."""
        plan = change(self.state.plan)
        if plan != self.state.plan:
            self._save(writer, self.state.with_plan(plan))

    def store_down(self, writer: CacheWriter, read: Read, reading: Reading) -> Step:
        """Store a page that was read downwards; nothing comes of it where that walk is over.

        It is over, too, where another walk that began further up has come past it: from the lower end that
        the stretch has now, somebody else reads on.

        Raises:
            NotLive: a record is one that testing mode made up. Nothing was stored.
            IdsDisorderly: ids say nothing about time here. Nothing was stored.
        """
        if not reading.over and reading.overtaken(self.lower_end(reading.number)):
            reading.over = True
            return Step(Page(()), joined=True)
        step = self._store(writer, read, reading, stretch_rules.read_down, stretch_rules.meet_older)
        reading.lower = self.lower_end(reading.number).near
        return step

    def store_up(self, writer: CacheWriter, read: Read, reading: Reading) -> Step:
        """Store a page that was read upwards, oldest record first; else like `store_down`."""
        return self._store(writer, read, reading, stretch_rules.read_up, stretch_rules.meet_newer)

    def lower_end(self, number: int) -> End:
        """The lower end of the stretch of `number`; an empty one where there is no such stretch."""
        stretches = self.state.plan.stretches
        at = stretch_rules.position(stretches, number)
        return End() if at is None else stretches[at].lower

    def begin_below(self, writer: CacheWriter, record: bytes, above: int) -> tuple[int, Step] | None:
        """Begin a stretch with a record from the gap below the stretch of `above`; the new one's number.

        None, and nothing stored, where the record does not lie in that gap by now.
        """
        sessions = _checked(read_here([record])())
        number, before = self.state.next_number, self.state.plan.stretches
        begun = stretch_rules.begin_below(before, above, number, page_of(sessions))
        if begun is before:
            return None
        state = replace(self._with_stretches(begun), next_number=number + 1)
        outcome = writer.store_page(
            sessions, stretch=number, batch=self._batch(writer), state=encode_state(state)
        )
        self.state = state
        return number, _step(sessions, outcome, 0)

    def store_apart(self, writer: CacheWriter, read: Read) -> Step:
        """Store records that say nothing about gaps: those of a re-read."""
        sessions = _checked(read())
        outcome = writer.store_page(sessions, stretch=None, batch=self._batch(writer), state=None)
        return _step(sessions, outcome, 0)

    def check_bottom(self, writer: CacheWriter, oldest: bytes, number: int) -> Step:
        """Store the oldest record of all; where the stretch of `number` holds it, that is the bottom."""
        sessions = _checked(read_here([oldest])())
        outcome = writer.store_page(sessions, stretch=None, batch=self._batch(writer), state=None)
        reached = any(self._is_own(number, met) for met in outcome.stretches)
        if reached:
            self.reach_bottom(writer, number)
        return replace(_step(sessions, outcome, 0), joined=reached)

    def reach_bottom(self, writer: CacheWriter, number: int) -> None:
        """Nothing lies below the stretch of `number`."""
        self._restretch(writer, stretch_rules.reach_bottom(self.state.plan.stretches, number))

    def reach_top(self, writer: CacheWriter, number: int) -> None:
        """Nothing lies above the stretch of `number`."""
        self._restretch(writer, stretch_rules.reach_top(self.state.plan.stretches, number))

    def doubt_bottom(self, writer: CacheWriter) -> None:
        """An older session than the bottom's has turned up."""
        self._restretch(writer, stretch_rules.forget_bottom(self.state.plan.stretches))

    def _store(
        self,
        writer: CacheWriter,
        read: Read,
        reading: Reading,
        grow: Callable[[Stretches, int, Page], Stretches],
        meet: Callable[[Stretches, int, Sequence[int | None]], Stretches],
    ) -> Step:
        if reading.over:
            return Step(Page(()))
        reading.over = True  # until this page is in
        number = reading.number
        sessions = _checked(read())
        if self.state.plan.axis == "id" and ids_are_disorderly(sessions):
            raise IdsDisorderly
        page = page_of(sessions)
        before = self.state.plan.stretches
        grown = grow(before, number, page)
        state = self._with_stretches(grown)
        if grown is not before:
            state = replace(state, next_number=max(state.next_number, number + 1))
        outcome = writer.store_page(
            sessions, stretch=number, batch=self._batch(writer), state=encode_state(state)
        )
        self.state = state
        unread = sum(not self._is_own(number, met) for met in outcome.stretches)
        joined = meet(grown, number, outcome.stretches)
        if joined is not grown:
            self._restretch(writer, joined)
            return replace(_step(sessions, outcome, unread), joined=True)
        reading.over = False
        return _step(sessions, outcome, unread)

    def _batch(self, writer: CacheWriter) -> int:
        """The batch of the next page: never below a lookup's that came in between."""
        return max(self.batch, writer.last_batch())

    def _is_own(self, number: int, met: int | None) -> bool:
        plan = self.state.plan.stretches
        at = stretch_rules.position(plan, number)
        return at is not None and met is not None and plan[at].owns(met)

    def _restretch(self, writer: CacheWriter, changed: Stretches) -> None:
        if changed != self.state.plan.stretches:
            self._save(writer, self._with_stretches(changed))

    def _with_stretches(self, changed: Stretches) -> SyncState:
        return self.state.with_plan(replace(self.state.plan, stretches=changed))

    def _save(self, writer: CacheWriter, state: SyncState) -> None:
        writer.save_state(encode_state(state))
        self.state = state


def refuse_samples(sessions: Sequence[Session]) -> None:
    """Raise `NotLive` where a session is one that testing mode made up."""
    if any(is_sample(session) for session in sessions):
        raise NotLive


def is_sample(session: Session) -> bool:
    """Whether testing mode made this session up: it carries the sample M360 ID (seen in the field)."""
    return session.values[_M360ID] == SAMPLE_M360ID


def _checked(sessions: list[Session]) -> list[Session]:
    refuse_samples(sessions)
    return sessions


def page_of(sessions: Sequence[Session]) -> Page:
    """What the stretches need to know of these sessions."""
    times = [session.values[_TIME] for session in sessions]
    known = [time for time in times if isinstance(time, int)]
    keys = tuple(session.key for session in sessions if session.key is not None)
    return Page(keys, min(known, default=None), max(known, default=None))


def time_of(record: bytes) -> int | None:
    """When the device of a record was connected (ms since 1970 UTC); None where the record does not say."""
    return page_of([read(record)]).newest_ms


def _step(sessions: Sequence[Session], outcome: PageOutcome, unread: int) -> Step:
    return Step(page_of(sessions), outcome.new, outcome.updated, outcome.without_key, unread)

"""Reading the history downwards from one place, until the gap below is closed or no page leads on."""

import asyncio
import logging
from collections import deque
from datetime import datetime
from enum import Enum, auto

from m360desk.api.answers import HistoryPage
from m360desk.api.errors import ApiError
from m360desk.api.requests import HistoryRequest
from m360desk.services.ledger import Reading, Step
from m360desk.services.probing import Probe
from m360desk.services.record_reader import Read, together
from m360desk.services.stretches import End, position
from m360desk.services.sync_errors import CursorStuck, NothingNew
from m360desk.services.sync_run import SyncRun, last_key, moment, refuses_parameter

_log = logging.getLogger(__name__)

_LOTS = 2  # lots of pages on their way to the cache: one that is being written, one that is ready
_PAGES = 8  # … in a lot at most: pages that come quicker than they are written share a transaction
_MOST_EMPTY = 3  # answers without any record
_MOST_KNOWN = (
    20  # pages in a row that hold only what the stretch holds already: more than a step back can lead to
)


class Ending(Enum):
    """How a walk ended."""

    JOINED = auto()  # the stretch has met the one below
    BOTTOM = auto()  # the stretch holds the oldest record of all
    NO_WAY_ON = auto()  # every cursor is refused or leads nowhere, and the bottom is not reached
    EMPTY = auto()  # the account has no sessions
    PAUSED = auto()  # it is time to look for new sessions at the top, or enough has been read for now


class DownWalk:
    """Reads pages downwards into one stretch.

    While pages bring only new sessions, the next ones are fetched before the last are stored, and what has
    come meanwhile is stored together. As soon as a page holds known ones, a gap may be about to close: then
    each page is waited for, so that hardly a request is wasted.
    """

    def __init__(
        self,
        run: SyncRun,
        probe: Probe,
        number: int,
        *,
        pages: int | None = None,
        beside_others: bool = False,
    ) -> None:
        """`number` is the stretch's; where there is no such stretch yet, it begins at the very top.

        After so many `pages` the walk pauses; None has no bound. `beside_others`: its gap closes soon, so
        that pages fetched ahead would be wasted.
        """
        self._run = run
        self._probe = probe
        self._reading = Reading(number)
        self._held: list[Read] = []
        self._pending: deque[asyncio.Future[Step]] = deque()
        self._visited: set[str] = set()
        self._failed: set[str | None] = set()
        self._leave = 0
        self._pages_left = pages
        self._most_ahead = 0 if beside_others else _LOTS
        self._empty = 0
        self._known = 0
        self._joined = False

    async def read(self) -> Ending:
        """Read until the walk ends.

        Raises:
            ApiError: the client gave up.
            GuardStop: the service leads nowhere, or does not answer live.
            IdsDisorderly: the history cannot be read by id.
            PagesSpent: the run was to read no more.
        """
        try:
            while True:
                end = self._run.ledger.lower_end(self._reading.number)
                if self._reading.overtaken(end):
                    return Ending.JOINED
                self._reading.lower = end.near
                cursors = [cursor for cursor in self._cursors(end) if cursor not in self._failed]
                if not cursors or self._empty >= _MOST_EMPTY:
                    return Ending.NO_WAY_ON
                ending = await self._follow(cursors[0])
                if ending is not None:
                    return ending
        except asyncio.CancelledError:
            self._forgo()
            raise
        finally:
            await self._settle()

    def _cursors(self, end: End) -> tuple[str | None, ...]:
        """Where the walk may go on, the best first; None: without a cursor."""
        if not end.near:
            return (None,)
        by_time = self._run.ledger.state.plan.axis == "time"
        return (*end.cursors, None) if by_time else end.cursors

    async def _follow(self, cursor: str | None) -> Ending | None:
        """Read from a cursor on; None where that leads no further."""
        while True:
            if cursor is not None and (self._run.is_newest_due() or self._pages_left == 0):
                return Ending.JOINED if await self._drain(0) else Ending.PAUSED
            page = await self._fetch(cursor)
            if page is None:
                self._failed.add(cursor)
                return Ending.JOINED if await self._drain(0) else None
            if page.records:
                self._held.append(self._run.reader.begin(page.records))
            if not page.records or self._may_be_the_end(page):
                ending = await self._at_the_end(page, cursor)
                if ending is not None or not page.records:
                    return ending
            if await self._drain(self._leave):
                return Ending.JOINED
            following = last_key(page.records)
            if following is None or following in self._visited:
                if await self._drain(0):
                    return Ending.JOINED
                raise NothingNew if following is None else CursorStuck
            cursor = following

    async def _fetch(self, cursor: str | None) -> HistoryPage | None:
        """A page; None where its cursor is refused."""
        run = self._run
        await self._probe.check_now_and_then()
        if self._pages_left:
            self._pages_left -= 1
        if cursor is not None:
            self._visited.add(cursor)
        request = HistoryRequest(
            order=run.order_down,
            limit=run.options.page_limit,
            starting_after=cursor,
            connection_time_max=self._window_end(),
        )
        try:
            return await run.fetch(request)
        except ApiError as error:
            if cursor is None or not refuses_parameter(error):
                raise
            return None

    def _send(self) -> None:
        """Hand in what has come, unless the cache has enough to do."""
        if not self._held or len(self._pending) >= _LOTS:
            return
        ledger, reading = self._run.ledger, self._reading
        read = together(self._held)
        self._held = []
        self._pending.append(self._run.hand_in(lambda writer: ledger.store_down(writer, read, reading)))

    def _may_be_the_end(self, page: HistoryPage) -> bool:
        short = len(page.records) < self._run.options.page_limit
        if page.has_more or (page.has_more is None and not short):
            return False
        if not self._run.has_more_lies:
            return True
        oldest = self._run.oldest_key
        return oldest is not None and any(oldest.encode() in record for record in page.records)

    async def _at_the_end(self, page: HistoryPage, cursor: str | None) -> Ending | None:
        """There is said to be no more: that holds where the oldest record of all has been read."""
        run, ledger, number = self._run, self._run.ledger, self._reading.number
        if await self._drain(0):
            return Ending.JOINED
        if not page.records:
            self._empty += 1
            if page.has_more:
                if self._empty >= _MOST_EMPTY:
                    raise NothingNew
                return None  # once or twice that may pass: the same cursor is tried again
            self._failed.add(cursor)
        oldest = await run.oldest_record()
        if oldest is None:
            return None if page.records else Ending.EMPTY
        if oldest in page.records:
            # It may be a record without a key, that no stretch can hold.
            await run.hand_in(lambda writer: ledger.reach_bottom(writer, number))
            return Ending.BOTTOM
        step = await run.count(run.hand_in(lambda writer: ledger.check_bottom(writer, oldest, number)))
        if step.joined:
            return Ending.BOTTOM
        if page.records:
            run.has_more_lies = True
        return None

    async def _drain(self, leave: int) -> bool:
        """Wait until no more than `leave` lots are on their way to the cache; whether one closed the gap."""
        self._send()
        while self._pending and (self._lots() > leave or self._pending[0].done()):
            step = await self._taken_in()
            self._joined = self._joined or step.joined
            self._leave = self._most_ahead if step.new and step.new == len(step.page.keys) else 0
            self._known = 0 if step.unread else self._known + 1
            if self._known >= _MOST_KNOWN and not self._joined:
                raise NothingNew
            self._send()
        return self._joined

    async def _taken_in(self) -> Step:
        """Wait for the first lot that is on its way, and count what came of it.

        Who stops waiting does not stop the lot: the next ones would be stored behind a hole.
        """
        lot = self._pending[0]
        try:
            step = await asyncio.shield(lot)
        finally:
            if lot.done():
                self._pending.popleft()
        return self._run.counted(step)

    def _lots(self) -> int:
        """Lots on their way, and one that is full and waits."""
        return len(self._pending) + (len(self._held) >= _PAGES)

    def _forgo(self) -> None:
        """Give up pages that are not being written yet: who has cancelled waits, and they come again."""
        self._held.clear()
        while len(self._pending) > 1:
            self._pending.pop().cancel()

    async def _settle(self) -> None:
        """Let the pages that are still on their way come to rest, also where nobody waits any more."""
        cancelled: asyncio.CancelledError | None = None
        while self._pending or self._held:
            self._send()
            try:
                await self._taken_in()
            except asyncio.CancelledError as error:
                cancelled = error
            except Exception as error:  # noqa: BLE001 - the walk has ended already, for a reason of its own
                _log.debug("A page behind the end of a walk was not stored: %s", type(error).__name__)
        if cancelled is not None:
            raise cancelled

    def _window_end(self) -> datetime | None:
        """Read by time, the history is cut at the stretch's oldest time: its cursor may not hold there."""
        plan = self._run.ledger.state.plan
        at = position(plan.stretches, self._reading.number)
        if plan.axis == "id" or at is None:
            return None
        oldest = plan.stretches[at].oldest_ms
        return None if oldest is None else moment(oldest + 1000)

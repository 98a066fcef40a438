"""Closing a gap from below, where no cursor at its upper edge is good any more."""

from m360desk.api.answers import HistoryPage
from m360desk.api.errors import ApiError
from m360desk.api.requests import HistoryRequest
from m360desk.services.ledger import Reading
from m360desk.services.probing import Probe
from m360desk.services.stretches import position
from m360desk.services.sync_errors import CursorStuck
from m360desk.services.sync_run import SyncRun, last_key, refuses_parameter


class UpWalk:
    """Reads pages, oldest first, upwards from the next stretch below, else from the oldest record of all."""

    def __init__(self, run: SyncRun, probe: Probe) -> None:
        self._run = run
        self._probe = probe
        self._refused: set[str] = set()

    async def close_gap(self) -> None:
        """Read until the gap below the newest stretch is closed.

        Raises:
            ApiError: the client gave up.
            GuardStop: the service leads nowhere, or does not answer live.
            PagesSpent: the run was to read no more.
        """
        number, cursor = self._foothold()
        visited: set[str] = set()
        while True:
            page = await self._fetch(cursor)
            if page is None:
                number, cursor = self._foothold()
                continue
            if not page.records:
                await self._reach_top(number)
                return
            if await self._store(page, number):
                return
            following = last_key(page.records)
            if following is None or following == cursor or following in visited:
                raise CursorStuck
            visited.add(following)
            cursor = following

    def _foothold(self) -> tuple[int, str | None]:
        """The number of the stretch to read into, and the cursor to begin with."""
        state = self._run.ledger.state
        for stretch in state.plan.stretches[1:]:
            for cursor in stretch.upper.cursors:
                if cursor not in self._refused:
                    return stretch.number, cursor
        return state.next_number, None

    async def _fetch(self, cursor: str | None) -> HistoryPage | None:
        """A page; None where its cursor is refused."""
        run = self._run
        await self._probe.check_now_and_then()
        request = HistoryRequest(order=run.order_up, limit=run.options.page_limit, starting_after=cursor)
        try:
            return await run.fetch(request)
        except ApiError as error:
            if cursor is None or not refuses_parameter(error):
                raise
            self._refused.add(cursor)
            return None

    async def _store(self, page: HistoryPage, number: int) -> bool:
        """Store a page; whether the newest stretch is reached."""
        run, ledger, reading = self._run, self._run.ledger, Reading(number)
        read = run.reader.begin(page.records)
        await run.count(run.hand_in(lambda writer: ledger.store_up(writer, read, reading)))
        return position(ledger.state.plan.stretches, number) == 0

    async def _reach_top(self, number: int) -> None:
        ledger = self._run.ledger
        await self._run.hand_in(lambda writer: ledger.reach_top(writer, number))

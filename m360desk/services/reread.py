"""Reading the last days again: sessions change after they were read, and appear late.

A session is listed once it is closed. One that was opened before a page was read, and closed after that,
stands below the place where the history is read next; so every run reads again what was connected since
some days before the start of the last completed re-read.
"""

import asyncio
from dataclasses import replace

from m360desk.api.answers import HistoryPage
from m360desk.api.errors import ApiError
from m360desk.api.requests import HistoryRequest
from m360desk.services.comparing import store_apart
from m360desk.services.ledger import Step, time_of
from m360desk.services.probing import Probe
from m360desk.services.stretches import End
from m360desk.services.sync_errors import CursorStuck
from m360desk.services.sync_run import SyncRun, last_key, moment, refuses_parameter
from m360desk.services.sync_state import Plan

_DAY_MS = 86_400_000


class Reread:
    """One re-read; raises what the client raises, `GuardStop` and `PagesSpent`."""

    def __init__(self, run: SyncRun, probe: Probe) -> None:
        self._run = run
        self._probe = probe
        self._end = End()
        self._storing: asyncio.Future[Step] | None = None
        self._refused: set[str] = set()
        self._knows_times = True  # whether connectionTimeMin is a parameter here (assumption)

    async def read(self) -> None:
        """Read again all that was connected since the start of the last completed re-read, less some days."""
        run = self._run
        started_ms = run.now_ms()
        # A clock that was ahead and is right now must not leave out what came meanwhile.
        base_ms = min(run.ledger.state.plan.reread_from_ms or started_ms, started_ms)
        since_ms = base_ms - run.options.reread_days * _DAY_MS
        run.tell("re-reading")
        await self._read_since(since_ms)

        def done(plan: Plan) -> Plan:
            return replace(plan, reread_from_ms=started_ms)

        await run.hand_in(lambda writer: run.ledger.change(writer, done))

    async def _read_since(self, since_ms: int) -> None:
        try:
            await self._walk(since_ms)
        finally:
            await self._stored()

    async def _walk(self, since_ms: int) -> None:
        cursor: str | None = None
        visited: set[str] = set()
        while True:
            page = await self._fetch(cursor, since_ms)
            await self._stored()
            await self._probe.check_now_and_then()
            if page is None:
                cursor = self._step_back()
                continue
            if not page.records:
                return
            # It is stored while the next one is on its way.
            self._storing = asyncio.ensure_future(self._store(page))
            if not self._leads_on(page, since_ms) and self._is_last(page, await self._storing, since_ms):
                return
            following = last_key(page.records)
            if following is None or following in visited:
                raise CursorStuck
            visited.add(following)
            cursor = following

    async def _fetch(self, cursor: str | None, since_ms: int) -> HistoryPage | None:
        """A page; None where its cursor is refused, or connectionTimeMin is."""
        run = self._run
        request = HistoryRequest(
            order="connectionTime:desc",
            limit=run.options.page_limit,
            starting_after=cursor,
            connection_time_min=moment(since_ms) if self._knows_times else None,
        )
        try:
            return await run.fetch(request)
        except ApiError as error:
            if not refuses_parameter(error) or (cursor is None and not self._knows_times):
                raise
            if cursor is None:
                self._knows_times = False
            else:
                self._refused.add(cursor)
            return None

    def _step_back(self) -> str | None:
        """Another cursor near the refused one; from the top again where there is none."""
        return next((cursor for cursor in self._end.cursors if cursor not in self._refused), None)

    async def _store(self, page: HistoryPage) -> Step:
        step = await store_apart(self._run, page.records)
        self._end = self._end.moved(step.page.keys[::-1])
        return step

    async def _stored(self) -> None:
        """Wait until the last page is stored."""
        storing, self._storing = self._storing, None
        if storing is not None:
            await storing

    def _leads_on(self, page: HistoryPage, since_ms: int) -> bool:
        """Whether another page follows, by what can be told before this one is read."""
        time_ms = time_of(page.records[-1])
        return not self._says_last(page) and time_ms is not None and time_ms >= since_ms

    def _says_last(self, page: HistoryPage) -> bool:
        """Whether there is no more; a full page that says so is not taken at its word."""
        return page.has_more is False and len(page.records) < self._run.options.page_limit

    def _is_last(self, page: HistoryPage, step: Step, since_ms: int) -> bool:
        """Whether nothing of interest follows; times count too, for connectionTimeMin may be ignored."""
        if self._says_last(page):
            return True
        newest_ms = step.page.newest_ms
        return newest_ms is not None and newest_ms < since_ms

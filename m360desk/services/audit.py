"""The slow re-walk of everything: which sessions are there no more, and which were missed after all.

It goes on from run to run, some pages in each, when everything else is done. What is gone upstream stays in
the cache, marked.
"""

from dataclasses import replace

from m360desk.api.answers import HistoryPage
from m360desk.api.errors import ApiError
from m360desk.api.requests import HistoryRequest
from m360desk.services.comparing import store_apart
from m360desk.services.probing import Probe
from m360desk.services.stretches import End, Page
from m360desk.services.sync_errors import CursorStuck
from m360desk.services.sync_run import SyncRun, last_key, refuses_parameter
from m360desk.services.sync_state import AuditPlan, Plan
from m360desk.store.writer import CacheWriter

_DAY_MS = 86_400_000


class Audit:
    """One run's part of the re-walk; raises what the client raises, `GuardStop` and `PagesSpent`."""

    def __init__(self, run: SyncRun, probe: Probe) -> None:
        self._run = run
        self._probe = probe

    @property
    def _plan(self) -> AuditPlan:
        return self._run.ledger.state.plan.audit

    async def go_on(self) -> None:
        """Do this run's part, where a re-walk is due or under way."""
        run = self._run
        plan = self._plan
        if plan.finished_ms is None:
            # The history has just become whole: that was as good as an audit.
            await self._change(replace(plan, finished_ms=run.started_ms))
            return
        if plan.started_ms is None:
            if run.started_ms - plan.finished_ms < run.options.audit_days * _DAY_MS:
                return
            await run.hand_in(lambda writer: writer.audit_begin())
            await self._change(replace(plan, started_ms=run.started_ms, end=End()))
        run.tell("auditing")
        await self._walk()

    async def _walk(self) -> None:
        run = self._run
        refused: set[str] = set()
        visited: set[str] = set()
        for _ in range(run.options.audit_pages):
            cursors = [cursor for cursor in self._plan.end.cursors if cursor not in refused]
            if refused and not cursors:
                await self._change(AuditPlan(finished_ms=self._plan.finished_ms))  # it starts over next time
                return
            cursor = cursors[0] if cursors else None
            await self._probe.check_now_and_then()
            page = await self._fetch(cursor)
            if page is None:
                refused.update(cursors[:1])
                continue
            if await self._is_done(page):
                return
            following = last_key(page.records)
            if following is None or following in visited:
                raise CursorStuck
            visited.add(following)

    async def _fetch(self, cursor: str | None) -> HistoryPage | None:
        """A page; None where its cursor is refused."""
        run = self._run
        request = HistoryRequest(order=run.order_down, limit=run.options.page_limit, starting_after=cursor)
        try:
            return await run.fetch(request)
        except ApiError as error:
            if cursor is None or not refuses_parameter(error):
                raise
            return None

    async def _is_done(self, page: HistoryPage) -> bool:
        """Store a page; whether the re-walk ends with it."""
        run = self._run
        if page.records:
            step = await store_apart(run, page.records)
            await run.hand_in(lambda writer: self._check_off(writer, step.page))
            kept_from_ms = await run.hand_in(lambda writer: writer.kept_from_ms())
            newest_ms = step.page.newest_ms
            if kept_from_ms is not None and newest_ms is not None and newest_ms < kept_from_ms:
                await self._end(step.page)  # nothing is kept of what lies below
                return True
        oldest = await run.oldest_record() if page.has_more is False or not page.records else None
        if page.records and (oldest is None or oldest not in page.records):
            return False
        if oldest is not None and not page.records and last_key([oldest]) not in self._plan.end.cursors:
            run.note("The comparison with the service broke off before the oldest session; it starts over.")
            await self._change(AuditPlan(finished_ms=self._plan.finished_ms))
            return True
        await self._end(None)
        return True

    async def _end(self, last: Page | None) -> None:
        """Mark what is gone; with a `last` page only what the re-walk has come past."""
        gone = await self._run.hand_in(lambda writer: self._finish(writer, last))
        if gone:
            self._run.note(f"{gone} sessions are not in the account any more; they stay here, marked.")

    def _check_off(self, writer: CacheWriter, page: Page) -> None:
        """In the writer's thread: these are there, and the re-walk goes on below them."""
        writer.audit_see(page.keys)
        end = self._plan.end.moved(page.keys[::-1])
        self._run.ledger.change(writer, lambda plan: replace(plan, audit=replace(plan.audit, end=end)))

    def _finish(self, writer: CacheWriter, last: Page | None) -> int:
        """In the writer's thread: mark what was not seen."""
        by_id = self._run.ledger.state.plan.axis == "id"
        gone = writer.audit_finish(
            oldest_ms=last.oldest_ms if last is not None and not by_id else None,
            least_key=min(last.keys) if last is not None and by_id else None,
        )
        done = AuditPlan(finished_ms=self._run.started_ms)
        self._run.ledger.change(writer, lambda plan: replace(plan, audit=done))
        return gone

    async def _change(self, audit: AuditPlan) -> None:
        def change(plan: Plan) -> Plan:
            return replace(plan, audit=audit)

        await self._run.hand_in(lambda writer: self._run.ledger.change(writer, change))

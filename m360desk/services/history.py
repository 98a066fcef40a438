"""The history, newest first: what is new on top, then whatever was left open before."""

from dataclasses import replace

from m360desk.services.gaps import Gaps
from m360desk.services.probing import Probe
from m360desk.services.stretches import is_whole
from m360desk.services.sync_errors import IdsDisorderly, NothingNew
from m360desk.services.sync_run import SyncRun
from m360desk.services.sync_state import AuditPlan, Plan
from m360desk.services.walk_down import DownWalk, Ending
from m360desk.services.walk_up import UpWalk

_PAGES_ALONE = 1
"""Pages of the newest sessions before several walks share what lies below."""
_BY_TIME = (
    "This account's session ids do not follow the time of upload, so its history is read by connection time."
)


class History:
    """Reads the history into the cache; raises what `DownWalk.read` raises."""

    def __init__(self, run: SyncRun, probe: Probe) -> None:
        self._run = run
        self._probe = probe
        self._empty = False
        self._alone = False  # whether a walk found no way on: then one goes alone, from below if need be

    @property
    def is_whole(self) -> bool:
        """Whether everything has been read, down to the oldest record of all."""
        return self._empty or is_whole(self._run.ledger.state.plan.stretches)

    async def read_newest(self) -> None:
        """Read from the top until what was read before, or the bottom, or as far as one walk should."""
        run = self._run
        run.newest_read_ms = run.now_ms()
        pages = _PAGES_ALONE if run.walks_wanted > 1 else None
        try:
            await self._walk(run.ledger.state.next_number, pages)
        except IdsDisorderly:
            await self._begin_by_time()

    async def close_gaps(self) -> None:
        """Close all gaps, the newest first, and see that the bottom is the bottom still."""
        await self._check_bottom()
        while not self.is_whole:
            if self._run.is_newest_due():
                await self.read_newest()
            self._run.tell("history")
            try:
                await self._close_gaps_at_hand()
            except IdsDisorderly:
                await self._begin_by_time()

    async def _close_gaps_at_hand(self) -> None:
        run = self._run
        if run.walks_wanted == 1 or self._alone:
            await self._walk(run.ledger.state.plan.stretches[0].number)
            return
        ending = await Gaps(run, self._probe).close()
        self._alone = ending in (Ending.NO_WAY_ON, Ending.EMPTY)

    async def _begin_by_time(self) -> None:
        """Begin anew, in the order of connection time."""
        await self._run.hand_in(lambda writer: self._run.ledger.change(writer, _by_time))
        self._run.note(_BY_TIME)
        await self._walk(self._run.ledger.state.next_number)

    async def _walk(self, number: int, pages: int | None = None) -> None:
        ending = await DownWalk(self._run, self._probe, number, pages=pages).read()
        ledger = self._run.ledger
        if ending is Ending.EMPTY:
            self._empty = True
            await self._run.hand_in(
                lambda writer: ledger.change(writer, lambda plan: replace(plan, stretches=()))
            )
        elif ending is Ending.NO_WAY_ON:
            if not ledger.state.plan.stretches:
                raise NothingNew
            await UpWalk(self._run, self._probe).close_gap()

    async def _check_bottom(self) -> None:
        """An older session than any before may have been closed since the bottom was reached."""
        run, ledger = self._run, self._run.ledger
        if self._empty or not is_whole(ledger.state.plan.stretches):
            return
        stretch = ledger.state.plan.stretches[0]
        if run.oldest_key is not None and run.oldest_key in stretch.lower.cursors:
            return
        oldest = await run.oldest_record()
        if oldest is None:
            return
        step = await run.count(
            run.hand_in(lambda writer: ledger.check_bottom(writer, oldest, stretch.number))
        )
        if not step.joined:
            await run.hand_in(ledger.doubt_bottom)


def _by_time(plan: Plan) -> Plan:
    """Start over in the order of connection time."""
    return replace(plan, axis="time", stretches=(), audit=AuditPlan(finished_ms=plan.audit.finished_ms))

"""Closing gaps several at a time.

A walk asks for its next page only when it knows the last one's end, so the service's answering time bounds
what one walk can do: at 300 ms, three pages a second, where the account may allow five or ten. So several
walk at once, each below a stretch of its own. Where there are fewer gaps than walks, the widest is divided:
the newest record before some moment begins another stretch. That v2 honours connectionTimeMax, as v1 does, is
an assumption: where it does not, one walk goes on alone.
"""

import asyncio

from m360desk.api.errors import ApiError
from m360desk.core.records import read
from m360desk.services.ledger import page_of
from m360desk.services.probing import Probe
from m360desk.services.stretches import is_whole, position
from m360desk.services.sync_run import SyncRun, refuses_parameter
from m360desk.services.walk_down import DownWalk, Ending

_WORTH_DIVIDING = 8  # pages that a gap should hold by its time
_MOST_MISSED = 3  # starting points in a row that do not lie in the gap that was to be divided
_LOOK_AGAIN_S = 10.0  # after which more walks may be wanted, though none has ended: answers take longer
_GONE_ON = (Ending.JOINED, Ending.BOTTOM)


class Gaps:
    """The gaps of the history, and the walks that close them."""

    def __init__(self, run: SyncRun, probe: Probe) -> None:
        self._run = run
        self._probe = probe
        self._walks: dict[asyncio.Task[Ending], int] = {}
        self._divides = True
        self._missed = 0

    async def close(self) -> Ending:
        """Read until no gap is left; any ending but `JOINED` is that of a walk that could not go on.

        Raises:
            ApiError, GuardStop, IdsDisorderly, PagesSpent: as `DownWalk.read`.
        """
        try:
            while True:
                await self._begin_walks()
                if not self._walks:
                    whole = is_whole(self._run.ledger.state.plan.stretches)
                    return Ending.JOINED if whole else Ending.NO_WAY_ON
                done, _ = await asyncio.wait(
                    self._walks, timeout=_LOOK_AGAIN_S, return_when=asyncio.FIRST_COMPLETED
                )
                for walk in done:
                    del self._walks[walk]
                    if walk.result() not in _GONE_ON:
                        return walk.result()
        finally:
            await self._end_walks()

    async def _begin_walks(self) -> None:
        while len(self._walks) < self._run.walks_wanted or not self._walks:
            number = self._open_gap()
            if number is None:
                number = await self._divide()
            if number is None:
                return
            walk = DownWalk(self._run, self._probe, number, beside_others=True)
            self._walks[asyncio.create_task(walk.read())] = number

    async def _end_walks(self) -> None:
        for walk in self._walks:
            walk.cancel()
        # What they had read is stored first; why each of them ended does not matter any more.
        await asyncio.gather(*self._walks, return_exceptions=True)
        self._walks.clear()

    def _walked(self) -> set[int | None]:
        stretches = self._run.ledger.state.plan.stretches
        return {position(stretches, number) for number in self._walks.values()}

    def _open_gap(self) -> int | None:
        """The newest gap that nobody reads, by the number of the stretch above it."""
        walked = self._walked()
        for at, stretch in enumerate(self._run.ledger.state.plan.stretches):
            if at not in walked and not stretch.bottom:
                return stretch.number
        return None

    async def _divide(self) -> int | None:
        """Begin a stretch in the middle of the widest gap; its number, None where that is not worth it."""
        run = self._run
        widest = self._widest()
        if not self._divides or widest is None:
            return None
        above, from_ms, to_ms = widest
        middle_ms = (from_ms + to_ms) // 2
        try:
            record = await run.newest_record_at(middle_ms)
        except ApiError as error:
            if not refuses_parameter(error):
                raise
            record = None  # nor is the parameter known to v2
        time_ms = None if record is None else page_of([read(record)]).newest_ms
        if record is None or time_ms is None or time_ms > middle_ms:
            self._divides = False  # connectionTimeMax is not honoured here
            return None
        begun = await run.hand_in(lambda writer: run.ledger.begin_below(writer, record, above))
        if begun is None:  # a walk came by meanwhile, or ids and times have little to do with each other
            self._missed += 1
            self._divides = self._missed < _MOST_MISSED
            return None
        self._missed = 0
        number, step = begun
        run.counted(step)
        return number

    def _widest(self) -> tuple[int, int, int] | None:
        """The gap that covers the longest time: the stretch above it, where it begins and ends."""
        stretches = self._run.ledger.state.plan.stretches
        least = self._run.page_span_ms * _WORTH_DIVIDING
        found: tuple[int, int, int] | None = None
        for at, stretch in enumerate(stretches):
            from_ms = stretches[at + 1].newest_ms if at + 1 < len(stretches) else self._run.bottom_ms
            to_ms = stretch.oldest_ms
            if stretch.bottom or from_ms is None or to_ms is None or to_ms - from_ms < least or not least:
                continue
            if found is None or to_ms - from_ms > found[2] - found[1]:
                found = (stretch.number, from_ms, to_ms)
        return found

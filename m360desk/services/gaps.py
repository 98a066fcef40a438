"""Closing gaps several at a time.

A walk asks for its next page only when it knows the last one's end, so the service's answering time bounds
what one walk can do: at 300 ms, three pages a second, where the account may allow five or ten. So several
walk at once, each below a stretch of its own. Where there are fewer gaps than walks, the widest are divided:
the newest record before some moment begins another stretch. That v2 honours connectionTimeMax, as v1 does, is
an assumption: where it does not, one walk goes on alone.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from m360desk.api.errors import ApiError
from m360desk.services.ledger import time_of
from m360desk.services.probing import Probe
from m360desk.services.stretches import is_whole, position
from m360desk.services.sync_run import SyncRun, refuses_parameter
from m360desk.services.walk_down import DownWalk, Ending

_WORTH_DIVIDING = 8  # pages that a gap should hold by its time
_MOST_MISSED = 3  # times in a row that no starting point lay in the gap that was to be divided
_LOOK_AGAIN_S = 10.0  # after which more walks may be wanted, though none has ended: answers take longer
T = TypeVar("T")
_GONE_ON = (Ending.JOINED, Ending.BOTTOM)


class _Gap(NamedTuple):
    """A gap below the stretch of `above`, and the time that it covers."""

    above: int
    from_ms: int
    to_ms: int


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
        self._walk_open_gaps()
        missing = self._run.walks_wanted - len(self._walks)
        if missing > 0 and self._divides and await self._divide(missing):
            self._walk_open_gaps()

    def _walk_open_gaps(self) -> None:
        while len(self._walks) < self._run.walks_wanted:
            number = self._open_gap()
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

    async def _divide(self, most: int) -> bool:
        """Begin so many stretches inside the widest gaps, or as many as are worth it; whether any."""
        run, cuts = self._run, self._cuts(most)
        # All at once: each is waited for as long as for a page.
        asked = [self._newest_by(ms) for _, ms in cuts]
        lowest: dict[int, int] = {}  # by the stretch above a gap: the last one that has begun in it
        for (gap, _), record in zip(cuts, await _all_of(asked), strict=True):
            if record is None:
                self._divides = False  # connectionTimeMax is not honoured here
                break
            above = lowest.get(gap, gap)
            begun = await run.hand_in(partial(run.ledger.begin_below, record=record, above=above))
            if begun is None:  # a walk came by meanwhile, or ids and times have little to do with each other
                continue
            lowest[gap], step = begun
            run.counted(step)
        self._missed = 0 if lowest or not cuts else self._missed + 1
        self._divides = self._divides and self._missed < _MOST_MISSED
        return bool(lowest)

    async def _newest_by(self, ms: int) -> bytes | None:
        """The newest record that was connected by then; None where the service does not tell."""
        try:
            record = await self._run.newest_record_at(ms)
        except ApiError as error:
            if not refuses_parameter(error):
                raise
            return None  # nor is the parameter known to v2
        time_ms = None if record is None else time_of(record)
        return record if time_ms is not None and time_ms <= ms else None

    def _cuts(self, most: int) -> list[tuple[int, int]]:
        """Where to divide gaps so that the widest part is as short as can be, the newest first.

        Each is the stretch above the gap, and a moment inside it; parts that hold few pages stay whole.
        """
        gaps = self._gaps()
        parts = dict.fromkeys(gaps, 1)
        least = self._run.page_span_ms * _WORTH_DIVIDING
        for _ in range(most if gaps and least else 0):
            widest = max(gaps, key=lambda gap: (gap.to_ms - gap.from_ms) / parts[gap])
            if (widest.to_ms - widest.from_ms) / parts[widest] < least:
                break
            parts[widest] += 1
        return [
            (gap.above, gap.to_ms - (gap.to_ms - gap.from_ms) * part // parts[gap])
            for gap in gaps
            for part in range(1, parts[gap])
        ]

    def _gaps(self) -> list[_Gap]:
        """The gaps whose time is known, the newest first."""
        stretches = self._run.ledger.state.plan.stretches
        found = []
        for at, stretch in enumerate(stretches):
            from_ms = stretches[at + 1].newest_ms if at + 1 < len(stretches) else self._run.bottom_ms
            to_ms = stretch.oldest_ms
            if not stretch.bottom and from_ms is not None and to_ms is not None:
                found.append(_Gap(stretch.number, from_ms, to_ms))
        return found


async def _all_of(asked: Sequence[Awaitable[T]]) -> list[T]:
    """What all of these give; where one fails, the others are waited for all the same."""
    answers = await asyncio.gather(*asked, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]

"""A service and a cache whose answers come in an order that the test chooses: interleavings by plan.

Nothing here waits for a clock or a thread: a request is answered, and a piece of work for the cache is done,
when the director picks it. The cache is a real file and the sync is the real one.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from m360desk.api.answers import HistoryPage
from m360desk.api.client import Client, ClientStats
from m360desk.api.errors import ServiceFailed, ValidationRefused
from m360desk.api.limiter import Limiter
from m360desk.core.query import EVERYTHING, Order
from m360desk.services.sync import SyncOptions, SyncResult, run_sync
from m360desk.services.sync_state import Plan, decode_state
from m360desk.store.key import CacheKey
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from m360desk.api.requests import HistoryRequest

T = TypeVar("T")
KnowsTime = Literal["yes", "ignored", "refused"]
HOUR_MS = 3_600_000
START_MS = 1_700_000_000_000
"""When the account began: times long ago are not taken for times."""
_TURNS = 40  # of the loop, until all that can go on by itself has come to rest


def key(place: int) -> str:
    """The id of the session at a place of the history: higher is newer, and ids descend as text."""
    return f"{place:036}"


@dataclass
class ScriptedHistory:
    """What a well-behaved service holds: sessions by place, with their time.

    Attributes:
        times: connectionTime of each listed session, by id.
        knows_time: what connectionTimeMin and connectionTimeMax do.
        overlap: records of the page before that a page begins with.
        names: custom ids that sessions were given after they were uploaded.
    """

    times: dict[str, int] = field(default_factory=dict)
    knows_time: KnowsTime = "yes"
    overlap: int = 0
    names: dict[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        """All that is listed, the newest upload first."""
        return sorted(self.times, reverse=True)

    def answer(self, request: HistoryRequest) -> HistoryPage:
        """One page, as API.md has it; a cursor whose session is gone is refused."""
        body = request.body()
        listed = list(self.times)
        by, direction = str(body["order"]).split(":")
        listed.sort(
            key=(lambda one: one) if by == "id" else (lambda one: f"{self.times[one]:020}{one}"),
            reverse=direction == "desc",
        )
        since, until = (_ms(body.get(f"connectionTime{end}")) for end in ("Min", "Max"))
        if (since, until) != (None, None) and self.knows_time == "refused":
            raise ValidationRefused
        if self.knows_time == "yes":
            listed = [
                one
                for one in listed
                if (since is None or self.times[one] >= since) and (until is None or self.times[one] <= until)
            ]
        after = body.get("startingAfter")
        begin = 0
        if after is not None:
            if after not in listed:
                raise ValidationRefused
            begin = max(0, listed.index(str(after)) + 1 - self.overlap)
        limit = int(cast("int", body["limit"])) + (self.overlap if after is not None else 0)
        page = listed[begin : begin + limit]
        return HistoryPage(tuple(map(self.record, page)), begin + limit < len(listed), None, 0.0)

    def record(self, one: str) -> bytes:
        time = datetime.fromtimestamp(self.times[one] / 1000).astimezone().isoformat()
        record = {"sessionId": one, "connectionTime": time, "customId": self.names.get(one)}
        return json.dumps(record).encode()


def _ms(text: object) -> int | None:
    return None if text is None else int(datetime.fromisoformat(str(text)).timestamp() * 1000)


@dataclass(eq=False)
class Waiting:
    """A request or a piece of work that somebody waits for.

    Attributes:
        request: what is asked; None for work for the cache.
        work: brings it about.
        future: what the sync waits for.
        answer: what the service has said already, while that is under way.
    """

    request: HistoryRequest | None
    work: Callable[[], Any]
    future: asyncio.Future[Any]
    answer: Callable[[], Any] | None = None

    def happen(self) -> None:
        """The service answers, from what it holds now; the answer is under way then."""
        try:
            value = self.work()
        except Exception as error:  # noqa: BLE001 - it belongs to the one who asked
            self.answer = lambda raised=error: self.future.set_exception(raised)
        else:
            self.answer = lambda: self.future.set_result(value)

    def arrive(self) -> None:
        """The answer comes."""
        if self.answer is None:
            self.happen()
        assert self.answer is not None
        if not self.future.done():
            self.answer()


class ScriptedSync:
    """One cache and one service; every run is directed step by step."""

    def __init__(self, folder: Path, history: ScriptedHistory) -> None:
        self.history = history
        self.path = folder / "cache.sqlite3"
        self.now_ms = 0
        self.asked: list[HistoryRequest] = []
        self.waiting: list[Waiting] = []
        self.killed = False
        self.limiter = Limiter()
        self._writer: CacheWriter | None = None

    # What the sync sees

    @property
    def stats(self) -> ClientStats:
        """As a client has it."""
        return ClientStats(len(self.asked), 0, 0.0, None)

    async def get_history(self, request: HistoryRequest, **_: object) -> HistoryPage:
        """Ask, and wait until the director lets the answer come."""
        self.asked.append(request)
        page: HistoryPage = await self._wait(request, lambda: self.history.answer(request))
        return page

    def submit(self, work: Callable[[CacheWriter], T]) -> Awaitable[T]:
        """Hand in work for the cache; what comes after a kill is never done."""
        future = self._wait(None, lambda: work(self.writer()))
        if self.killed:
            future.cancel()
        return future

    def _wait(self, request: HistoryRequest | None, work: Callable[[], Any]) -> asyncio.Future[Any]:
        waiting = Waiting(request, work, asyncio.get_running_loop().create_future())
        self.waiting.append(waiting)
        return waiting.future

    # What the director does

    def requests(self) -> list[Waiting]:
        """Requests that wait."""
        return [one for one in self.waiting if one.request is not None]

    def work(self) -> list[Waiting]:
        """Work for the cache, which is done in turn."""
        return [one for one in self.waiting if one.request is None]

    def let(self, waiting: Waiting) -> None:
        """Let an answer come, or work be done."""
        self.waiting.remove(waiting)
        waiting.arrive()

    def fail(self, waiting: Waiting) -> None:
        """The client gives up on a request."""
        self.waiting.remove(waiting)
        if not waiting.future.done():
            waiting.future.set_exception(ServiceFailed())

    def kill(self) -> None:
        """From now on nothing reaches the cache any more."""
        self.killed = True
        for waiting in self.waiting:
            waiting.future.cancel()
        self.waiting.clear()

    def run(
        self, direct: Callable[[asyncio.Task[SyncResult]], None], options: SyncOptions | None = None
    ) -> SyncResult | None:
        """Sync once; `direct` is called whenever all is at rest, and lets at least one thing happen.

        None where the run was cancelled.
        """
        self.killed = False

        async def main() -> SyncResult | None:
            sync = asyncio.ensure_future(
                run_sync(
                    cast("Client", self),
                    self,
                    options or SyncOptions("live", page_limit=5, reread_days=1),
                    progress=lambda _: None,
                    now_ms=lambda: self.now_ms,
                )
            )
            while True:
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
                self.waiting = [one for one in self.waiting if not one.future.done()]
                if sync.done():
                    return None if sync.cancelled() else sync.result()
                assert self.waiting, "the sync waits for nothing, and yet it has not ended"
                direct(sync)

        try:
            return asyncio.run(main())
        finally:
            self.waiting.clear()
            self.close()

    def run_in_order(self, options: SyncOptions | None = None) -> SyncResult:
        """Sync once, everything in the order in which it was asked for."""
        result = self.run(lambda _: self.let(self.waiting[0]), options)
        assert result is not None
        return result

    # What the cache holds

    def writer(self) -> CacheWriter:
        """The cache's writer, opened when it is wanted."""
        if self._writer is None:
            lock = FileLock(self.path.with_suffix(".lock"))
            self._writer = CacheWriter.open(
                self.path, CacheKey("0" * 64, "live", None), lock=lock, now_ms=lambda: self.now_ms
            )
        return self._writer

    def close(self) -> None:
        """Close the cache."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def plan(self) -> Plan:
        """What the cache knows of the history."""
        state, _ = decode_state(self.writer().sync_state(), self.now_ms)
        self.close()
        return state.plan

    def cached(self) -> list[str]:
        """The ids in the cache."""
        return list(self.cached_names())

    def cached_names(self) -> dict[str, object]:
        """The custom ids in the cache, by id."""
        if not self.path.exists():
            return {}
        with CacheReader.open(self.path) as reader:
            rows = reader.rows(reader.ids(EVERYTHING, Order()))
            return {str(row.get("session")): row.get("custom") for row in rows if row is not None}

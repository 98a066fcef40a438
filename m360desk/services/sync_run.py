"""One run of a sync: what its parts share."""

import asyncio
import math
import statistics
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from m360desk.api.answers import HistoryPage
from m360desk.api.client import Client
from m360desk.api.errors import ApiError, ServiceRefused, ValidationRefused
from m360desk.api.limiter import Priority
from m360desk.api.requests import HistoryRequest, Order
from m360desk.core.records import key_in
from m360desk.services.ledger import Ledger, Step
from m360desk.services.ports import WriterPort
from m360desk.services.record_reader import RecordReader
from m360desk.services.sync_errors import PagesSpent
from m360desk.services.sync_types import Phase, SyncOptions, SyncProgress
from m360desk.store.writer import CacheWriter

T = TypeVar("T")

_NEWEST_EVERY_MS = 600_000
_RATE_UNTIL_KNOWN = 10.0  # requests a second (assumption)
_SPARE = 1.25  # walks wait for the cache and for probes, too
_MOST_WALKS = 6
_SPANS = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_S = 250_000_000_000  # in the year 9892: what a date can hold, offsets included


class SyncRun:
    """The line to the service, the way to the cache, and the counts of one run."""

    def __init__(
        self,
        client: Client,
        cache: WriterPort,
        ledger: Ledger,
        options: SyncOptions,
        progress: Callable[[SyncProgress], None],
        now_ms: Callable[[], int],
    ) -> None:
        self.client = client
        self.ledger = ledger
        self.options = options
        self.now_ms = now_ms
        self.reader = RecordReader()
        self.started_ms = now_ms()
        self.newest_read_ms = self.started_ms
        """When the newest sessions were read last."""
        self.new = 0
        self.updated = 0
        self.without_key = 0
        self.pages = 0
        self.oldest_key: str | None = None
        """Key of the oldest record of all, as the last probe found it."""
        self.bottom_ms: int | None = None
        """Its connectionTime."""
        self.has_more_lies = False
        """Whether the service said once that there is no more, and there was."""
        self.notes: list[str] = []
        self._cache = cache
        self._progress = progress
        self._asked = 0
        self._records = 0
        self._spans_ms: deque[int] = deque(maxlen=_SPANS)
        self._phase: Phase = "probing"

    @property
    def order_down(self) -> Order:
        """The order of the history, newest first."""
        return "id:desc" if self.ledger.state.plan.axis == "id" else "connectionTime:desc"

    @property
    def order_up(self) -> Order:
        """The order of the history, oldest first."""
        return "id:asc" if self.ledger.state.plan.axis == "id" else "connectionTime:asc"

    async def fetch(self, request: HistoryRequest) -> HistoryPage:
        """Read one page of records.

        Raises:
            ApiError: the client gave up.
            PagesSpent: the run was to read no more.
        """
        if self.options.max_pages is not None and self._asked >= self.options.max_pages:
            raise PagesSpent
        self._asked += 1
        page = await self.client.get_history(request, priority=Priority.SYNC)
        self.pages += 1
        self._records += len(page.records)
        return page

    async def oldest_record(self) -> bytes | None:
        """Ask for the oldest record of all; None where the account has none."""
        return await self._first_record(HistoryRequest(order=self.order_up, limit=1))

    async def newest_record_at(self, ms: int) -> bytes | None:
        """Ask for the newest record that was connected by then; None where there is none."""
        return await self._first_record(
            HistoryRequest(order=self.order_down, limit=1, connection_time_max=moment(ms))
        )

    async def _first_record(self, request: HistoryRequest) -> bytes | None:
        page = await self.client.get_history(request, priority=Priority.SYNC)
        return page.records[0] if page.records else None

    @property
    def walks_wanted(self) -> int:
        """How many walks keep the service as busy as the account may: each waits for its answers."""
        if self.ledger.state.plan.axis != "id":
            return 1
        limiter, seconds = self.client.limiter, self.client.stats.answer_seconds
        rate = limiter.limit * min(1.0, limiter.share) if limiter.limit else _RATE_UNTIL_KNOWN
        return max(1, min(_MOST_WALKS, math.ceil(rate * seconds * _SPARE)))

    @property
    def page_span_ms(self) -> float:
        """The time that a page covers, by the last ones; 0 where that is not known."""
        return statistics.median(self._spans_ms) if self._spans_ms else 0.0

    def is_newest_due(self) -> bool:
        """Whether it is long since the newest sessions were read: a first sync may take hours."""
        return self.now_ms() - self.newest_read_ms >= _NEWEST_EVERY_MS

    def hand_in(self, work: Callable[[CacheWriter], T]) -> "asyncio.Future[T]":
        """Have `work` done in the writer's thread from now on."""
        return asyncio.ensure_future(_awaited(self._cache.submit(work)))

    async def count(self, step: Awaitable[Step]) -> Step:
        """Wait until a page is stored, and count what came of it."""
        return self.counted(await step)

    def counted(self, done: Step) -> Step:
        """Count what came of a page."""
        self.new += done.new
        self.updated += done.updated
        self.without_key += done.without_key
        page = done.page
        if page.oldest_ms is not None and page.newest_ms is not None and len(page.keys) > 1:
            per_record = (page.newest_ms - page.oldest_ms) / len(page.keys)
            self._spans_ms.append(round(per_record * self.options.page_limit))
        self.tell(self._phase)
        return done

    def tell(self, phase: Phase, text: str = "") -> None:
        """Report where the run stands."""
        self._phase = phase
        self._progress(
            SyncProgress(
                phase=phase,
                new=self.new,
                updated=self.updated,
                pages=self.pages,
                sessions=self._records,
                oldest_ms=self._back_to_ms(),
                text=text or self._words(phase),
            )
        )

    def _back_to_ms(self) -> int | None:
        stretches = self.ledger.state.plan.stretches
        return stretches[0].oldest_ms if stretches else None

    def note(self, text: str) -> None:
        """Something that the user should know, said once."""
        if text not in self.notes:
            self.notes.append(text)

    def _words(self, phase: Phase) -> str:
        so_far = f"{self.new} new, {self.updated} changed"
        return {
            "probing": "Checking that the account answers live",
            "newest": f"Reading the newest sessions: {so_far}",
            "history": f"Reading the history: {so_far}",
            "re-reading": f"Reading the last days again: {so_far}",
            "auditing": "Comparing the whole history",
            "removing": "Removing old sessions",
            "waiting": "Waiting for the service",
            "done": f"Done: {so_far}",
        }[phase]


async def _awaited(work: Awaitable[T]) -> T:
    return await work


def last_key(records: Sequence[bytes]) -> str | None:
    """The key of the last record that has one."""
    for record in reversed(records):
        key = key_in(record)
        if key is not None:
            return key
    return None


def moment(ms: int) -> datetime:
    """A time for a request, in whole seconds as the service writes them."""
    return _EPOCH + timedelta(seconds=min(max(ms // 1000, 0), _LATEST_S))


def refuses_parameter(error: ApiError) -> bool:
    """Whether a request may have been refused for a parameter, such as a cursor whose record is gone.

    By which code, is not known.
    """
    return isinstance(error, ServiceRefused | ValidationRefused)

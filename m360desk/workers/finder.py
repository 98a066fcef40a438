"""Finding what was scanned: on this computer, else at the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from m360desk.core.identity import Scan
from m360desk.store.errors import CacheAbsent
from m360desk.workers.keys import NoCredentials

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from m360desk.api.answers import ReportLink
    from m360desk.core.cancel import CancelToken
    from m360desk.core.scanning import Code
    from m360desk.core.user_text import UserText
    from m360desk.services.blacklist import BlacklistOutcome
    from m360desk.services.lookup import LookupResult
    from m360desk.store.reader import CacheReader
    from m360desk.workers.desk import Desk
    from m360desk.workers.line import Line
    from m360desk.workers.lines import Lines
    from m360desk.workers.network_lane import Errand

    Failed = Callable[[BaseException], None]
    Read = Callable[[CacheReader, Sequence[int]], object]


class Found(NamedTuple):
    """What a look-up found: rows of the cache, newest first, and where; or why nothing, in words.

    ``denied``: the account itself has answered that it has none. ``content`` is what the asker had read of
    the sessions.
    """

    row_ids: tuple[int, ...]
    source: Literal["cache", "service"] | None
    problem: UserText | None = None
    denied: bool = False
    content: object = None


class LookUp:
    """One device that is looked for: in the cache, else at the service, whose sessions are stored.

    ``read`` is called in a reader's thread with the rows that were found; what it returns comes with the
    answer, so that a device in the cache costs one trip to the thread. ``asking`` is called when the cache
    has none and the service is asked. Exactly one of ``done`` and ``failed`` is called, none after
    ``cancel``. A later look-up takes the place of one that is still under way in the cache.
    """

    def __init__(
        self,
        desk: Desk,
        lines: Lines,
        code: Code,
        *,
        done: Callable[[Found], None],
        failed: Failed,
        read: Read | None = None,
        asking: Callable[[], None] | None = None,
        asks: bool = True,
    ) -> None:
        """``asks`` False: the cache is all that counts."""
        self._desk, self._lines, self._code = desk, lines, code
        self._done, self._failed, self._read, self._asking = done, failed, read, asking
        self._asks = asks and code.problem is None
        self._key = desk.key
        self._given_up = False
        self._errand: Errand | None = None

    def start(self) -> None:
        """Look into the cache."""
        self._search(self._searched)

    def cancel(self) -> None:
        """Want no answer any more; a request to the service that is under way is broken off."""
        self._given_up = True
        if self._errand is not None:
            self._errand.abandon()

    @property
    def _holds(self) -> bool:
        return not self._given_up and self._desk.key == self._key

    def _search(self, searched: Callable[[Found], None]) -> None:
        lanes = self._desk.lanes
        if lanes is None:
            self._failed(NoCredentials())
            return

        def answered(found: Found) -> None:
            if self._holds:
                searched(found)

        def unread(error: Exception) -> None:
            if not self._holds:
                return
            if isinstance(error, CacheAbsent):
                searched(Found((), None))
            else:
                self._failed(error)

        lanes.rows.request("look up", self._look, answered, unread)

    def _look(self, reader: CacheReader, _: CancelToken) -> Found:
        """In the reader's thread."""
        for scan in (self._code.scan, *self._code.others):
            ids = tuple(reader.find(scan.value))
            if ids:
                content = self._read(reader, ids) if self._read is not None else None
                return Found(ids, "cache", content=content)
        return Found((), None)

    def _searched(self, found: Found) -> None:
        if found.row_ids or not self._asks:
            self._done(found)
            return
        if self._asking is not None:
            self._asking()
        self._lines.with_line(self._ask, self._refused)

    def _refused(self, error: BaseException) -> None:
        if self._holds:
            self._failed(error)

    def _ask(self, line: Line) -> None:
        if self._holds:
            code = self._code
            self._errand = _ask(self._desk, line, code.scan, self._answered, self._refused, code.others)

    def _answered(self, found: Found) -> None:
        if not self._holds:
            return
        if found.row_ids and self._read is not None:
            self._search(lambda stored: self._done(stored._replace(source="service")))
        else:
            self._done(found)


def _ask(
    desk: Desk,
    line: Line,
    scan: Scan,
    done: Callable[[Found], None],
    failed: Failed,
    others: Sequence[Scan] = (),
) -> Errand | None:
    lanes, key = desk.lanes, desk.key
    if lanes is None or key is None:
        return None
    writer, mode = lanes.writer, key.mode

    async def not_cached(_: str) -> Sequence[int]:
        return ()

    async def job() -> LookupResult:
        from m360desk.services.lookup import look_up as ask_service

        return await ask_service(
            scan, client=line.client(), find=not_cached, cache=writer, mode=mode, others=others
        )

    def found(result: LookupResult) -> None:
        if result.row_ids:
            desk.sync.wrote.emit()
        done(Found(result.row_ids, result.source, result.problem, result.denied))

    return desk.network.start(job, found, failed)


def read_again(
    desk: Desk, lines: Lines, session_id: str, done: Callable[[Found], None], failed: Failed
) -> None:
    """Ask the service for one session, whatever the cache has, and store it as it is now."""

    def ask(line: Line) -> None:
        _ask(desk, line, Scan("session", session_id), done, failed)

    lines.with_line(ask, failed)


def check_blacklist(
    desk: Desk, lines: Lines, imei: str, done: Callable[[BlacklistOutcome], None], failed: Failed
) -> None:
    """Have an IMEI checked against the blacklist, which in live mode is paid for: the user has agreed."""

    def order(line: Line) -> None:
        testing = desk.key is not None and desk.key.mode == "testing"

        async def job() -> BlacklistOutcome:
            from m360desk.services.blacklist import check_blacklist as check

            return await check(line.client(), imei, testing=testing)

        desk.network.start(job, done, failed)

    lines.with_line(order, failed)


def make_report(
    desk: Desk,
    lines: Lines,
    session_id: str,
    done: Callable[[Sequence[ReportLink]], None],
    failed: Failed,
) -> None:
    """Have the service make a report of one session; ``done`` gets its addresses, the best one first."""

    def order(line: Line) -> None:
        testing = desk.key is not None and desk.key.mode == "testing"

        async def job() -> Sequence[ReportLink]:
            from m360desk.api.requests import ReportRequest

            return await line.client().generate_report(ReportRequest(session_id=session_id, testing=testing))

        desk.network.start(job, done, failed)

    lines.with_line(order, failed)

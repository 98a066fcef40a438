"""Finding what was scanned: on this computer, else at the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from m360desk.core.identity import Scan, read_scan
from m360desk.store.errors import CacheAbsent
from m360desk.workers.keys import NoCredentials

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Sequence

    from m360desk.api.answers import ReportLink
    from m360desk.core.cancel import CancelToken
    from m360desk.core.user_text import UserText
    from m360desk.services.lookup import LookupResult
    from m360desk.store.reader import CacheReader
    from m360desk.workers.desk import Desk
    from m360desk.workers.line import Line
    from m360desk.workers.lines import Lines

    Failed = Callable[[BaseException], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up found: rows of the cache, newest first, and where; or why nothing, in words."""

    row_ids: tuple[int, ...]
    source: Literal["cache", "service"] | None
    problem: UserText | None = None


def look_up(desk: Desk, lines: Lines, text: str, done: Callable[[Found], None], failed: Failed) -> None:
    """Find what was scanned in the cache, else ask the service and store what it has.

    A later look-up takes the place of one that is still under way in the cache.
    """
    lanes, key = desk.lanes, desk.key
    if lanes is None or key is None:
        failed(NoCredentials())
        return
    scan = read_scan(text)

    def searched(ids: Sequence[int]) -> None:
        if ids:
            done(Found(tuple(ids), "cache"))
        elif desk.key == key:
            lines.with_line(lambda line: _ask(desk, line, scan, done, failed), failed)

    def search(reader: CacheReader, _: CancelToken) -> array[int]:
        return reader.find(scan.value)

    def unread(error: Exception) -> None:
        if isinstance(error, CacheAbsent):
            searched(())
        else:
            failed(error)

    lanes.rows.request("look up", search, searched, unread)


def _ask(desk: Desk, line: Line, scan: Scan, done: Callable[[Found], None], failed: Failed) -> None:
    lanes, key = desk.lanes, desk.key
    if lanes is None or key is None:
        return
    writer, mode = lanes.writer, key.mode

    async def not_cached(_: str) -> Sequence[int]:
        return ()

    async def job() -> LookupResult:
        from m360desk.services.lookup import look_up as ask_service

        return await ask_service(scan, client=line.client(), find=not_cached, cache=writer, mode=mode)

    def found(result: LookupResult) -> None:
        if result.row_ids:
            desk.sync.wrote.emit()
        done(Found(result.row_ids, result.source, result.problem))

    desk.network.start(job, found, failed)


def read_again(
    desk: Desk, lines: Lines, session_id: str, done: Callable[[Found], None], failed: Failed
) -> None:
    """Ask the service for one session, whatever the cache has, and store it as it is now."""
    lines.with_line(lambda line: _ask(desk, line, Scan("session", session_id), done, failed), failed)


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

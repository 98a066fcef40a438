"""Testing mode: a handful of pages of made-up sessions that replace those that were there.

Answers are random (guide): paging on would never end, and no two runs see the same sessions.
"""

from collections.abc import Callable, Sequence

from m360desk.api.client import Client
from m360desk.api.errors import ApiError
from m360desk.api.limiter import Priority
from m360desk.api.requests import HistoryRequest
from m360desk.core.records import Session, read
from m360desk.services.sync_run import last_key, refuses_parameter
from m360desk.services.sync_types import SyncOptions
from m360desk.store.pages import PageOutcome
from m360desk.store.writer import CacheWriter


async def fetch_samples(client: Client, options: SyncOptions, on_page: Callable[[int], None]) -> list[bytes]:
    """Fetch the pages of a refresh; raises `ApiError`. `on_page` is told how many have come."""
    pages = options.testing_pages
    if options.max_pages is not None:
        pages = min(pages, options.max_pages)
    records: list[bytes] = []
    cursor: str | None = None
    for number in range(1, pages + 1):
        request = HistoryRequest(
            order="id:desc", limit=options.page_limit, starting_after=cursor, testing=True
        )
        try:
            page = await client.get_history(request, priority=Priority.SYNC)
        except ApiError as error:
            if cursor is None or not refuses_parameter(error):
                raise
            cursor = None  # a made-up session need not be there a second time
            continue
        records += page.records
        on_page(number)
        if not page.records or page.has_more is False:
            break
        cursor = last_key(page.records)
    return records


def replace_samples(writer: CacheWriter, records: Sequence[bytes]) -> PageOutcome:
    """In the writer's thread: put these sessions in place of all others, in one transaction."""
    sessions: list[Session] = [read(record) for record in records]
    return writer.store_page(
        sessions, stretch=None, batch=writer.last_batch() + 1, state=None, replace_all=True
    )

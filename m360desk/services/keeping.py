"""Keeping only the sessions of the last months: asked for in the settings, done with every sync."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Final

from m360desk.store.writer import CacheWriter

AT_ONCE: Final = 1_000
"""Sessions in one transaction: between two, others may write.

In a large cache that takes a tenth of a second or two. The fewer at once, the more often the indexes' pages
are written.
"""


def kept_from_ms(months: int, now_ms: int) -> int | None:
    """The beginning of the day (UTC) so many months ago; None for no months, which means all."""
    if months <= 0:
        return None
    today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    month = max(today.year * 12 + today.month - 1 - months, 12)
    first = date(month // 12, month % 12 + 1, 1)
    following = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    day = first.replace(day=min(today.day, (following - first).days))
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


async def remove_older(
    submit: Callable[[Callable[[CacheWriter], int]], Awaitable[int]],
    progress: Callable[[int], None] = lambda removed: None,  # noqa: ARG005 - the default does nothing
) -> int:
    """Remove what is not to be kept, some at a time; how many sessions that were.

    Whoever stops waiting leaves a cache that is sound: what is left goes with the next sync.

    Raises:
        StoreError: the cache could not be written; what went before stays gone.
    """
    removed = 0
    while gone := await submit(lambda writer: writer.remove_older(AT_ONCE)):
        removed += gone
        progress(removed)
    return removed

"""When a cache was last in step with its account."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from m360desk.store.reader import CacheReader


def last_sync_ms(reader: CacheReader) -> int | None:
    """When the last sync that went through to its end began (ms since 1970 UTC); None: there was none."""
    # Not needed before the first rows are on the screen.
    from m360desk.services.sync_state import decode_state

    state, known = decode_state(reader.sync_state(), 0)
    was_whole = state.plan.audit.finished_ms is not None  # before that, it is when the first one began
    return state.plan.reread_from_ms if known and was_whole else None

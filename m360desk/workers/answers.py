"""What answers a query, made in a lane: the first rows; all row ids, and what has changed beside a list."""

from __future__ import annotations

import time
from array import array
from typing import TYPE_CHECKING, NamedTuple

from m360desk.core.late_numpy import load_numpy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from m360desk.core.cancel import CancelToken
    from m360desk.core.query import Order, Query
    from m360desk.core.spans import Newer
    from m360desk.services.export import ExportResult
    from m360desk.store.reader import CacheReader, StoredRow

PROGRESS_SECONDS = 0.1
"""Between two tellings of how far an export is."""

FIRST_ROWS = 60
"""Asked for ahead of the whole answer: more than a screen holds."""


def first_screenful(
    reader: CacheReader, token: CancelToken, query: Query, order: Order
) -> tuple[array[int], Sequence[StoredRow | None]]:
    """The first rows that answer a query: their ids and, with them, the rows."""
    ids = reader.ids(query, order, limit=FIRST_ROWS, cancel=token)
    return ids, reader.rows(ids)


def first_rows_to(
    done: Callable[[array[int], Sequence[StoredRow | None]], None],
) -> tuple[Callable[[tuple[array[int], Sequence[StoredRow | None]]], None], Callable[[], None]]:
    """What tells a first screenful, and what tells that there is none."""
    return lambda found: done(*found), lambda: done(array("q"), ())


class Answer(NamedTuple):
    """All sessions that answer a query, in their order."""

    ids: array[int]
    rows: Sequence[StoredRow | None]
    """The first ones, or none."""
    newer: Newer | None
    """Beside the list that it was to be compared with; None: with none."""


def from_memory(
    query: Query, order: Order, shown: array[int] | None
) -> Callable[[CacheReader, CancelToken], Answer | None]:
    """Work for a lane: the answer out of the columns in memory; None where they do not tell it."""

    def work(reader: CacheReader, token: CancelToken) -> Answer | None:
        ids = reader.ids_in_memory(query, order, cancel=token)
        if ids is None:
            return None
        return Answer(ids, reader.rows(ids[:FIRST_ROWS]), _compared(order, shown, ids))

    return work


def from_file(
    query: Query, order: Order, shown: array[int] | None
) -> Callable[[CacheReader, CancelToken], Answer]:
    """Work for a lane: the answer out of the file, without rows."""

    def work(reader: CacheReader, token: CancelToken) -> Answer:
        ids = reader.ids(query, order, cancel=token)
        return Answer(ids, (), _compared(order, shown, ids))

    return work


def written_to(
    out: Path,
    query: Query,
    order: Order,
    mode: str,
    tell: Callable[[int, int], None],
    row_ids: Sequence[int] | None,
) -> Callable[[CacheReader, CancelToken], ExportResult]:
    """Work for a lane: the answer, or exactly ``row_ids``, as a file; tells now and then how far it is."""

    def work(reader: CacheReader, token: CancelToken) -> ExportResult:
        from m360desk.services.export import export

        told = time.monotonic()

        def progress(rows: int, of: int) -> None:
            nonlocal told
            if (now := time.monotonic()) - told >= PROGRESS_SECONDS:
                told = now
                tell(rows, of)

        fmt = out.suffix.lower().lstrip(".")
        return export(
            reader, query, order, out, fmt=fmt, mode=mode, progress=progress, cancel=token, row_ids=row_ids
        )

    return work


def _compared(order: Order, shown: array[int] | None, ids: array[int]) -> Newer | None:
    # Whoever shows the answer finds sessions in it by this module: loaded here, nobody waits for it there.
    load_numpy()
    from m360desk.core import places

    if shown is None:
        return None
    newest_first = order.field == "time" and order.descending
    return places.newer(shown, ids, hold_back=newest_first)

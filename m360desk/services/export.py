"""Exporting cached sessions to a file that other programs read."""

import os
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from m360desk.core.cancel import CancelToken
from m360desk.core.query import Order, Query
from m360desk.services.export_formats import FORMATS, Format
from m360desk.services.export_times import LocalTimes
from m360desk.services.export_values import EXPORTED
from m360desk.store.reader import CacheReader
from m360desk.system.local_time import LocalZone

_SLICE = 1_000  # rows in memory at once; as many are on their way
_RECORDS_SLICE = 250  # the same with their records, which are fifteen times as large


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What was exported.

    Attributes:
        rows: sessions in the file.
        path: the file.
    """

    rows: int
    path: Path


def export(
    reader: CacheReader,
    query: Query,
    order: Order,
    out: Path,
    *,
    fmt: str,
    mode: str,
    progress: Callable[[int, int], None],
    cancel: CancelToken,
    zone: tzinfo | None = None,
    row_ids: Sequence[int] | None = None,
) -> ExportResult:
    """Write the sessions that answer a query to `out`, which is replaced as a whole or not touched at all.

    Args:
        reader: the cache.
        query: which sessions.
        order: in which order.
        out: the file.
        fmt: "csv", "xlsx" or "jsonl".
        mode: goes into the first column: "live", "testing" or "demo".
        progress: called with the rows written and their number in all.
        cancel: ends the export; nothing is left behind.
        zone: in which times are given; None: this computer's.
        row_ids: exactly these sessions, in this order, whatever query and order say; None: as they say.

    Raises:
        Cancelled: by `cancel`.
        OSError: the file cannot be written, for example because the disk is full.
        StoreError: the cache cannot be read.
    """
    written = 0

    def write(file: Format) -> None:
        nonlocal written
        # One picture of the cache, whatever a sync writes meanwhile.
        with reader.at_one_moment():
            ids = row_ids if row_ids is not None else reader.ids(query, order, cancel=cancel)
            slices = reader.slices(EXPORTED, records=file.wants_records, cancel=cancel)
            cells = [file.cells(at, slices.value(field)) for at, field in enumerate(EXPORTED)]
            size = _RECORDS_SLICE if file.wants_records else _SLICE
            with closing(slices.of(ids, size)) as parts:
                for part in parts:
                    cancel.check()
                    if part.ids:
                        columns = [make(raws) for make, raws in zip(cells, part.columns, strict=True)]
                        file.write(columns, part.records)
                    written += len(part.ids)
                    progress(written, len(ids))
            cancel.check()

    _write_file(out, fmt, mode, zone, write)
    return ExportResult(written, out)


def export_empty(out: Path, fmt: str, mode: str) -> None:
    """Write a file without sessions: the header line, where the format has one.

    Raises:
        OSError: the file cannot be written.
    """
    _write_file(out, fmt, mode, None, lambda _: None)


def _write_file(out: Path, fmt: str, mode: str, zone: tzinfo | None, write: Callable[[Format], None]) -> None:
    """Write beside `out`, then put the finished file in its place."""
    beside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with FORMATS[fmt](beside, mode, LocalTimes(zone or LocalZone())) as file:
            write(file)
        beside.replace(out)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise

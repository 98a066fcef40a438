"""The list of batteries to order as a file for a supplier, or for the next spreadsheet."""

from __future__ import annotations

import contextlib
import csv
import os
from typing import TYPE_CHECKING

from m360desk.services.export_values import harmless_text
from m360desk.services.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from m360desk.core.battery_order import OrderLine

    Cell = str | int | float


def write_order_list(
    out: Path, lines: Sequence[OrderLine], *, limit: float, what_if: float, mode: str
) -> None:
    """Write the lines to a .csv or .xlsx file, which is replaced as a whole or not touched at all.

    One header line, one row a model, ``mode`` ("live", "testing", "demo") first. A model's name that a
    spreadsheet would run as a formula gets an apostrophe in CSV; in a workbook it stands in a text cell.

    Raises:
        OSError: the file cannot be written.
    """
    header = ("mode", "model", f"order_under_{limit:g}", f"if_under_{what_if:g}", "devices", "unknown")
    names = [line.model for line in lines]
    figures = [[getattr(line, name) for line in lines] for name in ("now", "what_if", "devices", "unknown")]
    beside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        if out.suffix.lower() == ".xlsx":
            _write_workbook(beside, header, [[mode] * len(lines), names, *figures])
        else:
            _write_csv(
                beside, header, [[mode] * len(lines), [harmless_text(name) for name in names], *figures]
            )
        beside.replace(out)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def _write_csv(path: Path, header: Sequence[str], columns: Sequence[Sequence[Cell]]) -> None:
    # Without a byte order mark Excel takes the file for the system's old code page.
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(zip(*columns, strict=True))


def _write_workbook(path: Path, header: Sequence[str], columns: Sequence[Sequence[Cell]]) -> None:
    book = Workbook(path, "Battery order", header)
    try:
        book.write([list(map(book.cell, column)) for column in columns])
        book.finish()
    except BaseException:
        book.abandon()
        raise

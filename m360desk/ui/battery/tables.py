"""The figures of each chart as a table, for files."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from m360desk.core.battery import band
from m360desk.core.battery_fleet import CYCLES_PER_CELL
from m360desk.core.battery_history import replacements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from m360desk.ui.battery.figures import Figures

Row = tuple[object, ...]
# Spreadsheets run a cell that begins with one of these.
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def distribution_table(figures: Figures) -> Iterator[Row]:
    """Devices by whole percent, the unknown last."""
    yield ("percent", "devices", "band")
    found = figures.distribution
    for percent, count in zip(found.percents, found.counts, strict=True):
        yield (percent, count, band(percent, figures.limits).value)
    yield ("unknown", found.unknown, "unknown")


def cycles_table(figures: Figures) -> Iterator[Row]:
    """Devices by cells of cycles and percent; empty cells are left out."""
    yield ("cycles_from", "cycles_to", "percent", "devices")
    density = figures.wear.density
    for row, column in np.argwhere(density.counts > 0).tolist():
        start = column * CYCLES_PER_CELL
        count = int(density.counts[row, column])
        yield (start, start + CYCLES_PER_CELL - 1, density.lowest + row, count)


def trend_table(figures: Figures) -> Iterator[Row]:
    """The months or weeks by the last session of each device, and intake by its first."""
    week = figures.trend.unit == "week"
    yield (
        "week_from" if week else "month",
        "devices",
        "median",
        "p10",
        "p90",
        "share_under",
        "intake_devices",
        "intake_median",
    )
    intake = {period.start: period for period in figures.trend.intake}
    final = {period.start: period for period in figures.trend.final}
    for start in sorted(intake.keys() | final.keys()):
        last, first = final.get(start), intake.get(start)
        ended = (last.count, _tenth(last.median), _tenth(last.low), _tenth(last.high)) if last else ("",) * 4
        share = (_tenth(100 * last.share_under) if last else "",)
        begun = (first.count, _tenth(first.median)) if first else ("", "")
        yield (start.isoformat() if week else f"{start:%Y-%m}", *ended, *share, *begun)


def models_table(figures: Figures) -> Iterator[Row]:
    """The batteries of each model; at the limit, and if the limit were where good begins."""
    good = f"under_{figures.limits.good_from:.0f}"
    under = f"under_{figures.limits.replace_under:.0f}"
    titles = [figures.ways.by, "devices", "median", "p10", "p90", under, "share_under"]
    yield (*titles, *([good] if good != under else []), "wear_per_100_cycles")
    for row in figures.models:
        share = _tenth(100 * row.share_under)
        cells = (
            row.model,
            row.count,
            _tenth(row.median),
            _tenth(row.low),
            _tenth(row.high),
            row.under,
            share,
        )
        wear = round(row.wear.median, 2) if row.wear is not None else ""
        yield (*cells, *([row.under_good] if good != under else []), wear)


def capacity_table(figures: Figures) -> Iterator[Row]:
    """How often full charge (of design), temperature and drain lie in each whole unit."""
    yield ("figure", "unit", "from", "devices")
    found = figures.capacities
    for name, unit, spread in (
        ("full_charge_of_design", "%", found.share),
        ("temperature", "°C", found.temperature),
        ("drain", "%", found.drain),
    ):
        for at, count in enumerate(spread.counts):
            yield (name, unit, spread.lowest + at, count)


def device_table(figures: Figures) -> Iterator[Row]:
    """The sessions of the one device in the search; times are UTC."""
    yield ("time", "health", "cycles", "full_charge_of_design", "battery")
    device = figures.device
    if device is None:
        return
    events = {event.place: event.is_sure for event in replacements(device.points)}
    for place, (point, capacity) in enumerate(zip(device.points, device.capacity, strict=True)):
        when = datetime.fromtimestamp((point.time_ms or 0) / 1000, UTC).isoformat()
        words = {True: "replaced", False: "replaced or reset"}[events[place]] if place in events else ""
        cells = (point.percent, point.cycles, None if capacity is None else _tenth(capacity))
        yield (when, *("" if cell is None else cell for cell in cells), words)


def csv_bytes(rows: Iterator[Row], mode: str) -> bytes:
    """A table as CSV that spreadsheets read by themselves; the first column says which mode it is of."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("mode", *next(rows)))
    writer.writerows((mode, *_harmless(row)) for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def _harmless(row: Sequence[object]) -> Iterator[object]:
    for cell in row:
        yield f"'{cell}" if isinstance(cell, str) and cell.startswith(_RISKY) else cell


def _tenth(figure: float) -> float:
    return round(figure, 1)

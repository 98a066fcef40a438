"""A battery's figures with their sources, and what its own readings tell."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from m360desk.core.battery import HealthPoint, reading_quality
from m360desk.ui.detail.content import Line, Reading, Run, SectionContent
from m360desk.ui.detail.pieces import figure, key_value, note, quantity
from m360desk.ui.marks import Mark
from m360desk.ui.text import NOTHING, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m360desk.ui.detail.content import PaneContext
    from m360desk.ui.detail.describe_head import Fields

_SOURCES = {
    "reported": "reported by device",
    "measured": "full charge / design",
    "derived": "full charge / design of model",
}
# Fewer cycles say nothing about wear: the first per cent may take a hundred.
_LEAST_CYCLES = 50
# Reported and measured health are shown beside each other when they differ by this much (per cent).
_NOTEWORTHY = 1.0
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def battery_section(fields: Fields, technology: str | None = None) -> SectionContent:
    """Return the figures that are known, each derived one with its source."""
    health, full = figure(fields.get("battery")), figure(fields.get("full_charge"))
    lines: list[Line] = []
    if health is not None:
        source = _SOURCES.get(str(fields.get("battery_source")), "")
        lines.append(key_value("Health", quantity(health, "%", decimals=_decimals(health)), source))
    design = figure(fields.get("design"))
    if health is not None and fields.get("battery_source") == "reported" and full and design:
        measured = 100 * full / design
        if abs(measured - health) >= _NOTEWORTHY:
            lines.append(key_value("Measured", quantity(measured, "%", decimals=1), "full charge / design"))
    cycles = figure(fields.get("cycles"))
    rows = (
        ("Cycles", cycles, "", None, ""),
        ("Full charge", full, "mAh", 0, "measured"),
        ("Design", design, "mAh", 0, "reported by device"),
        ("Temperature", figure(fields.get("temperature")), "°C", None, ""),
        ("Voltage", figure(fields.get("voltage")), "V", None, ""),
        ("Drain", figure(fields.get("drain")), "%", None, "in the test"),
    )
    for label, value, unit, decimals, source in rows:
        if value is not None:
            lines.append(key_value(label, quantity(value, unit, decimals=decimals), source))
    if health is not None and cycles is not None and cycles >= _LEAST_CYCLES and health < 100:
        wear = (100 - health) / cycles * 100
        lines.append(key_value("Wear", quantity(wear, "% per 100 cycles", decimals=1), "since new"))
    if technology:
        lines.append(key_value("Technology", (Run(technology),)))
    if not lines:
        return SectionContent((Run("no reading", colour="text2"),))
    return SectionContent((), tuple(lines))


def battery_notes(readings: Sequence[Reading], context: PaneContext) -> tuple[Line, ...]:
    """Return how far the device's readings can be trusted, and what they say about the limit."""
    points = [HealthPoint(reading.time_ms, reading.percent, reading.cycles) for reading in readings]
    quality = reading_quality(points)
    doubtful = len(points) > 1 or len(quality) > 1
    lines = [note(text, mark=Mark.WATCH if doubtful else None) for text in quality]
    crossing = limit_crossing(readings, context.limits.replace_under)
    if crossing:
        lines.append(note(crossing))
    return tuple(lines)


def limit_crossing(readings: Sequence[Reading], limit: float) -> str:
    """Return how many cycles ago the battery passed the limit, on a straight line between readings; or ""."""
    points = [(reading.cycles, reading.percent) for reading in readings if reading.cycles is not None]
    if len(points) < 2 or points[-1][1] >= limit:
        return ""
    for (from_cycles, above), (to_cycles, below) in pairwise(points):
        if above >= limit > below and to_cycles > from_cycles:
            at = from_cycles + (to_cycles - from_cycles) * (above - limit) / (above - below)
            ago = round((points[-1][0] - at) / 10) * 10
            if ago < 0:
                return ""
            about = f"about {number(ago)} cycles ago" if ago else "just now"
            own = _NUMBERS[len(points)] if len(points) < len(_NUMBERS) else str(len(points))
            return f"Passed the limit {about}, from its own {own} readings."
    return ""


def storage_section(fields: Fields) -> SectionContent:
    """Return how much of the storage is in use."""
    total, free = figure(fields.get("storage")), figure(fields.get("free"))
    if total is None and free is None:
        return SectionContent((Run("not known", colour="text2"),))
    if total is None or free is None or not 0 <= free <= total:
        size = number(total if total is not None else free, decimals=None)
        return SectionContent((Run(f"{size} GB{' free' if total is None else ''}", colour="text2"),))
    share = f"{number(100 * free / total, decimals=0)}\u00a0%" if total else NOTHING
    lines = (
        key_value("In use", quantity(total - free, "GB", decimals=_decimals(total - free))),
        key_value("Free", quantity(free, "GB", decimals=_decimals(free)), share),
    )
    summary = f"{number(free, decimals=_decimals(free))} of {number(total)} GB free"
    return SectionContent((Run(summary, colour="text2"),), lines)


def _decimals(value: float) -> int:
    return 0 if round(value, 1) == round(value) else 1

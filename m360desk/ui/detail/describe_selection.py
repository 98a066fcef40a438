"""Several selected sessions in words: what they share, how many are bad and in what way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from m360desk.core.battery import Band
from m360desk.core.fields import find_field
from m360desk.ui.detail.content import Badge, Line, Piece, Run
from m360desk.ui.detail.describe_head import BAND_MARKS, health_text
from m360desk.ui.detail.pieces import key_value, plain
from m360desk.ui.marks import FAILED, Mark
from m360desk.ui.text import NO_BREAK, counted, date_of, number, storage, title_of

if TYPE_CHECKING:
    from m360desk.core.selection import SelectionSummary
    from m360desk.core.session import StoredValue
    from m360desk.ui.detail.content import PaneContext

MOST_LINES = 12
"""Models or tests that are named; the rest is one line."""

_BANDS_WORST_FIRST = (Band.REPLACE, Band.WATCH, Band.UNKNOWN, Band.GOOD)
_LABEL_AT = 24


@dataclass(frozen=True, slots=True)
class ManyContent:
    """What the pane says of several sessions. ``imeis`` are what its button copies."""

    title: str
    facts: str
    badges: tuple[Badge, ...]
    blocks: tuple[tuple[str, tuple[Line, ...]], ...]
    imeis: tuple[str, ...]


def describe_many(summary: SelectionSummary, selected: int, context: PaneContext) -> ManyContent:
    """Return what is said of ``selected`` sessions, the first of which are summed up."""
    blocks = [
        ("In common", _shared(summary)),
        ("Battery", _bands(summary, context)),
        ("Tests", _tests(summary)),
        ("Models", _models(summary)),
    ]
    return ManyContent(
        title=many_title(selected),
        facts=_facts(summary, selected, context),
        badges=_badges(summary, context),
        blocks=tuple((name, lines) for name, lines in blocks if lines),
        imeis=summary.imeis,
    )


def many_title(selected: int) -> str:
    """Return "12 sessions selected"."""
    return f"{counted(selected, 'session', 'sessions')} selected"


def _facts(summary: SelectionSummary, selected: int, context: PaneContext) -> str:
    parts = [counted(summary.devices, "device", "devices")]
    if summary.unidentified:
        parts.append(f"{number(summary.unidentified)} unidentified")
    if summary.first_ms is not None:
        first, last = date_of(summary.first_ms, context.zone), date_of(summary.last_ms, context.zone)
        parts.append(first if first == last else f"{first} to {last}")
    facts = " · ".join(parts)
    if selected > summary.sessions:
        return f"Of the first {number(summary.sessions)} of them: {facts}"
    return facts


def _badges(summary: SelectionSummary, context: PaneContext) -> tuple[Badge, ...]:
    """Return how many have which fault, in the order of the badges of one session."""
    found = []
    if context.mode != "live":
        found.append(Badge("Demo data" if context.mode == "demo" else "Test data", None))
    found += [
        Badge(f"{number(count)} {name} lock on", Mark.STOP, "lock") for name, count in summary.account_locks
    ]
    replace, watch = summary.bands.get(Band.REPLACE, 0), summary.bands.get(Band.WATCH, 0)
    unknown = summary.bands.get(Band.UNKNOWN, 0)
    counts = (
        (summary.blacklisted, "blacklisted", Mark.STOP, "blacklist"),
        (summary.failed, "failed a test", FAILED, ""),
        (replace, "battery to replace", Mark.REPLACE, ""),
        (watch, "battery to watch", Mark.WATCH, ""),
        (summary.with_parts, "parts not original", Mark.WATCH, ""),
        (summary.sim_locked, "SIM locked", Mark.WATCH, "sim"),
        (summary.untested, "not tested", Mark.UNKNOWN, ""),
        (unknown, "battery unknown", Mark.UNKNOWN, ""),
        (summary.unchecked, "blacklist not checked", Mark.UNKNOWN, ""),
    )
    found += [Badge(f"{number(count)} {words}", mark, icon) for count, words, mark, icon in counts if count]
    if not any(badge.tone in (Mark.STOP, Mark.REPLACE) for badge in found) and summary.passed:
        found.append(Badge(f"{number(summary.passed)} passed all tests", Mark.GOOD))
    return tuple(found)


def _shared(summary: SelectionSummary) -> tuple[Line, ...]:
    lines = []
    for name, value in summary.shared:
        field = find_field(name)
        title = field.title if field is not None else name
        lines.append(key_value(title, (Run(_value(name, value)),)))
    return tuple(lines)


def _value(name: str, value: StoredValue) -> str:
    if name == "storage" and isinstance(value, int | float):
        return storage(float(value))
    return number(value) if isinstance(value, int | float) else plain(value)


def _bands(summary: SelectionSummary, context: PaneContext) -> tuple[Line, ...]:
    limits = context.limits
    low, high = number(limits.replace_under), number(limits.good_from)
    words = {
        Band.REPLACE: f"Replace, under {low}",
        Band.WATCH: f"Watch, {low} to under {high}",
        Band.UNKNOWN: "Unknown",
        Band.GOOD: f"Good, from {high}",
    }
    lines = [
        _counted(words[band], summary.bands[band], mark=BAND_MARKS[band])
        for band in _BANDS_WORST_FIRST
        if summary.bands.get(band)
    ]
    if summary.median_health is not None:
        median = f"{health_text(summary.median_health, limits)}{NO_BREAK}%"
        known = summary.sessions - summary.bands.get(Band.UNKNOWN, 0)
        lines.append(key_value("Median", (Run(median),), f"of {counted(known, 'reading', 'readings')}"))
    return tuple(lines)


def _tests(summary: SelectionSummary) -> tuple[Line, ...]:
    named = [
        _counted(title_of(test), count, mark=FAILED) for test, count in summary.failed_tests[:MOST_LINES]
    ]
    return (*named, *_rest(summary.failed_tests, "other failed tests"))


def _models(summary: SelectionSummary) -> tuple[Line, ...]:
    if len(summary.models) < 2:
        return ()
    named = [_counted(model or "Unknown model", count) for model, count in summary.models[:MOST_LINES]]
    return (*named, *_rest(summary.models, "other models"))


def _rest(counts: tuple[tuple[str, int], ...], words: str) -> tuple[Line, ...]:
    more = counts[MOST_LINES:]
    if not more:
        return ()
    return (_counted(f"{number(len(more))} {words}", sum(count for _, count in more)),)


def _counted(label: str, count: int, *, mark: Mark | None = None) -> Line:
    figure = number(count)
    pieces = (
        Piece(_LABEL_AT if mark is not None else 0, (Run(label),)),
        Piece(0, (Run(figure),), right=True),
    )
    return Line(pieces, mark=mark, spoken=f"{label}: {figure}", copied=f"{label}: {figure}")

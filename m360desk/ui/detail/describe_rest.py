"""Locks, parts, grading, blacklist, wipe, expenses, reports and earlier versions, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from m360desk.core.flags import SIM_LOCK
from m360desk.ui.detail.content import Line, Piece, Run, SectionContent
from m360desk.ui.detail.pieces import count, figure, key_value, marked, names, plain, quantity
from m360desk.ui.detail.record_facts import (
    is_on,
    is_safe_link,
    members,
    parts,
    prop,
    report_links,
    scalar_text,
    scalars,
)
from m360desk.ui.marks import Mark
from m360desk.ui.text import date_and_clock, long_date, shortened, title_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from m360desk.store.stored import Version
    from m360desk.ui.detail.content import PaneContext
    from m360desk.ui.detail.describe_head import Fields

_APPLE = ("ios", "ipados")


def _empty(words: str) -> SectionContent:
    return SectionContent((Run(words, colour="text2"),))


def locks_section(fields: Fields, record: object) -> SectionContent:
    """Return every lock that is known of, those that are on first."""
    lines = [*_account_locks(fields, record), *_sim_lock(fields), *_tampering(record)]
    if not lines:
        return _empty("not known")
    lines.sort(
        key=lambda line: (Mark.STOP, Mark.WATCH, Mark.UNKNOWN, Mark.TICK).index(line.mark or Mark.UNKNOWN)
    )
    on = sum(line.mark in (Mark.STOP, Mark.WATCH) for line in lines)
    worst = "badtext" if lines[0].mark is Mark.STOP else "watchtext"
    summary = Run(f"{on} on", colour=worst) if on else Run("none on", colour="text2")
    return SectionContent((summary,), tuple(lines))


def _account_locks(fields: Fields, record: object) -> list[Line]:
    if fields.get("account_lock") is None:
        return []
    on = names(fields.get("account_lock"))
    own = "iCloud" if plain(fields.get("os")).casefold() in _APPLE else "FRP"
    found = []
    for name in dict.fromkeys((*on, own, "MDM")):
        if name not in on:
            found.append(marked(Mark.TICK, name, Run("none" if name == "MDM" else "off", colour="text2")))
            continue
        account = name != "MDM" and is_on(prop(record, "associatedAccount"))
        words = "on, associated account" if account else "on"
        found.append(marked(Mark.STOP, name, Run(words, "strong", "badtext")))
    return found


def _sim_lock(fields: Fields) -> list[Line]:
    text = plain(fields.get("sim_lock"))
    if count(fields.get("flags")) & SIM_LOCK:
        return [marked(Mark.WATCH, "SIM", Run(text or "locked", "strong", "watchtext"))]
    return [marked(Mark.TICK, "SIM", Run(text or "unlocked", colour="text2"))] if text else []


def _tampering(record: object) -> list[Line]:
    found = []
    for name, label in (("iosJailbreak", "Jailbreak"), ("rooted", "Rooted")):
        value = prop(record, name)
        on = is_on(value)
        if on is None:
            continue
        words = scalar_text(value) if isinstance(value, str) else ("found" if on else "none")
        colour = "watchtext" if on else "text2"
        found.append(marked(Mark.WATCH if on else Mark.TICK, label, Run(words, colour=colour)))
    return found


def parts_section(record: object) -> SectionContent:
    """Return the parts that were checked, replaced ones first."""
    found = sorted(parts(record), key=lambda part: (part[1] is not False, part[1] is not None))
    if not found:
        return _empty("not checked")
    replaced = sum(original is False for _, original, _ in found)
    summary = (
        Run(f"{replaced} not original", colour="watchtext")
        if replaced
        else Run("all original", colour="text2")
    )
    if not replaced and any(original is None for _, original, _ in found):
        summary = Run("not all known", colour="text2")
    signs = {True: Mark.TICK, False: Mark.WATCH, None: Mark.UNKNOWN}
    colours = {True: "text2", False: "watchtext", None: "text2"}
    lines = tuple(
        marked(signs[original], title_of(name), Run(text, colour=colours[original]))
        for name, original, text in found
    )
    return SectionContent((summary,), lines)


def grading_section(fields: Fields, record: object, context: PaneContext) -> SectionContent:
    """Return the grade and whatever the grading says beside it."""
    grade = plain(fields.get("grade"))
    result = members(prop(record, "gradingResult"))
    photos = count(fields.get("photos"))
    if not (grade or result or photos):
        return _empty("not graded")
    who = ", ".join(
        text for text in (scalar_text(result.get("username")), _when(result, context.zone)) if text
    )
    lines = [key_value("Grade", (Run(grade),) if grade else quantity(None), who)]
    known = frozenset({"grade", "finalGrade", "username", *_TIMES})
    lines += [key_value(name, (Run(text),)) for name, text in scalars(result, without=known)]
    if photos:
        lines.append(key_value("Photos", quantity(photos)))
    return SectionContent((Run(grade, colour="text2"),) if grade else (), tuple(lines))


def blacklist_section(fields: Fields, record: object, context: PaneContext) -> SectionContent:
    """Return what the blacklist check said."""
    state = plain(fields.get("blacklist"))
    if not state:
        return _empty("not checked")
    result = members(prop(record, "blacklistCheckResult"))
    when = _when(result, context.zone)
    checked = Run(f"checked {when}" if when else "", colour="text2")
    if state == "clean":
        line = marked(Mark.TICK, "Clean", checked)
    elif state == "listed":
        line = marked(Mark.STOP, "Blacklisted", checked)
    else:
        line = marked(Mark.UNKNOWN, shortened(state, 40), checked)
    known = frozenset({"status", "result", *_TIMES})
    more = tuple(key_value(name, (Run(text),)) for name, text in scalars(result, without=known))
    return SectionContent((), (line, *more))


def wipe_section(fields: Fields) -> SectionContent:
    """Return whether the device was wiped."""
    state = plain(fields.get("wipe"))
    if not state:
        return _empty("not wiped in this session")
    wiped = state.casefold() in ("wiped", "passed", "success", "successful", "done")
    failed = state.casefold() in ("failed", "error", "aborted")
    mark = Mark.TICK if wiped else Mark.REPLACE if failed else Mark.UNKNOWN
    return SectionContent((), (marked(mark, title_of(state), Run("in this session", colour="text2")),))


def expenses_section(fields: Fields, record: object) -> SectionContent:
    """Return what was paid for and spent on the device, and the sum."""
    total = figure(fields.get("expense"))
    expense = members(prop(record, "deviceExpense"))
    currency = scalar_text(expense.get("currency"))
    lines = [
        key_value(title_of(name), quantity(float(value), currency, decimals=2))
        for name, value in expense.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and name.casefold() != "total"
    ]
    if total is not None:
        runs = quantity(total, currency, decimals=2)
        lines.append(key_value("Total", (Run(runs[0].text, "strong"), *runs[1:])))
    return SectionContent((), tuple(lines)) if lines else _empty("none")


def reports_section(record: object) -> SectionContent:
    """Return the reports of the diagnostics; only https addresses are links."""
    lines = []
    found = tuple(report_links(record))
    several = len({count for count, _, _ in found}) > 1
    for number, kind, link in found:
        name = f"Diagnostics {number}" if several else "Diagnostics"
        safe = is_safe_link(link)
        right = Run(kind if safe else f"{kind}, not opened: no https", colour="accent" if safe else "text2")
        lines.append(
            Line(
                (Piece(24, (Run(name),)), Piece(0, (right,), right=True)),
                icon="external" if safe else "warning",
                icon_colour="accent" if safe else "text2",
                spoken=f"{name}: {right.text}",
                copied=link,
                tip=shortened(link, 200),
                target=link if safe else None,
            )
        )
    return SectionContent((), tuple(lines)) if lines else _empty("none")


def versions_section(versions: Sequence[Version], context: PaneContext) -> SectionContent:
    """Return when the record had another content; each can be looked at."""
    if not versions:
        return _empty("none, it has not changed since it was first read")
    lines = []
    for version in versions:
        start = date_and_clock(version.from_ms, context.zone)
        end = date_and_clock(version.replaced_ms, context.zone)
        pieces = (Piece(0, (Run("Until", colour="text2"),)), Piece(48, (Run(end),)))
        spoken = f"As it was from {start} until {end}"
        lines.append(Line(pieces, spoken=spoken, tip=spoken, target=version.number))
    return SectionContent((Run(str(len(versions)), colour="text2"),), tuple(lines))


_TIMES = ("finishedTime", "checkedTime", "createdAt", "updatedAt", "date", "time")


def _when(result: object, zone: tzinfo) -> str:
    """Return the time of a result, local where it can be read, else as it came: its format is not known."""
    for name in _TIMES:
        text = scalar_text(members(result).get(name))
        if text:
            return _local(text, zone)
    return ""


def _local(text: str, zone: tzinfo) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("2026-11-23"):
        return long_date(moment.date())
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return date_and_clock(round(aware.timestamp() * 1000), zone)

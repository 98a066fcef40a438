"""Locks, parts, grading, blacklist, wipe, expenses and reports in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.core.derive_state import EXPENSE_SOURCES, WIPE_SOURCES, account_locks, is_on, part_states
from m360desk.core.flags import SIM_LOCK
from m360desk.ui.detail.content import Line, Run, SectionContent
from m360desk.ui.detail.pieces import count, figure, key_value, link_line, marked, plain, quantity
from m360desk.ui.detail.record_facts import (
    members,
    photo_links,
    report_links,
    scalar_text,
    scalars,
    when,
    who,
)
from m360desk.ui.marks import Mark
from m360desk.ui.text import shortened, title_of

if TYPE_CHECKING:
    from m360desk.core.reading import Reading
    from m360desk.ui.detail.content import PaneContext
    from m360desk.ui.detail.describe_head import Fields

_WORST_FIRST = (Mark.STOP, Mark.WATCH, Mark.UNKNOWN, Mark.TICK)
_ACCOUNT_PROPERTIES = {"iCloud": "associatedAccount", "FRP": "frpState", "MDM": "MDMState"}


def _empty(words: str) -> SectionContent:
    return SectionContent((Run(words, colour="text2"),))


def locks_section(fields: Fields, reading: Reading) -> SectionContent:
    """Return every lock that is known of, those that are on first."""
    lines = [*_account_locks(reading), *_sim_lock(fields), *_tampering(reading)]
    if not lines:
        return _empty("not known")
    lines.sort(key=lambda line: _WORST_FIRST.index(line.mark or Mark.UNKNOWN))
    on = sum(line.mark in (Mark.STOP, Mark.WATCH) for line in lines)
    worst = "badtext" if lines[0].mark is Mark.STOP else "watchtext"
    summary = Run(f"{on} on", colour=worst) if on else Run("none on", colour="text2")
    return SectionContent((summary,), tuple(lines))


def _account_locks(reading: Reading) -> list[Line]:
    found = []
    for name, on in account_locks(reading).items():
        if not on:
            found.append(marked(Mark.TICK, name, Run("off", colour="text2")))
            continue
        as_came = scalar_text(reading.merged.get(_ACCOUNT_PROPERTIES.get(name, "")))
        more = "" if as_came.casefold() in ("", "on", "yes", "enabled", "locked") else f", {as_came}"
        found.append(marked(Mark.STOP, name, Run(f"on{more}", "strong", "badtext")))
    return found


def _sim_lock(fields: Fields) -> list[Line]:
    text = plain(fields.get("sim_lock"))
    if count(fields.get("flags")) & SIM_LOCK:
        return [marked(Mark.WATCH, "SIM", Run(text or "locked", "strong", "watchtext"))]
    if not text:
        return []
    mark = Mark.TICK if text == "unlocked" else Mark.UNKNOWN
    return [marked(mark, "SIM", Run(text, colour="text2"))]


def _tampering(reading: Reading) -> list[Line]:
    found = []
    for name, label in (("iosJailbreak", "Jailbreak"), ("rooted", "Rooted")):
        value = reading.merged.get(name)
        on = is_on(value) if value is not None else None
        if on is None:
            continue
        words = scalar_text(value) if isinstance(value, str) else ("found" if on else "none")
        colour = "watchtext" if on else "text2"
        found.append(marked(Mark.WATCH if on else Mark.TICK, label, Run(words, colour=colour)))
    return found


def parts_section(reading: Reading) -> SectionContent:
    """Return the parts that were checked, replaced ones first."""
    check = reading.merged.get("oemCheckResult")
    states = sorted(part_states(check).items(), key=lambda part: (part[1] != 0, part[1] is not None))
    if not states:
        return _empty("not checked")
    replaced = sum(original == 0 for _, original in states)
    if replaced:
        summary = Run(f"{replaced} not original", colour="watchtext")
    elif any(original is None for _, original in states):
        summary = Run("not all known", colour="text2")
    else:
        summary = Run("all original", colour="text2")
    return SectionContent((summary,), tuple(_part(name, state, check) for name, state in states))


def _part(name: str, original: int | None, check: object) -> Line:
    more = members(members(check).get(name))
    tip = "\n".join(f"{title}: {text}" for title, text in scalars(more, without=("isOriginal",)))
    if original is None:
        words = scalar_text(more.get("status")) or "not known"
        return marked(Mark.UNKNOWN, title_of(name), Run(words, colour="text2"), tip=tip)
    if original:
        return marked(Mark.TICK, title_of(name), Run("original", colour="text2"), tip=tip)
    return marked(Mark.WATCH, title_of(name), Run("not original", colour="watchtext"), tip=tip)


def grading_section(fields: Fields, reading: Reading, context: PaneContext) -> SectionContent:
    """Return the grade and whatever the grading says beside it."""
    grade = plain(fields.get("grade"))
    result = reading.merged.get("gradingResult")
    photos = count(fields.get("photos"))
    more = [key_value(name, (Run(text),)) for name, text in scalars(result, without=("grade", "finalGrade"))]
    if not (grade or more or photos):
        return _empty("not graded")
    source = ", ".join(text for text in (who(result), when(result, context.zone)) if text)
    lines = [key_value("Grade", (Run(grade),) if grade else quantity(None), source), *more]
    photos_as_came = reading.merged.get("gradingPhotos")
    links = [link_line(name, "", link, context) for name, link in photo_links(photos_as_came)]
    lines += links
    if photos > len(links):
        lines.append(key_value("Photos", quantity(photos), "without an address" if not links else ""))
    return SectionContent((Run(grade, colour="text2"),) if grade else (), tuple(lines))


def blacklist_section(fields: Fields, reading: Reading, context: PaneContext) -> SectionContent:
    """Return what the blacklist check said."""
    state = plain(fields.get("blacklist"))
    if not state:
        return _empty("not checked")
    result = reading.merged.get("blacklistCheckResult")
    time = when(result, context.zone)
    checked = Run(f"checked {time}" if time else "", colour="text2")
    if state == "clean":
        line = marked(Mark.TICK, "Clean", checked)
    elif state == "listed":
        line = marked(Mark.STOP, "Blacklisted", checked)
    else:
        line = marked(Mark.UNKNOWN, shortened(state, 40), checked)
    known = ("status", "result", "isBlacklisted")
    more = tuple(key_value(name, (Run(text),)) for name, text in scalars(result, without=known))
    return SectionContent((), (line, *more))


def wipe_section(fields: Fields, reading: Reading, context: PaneContext) -> SectionContent:
    """Return whether the device was wiped, how and by whom."""
    state = plain(fields.get("wipe"))
    if not state:
        return _empty("not wiped in this session")
    result = reading.first(*WIPE_SOURCES)
    mark = {"wiped": Mark.TICK, "failed": Mark.REPLACE}.get(state, Mark.UNKNOWN)
    done = ", ".join(text for text in (who(result), when(result, context.zone)) if text)
    line = marked(mark, title_of(state), Run(done, colour="text2"))
    known = ("status", "result", "startedTime")
    more = tuple(key_value(name, (Run(text),)) for name, text in scalars(result, without=known))
    return SectionContent((), (line, *more))


def expenses_section(fields: Fields, reading: Reading) -> SectionContent:
    """Return what was paid for and spent on the device, and the sum."""
    total = figure(fields.get("expense"))
    expense = members(reading.first(*EXPENSE_SOURCES))
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


def reports_section(reading: Reading, context: PaneContext) -> SectionContent:
    """Return the reports of the diagnostics; only https addresses are links."""
    lines = [
        link_line(name, kind, link, context)
        for name, kind, link in report_links(reading.merged.get("diagnosticsReports"))
    ]
    return SectionContent((), tuple(lines)) if lines else _empty("none")

"""A session in words: everything the detail pane shows, put together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from m360desk.core.reading import Reading
from m360desk.ui.detail.content import SECTIONS, IdentityItem, Line, PaneContent, Run, SectionContent
from m360desk.ui.detail.describe_battery import battery_notes, battery_section, storage_section
from m360desk.ui.detail.describe_head import (
    badges,
    dashboard_link,
    facts,
    gauge,
    identities,
    title,
    valid_imei,
)
from m360desk.ui.detail.describe_rest import (
    blacklist_section,
    expenses_section,
    grading_section,
    locks_section,
    parts_section,
    reports_section,
    wipe_section,
)
from m360desk.ui.detail.describe_tests import history_section, readings, tests_section
from m360desk.ui.detail.describe_versions import versions_section
from m360desk.ui.detail.pieces import note
from m360desk.ui.marks import FAILED, Mark
from m360desk.ui.text import NO_BREAK, date_and_clock, number

if TYPE_CHECKING:
    from m360desk.core.records import Detail
    from m360desk.store.stored import StoredRow
    from m360desk.ui.detail.content import PaneContext
    from m360desk.ui.detail.loading import SessionDetail

MOST_LINES = 300
"""Of one section: what has more was made to be long, and takes longer to lay out than to read."""

_TESTS = "diagnosticsResults"


def describe(session: SessionDetail, context: PaneContext) -> PaneContent:
    """Return all that is shown of a session, but for its raw record."""
    detail = session.detail
    fields, record = detail.session, detail.record
    reading = Reading(record)
    found = readings(session.history or (fields,))
    sections = {
        "history": history_section(session.history, session.row_id, context),
        "tests": tests_section(detail.tests, context, left_out=_TESTS in dict(detail.left_out)),
        "battery": battery_section(fields, detail.battery.technology),
        "storage": storage_section(fields),
        "locks": locks_section(fields, reading),
        "parts": parts_section(reading),
        "grading": grading_section(fields, reading, context),
        "blacklist": blacklist_section(fields, reading, context),
        "wipe": wipe_section(fields, reading, context),
        "expenses": expenses_section(fields, reading),
        "reports": reports_section(reading, context),
        "notes": _notes_section(detail, session.gone_ms, context),
        "versions": versions_section(session.versions, session.changes, context),
    }
    sections = {key: _of_bearable_length(section) for key, section in sections.items()}
    verdicts, identity = badges(fields, context), identities(fields, context)
    head = [title(fields), facts(fields), ", ".join(badge.text for badge in verdicts)]
    return PaneContent(
        title=head[0],
        facts=head[1],
        badges=verdicts,
        identity=identity,
        sections=sections,
        gauge=gauge(fields, context),
        readings=found,
        battery_notes=battery_notes(found, context),
        dashboard_link=dashboard_link(fields),
        imei=valid_imei(fields),
        properties=len(record) + len(detail.left_out),
        plain_text=_plain_text(head, identity, sections),
    )


def describe_row(row: StoredRow, context: PaneContext) -> tuple[str, str, tuple[IdentityItem, ...]]:
    """Return title, facts and identities as far as a row of the list knows them."""
    return title(row), facts(row), identities(row, context)


def _of_bearable_length(section: SectionContent) -> SectionContent:
    more = len(section.lines) - MOST_LINES
    if more <= 0:
        return section
    return replace(section, lines=(*section.lines[:MOST_LINES], note(f"and {number(more)} more")))


def ticket_text(content: PaneContent) -> str:
    """Return what a ticket needs: which device, what is wrong with it, how its battery stands."""
    names = ("IMEI", "Serial", "Custom ID")
    identity = [f"{item.caption}: {item.copied}" for item in content.identity if item.caption in names]
    failed = [line.spoken for line in content.sections["tests"].lines if line.mark is FAILED]
    battery = [line.spoken for line in content.sections["battery"].lines[:2]]
    lines = [content.title, content.facts, ", ".join(badge.text for badge in content.badges)]
    lines += [text for text in identity if not text.endswith(": ")]
    lines += [*failed, *(f"Battery: {text}" for text in battery)]
    return "\n".join(line.replace(NO_BREAK, " ") for line in lines if line) + "\n"


def _notes_section(detail: Detail, gone_ms: int | None, context: PaneContext) -> SectionContent:
    lines: list[Line] = []
    if gone_ms is not None:
        when = date_and_clock(gone_ms, context.zone)
        text = f"The account no longer has this session, seen {when}. This copy is kept."
        lines.append(note(text, mark=Mark.WATCH, font="body", colour="text"))
    lines += [note(str(each), font="body", colour="text") for each in detail.notes]
    if not lines:
        return SectionContent((Run("none, read as it came", colour="text2"),))
    return SectionContent((Run(str(len(lines)), colour="text2"),), tuple(lines))


def _plain_text(
    head: list[str], identity: tuple[IdentityItem, ...], sections: dict[str, SectionContent]
) -> str:
    blocks = ["\n".join(line for line in head if line)]
    blocks.append("\n".join(f"{item.caption}: {item.copied or item.shown}" for item in identity))
    for key, name in SECTIONS:
        section = sections.get(key)
        if section is not None and section.lines:
            blocks.append("\n".join((name, *(f"  {line.spoken}" for line in section.lines))))
    return "\n\n".join(blocks) + "\n"

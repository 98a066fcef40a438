"""One device on one page of A4, for a customer or a shelf: black on white, words instead of colours.

What a device has cost, who else had it and the record itself stay in the shop: they are not on the sheet.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QFont, QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from m360desk.ui.detail.content import SECTIONS
from m360desk.ui.detail.pieces import LINK_ICONS, words
from m360desk.ui.text import date_and_clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QPagedPaintDevice

    from m360desk.ui.detail.content import Line, PaneContent, PaneContext

LEFT, RIGHT = ("tests", "locks", "blacklist", "wipe"), ("battery", "storage", "parts", "grading")
MOST_ROWS = 24
"""Of one section: a sheet is one page."""

MARGIN_MM = 15
_LARGEST, _SMALLEST = 10.0, 4.0
_STYLE = (
    "* { color: black } h1 { font-size: 200%; margin: 0 } h3 { margin-bottom: 2px } "
    "td { padding-right: 12px }"
)
_UNREAL = {"demo": "Demo data: not a real device", "testing": "Test data: not a real device"}


def sheet_html(content: PaneContent, context: PaneContext) -> str:
    """Return the sheet's text."""
    unreal = _UNREAL.get(context.mode)
    parts = [f"<p><b>[ {unreal} ]</b></p>"] if unreal else []
    parts.append(f"<h1>{escape(content.title)}</h1><p>{escape(content.facts)}</p>")
    verdicts = [badge.text for badge in content.badges if badge.tone is not None]
    if verdicts:
        parts.append(f"<p><b>{escape(' · '.join(verdicts))}</b></p>")
    left = _identity(content) + "".join(_section(content, key) for key in LEFT)
    right = "".join(_section(content, key) for key in RIGHT)
    half = 'width="50%" valign="top"'
    parts.append(f'<table width="100%"><tr><td {half}>{left}</td><td {half}>{right}</td></tr></table>')
    made = date_and_clock(context.now_ms, context.zone)
    parts.append(f"<p><small>Printed {made} by M360 Desk from the device session in M360.</small></p>")
    return "".join(parts)


def _identity(content: PaneContent) -> str:
    # On paper "today" is another day tomorrow: the session's own time stands in its tip.
    rows = [
        (item.caption, item.tip.splitlines()[0] if item.caption == "Session" else item.shown)
        for item in content.identity
        if item.copied
    ]
    return _table(rows)


def _section(content: PaneContent, key: str) -> str:
    section = content.sections[key]
    summary = "".join(run.text for run in section.summary)
    title = ": ".join(part for part in (dict(SECTIONS)[key], summary) if part)
    # An address is nothing to read on paper.
    lines = [line for line in section.lines if not line.half and line.icon not in LINK_ICONS]
    passed = [line.spoken.partition(":")[0] for line in section.lines if line.half]
    rows = [_cells(line) for line in lines[:MOST_ROWS]]
    if len(lines) > MOST_ROWS:
        rows.append((f"and {len(lines) - MOST_ROWS} more", ""))
    found = f"<h3>{escape(title)}</h3>" + (_table(rows) if rows else "")
    return found + (f"<p>Passed: {escape(', '.join(passed))}</p>" if passed else "")


def write_pdf(path: Path, content: PaneContent, context: PaneContext) -> None:
    """Save the sheet as a PDF of one page. Raises OSError where the file cannot be written."""
    with path.open("ab"):
        pass  # Qt says only that it failed; this says why.
    writer = QPdfWriter(str(path))
    set_page(writer)
    writer.setTitle(f"{content.title} – M360 Desk")
    document(content, context, writer).print_(writer)


def set_page(device: QPagedPaintDevice) -> None:
    """Make the device print on A4 with the sheet's margins."""
    device.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    device.setPageMargins(QMarginsF(*4 * [MARGIN_MM]), QPageLayout.Unit.Millimeter)


def file_name(content: PaneContent, context: PaneContext) -> str:
    """Return a name for the PDF; what is not real says so in the first place."""
    identity = next((item.copied for item in content.identity if item.copied), "")
    start = "M360" if context.mode == "live" else f"{context.mode.upper()} M360"
    name = " ".join(part for part in (start, content.title, identity) if part)
    return "".join(each if each.isalnum() or each in " -_.()" else "_" for each in name)[:120] + ".pdf"


def document(content: PaneContent, context: PaneContext, device: QPagedPaintDevice) -> QTextDocument:
    """Return the sheet laid out for a page of the device, its text as large as one page allows."""
    page = device.pageLayout().paintRect(QPageLayout.Unit.Point).size()
    # A document is laid out in the pixels of the screen, whatever it is printed on.
    pixels = page * (QGuiApplication.primaryScreen().logicalDotsPerInch() / 72)
    size = _LARGEST
    while True:
        found = QTextDocument()
        font = QFont()
        font.setPointSizeF(size)
        found.setDefaultFont(font)
        found.setDocumentMargin(0)
        found.setDefaultStyleSheet(_STYLE)
        found.setHtml(sheet_html(content, context))
        found.setPageSize(pixels)
        if found.pageCount() == 1 or size <= _SMALLEST:
            return found
        size -= 0.5


def _cells(line: Line) -> tuple[str, str]:
    texts = [words(piece.runs) for piece in line.pieces]
    return texts[0], " · ".join(text.strip() for text in (*texts[1:], *line.below) if text.strip())


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = (f"<tr><td>{escape(label)}</td><td>{escape(value)}</td></tr>" for label, value in rows)
    return f"<table>{''.join(cells)}</table>"

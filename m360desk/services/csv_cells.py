"""Cells of comma-separated values, quoted where they must be."""

from collections.abc import Sequence

from m360desk.core.late_regex import LateRegex
from m360desk.services.export_values import RUN_BY_SPREADSHEETS, harmless_text, plain_texts

_QUOTED = LateRegex('[",\r\n]')
_ODD = ('"', ",", "\r", *(f"\n{mark}" for mark in RUN_BY_SPREADSHEETS if mark not in "\r\n"))
"""What none of a column's texts has while they stand as they are, each on a line."""


def csv_cell(value: object) -> str:
    """A value as a cell: None is empty, truths are words, texts are harmless to spreadsheets."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(harmless_text(value) if isinstance(value, str) else str(value))


def quoted(text: str) -> str:
    """A text in quotes, where it needs them."""
    return '"' + text.replace('"', '""') + '"' if _QUOTED.compiled.search(text) else text


def csv_texts(texts: Sequence[str | bytes | None]) -> Sequence[str]:
    """A column of texts that hardly repeat as cells; looked at together, since nearly none needs anything."""
    plain: Sequence[str] = [text or "" for text in plain_texts(texts)]
    lines = "\n".join(("", *plain))
    if lines.count("\n") == len(plain) and not any(odd in lines for odd in _ODD):
        return plain
    return [csv_cell(text) for text in plain]

"""Slips of the pen, seen in the text itself: what stands alone, what is missing, and the likely repair."""

import re
from typing import Final

from m360desk.core.fields import find_field
from m360desk.core.query_errors import QueryError, said

_VALUE = re.compile(r'\s*([^\s,()":-][^\s,()":]*)(?=[\s)]|$)')
_IN_BRACKETS = re.compile(r'\(\s*([^\s(),":]+(?:(?:\s*,\s*|\s+or\s+)[^\s(),":]+)*)\s*\)', re.IGNORECASE)
_EITHER = re.compile(r"\s*,\s*|\s+or\s+", re.IGNORECASE)
# A word in single quotes, and what can stand behind it; "O'Neil" and "5'11" are none.
SINGLE_QUOTED = re.compile(r"(['‘‚])([^'‘’\"]*)['‘’](?=[\s,)]|$)")
_GAP = re.compile(r"\s+(?=[^\s,)-])")
_NAME_SIGNS: Final = frozenset("_-")


def lone_operator(text: str, start: int, end: int, operator: str) -> QueryError:
    """For ``battery <80`` and ``battery < 80``; ``text[start:end]`` begins with the operator."""
    alone = said(text[start:end])
    name_at, name = _field_before(text, start)
    if not name:
        return QueryError(
            f"{alone} stands alone. Write the field before it, such as battery:{operator}80.", start, end
        )
    repair, end = _joined(text, f"{name}:{operator}", start + len(operator), end)
    example = repair or f"{name}:{operator}80"
    return QueryError(
        f"{alone} stands alone. Write it in one piece with the field and a colon: {example}.",
        name_at,
        end,
        repair=repair,
    )


def lone_colon(text: str, start: int, end: int) -> QueryError:
    """For ``battery : <80``; ``text[start:end]`` begins with the colon."""
    name_at, name = _field_before(text, start)
    if not name:
        return QueryError("A colon stands alone. Write a field before it, such as model:iphone.", start, end)
    repair, end = _joined(text, f"{name}:", start + 1, end)
    return QueryError(
        "A colon stands alone. Write field, colon and value in one piece.",
        name_at,
        end,
        repair=repair,
    )


def _joined(text: str, written: str, start: int, end: int) -> tuple[str | None, int]:
    """What was ``written`` with the value at ``start`` right behind it, and where that value ends."""
    if start < end:
        return written + text[start:end], end
    following = _VALUE.match(text, end)
    return (written + following[1], following.end()) if following else (None, end)


def lone_minus(text: str, start: int) -> QueryError:
    """For ``- failed:camera``."""
    gap = _GAP.match(text, start + 1)
    return QueryError(
        "A minus sign stands alone. Write it right before what shall not match: -failed:camera.",
        start,
        gap.end() if gap else start + 1,
        repair="-" if gap else None,
    )


def no_value(text: str, term: int, position: int) -> QueryError:
    """For ``battery: <80``, ``grade:A, B``, ``grade:A,`` and ``grade:(A or B)``: no value at ``position``."""
    written = text[term:position]
    listed = _IN_BRACKETS.match(text, position)
    if listed and written.endswith(":"):
        repair = written + ",".join(_EITHER.split(listed[1]))
        return QueryError(
            f"A field takes no brackets. Write commas between its values: {repair}.",
            term,
            listed.end(),
            repair=repair,
        )
    following = _VALUE.match(text, position)
    if following and following[1].lower() != "or":
        return QueryError(
            f"{said(written)} has no value behind it. Write one right behind, without a blank.",
            term,
            following.end(),
            repair=written + following[1],
        )
    whole = written[:-1] if written.endswith(",") and len(written) > 1 else ""
    return QueryError(
        f"{said(written)} has no value behind it. Write one right behind, without a blank.",
        term,
        position,
        repair=whole if whole[-1:].isalnum() else None,
    )


def single_quotes(text: str, start: int, position: int) -> QueryError | None:
    """For ``operator:'anna b'``: an error where a text in single quotes stands at ``position``."""
    found = SINGLE_QUOTED.match(text, position)
    if found is None or not found[2].strip():
        return None
    return QueryError(
        "Single quotation marks keep no words together. Write double ones.",
        start,
        found.end(),
        repair=f'{text[start:position]}"{found[2]}"',
    )


def _field_before(text: str, at: int) -> tuple[int, str]:
    """The field whose name stands before a place, with or without blanks between: where, and what."""
    end = at
    while end and text[end - 1].isspace():
        end -= 1
    start = end
    while start and (text[start - 1].isalnum() or text[start - 1] in _NAME_SIGNS):
        start -= 1
    name = text[start:end].lstrip("-")
    field = find_field(name) if name else None
    return (end - len(name), name) if field is not None and field.filterable else (at, "")

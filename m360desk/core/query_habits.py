"""What people bring along from other search languages: understood, said, and rewritten in this one."""

import re
from collections.abc import Sequence
from typing import Final

from m360desk.core.fields import Field, Kind, find_field
from m360desk.core.query_errors import QueryError, said
from m360desk.core.query_tokens import Item, Mark, Token

_COMPARED = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)(<=|>=|!=|<>|==|<|>|=|≤|≥)(.*)", re.DOTALL)
_PLAIN: Final = {"==": "", "=": "", "!=": "", "<>": "", "≤": "<=", "≥": ">="}
_UNLIKE: Final = frozenset({"!=", "<>"})
_UNITS: Final = frozenset({"%", "gb", "tb", "mah", "°c"})
_TIMES: Final = frozenset({"day", "days", "week", "weeks", "month", "months", "year", "years"})


def check_habits(text: str, tokens: Sequence[Token]) -> None:
    """Raise ``QueryError`` for the first term that means something else than it seems to."""
    for at, token in enumerate(tokens):
        if token.mark is not Mark.TERM:
            continue
        for item in token.items:
            _check_star(token, item)
        if token.field is not None or token.items[0].quoted:
            continue
        _check_comparison(text, token)
        if len(token.items) > 1:
            continue
        before = tokens[at - 1] if at else None
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        word = token.items[0].text
        _check_connective(word, token, before, after)
        if before is not None and before.field is not None:
            _check_continued(text, before, token, after)


def _check_star(token: Token, item: Item) -> None:
    bare = item.text.strip("*")
    field = find_field(token.field) if token.field is not None else None
    if item.quoted or bare == item.text or not bare or not _is_text(token, field):
        return
    raise QueryError(
        "No asterisk is needed: any part is found. To search for the sign itself, use quotation marks.",
        item.start,
        item.end,
        repair=item.op + bare,
    )


def _is_text(token: Token, field: Field | None) -> bool:
    return token.field is None or (field is not None and field.kind in {Kind.TEXT, Kind.NAMES})


def _check_comparison(text: str, token: Token) -> None:
    """``battery<80``, ``grade!=A``."""
    written = text[token.start : token.end]
    found = _COMPARED.fullmatch(written)
    field = find_field(found[1]) if found else None
    if found is None or field is None or not field.filterable:
        return
    name, sign, value = found.groups()
    minus = "-" if sign in _UNLIKE else ""
    repair = f"{minus}{name}:{_PLAIN.get(sign, sign)}{value}" if value else None
    raise QueryError(
        f"{said(written)} lacks a colon. Write {repair or f'{name}:{sign}VALUE'}.",
        token.start,
        token.end,
        repair=repair,
    )


def _check_connective(word: str, token: Token, before: Token | None, after: Token | None) -> None:
    """``and``, ``&&``, ``|``, ``not`` and ``!``, where they can hardly be words that are searched for."""
    if after is None or after.mark in {Mark.CLOSE, Mark.OR}:
        return
    between = before is not None and before.mark in {Mark.TERM, Mark.CLOSE}
    formal = after.mark is not Mark.TERM or after.field is not None
    if between and (word in {"AND", "&&"} or (word.lower() == "and" and (formal or _is_formal(before)))):
        raise QueryError(
            f"{said(word)} is not needed. All that is written must match; to search for the word, quote it.",
            token.start,
            token.end,
            repair="",
        )
    if between and word in {"|", "||"}:
        raise QueryError("Write “or” between what may match.", token.start, token.end, repair="or")
    if word == "NOT" or (word.lower() in {"not", "!"} and formal):
        raise QueryError(
            "Write a minus sign right before what shall not match: -failed:camera.",
            token.start,
            after.start,
            repair="" if after.mark is Mark.MINUS else "-",
        )


def _is_formal(before: Token | None) -> bool:
    return before is not None and (before.mark is Mark.CLOSE or before.field is not None)


def _check_continued(text: str, before: Token, token: Token, after: Token | None) -> None:
    """``storage:128 GB``, ``last:7 days`` and ``battery:80 .. 84``: a blank tears a value apart."""
    word, last, end = token.items[0].text, before.items[-1], token.end
    if last.quoted or not last.text[-1:].isdecimal():
        return
    if word == ".." and after is not None and after.mark is Mark.TERM and after.field is None:
        word, end = word + after.items[0].text, after.items[0].end
    if not _continues(before.field or "", word):
        return
    raise QueryError(
        "A blank ends a value. Write it in one piece.",
        before.start,
        end,
        repair=text[before.start : before.end] + word,
    )


def _continues(name: str, word: str) -> bool:
    """Whether a word can hardly be anything but the rest of a figure or length of time."""
    if name.lower() == "last":
        return word.lower() in _TIMES
    field = find_field(name)
    if field is None or field.kind not in {Kind.NUMBER, Kind.INTEGER, Kind.TIME}:
        return False
    unit = word.lower()
    is_unit = unit in _UNITS and (unit == field.unit.lower() or (field.unit == "GB" and unit == "tb"))
    return is_unit or (word.startswith("..") and bool(word.strip(".")))

"""Completing a query while it is typed: what stands at the cursor, and what would come of a completion.

Read leniently: in the middle of typing a query is seldom a valid one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from m360desk.core.query_candidates import begins_a_name
from m360desk.core.query_tokens import BARE, FIELD, LONGEST, MINUS, OPERATOR, with_plain_signs

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEFORE_A_TERM = frozenset("( \t\n\r") | MINUS
_AFTER_A_TERM = ") \t\n\r"


@dataclass(frozen=True, slots=True)
class Place:
    """What is being typed at the cursor: the name of a field, or one of a field's values.

    Attributes:
        field: the name before the colon, as it was typed; None where the name itself is being typed.
        typed: what stands there so far, without operator and quotation marks.
        start: where a completion begins to replace.
        end: where it ends to.
        negated: whether a minus sign stands before the term.
        op: the operator before the value, as it was typed.
        quoted: whether the value stands in quotation marks.
        others: further values of the same term.
        term_start: where the whole term begins, minus signs included.
        term_end: where it ends.
    """

    field: str | None
    typed: str
    start: int
    end: int
    negated: bool = False
    op: str = ""
    quoted: bool = False
    others: tuple[str, ...] = ()
    term_start: int = 0
    term_end: int = 0


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of a term; ``close`` is where its text ends, ``end`` where its quotation mark does."""

    op: str
    start: int
    open: int
    close: int
    end: int

    @property
    def quoted(self) -> bool:
        return self.open > self.start + len(self.op)


def place_at(text: str, cursor: int) -> Place | None:
    """What can be completed at the cursor; None where nothing can, as in the middle of a word.

    Never raises, whatever the text.
    """
    plain = with_plain_signs(text)
    if not 0 <= cursor <= len(plain) <= LONGEST:
        return None
    for place, end in _terms(plain, cursor):
        if place is not None or cursor < end:
            return place
    before = plain[cursor - 1] if cursor else " "
    after = plain[cursor] if cursor < len(plain) else " "
    if before not in _BEFORE_A_TERM or after not in _AFTER_A_TERM:
        return None
    minus = cursor > 0 and before in MINUS
    return Place(None, "", cursor, cursor, minus, term_start=cursor - minus, term_end=cursor)


def completed(text: str, place: Place, written: str) -> tuple[str, int]:
    """The text with ``written`` at the place, and where the cursor goes; the rest stays as it is."""
    return text[: place.start] + written + text[place.end :], place.start + len(written)


def without_begun_name(text: str, cursor: int) -> str | None:
    """The query without the word at the cursor, where that may be the beginning of a field's name.

    None where it is none: in the middle of a word, in quotation marks, behind a minus sign.
    """
    place = place_at(text, cursor)
    if place is None or place.field is not None or place.negated or not place.typed:
        return None
    return without_term(text, place) if begins_a_name(place.typed) else None


def without_term(text: str, place: Place) -> str:
    """The query without the term at the place: what its values are counted in."""
    return f"{text[: place.term_start].rstrip()} {text[place.term_end :].lstrip()}".strip()


def _terms(text: str, cursor: int) -> Iterator[tuple[Place | None, int]]:
    """Each term up to the cursor: what is being typed in it, if the cursor stands there, and its end."""
    at = 0
    while at < len(text) and at <= cursor:
        if text[at].isspace() or text[at] in "(),":
            at += 1
            continue
        start = at
        while at < len(text) and text[at] in MINUS:
            at += 1
        negated = (at - start) % 2 == 1
        if at == len(text) or text[at].isspace() or text[at] in "(),":
            continue
        field = FIELD.match(text, at)
        if field is None:
            place, at = _in_words(text, at, cursor)
        else:
            place, at = _in_field(text, field[1], field.end(), cursor)
        if place is not None:
            place = replace(place, negated=negated, term_start=start, term_end=at)
        yield place, at


def _in_words(text: str, start: int, cursor: int) -> tuple[Place | None, int]:
    """A word without a field may become a field's name, where it stands alone."""
    values = list(_values(text, start, with_operator=False))
    only = values[0]
    end = values[-1].end
    # What follows at once would become the field's value.
    alone = end == len(text) or text[end] in _AFTER_A_TERM
    if len(values) > 1 or only.quoted or cursor != only.close or not alone:
        return None, max(end, start + 1)
    return Place(None, text[start:end], start, end), end


def _in_field(text: str, name: str, start: int, cursor: int) -> tuple[Place | None, int]:
    values = list(_values(text, start, with_operator=True))
    end = values[-1].end
    at = next((at for at, value in enumerate(values) if value.open <= cursor <= value.close), None)
    if at is None or cursor != values[at].close:
        return None, end
    here = values[at]
    others = tuple(text[each.open : each.close] for each in values if each is not here)
    typed = text[here.open : here.close]
    place = Place(name, typed, here.start, here.end, op=here.op, quoted=here.quoted, others=others)
    return place, end


def _values(text: str, at: int, *, with_operator: bool) -> Iterator[_Value]:
    """The values from a place on, joined by commas; at least one, which may be empty."""
    while True:
        operator = OPERATOR.match(text, at) if with_operator else None
        start, op = at, operator[0] if operator else ""
        at += len(op)
        if text.startswith('"', at):
            closing = text.find('"', at + 1)
            close = closing if closing >= 0 else len(text)
            value = _Value(op, start, at + 1, close, close + (closing >= 0))
        else:
            bare = BARE.match(text, at)
            end = bare.end() if bare else at
            value = _Value(op, start, at, end, end)
        yield value
        at = value.end
        if not text.startswith(",", at):
            return
        at += 1

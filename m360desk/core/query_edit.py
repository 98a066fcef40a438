"""Changing a query's text without disturbing the rest of it: parts taken out, terms added, values toggled.

A query is a list of *parts*, all of which must hold: terms and brackets, each perhaps negated. Where ``or``
stands outside of brackets, the whole text is one part.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Protocol

from m360desk.core.fields import find_field
from m360desk.core.folding import fold
from m360desk.core.matching import part_matches
from m360desk.core.query_errors import QueryError
from m360desk.core.query_habits import check_habits
from m360desk.core.query_tokens import Mark, Token, tokens, with_plain_signs

_QUOTES = re.compile('["“”„‟«»＂]+')
_NEEDS_QUOTES = re.compile(r"[\s,()]|\.\.|^[<>=≤≥'‘‚*]|\*$")
_RESERVED: Final = frozenset({"unknown", "missing", "none", "any", "known"})


@dataclass(frozen=True, slots=True)
class Part:
    """One part and its place in the text. ``term`` is set where it is one term; brackets have none."""

    start: int
    end: int
    negated: bool = False
    term: Token | None = None


def parts_of(text: str) -> tuple[Part, ...]:
    """The parts of a valid query; raises ``QueryError`` for what cannot be taken apart."""
    found = tokens(text)
    if _is_alternative(text):
        return (Part(found[0].start, found[-1].end),)
    parts: list[Part] = []
    depth = start = minuses = 0
    for token in found:
        if depth == 0 and minuses == 0:
            start = token.start
        if token.mark is Mark.MINUS:
            minuses += depth == 0
            continue
        depth += (token.mark is Mark.OPEN) - (token.mark is Mark.CLOSE)
        if depth == 0:
            term = token if token.mark is Mark.TERM else None
            parts.append(Part(start, token.end, minuses % 2 == 1, term))
            minuses = 0
    return tuple(parts)


def without(text: str, part: Part) -> str:
    """The text without one of its parts; everything else stays as it was typed."""
    return f"{text[: part.start].rstrip()} {text[part.end :].lstrip()}".strip()


def with_term(text: str, term: str) -> str:
    """The text with one more condition."""
    rest = text.strip()
    if not rest:
        return term
    joined = f"{rest} {term}"
    return f"({rest}) {term}" if _is_alternative(rest) or _reads_otherwise(joined) else joined


def _reads_otherwise(text: str) -> bool:
    """Whether a last word such as "not" seems to belong to what was put behind it."""
    try:
        check_habits(text, tokens(text))
    except QueryError:
        return True
    return False


def _is_alternative(text: str) -> bool:
    """Whether ``or`` stands outside of brackets."""
    depth = 0
    for token in tokens(text):
        depth += (token.mark is Mark.OPEN) - (token.mark is Mark.CLOSE)
        if depth == 0 and token.mark is Mark.OR:
            return True
    return False


def written_value(value: str, others: Collection[str] = ()) -> str | None:
    """How a query asks for this very text; None where it cannot.

    Where ``others``, the field's further values, would be found too, the value is asked for exactly.
    """
    pieces = [" ".join(piece.split()) for piece in _QUOTES.split(value)]
    longest = max(pieces, key=len)
    folded = fold(longest)
    if not folded or not part_matches(folded, fold(value)):
        return None
    whole = len(pieces) == 1
    exact = whole and any(part_matches(folded, fold(other)) for other in others if other != value)
    quoted = _NEEDS_QUOTES.search(with_plain_signs(longest)) or longest.lower() in _RESERVED
    operator = "=" if exact else ""
    return f'{operator}"{longest}"' if quoted else f"{operator}{longest}"


class Choices(Protocol):
    """What can be chosen of one field, as by check boxes."""

    @property
    def field(self) -> str:
        """The field's name in queries."""

    def recognise(self, name: str, item: str) -> str | None:
        """The key of the choice that ``name:item`` makes; None where it makes none."""

    def written(self, key: str) -> str:
        """How a choice stands behind the field's name and a colon."""


@dataclass(frozen=True, slots=True)
class OwnPart:
    """The part of a query that chooses among the values of one field.

    ``chosen`` are the keys of the choices, parallel to the values of ``term``.
    """

    part: Part
    term: Token
    chosen: tuple[str, ...]


def own_part(text: str, choices: Choices) -> OwnPart | None:
    """The last part of a valid query that does nothing but choose; None where there is none."""
    for part in reversed(parts_of(text)):
        term = part.term
        if term is None or part.negated or term.field is None:
            continue
        keys = [choices.recognise(term.field, text[item.start : item.end]) for item in term.items]
        chosen = tuple(key for key in keys if key is not None)
        if len(chosen) == len(keys):
            return OwnPart(part, term, chosen)
    return None


def toggled(text: str, choices: Choices, key: str) -> str:
    """The text with one choice made, or taken back if it was made; the rest stays as it was typed."""
    own = own_part(text, choices)
    if own is None:
        return with_term(text, f"{choices.field}:{choices.written(key)}")
    items = [text[item.start : item.end] for item in own.term.items]
    name = own.term.field or choices.field
    if key in own.chosen:
        kept = [item for item, each in zip(items, own.chosen, strict=True) if each != key]
        if kept:
            return _replaced(text, own.part, name, kept)
        rest = without(text, own.part)
        again = own_part(rest, choices)  # the same may have been asked for twice
        return toggled(rest, choices, key) if again is not None and key in again.chosen else rest
    if not _takes_values_of(name, choices.field):
        # "is:failed" has no word for every result: the field itself has.
        name, items = choices.field, [choices.written(each) for each in own.chosen]
    return _replaced(text, own.part, name, [*items, choices.written(key)])


def _takes_values_of(name: str, field: str) -> bool:
    found = find_field(name)
    return (found is not None and found.name == field) or (field == "time" and name.lower() == "on")


def _replaced(text: str, part: Part, name: str, items: list[str]) -> str:
    return f"{text[: part.start]}{name}:{','.join(items)}{text[part.end :]}"

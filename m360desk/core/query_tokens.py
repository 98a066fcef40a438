"""The words of a query: brackets, minus signs, and terms with their field and values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from m360desk.core.query_errors import QueryError

# Word processors and telephones write these; each is as long as the plain one, so offsets stay right.
_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
SPACE = re.compile(r"\s+")
FIELD = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*):")
OPERATOR = re.compile(r"<=|>=|<|>|=|≤|≥")
BARE = re.compile(r'[^\s,()"]+')
_PLAIN_OPERATORS: Final = {"≤": "<=", "≥": ">="}
_MOST_VALUES: Final = 1000


class Mark(Enum):
    """What a token is."""

    OPEN = auto()
    CLOSE = auto()
    MINUS = auto()
    OR = auto()
    TERM = auto()


@dataclass(frozen=True, slots=True)
class Item:
    """One value of a term: its operator ("" where none), its text, and whether it stood in quotes."""

    op: str
    text: str
    quoted: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Token:
    """One token with its place in the text; a term has a field name (None: bare words) and values."""

    mark: Mark
    start: int
    end: int
    field: str | None = None
    items: tuple[Item, ...] = ()


def tokens(text: str) -> list[Token]:
    """Take a query apart; raises ``QueryError`` for unbalanced quotes, lone operators and missing values."""
    return list(_scan(with_plain_quotes(text)))


def field_names(text: str) -> list[tuple[int, int]]:
    """Return where field names stand, each with its minus sign and colon, up to the first mistake."""
    found: list[tuple[int, int]] = []
    start = None
    try:
        for token in _scan(with_plain_quotes(text)):
            if token.mark is Mark.MINUS:
                start = token.start
                continue
            if token.field is not None:
                found.append((token.start if start is None else start, token.start + len(token.field) + 1))
            start = None
    except QueryError:
        return found
    return found


def with_plain_quotes(text: str) -> str:
    """The text with every kind of quotation mark made a plain one; offsets stay as they are."""
    return text.translate(_QUOTES)


def _scan(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        space = SPACE.match(text, position)
        if space:
            position = space.end()
            continue
        token = _next(text, position)
        yield token
        position = token.end


def _next(text: str, start: int) -> Token:
    character = text[start]
    if character == "(":
        return Token(Mark.OPEN, start, start + 1)
    if character == ")":
        return Token(Mark.CLOSE, start, start + 1)
    if character == "-":
        if start + 1 == len(text) or text[start + 1].isspace() or text[start + 1] in "-),":
            raise QueryError(
                "A minus sign stands alone. Write it right before what shall not match: -failed:camera.",
                start,
                start + 1,
            )
        return Token(Mark.MINUS, start, start + 1)
    field = FIELD.match(text, start)
    if field:
        return _field_term(text, start, field[1], field.end())
    return _bare_term(text, start)


def _field_term(text: str, start: int, field: str, position: int) -> Token:
    items: list[Item] = []
    while True:
        items.append(_item(text, start, position))
        position = items[-1].end
        if len(items) > _MOST_VALUES:
            raise QueryError(
                f"More than {_MOST_VALUES:,} values are too many for one search.", start, position
            )
        if not text.startswith(",", position):
            return Token(Mark.TERM, start, position, field, tuple(items))
        position += 1


def _item(text: str, term: int, start: int) -> Item:
    operator = OPERATOR.match(text, start)
    op = _PLAIN_OPERATORS.get(operator[0], operator[0]) if operator else ""
    position = operator.end() if operator else start
    if text.startswith('"', position):
        end = _closing_quote(text, position)
        return Item(op, text[position + 1 : end - 1], True, start, end)
    bare = BARE.match(text, position)
    if bare is None:
        raise _no_value(text, term, position)
    return Item(op, bare[0], False, start, bare.end())


def _no_value(text: str, term: int, position: int) -> QueryError:
    written = text[term:position]
    following = re.compile(r'\s+([^\s,()":-][^\s,()":]*)(?=[\s)]|$)').match(text, position)
    repair = written + following[1] if following and following[1].lower() != "or" else None
    return QueryError(
        f"“{written}” has no value behind it. Write one right behind, without a blank.",
        term,
        following.end() if following and repair else position,
        repair=repair,
    )


def _closing_quote(text: str, start: int) -> int:
    end = text.find('"', start + 1)
    if end < 0:
        rest = text[start:].rstrip()
        repair = rest + '"' if len(rest) > 1 else ""
        raise QueryError(
            "A quotation mark opens here and nothing closes it.", start, len(text), repair=repair
        )
    return end + 1


def _bare_term(text: str, start: int) -> Token:
    items: list[Item] = []
    position = start
    while True:
        if text.startswith('"', position):
            end = _closing_quote(text, position)
            items.append(Item("", text[position + 1 : end - 1], True, position, end))
            position = end
        else:
            bare = BARE.match(text, position)
            if bare:
                items.append(Item("", bare[0], False, position, bare.end()))
                position = bare.end()
        if not text.startswith(",", position):
            break
        position += 1
    return _checked_words(text, start, position, items)


def _checked_words(text: str, start: int, end: int, items: list[Item]) -> Token:
    if not items:
        raise QueryError("A comma stands alone.", start, end)
    first = items[0]
    if not first.quoted and (operator := OPERATOR.match(first.text)):
        raise QueryError(
            f"“{text[start:end]}” stands alone. Write the field before it, such as battery:{operator[0]}80.",
            start,
            end,
        )
    if not first.quoted and first.text.startswith(":"):
        raise QueryError("A colon stands alone. Write a field before it, such as model:iphone.", start, end)
    if len(items) == 1 and not first.quoted and first.text.lower() == "or":
        return Token(Mark.OR, start, end)
    return Token(Mark.TERM, start, end, None, tuple(items))

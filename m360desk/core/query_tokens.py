"""The words of a query: brackets, minus signs, and terms with their field and values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from m360desk.core import query_slips
from m360desk.core.identity import IMEI_LENGTH, imei_problem
from m360desk.core.query_errors import QueryError

# Word processors, telephones and East Asian keyboards write these; each is as long as the plain one, so
# offsets stay right.
_PLAIN: Final = str.maketrans(
    dict.fromkeys("“”„‟«»", '"') | {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)}
)
MINUS: Final = frozenset("-−–—")
SPACE = re.compile(r"\s+")
FIELD = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*):")
OPERATOR = re.compile(r"<=|>=|<|>|=|≤|≥")
BARE = re.compile(r'[^\s,()"]+')
_PLAIN_OPERATORS: Final = {"≤": "<=", "≥": ">="}
_DIGITS = re.compile(r"[ \u00a0-]?([0-9]{1,8})")

LONGEST: Final = 20_000
"""Characters of a query: room for a thousand IMEIs."""
_MOST_TERMS: Final = 200
_MOST_VALUES: Final = 1000
_MOST_TOKENS: Final = 1000
_IMEIS: Final = frozenset({"imei", "imei2"})
_BEHIND: Final = frozenset(",)")


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
    """Take a query apart.

    Raises ``QueryError`` for unbalanced quotes, lone operators, missing values, and for too much of
    anything: what is read at every key must be understood between two frames.
    """
    return list(_scan(with_plain_signs(text)))


def field_names(text: str) -> list[tuple[int, int]]:
    """Return where field names stand, each with its minus sign and colon, up to the first mistake."""
    found: list[tuple[int, int]] = []
    start = None
    try:
        for token in _scan(with_plain_signs(text)):
            if token.mark is Mark.MINUS:
                start = token.start
                continue
            if token.field is not None:
                found.append((token.start if start is None else start, token.start + len(token.field) + 1))
            start = None
    except QueryError:
        return found
    return found


def with_plain_signs(text: str) -> str:
    """The text with every kind of quotation mark and every full-width sign made a plain one.

    Offsets stay as they are. Words mean the same: folding makes them plain, too.
    """
    return text if text.isascii() else text.translate(_PLAIN)


def _scan(text: str) -> Iterator[Token]:
    if len(text) > LONGEST:
        raise QueryError(
            f"A search has at most {LONGEST:,} characters, this one has {len(text):,}.", LONGEST, len(text)
        )
    position = count = terms = values = 0
    while position < len(text):
        space = SPACE.match(text, position)
        if space:
            position = space.end()
            continue
        token = _next(text, position)
        count += 1
        if token.mark is Mark.TERM:
            terms += len(token.items) if token.field is None else 1
            values += len(token.items)
        _check_room(token, count, terms, values)
        yield token
        position = token.end


def _check_room(token: Token, count: int, terms: int, values: int) -> None:
    if terms > _MOST_TERMS:
        message = (
            f"A search has at most {_MOST_TERMS} words and terms. For many values write commas: imei:1,2,3."
        )
    elif values > _MOST_VALUES:
        message = f"A search has at most {_MOST_VALUES:,} values."
    elif count > _MOST_TOKENS:
        message = "A search has not so many signs."
    else:
        return
    raise QueryError(message, token.start, token.end)


def _next(text: str, start: int) -> Token:
    character = text[start]
    if character == "(":
        return Token(Mark.OPEN, start, start + 1)
    if character == ")":
        return Token(Mark.CLOSE, start, start + 1)
    if character in MINUS:
        following = text[start + 1 : start + 2]
        if not following or following.isspace() or following in MINUS or following in "),":
            raise query_slips.lone_minus(text, start)
        return Token(Mark.MINUS, start, start + 1)
    field = FIELD.match(text, start)
    if field:
        return _field_term(text, start, field[1], field.end())
    return _bare_term(text, start)


def _field_term(text: str, start: int, field: str, position: int) -> Token:
    items: list[Item] = []
    while True:
        items.append(_item(text, start, field, position))
        position = items[-1].end
        if not text.startswith(",", position):
            return Token(Mark.TERM, start, position, field, tuple(items))
        position += 1


def _item(text: str, term: int, field: str, start: int) -> Item:
    operator = OPERATOR.match(text, start)
    op = _PLAIN_OPERATORS.get(operator[0], operator[0]) if operator else ""
    position = operator.end() if operator else start
    if text.startswith('"', position):
        end = _closing_quote(text, position)
        return Item(op, text[position + 1 : end - 1], True, start, end)
    bare = BARE.match(text, position)
    if bare is None:
        raise query_slips.no_value(text, term, position)
    wrong = query_slips.single_quotes(text, start, position)
    if wrong is not None:
        raise wrong
    end = (_imei_end(text, position) if field.lower() in _IMEIS else 0) or bare.end()
    return Item(op, text[position:end], False, start, end)


def _imei_end(text: str, start: int) -> int:
    """Where an IMEI that is written in groups (``35 291811 284617 2``) ends; 0 where there is none.

    It must be beyond doubt: numbers beside each other are seldom one.
    """
    digits, position = "", start
    while len(digits) < IMEI_LENGTH and (group := _DIGITS.match(text, position)):
        if not digits and not group[0][0].isdigit():
            return 0
        digits += group[1]
        position = group.end()
    if len(digits) != IMEI_LENGTH or imei_problem(digits) is not None:
        return 0
    return position if position == len(text) or text[position] in _BEHIND or text[position].isspace() else 0


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
                wrong = query_slips.single_quotes(text, position, position)
                if wrong is not None:
                    raise wrong
                end = _imei_end(text, position) or bare.end()
                items.append(Item("", text[position:end], False, position, end))
                position = end
        if not text.startswith(",", position):
            break
        position += 1
    return _checked_words(text, start, position, items)


def _checked_words(text: str, start: int, end: int, items: list[Item]) -> Token:
    if not items:
        raise QueryError("A comma stands alone.", start, end)
    first = items[0]
    if not first.quoted and (operator := OPERATOR.match(first.text)):
        raise query_slips.lone_operator(text, start, end, operator[0])
    if not first.quoted and first.text.startswith(":"):
        raise query_slips.lone_colon(text, start, end)
    if len(items) == 1 and not first.quoted and first.text.lower() == "or":
        return Token(Mark.OR, start, end)
    return Token(Mark.TERM, start, end, None, tuple(items))

"""The values of a query's terms: what ``field:value`` means for each kind of field."""

import re
from typing import Final, NoReturn

from m360desk.core import parsing, units
from m360desk.core.fields import Field, Kind, find_field
from m360desk.core.folding import fold
from m360desk.core.identity import bare_imei
from m360desk.core.query_dates import Days
from m360desk.core.query_errors import QueryError, said
from m360desk.core.query_nodes import AnyOf, Compare, Node, Operator, QueryValue
from m360desk.core.query_tokens import Item, Token

_ABSENT: Final = frozenset({"unknown", "missing", "none"})
_PRESENT: Final = frozenset({"any", "known"})
_MERGED: Final = frozenset({"match", "="})
_RANGE: Final = ".."

# Figures for examples, near to what people look for.
EXAMPLES: Final = {
    "battery": (80, 84),
    "reported": (80, 84),
    "measured": (80, 84),
    "cycles": (500, 800),
    "storage": (128, 256),
    "free": (10, 32),
    "full_charge": (2000, 3000),
    "design": (3000, 4000),
    "temperature": (35, 40),
    "voltage": (3.7, 4.2),
}
_MISREAD: Final = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1"})
_LONGEST_RANGE: Final = 40
_DASHED = re.compile(r"([0-9.]+[^-–—…]*)[-–—…]([0-9.]+.*)")
_ONES = "zero one two three four five six seven eight nine ten eleven twelve"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
_NUMBER_WORDS: Final = {word: str(figure) for figure, word in enumerate(_ONES.split())} | {
    word: str(10 * figure) for figure, word in enumerate(_TENS.split(), 2)
}

Condition = tuple[Field, Operator, tuple[QueryValue, ...]]


def condition(field: Field, token: Token, days: Days) -> Node:
    """What ``field:value,value`` means; any of the values fits. Raises ``QueryError``."""
    span = (token.start, token.end)
    conditions: list[Condition] = []
    for item in token.items:
        _check_thousands(field, token, item)
        found = _one(field, token, item, days)
        last = conditions[-1] if conditions else None
        if last is not None and found[:2] == last[:2] and found[1] in _MERGED:
            conditions[-1] = (last[0], last[1], (*last[2], *found[2]))
        else:
            conditions.append(found)
    nodes = tuple(Compare(of, op, values, span) for of, op, values in conditions)
    return nodes[0] if len(nodes) == 1 else AnyOf(nodes, span)


def _one(field: Field, token: Token, item: Item, days: Days) -> Condition:
    if not item.quoted and not item.op:
        word = item.text.lower()
        if word == "none" and field.kind is Kind.NAMES:
            return field, "=", ("",)
        if word in _ABSENT:
            return field, "absent", ()
        if word in _PRESENT:
            return field, "present", ()
    if field.kind is Kind.TEXT:
        return _text(field, item)
    if field.kind is Kind.NAMES:
        return _names(field, token, item)
    if field.kind is Kind.FLAG:
        return _flag(field, token, item)
    if field.kind is Kind.TIME:
        return _time(field, item, days)
    return _number(field, token, item)


def _ends(item: Item) -> tuple[str, str] | None:
    """Both ends of a range; None where the item is none."""
    if item.quoted or item.op or _RANGE not in item.text:
        return None
    low, _, high = item.text.partition(_RANGE)
    if not low and not high:
        raise QueryError("This range has no ends. Write it as 80..84, 80.. or ..84.", item.start, item.end)
    return low, high


def _bounded(field: Field, low: QueryValue | None, high: QueryValue | None) -> Condition:
    if low is None and high is not None:
        return field, "<=", (high,)
    if high is None and low is not None:
        return field, ">=", (low,)
    assert low is not None  # noqa: S101 - _ends lets no range without ends pass
    assert high is not None  # noqa: S101 - as above
    return field, "range", (low, high)


def _check_order(low: QueryValue, high: QueryValue, item: Item, written: tuple[str, str]) -> None:
    backwards = low > high if isinstance(low, str) and isinstance(high, str) else _above(low, high)
    if backwards:
        raise QueryError(
            f"This range ends before it begins. Write {written[1]}..{written[0]}.",
            item.start,
            item.end,
            repair=f"{written[1]}..{written[0]}",
        )


def _above(low: QueryValue, high: QueryValue) -> bool:
    return not isinstance(low, str) and not isinstance(high, str) and low > high


def _operator(op: str) -> Operator:
    known: dict[str, Operator] = {"": "=", "=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
    return known[op]


# Texts and names


def _folded(field: Field, text: str, item: Item) -> str:
    folded = fold(bare_imei(text) if field.name in {"imei", "imei2"} else text)
    if not folded:
        raise QueryError(
            f"There is nothing to look for here. For sessions without it write {field.name}:unknown.",
            item.start,
            item.end,
        )
    return folded


def _text(field: Field, item: Item) -> Condition:
    ends = _ends(item)
    if ends is not None:
        low, high = (_folded(field, end, item) if end else None for end in ends)
        if low is not None and high is not None:
            _check_order(low, high, item, ends)
        return _bounded(field, low, high)
    folded = _folded(field, item.text, item)
    return field, _operator(item.op) if item.op else "match", (folded,)


def _names(field: Field, token: Token, item: Item) -> Condition:
    counted = (
        item.op not in {"", "="} or _ends(item) is not None or (not item.quoted and item.text.isdecimal())
    )
    count = find_field(f"{field.name}_count") if counted else None
    if count is not None:
        return _number(count, token, item)
    if item.op not in {"", "="} or _ends(item) is not None:
        raise QueryError(
            f"{field.title} have no order. Write {field.name}:NAME, {field.name}:any or {field.name}:none.",
            token.start,
            item.end,
        )
    return field, "=" if item.op else "match", (_folded(field, item.text, item),)


def _flag(field: Field, token: Token, item: Item) -> Condition:
    value = parsing.flag(item.text) if item.op in {"", "="} else None
    if value is None:
        raise QueryError(
            f"{field.title} is yes or no. Write {field.name}:yes, {field.name}:no or {field.name}:unknown.",
            token.start,
            item.end,
        )
    return field, "=", (value,)


# Numbers


def _number(field: Field, token: Token, item: Item) -> Condition:
    ends = _ends(item)
    if ends is None:
        return field, _operator(item.op), (_figure(field, item.text, token, item),)
    low, high = (_figure(field, end, token, item) if end else None for end in ends)
    if low is not None and high is not None:
        _check_order(low, high, item, ends)
    return _bounded(field, low, high)


def _check_thousands(field: Field, token: Token, item: Item) -> None:
    """Refuse ``cycles:1,000``: commas are "or", and no figure begins so."""
    if field.kind not in {Kind.INTEGER, Kind.NUMBER} or item is token.items[0]:
        return
    if item.op or len(item.text) < 2 or not item.text.isdecimal() or not item.text.startswith("0"):
        return
    before = token.items[token.items.index(item) - 1]
    raise QueryError(
        f"A comma means “or”. Write {said(f'{before.text},{item.text}')} without it.",
        before.start,
        item.end,
        repair=f"{before.op}{before.text}{item.text}",
    )


def _figure(field: Field, text: str, token: Token, item: Item) -> float:
    figure = _measured(field, text)
    if figure is None:
        _refuse_number(field, text, token, item)
    return int(figure) if figure.is_integer() else figure


def _measured(field: Field, text: str) -> float | None:
    if field.unit == "GB":
        return units.gigabytes(text)
    found = parsing.quantity(text)
    if found is not None and found[1] == "" and field.kind is Kind.INTEGER:
        found = parsing.quantity(f"{text} cycles")  # of a whole count, "1.000" are a thousand
    if found is None or found[1] not in {"", field.unit.lower(), "cycles", field.unit.lower().lstrip("°")}:
        return None
    return found[0]


def _refuse_number(field: Field, text: str, token: Token, item: Item) -> NoReturn:
    low, high = EXAMPLES.get(field.name, (1, 5))
    name = field.name
    mended = _mended(field, text) if len(token.items) == 1 and item.text == text else None
    repair = None if mended is None else f"{token.field}:{item.op}{mended}"
    right = repair or f"{name}:<{low}, {name}:{low}..{high} or {name}:unknown"
    raise QueryError(f"{said(text)} is not a number. Write {right}.", token.start, token.end, repair=repair)


def _mended(field: Field, text: str) -> str | None:
    """A figure, or a range of two, that somebody may have meant."""
    figure = _NUMBER_WORDS.get(text.lower(), text.translate(_MISREAD))
    if _measured(field, figure) is not None:
        return figure
    ends = _DASHED.fullmatch(text) if len(text) <= _LONGEST_RANGE else None
    if ends is None or _measured(field, ends[1]) is None or _measured(field, ends[2]) is None:
        return None
    return f"{ends[1]}{_RANGE}{ends[2]}"


# Times


def _time(field: Field, item: Item, days: Days) -> Condition:
    ends = _ends(item)
    if ends is None:
        start, end = days.interval(item.text, item)
        if item.op in {"", "="}:
            return field, "range", (start, end)
        return field, _operator(item.op), (end if item.op in {">", "<="} else start,)
    low = days.interval(ends[0], item)[0] if ends[0] else None
    high = days.interval(ends[1], item)[1] if ends[1] else None
    if low is not None and high is not None:
        _check_order(low, high, item, ends)
    return _bounded(field, low, high)

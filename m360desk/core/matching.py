"""The plain meaning of the query language; the cache's SQL must say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from m360desk.core.fields import COLUMNS, Field, Kind
from m360desk.core.folding import fold, starts_a_word
from m360desk.core.query_nodes import AllOf, AnyOf, Compare, Everything, Node, Not, QueryValue, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from m360desk.core.query import Query
    from m360desk.core.session import StoredValue

SHORT_WORD = 2  # so short a part stands at the beginning of a word

_WORD_FIELDS = tuple(field for field in COLUMNS if field.words)


class Valued(Protocol):
    """Anything that has catalogue values: a session just read, or one from the cache."""

    def get(self, name: str) -> StoredValue:
        """The value of a stored field."""


def matches(query: Query, session: Valued) -> bool:
    """Whether the session is among what the query asks for."""
    return _node(query.root, session)


def part_matches(part: str, folded: str) -> bool:
    """Whether a folded ``part`` of a query stands in a folded text."""
    return starts_a_word(folded, part) if len(part) <= SHORT_WORD else part in folded


def names_in(value: str) -> list[str]:
    """The ids of a NAMES value."""
    return value.split(",") if value else []


def _node(node: Node, session: Valued) -> bool:
    match node:
        case Everything():
            return True
        case Words(text=part):
            return any(part_matches(part, text) for text in _folded_words(session))
        case Not(node=inner):
            return not _node(inner, session)
        case AllOf(nodes=nodes):
            return all(_node(inner, session) for inner in nodes)
        case AnyOf(nodes=nodes):
            return any(_node(inner, session) for inner in nodes)
        case Compare():
            return _compare(node, session.get(node.field.name))


def _folded_words(session: Valued) -> Iterable[str]:
    for field in _WORD_FIELDS:
        value = session.get(field.name)
        if isinstance(value, (str, bytes)):
            yield fold(value)


def _compare(node: Compare, value: StoredValue) -> bool:
    if node.op == "absent":
        return value is None
    if node.op == "present":
        return value is not None and value != ""
    if value is None:
        return False
    if isinstance(value, (str, bytes)):
        return _compare_text(node, fold(value))
    return _compare_number(node, value)


def _compare_text(node: Compare, folded: str) -> bool:
    texts = [str(value) for value in node.values]
    if node.op not in {"match", "="}:
        return _in_order(node, folded)
    candidates = _candidates(node.field, folded)
    if node.op == "=":
        return any(text in candidates or (text == "" and not folded) for text in texts)
    return any(part_matches(text, candidate) for text in texts for candidate in candidates)


def _candidates(field: Field, folded: str) -> list[str]:
    return names_in(folded) if field.kind is Kind.NAMES else [folded]


def _compare_number(node: Compare, value: float) -> bool:
    return value in node.values if node.op == "=" else _in_order(node, value)


_ORDERS: dict[str, Callable[[QueryValue, QueryValue], bool]] = {
    "<": lambda a, b: a < b,  # type: ignore[operator] # the parser lets only like stand with like
    "<=": lambda a, b: a <= b,  # type: ignore[operator] # as above
    ">": lambda a, b: a > b,  # type: ignore[operator] # as above
    ">=": lambda a, b: a >= b,  # type: ignore[operator] # as above
}


def _in_order(node: Compare, value: QueryValue) -> bool:
    if node.op == "range":
        low, high = node.values
        return _ORDERS["<="](low, value) and _ORDERS["<="](value, high)
    return _ORDERS[node.op](value, node.values[0])

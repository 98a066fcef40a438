"""From a query's tree to a condition in SQL; what it means is said by `m360desk.core.matching`.

Texts that repeat are compared here, once each, and become a list of numbers; all else is compared by SQLite.
Values are always parameters, never part of the statement.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from m360desk.core.fields import COLUMNS, Field, Kind
from m360desk.core.folding import starts_a_word
from m360desk.core.query import AllOf, AnyOf, Compare, Everything, Node, Not, QueryValue, Words
from m360desk.store.layout import is_coded, is_identity
from m360desk.store.schema import folded
from m360desk.store.terms import TermTexts

Parameter = str | int | float
SHORT = 2
"""Words up to this length match the beginnings of words only."""

_MOST_INLINE = 40
_WORD_FIELDS = tuple(field for field in COLUMNS if field.words)
_COMPARISONS = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
_GLOB_SIGNS = re.compile(r"[*?\[]")
# ASCII that is neither letter nor digit, as in folding.starts_a_word; folding leaves no control characters.
_GLOB_BREAK = "[ -/:-@[-`{-~]"


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression over the row `s` of `sessions`; a null counts as false.

    Attributes:
        sql: the expression.
        parameters: for its question marks, in order.
    """

    sql: str
    parameters: tuple[Parameter, ...] = ()


ALWAYS = Condition("1")
NEVER = Condition("0")


class Conditions:
    """Translates conditions for one cache as it is at the moment."""

    def __init__(self, terms: TermTexts, columns: frozenset[str]) -> None:
        """`columns` are those that the cache has: one of another version may lack some."""
        self._terms = terms
        self._columns = columns

    def of(self, node: Node) -> Condition:
        """The condition for a query's tree."""
        match node:
            case Everything():
                return ALWAYS
            case Words(text=text):
                return any_of(self.word(field, text) for field in _WORD_FIELDS)
            case Compare():
                return self.compare(node)
            case Not(node=inner):
                condition = self.of(inner)
                return Condition(f"({condition.sql}) IS NOT TRUE", condition.parameters)
            case AllOf(nodes=nodes):
                return all_of(map(self.of, nodes))
            case AnyOf(nodes=nodes):
                return any_of(map(self.of, nodes))

    def word(self, field: Field, text: str) -> Condition:
        """Whether `text`, folded, stands in the field."""
        return self.compare(Compare(field, "match", (text,)))

    def compare(self, node: Compare) -> Condition:
        """A condition on one field."""
        field = node.field
        if field.name not in self._columns:
            return ALWAYS if node.op == "absent" else NEVER
        if node.op == "absent":
            return Condition(f"s.{field.name} IS NULL")
        if is_coded(field):
            return self._coded(node)
        if is_identity(field):
            return _identity(node)
        return _number(node)

    def _coded(self, node: Compare) -> Condition:
        column = f"s.{node.field.name}"
        if node.op == "present":
            empty = self._terms.empty()
            unlike = "" if empty is None else f" AND {column} <> {empty}"
            return Condition(f"({column} IS NOT NULL{unlike})")
        return _among(column, self.numbers(node))

    def numbers(self, node: Compare) -> list[int]:
        """The numbers of the repeated texts that fulfil a condition."""
        if node.field.kind is not Kind.NAMES:
            return self._terms.matching(_text_test(node))
        numbers = self._terms.naming(_text_test(node))
        if node.op == "=" and "" in node.values:
            empty = self._terms.empty()
            return numbers if empty is None else [*numbers, empty]
        return numbers


def all_of(conditions: Iterable[Condition]) -> Condition:
    """All of them at once."""
    return _joined(conditions, "AND")


def any_of(conditions: Iterable[Condition]) -> Condition:
    """At least one of them."""
    return _joined([one for one in conditions if one is not NEVER] or [NEVER], "OR")


def _joined(conditions: Iterable[Condition], word: str) -> Condition:
    parts = list(conditions)
    if len(parts) == 1:
        return parts[0]
    sql = f" {word} ".join(part.sql for part in parts)
    return Condition(f"({sql})", tuple(value for part in parts for value in part.parameters))


def _among(column: str, numbers: Sequence[int]) -> Condition:
    if not numbers:
        return NEVER
    if len(numbers) <= _MOST_INLINE:
        return Condition(f"{column} IN ({', '.join(map(str, numbers))})")
    return Condition(f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(numbers),))  # noqa: S608


def _text_test(node: Compare) -> Callable[[str], bool]:
    """The condition as a test of a folded text."""
    values = [str(value) for value in node.values]
    match node.op:
        case "match":
            return lambda text: any(part_of(value, text) for value in values)
        case "=":
            return lambda text: text in values
        case "range":
            return lambda text: values[0] <= text <= values[1]
        case "<":
            return lambda text: text < values[0]
        case "<=":
            return lambda text: text <= values[0]
        case ">":
            return lambda text: text > values[0]
        case ">=":
            return lambda text: text >= values[0]
        case _:
            raise ValueError(f"{node.op} compares no text")


def part_of(part: str, text: str) -> bool:
    """Whether a folded text has that part; short parts at the beginning of a word only."""
    return starts_a_word(text, part) if len(part) <= SHORT else part in text


def _identity(node: Compare) -> Condition:
    text = folded(node.field.name)
    if node.op == "present":
        return Condition(f"s.{node.field.name} <> ''")
    if node.op == "match":
        return any_of(_part_of(text, str(value)) for value in node.values)
    return _compared(node, text)


def _part_of(text: str, value: str) -> Condition:
    if len(value) > SHORT:
        return Condition(f"instr({text}, ?) > 0", (value,))
    literal = _GLOB_SIGNS.sub(r"[\g<0>]", value)
    return Condition(f"({text} GLOB ? OR {text} GLOB ?)", (f"{literal}*", f"*{_GLOB_BREAK}{literal}*"))


def _number(node: Compare) -> Condition:
    column = f"s.{node.field.name}"
    if node.op == "present":
        return Condition(f"{column} IS NOT NULL")
    return _compared(node, column)


def _compared(node: Compare, value: str) -> Condition:
    parameters = tuple(map(_parameter, node.values))
    if node.op == "range":
        return Condition(f"{value} BETWEEN ? AND ?", parameters)
    comparison = _COMPARISONS.get(node.op)
    if comparison is not None:
        return Condition(f"{value} {comparison} ?", parameters)
    return Condition(f"{value} IN ({', '.join('?' * len(parameters))})", parameters)


def _parameter(value: QueryValue) -> Parameter:
    # Beyond SQLite's integers the nearest floating number compares just as well.
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value)
    return value

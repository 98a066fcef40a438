"""From a query's tree to a condition in SQL; what it means is said by `m360desk.core.matching`.

Texts that repeat are compared here, once each, and become a list of numbers; all else is compared by SQLite.
Values are always parameters, never part of the statement.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from m360desk.core.fields import COLUMNS, Kind
from m360desk.core.late_regex import LateRegex
from m360desk.core.matching import SHORT_WORD, part_matches
from m360desk.core.query import AllOf, AnyOf, Compare, Everything, Node, Not, QueryValue, Words
from m360desk.store.few import Few, Parameter, Rows, as_list
from m360desk.store.layout import LAYOUT, is_coded, is_identity
from m360desk.store.schema import folded
from m360desk.store.terms import TermTexts

_MOST_INLINE = 40
_MOST_LEVELS = 50
_WORD_FIELDS = tuple(field for field in COLUMNS if field.words)
_COMPARISONS = ("<", "<=", ">", ">=")
_GLOB_SIGNS = LateRegex(r"[*?\[]")
# ASCII that is neither letter nor digit, as in folding.starts_a_word; folding leaves no control characters.
_GLOB_BREAK = "[ -/:-@[-`{-~]"
_BREAKS = "".join(sign for sign in map(chr, range(0x20, 0x7F)) if not sign.isalnum())


class Condition(NamedTuple):
    """An expression over the row `s` of `sessions`; a null counts as false.

    Attributes:
        sql: the expression.
        parameters: for its question marks, in order.
        rows: where few sessions can fulfil it, those, and perhaps others; None: it may be any.
    """

    sql: str
    parameters: tuple[Parameter, ...] = ()
    rows: Rows | None = None

    def narrowed(self) -> "Condition":
        """The same condition, put so that SQLite looks at nothing but `rows`."""
        if self.rows is None:
            return self
        return Condition(
            f"s.id IN (SELECT value FROM json_each(?)) AND {self.sql}",  # noqa: S608 - made below
            (as_list(self.rows), *self.parameters),
            self.rows,
        )


ALWAYS = Condition("1")
NEVER = Condition("0", (), ())


class Conditions:
    """Translates conditions for one cache as it is at the moment."""

    def __init__(self, terms: TermTexts, few: Few, columns: frozenset[str], *, limited: bool = False) -> None:
        """`columns` are those that the cache has: one of another version may lack some.

        `limited`: only the first few matches are wanted, so nothing is worth collecting all of them for.
        """
        self._terms = terms
        self._few = few
        self._columns = columns
        self._limited = limited
        self._found: dict[tuple[object, ...], list[int]] = {}

    def of(self, node: Node) -> Condition:
        """The condition for a query's tree."""
        match node:
            case Everything():
                return ALWAYS
            case Words(text=text):
                return self._words(text)
            case Compare():
                return self._compare(node)
            case Not(node=inner):
                condition = self.of(inner)
                return Condition(f"({condition.sql}) IS NOT TRUE", condition.parameters)
            case AllOf(nodes=nodes):
                return _all_of([self.of(part) for part in nodes])
            case AnyOf(nodes=nodes):
                return self._any_of([self.of(part) for part in nodes])

    def identified(self, text: str) -> Condition:
        """Whether an identity that bare words match is exactly `text`, folded."""
        exact = self._any_of(
            _identity(Compare(field, "=", (text,)))
            for field in LAYOUT.searched
            if field.name in self._columns
        )
        return self._found_by_trigrams([text], exact)

    def words_in_identities(self, text: str) -> Condition:
        """Whether a bare word stands in an identity; the repeated texts are left out."""
        parts = [Compare(field, "match", (text,)) for field in _WORD_FIELDS if field.name in self._columns]
        parts = [part for part in parts if is_identity(part.field)]
        identities = self._any_of(map(_identity, parts))
        if len(text) <= SHORT_WORD:
            return self._begun_by(text, [part.field.name for part in parts], identities)
        return self._found_by_trigrams([text], identities)

    def behind_breaks(self, text: str) -> str | None:
        """For the trigram index: where a word of two letters or digits begins inside an identity.

        Holds for rows whose identities are folded as SQLite folds; None where the trigram index cannot tell.
        """
        return self._few.after_breaks(text, _BREAKS) if text.isascii() and text.isalnum() else None

    def _begun_by(self, text: str, columns: Sequence[str], condition: Condition) -> Condition:
        """The condition that a word begins so, put in a way that is four times as quick where it can be."""
        expression = None if self._limited else self._few.after_breaks(text, _BREAKS)
        if expression is None or not (text.isascii() and text.isalnum()):
            return condition
        # Where nothing is folded but ASCII letters, LIKE sees the beginning of an identity as folding would.
        begun = " OR ".join(f"s.{column} LIKE ?" for column in columns)
        behind = "s.id IN (SELECT rowid FROM trigrams WHERE trigrams MATCH ?)"
        sql = (
            f"((s.row_folds IS NULL AND ({begun})) "
            f"OR ((s.row_folds IS NOT NULL OR {behind}) AND {condition.sql}))"
        )
        return Condition(sql, (*[f"{text}%"] * len(columns), expression, *condition.parameters))

    def term_numbers(self, node: Compare) -> list[int]:
        """The numbers of the repeated texts that fulfil a comparison; many fields ask the same of a word."""
        asked = (node.op, node.values, node.field.kind)
        if asked not in self._found:
            self._found[asked] = self._find_numbers(node)
        return self._found[asked]

    def _words(self, text: str) -> Condition:
        fields = [field for field in _WORD_FIELDS if field.name in self._columns and is_coded(field)]
        repeated = [self._compare(Compare(field, "match", (text,))) for field in fields]
        # The numbers are quicker to compare than texts.
        return self._any_of([*repeated, self.words_in_identities(text)])

    def _compare(self, node: Compare) -> Condition:
        field = node.field
        if field.name not in self._columns:
            return ALWAYS if node.op == "absent" else NEVER
        if node.op == "absent":
            return Condition(f"s.{field.name} IS NULL")
        if is_coded(field):
            return self._coded(node)
        if not is_identity(field):
            return self._found_by_index(node, _number(node))
        condition = _identity(node)
        if node.op not in ("match", "=") or field not in LAYOUT.searched:
            return condition
        return self._found_by_trigrams([str(value) for value in node.values], condition)

    def _coded(self, node: Compare) -> Condition:
        column = f"s.{node.field.name}"
        if node.op == "present":
            empty = self._terms.empty()
            unlike = "" if empty is None else f" AND {column} <> {empty}"
            return Condition(f"({column} IS NOT NULL{unlike})")
        return self._found_by_index(node, _among(column, self.term_numbers(node)))

    def _find_numbers(self, node: Compare) -> list[int]:
        if node.field.kind is not Kind.NAMES and node.op == "match":
            parts = {str(value) for value in node.values}
            return sorted({number for part in parts for number in self._terms.containing(part)})
        if node.field.kind is not Kind.NAMES or node.op not in ("match", "="):
            return self._terms.matching(_text_test(node))
        numbers = self._terms.naming(_text_test(node))
        if node.op == "=" and "" in node.values:
            return [*numbers, *self._terms.matching(lambda text: not text)]
        return numbers

    def _found_by_index(self, node: Compare, condition: Condition) -> Condition:
        if condition is NEVER or node.op == "present":
            return condition
        rows = self._few.by_index(node.field, condition.sql, condition.parameters)
        return Condition(condition.sql, condition.parameters, rows)

    def _found_by_trigrams(self, texts: Sequence[str], condition: Condition) -> Condition:
        """The condition that these sessions pass: one of a list of rows, where they are few."""
        rows = self._few.containing(texts, condition.sql, condition.parameters)
        if rows is None:
            return self._possible(texts, condition)
        found = _among("s.id", rows)
        return Condition(found.sql, found.parameters, rows)

    def _possible(self, texts: Sequence[str], condition: Condition) -> Condition:
        """The condition, tested on those sessions only that the trigram index names."""
        expression = None if self._limited else self._few.expression(texts)
        if expression is None:
            return condition
        sql = f"(s.id IN (SELECT rowid FROM trigrams WHERE trigrams MATCH ?) AND {condition.sql})"  # noqa: S608
        return Condition(sql, (expression, *condition.parameters))

    def _any_of(self, conditions: Iterable[Condition]) -> Condition:
        parts = [one for one in conditions if one.sql != NEVER.sql]
        if not parts:
            return NEVER
        rows: set[int] = set()
        for part in parts:
            if part.rows is None:
                return _joined(parts, "OR", None)
            rows.update(part.rows)
        return _joined(parts, "OR", tuple(rows) if len(rows) < self._few.most else None)


def _all_of(conditions: Sequence[Condition]) -> Condition:
    rows = min((one.rows for one in conditions if one.rows is not None), key=len, default=None)
    return _joined(conditions, "AND", rows)


def _joined(conditions: Sequence[Condition], word: str, rows: Rows | None) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    sql = _in_groups([part.sql for part in conditions], f" {word} ")
    return Condition(f"({sql})", tuple(value for part in conditions for value in part.parameters), rows)


def _in_groups(parts: Sequence[str], word: str) -> str:
    """The parts with a word between them, in groups where they are many.

    SQLite hangs each further one below the one before, and goes no deeper than a thousand.
    """
    while len(parts) > _MOST_LEVELS:
        groups = [parts[at : at + _MOST_LEVELS] for at in range(0, len(parts), _MOST_LEVELS)]
        parts = [f"({word.join(group)})" for group in groups]
    return word.join(parts)


def _among(column: str, numbers: Sequence[int]) -> Condition:
    if not numbers:
        return NEVER
    if len(numbers) <= _MOST_INLINE:
        return Condition(f"{column} IN ({', '.join(map(str, numbers))})")
    listed = f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - a field's name
    return Condition(listed, (as_list(numbers),))


def _text_test(node: Compare) -> Callable[[str], bool]:
    """The condition as a test of a folded text."""
    values = [str(value) for value in node.values]
    match node.op:
        case "match":
            return lambda text: any(part_matches(value, text) for value in values)
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


def _identity(node: Compare) -> Condition:
    text = folded(node.field.name)
    if node.op == "present":
        return Condition(f"s.{node.field.name} <> ''")
    if node.op != "match":
        return _compared(node, text)
    parts = [_part_of(text, str(value)) for value in node.values]
    return _joined(parts, "OR", None)


def _part_of(text: str, value: str) -> Condition:
    if len(value) > SHORT_WORD:
        return Condition(f"instr({text}, ?) > 0", (value,))
    literal = _GLOB_SIGNS.compiled.sub(r"[\g<0>]", value)
    # Most texts have no such part at all, and instr() says so in a fraction of the time.
    return Condition(
        f"(instr({text}, ?) > 0 AND ({text} GLOB ? OR {text} GLOB ?))",
        (value, f"{literal}*", f"*{_GLOB_BREAK}{literal}*"),
    )


def _number(node: Compare) -> Condition:
    column = f"s.{node.field.name}"
    if node.op == "present":
        return Condition(f"{column} IS NOT NULL")
    return _compared(node, column)


def _compared(node: Compare, value: str) -> Condition:
    parameters = tuple(map(_parameter, node.values))
    if node.op == "range":
        return Condition(f"{value} BETWEEN ? AND ?", parameters)
    if node.op in _COMPARISONS:
        return Condition(f"{value} {node.op} ?", parameters)
    return Condition(f"{value} IN ({', '.join('?' * len(parameters))})", parameters)


def _parameter(value: QueryValue) -> Parameter:
    # Beyond SQLite's integers the nearest floating number compares just as well.
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value)
    return value

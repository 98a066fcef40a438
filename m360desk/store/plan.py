"""How a query is carried out: along the order's own index, or from the few sessions that can match at all.

Many matches: walking the index in the wanted order and testing each session finds a screenful at once. Few
matches: that would visit every session, so they are collected first, from the trigram index or the index of a
column, and then sorted. Which it is, a count tells that stops early.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from m360desk.core.fields import COLUMNS, INDEX, Field
from m360desk.core.query import AllOf, AnyOf, Compare, Node, Order, Words
from m360desk.store.conditions import NEVER, SHORT, Condition, Conditions, Parameter
from m360desk.store.layout import LAYOUT, is_coded, is_identity
from m360desk.store.schema import SORTED_LATER, index_name

_CODED_WORDS = tuple(field for field in COLUMNS if field.words and is_coded(field))
_SEARCHED = {field.name for field in LAYOUT.searched}
_WALKED = {index_name(column) for column in ("time", *SORTED_LATER)}


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT.

    Attributes:
        sql: of row numbers of sessions.
        parameters: for its question marks.
    """

    sql: str
    parameters: tuple[Parameter, ...] = ()


class Shortcuts:
    """Finds the sessions that can match at all, where an index names them."""

    def __init__(self, conditions: Conditions, indexes: frozenset[str], *, trigrams: bool) -> None:
        """`indexes` are those of the cache; `trigrams`: whether the trigram index can be relied on."""
        self._conditions = conditions
        self._indexes = indexes
        self._trigrams = trigrams

    def of(self, node: Node) -> Iterator[Statement]:
        """Statements that each name all matches of `node`, and others perhaps."""
        match node:
            case AllOf(nodes=nodes):
                for part in nodes:
                    yield from self.of(part)
            case AnyOf(nodes=nodes):
                firsts = [next(self.of(part), None) for part in nodes]
                found = [first for first in firsts if first is not None]
                if len(found) == len(firsts):
                    yield _union(found)
            case Words(text=text) if len(text) > SHORT and self._trigrams:
                yield from self._word(text)
            case Compare():
                yield from self._compare(node)

    def _word(self, text: str) -> Iterator[Statement]:
        parts = [containing([text])]
        for field in _CODED_WORDS:
            condition = self._conditions.word(field, text)
            if condition is NEVER:
                continue
            if index_name(field.name) not in self._indexes:
                return
            parts.append(_where(field, condition))
        yield _union(parts)

    def _compare(self, node: Compare) -> Iterator[Statement]:
        field = node.field
        if is_identity(field):
            texts = [str(value) for value in node.values]
            if (
                self._trigrams
                and node.op in ("match", "=")
                and field.name in _SEARCHED
                and all(len(text) > SHORT for text in texts)
            ):
                yield containing(texts)
            return
        if index_name(field.name) in self._indexes and node.op not in ("absent", "present"):
            yield _where(field, self._conditions.compare(node))


def _where(field: Field, condition: Condition) -> Statement:
    return Statement(
        f"SELECT s.id FROM sessions AS s INDEXED BY {index_name(field.name)} WHERE {condition.sql}",  # noqa: S608
        condition.parameters,
    )


def containing(texts: Sequence[str]) -> Statement:
    """The sessions of which an identity may contain one of these folded texts, each longer than `SHORT`."""
    expression = " OR ".join(f"({_trigrams(text)})" for text in texts)
    return Statement("SELECT rowid FROM trigrams WHERE trigrams MATCH ?", (expression,))


def _trigrams(text: str) -> str:
    quoted = (text[at : at + 3].replace('"', '""') for at in range(len(text) - 2))
    return " AND ".join(f'"{trigram}"' for trigram in dict.fromkeys(quoted))


def _union(statements: Sequence[Statement]) -> Statement:
    return Statement(
        " UNION ALL ".join(statement.sql for statement in statements),
        tuple(value for statement in statements for value in statement.parameters),
    )


def ordered(
    order: Order,
    condition: Condition,
    *,
    shortcut: Statement | None,
    limited: bool,
    columns: frozenset[str],
    indexes: frozenset[str],
) -> list[Statement]:
    """The statements that, one after the other, name all matches in the wanted order; without a LIMIT.

    First the sessions that have the value, then those that lack it: they come last in either direction.
    """
    field = COLUMNS[INDEX[order.field]]
    way = "DESC" if order.descending else "ASC"
    if field.name not in columns:
        return [_select("sessions AS s", condition, "1", f"s.id {way}", shortcut)]
    index = index_name(field.name) if index_name(field.name) in indexes & _WALKED else None
    # Visiting every session in another order than it lies on disk costs more than sorting.
    walks = (
        index is not None and shortcut is None and (limited or condition.sql == "1" or field.name == "time")
    )
    how = f"INDEXED BY {index}" if walks else "NOT INDEXED"
    column = f"s.{field.name}"
    if is_coded(field):
        present = _in_order_of_terms(column, condition, way, shortcut, f"sessions AS s {how}")
    else:
        key = f"{column} COLLATE NOCASE" if is_identity(field) else column
        present = _select(
            f"sessions AS s {how}", condition, f"{column} IS NOT NULL", f"{key} {way}, s.id {way}", shortcut
        )
    return [present, _select("sessions AS s", condition, f"{column} IS NULL", f"s.id {way}", shortcut)]


def _in_order_of_terms(
    column: str, condition: Condition, way: str, shortcut: Statement | None, sessions: str
) -> Statement:
    if sessions.endswith("NOT INDEXED"):
        source = f"{sessions} CROSS JOIN terms AS t ON t.id = {column}"
    else:
        source = f"terms AS t INDEXED BY terms_in_order CROSS JOIN {sessions} ON {column} = t.id"
    keys = f"t.folded {way}, t.id {way}, s.id {way}"
    return _select(source, condition, "1", keys, shortcut)


def _select(
    source: str, condition: Condition, and_also: str, keys: str, shortcut: Statement | None
) -> Statement:
    parts = [part for part in (and_also, condition.sql) if part != "1"]
    parameters = condition.parameters
    if shortcut is not None:
        parts.insert(0, f"s.id IN ({shortcut.sql})")
        parameters = shortcut.parameters + parameters
    where = f" WHERE {' AND '.join(parts)}" if parts else ""
    return Statement(f"SELECT s.id FROM {source}{where} ORDER BY {keys}", parameters)  # noqa: S608

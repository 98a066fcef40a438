"""In which order SQLite visits the sessions.

Many matches: walking the index in the wanted order and testing each session finds a screenful at once. Few
matches: that would visit every session, so only those are visited, and then sorted.
"""

from typing import NamedTuple

from m360desk.core.fields import COLUMNS, INDEX
from m360desk.core.query import Order
from m360desk.store.conditions import ALWAYS, Condition
from m360desk.store.few import Parameter
from m360desk.store.layout import is_coded, is_identity
from m360desk.store.schema import WALKED, index_name

_WALKED = {index_name(column) for column in WALKED}
_NO_INDEX = "NOT INDEXED"


class Statement(NamedTuple):
    """One SELECT.

    Attributes:
        sql: of row numbers of sessions, in order, without a LIMIT.
        parameters: for its question marks.
    """

    sql: str
    parameters: tuple[Parameter, ...]


def can_walk(order: Order, indexes: frozenset[str]) -> bool:
    """Whether an index stands in the wanted order."""
    return index_name(order.field) in indexes & _WALKED


def ordered(
    order: Order, condition: Condition, *, limited: bool, columns: frozenset[str], indexes: frozenset[str]
) -> list[Statement]:
    """The statements that, one after the other, name all matches in the wanted order.

    First the sessions that have the value, then those that lack it: they come last in either direction.

    Args:
        order: the wanted one.
        condition: what the sessions fulfil.
        limited: only the first few are wanted.
        columns: those that the cache has.
        indexes: those that the cache has.
    """
    field = COLUMNS[INDEX[order.field]]
    way = "DESC" if order.descending else "ASC"
    if field.name not in columns:
        return [_select("sessions AS s", condition, "", f"s.id {way}")]
    column = f"s.{field.name}"
    # Visiting every session in another order than it lies on disk costs more than sorting.
    worth_it = limited or condition is ALWAYS or field.name == "time"
    walks = worth_it and condition.rows is None and can_walk(order, indexes)
    how = f"INDEXED BY {index_name(field.name)}" if walks else _NO_INDEX
    if is_coded(field):
        source = (
            f"terms AS t INDEXED BY terms_in_order CROSS JOIN sessions AS s {how} ON {column} = t.id"
            if walks
            else f"sessions AS s {how} CROSS JOIN terms AS t ON t.id = {column}"
        )
        present = _select(source, condition, "", f"t.folded {way}, t.id {way}, s.id {way}")
    else:
        key = f"{column} COLLATE NOCASE" if is_identity(field) else column
        present = _select(
            f"sessions AS s {how}", condition, f"{column} IS NOT NULL", f"{key} {way}, s.id {way}"
        )
    return [present, _select("sessions AS s", condition, f"{column} IS NULL", f"s.id {way}")]


def _select(source: str, condition: Condition, and_also: str, keys: str) -> Statement:
    narrowed = condition.narrowed()
    parts = [part for part in (and_also, narrowed.sql) if part]
    sql = f"SELECT s.id FROM {source} WHERE {' AND '.join(parts)} ORDER BY {keys}"  # noqa: S608 - own names
    return Statement(sql, narrowed.parameters)

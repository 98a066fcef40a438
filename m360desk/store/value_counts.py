"""How many sessions there are of each value, and of each of several conditions."""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from m360desk.core.fields import COLUMNS, INDEX, Field
from m360desk.store.conditions import Condition, Conditions
from m360desk.store.layout import is_coded
from m360desk.store.terms import TermTexts

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

    from m360desk.core.query import Node
    from m360desk.core.session import StoredValue
    from m360desk.store.column_search import Mask
    from m360desk.store.few import Parameter

ValueCount = tuple["StoredValue", int]


def counted_field(name: str) -> Field:
    """The field of that name.

    Raises:
        ValueError: its values hardly repeat, or are numbers: there is nothing to count.
    """
    field = COLUMNS[INDEX[name]]
    if not is_coded(field):
        raise ValueError(f"values of {name} are not counted")
    return field


def count_in_memory(mask: "Mask", codes: "NDArray[Any]", terms: TermTexts) -> list[ValueCount]:
    """The values among the rows that were found, and how many have each."""
    import numpy as np

    counts = np.bincount(codes[mask])
    return [(_text(terms, int(code)), int(counts[code])) for code in np.flatnonzero(counts)]


def count_in_file(
    connection: sqlite3.Connection, terms: TermTexts, name: str, condition: Condition
) -> list[ValueCount]:
    """The values among the sessions that fulfil a condition, and how many have each."""
    narrowed = condition.narrowed()
    statement = f"SELECT s.{name}, count(*) FROM sessions AS s WHERE {narrowed.sql} GROUP BY s.{name}"  # noqa: S608 - a field's name
    rows = connection.execute(statement, narrowed.parameters).fetchall()
    return [(_text(terms, code or 0), count) for code, count in rows]


def fill_in(
    connection: sqlite3.Connection,
    conditions: "Callable[[], Conditions]",
    among: "Node",
    nodes: "Sequence[Node]",
    counted: Sequence[int | None],
) -> list[int]:
    """Count in the file how many of the sessions among `among` fulfil each condition not `counted` yet."""
    left = [node for node, count in zip(nodes, counted, strict=True) if count is None]
    if not left:
        return [count for count in counted if count is not None]
    made = conditions()
    rest = iter(_count(connection, made.of(among), [made.of(node) for node in left]))
    return [next(rest) if count is None else count for count in counted]


def _count(connection: sqlite3.Connection, among: Condition, conditions: Sequence[Condition]) -> list[int]:
    """How many of the sessions that fulfil `among` fulfil each condition, in one pass."""
    narrowed = among.narrowed()
    sums = ", ".join(f"coalesce(sum(({each.sql}) IS TRUE), 0)" for each in conditions)
    parameters: list[Parameter] = [value for each in conditions for value in each.parameters]
    statement = f"SELECT {sums} FROM sessions AS s NOT INDEXED WHERE {narrowed.sql}"  # noqa: S608 - made by conditions
    row = connection.execute(statement, (*parameters, *narrowed.parameters)).fetchone()
    return [int(count) for count in row]


def _text(terms: TermTexts, code: int) -> "StoredValue":
    return terms.text(code) if code else None

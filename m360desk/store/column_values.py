"""Whole columns out of the cache, for charts and counts."""

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from m360desk.core.fields import COLUMNS, INDEX, Field, Kind
from m360desk.store.conditions import Condition
from m360desk.store.layout import is_coded
from m360desk.store.numbers import read_floats, read_integers_or_none
from m360desk.store.terms import TermTexts

if TYPE_CHECKING:
    from m360desk.core.records import StoredValue

_SLICE = 5_000
_TEXTS_AT_ONCE = 500


class ColumnValues:
    """Gathers the values of some fields, slice by slice.

    Attributes:
        values: by field name: doubles (nan where missing; to 15 digits), or texts.
    """

    def __init__(
        self, connection: sqlite3.Connection, terms: TermTexts, names: Sequence[str], columns: frozenset[str]
    ) -> None:
        """`names` are the wanted fields, `columns` those that the cache has."""
        self._connection = connection
        self._terms = terms
        self._fields = [COLUMNS[INDEX[name]] for name in dict.fromkeys(names)]
        self._columns = columns
        self.values: dict[str, array[float] | list[StoredValue]] = {
            field.name: [] if field.kind in (Kind.TEXT, Kind.NAMES) else array("d") for field in self._fields
        }

    def slices(self, condition: Condition) -> Iterator[None]:
        """Add the values of all sessions that fulfil `condition`; comes up for air after each slice."""
        last = 0
        while (last := self._slice(condition, last)) >= 0:
            yield

    def _slice(self, condition: Condition, after: int) -> int:
        """Add one slice; the last row number, -1 when there was nothing left."""
        told = [field for field in self._fields if not self._is_text(field)]
        lists = "".join(f", json_group_array({_value(field, self._columns)})" for field in told)
        wanted = ", ".join(("s.id", *(f"s.{field.name}" for field in told if field.name in self._columns)))
        matches = f"FROM sessions AS s WHERE s.id > ? AND {condition.sql} ORDER BY s.id LIMIT ?"
        parameters = (after, *condition.parameters, _SLICE)
        last, *texts = self._connection.execute(
            f"SELECT coalesce(max(s.id), -1){lists} FROM (SELECT {wanted} {matches}) AS s",  # noqa: S608 - own names
            parameters,
        ).fetchone()
        for field, text in zip(told, texts, strict=True):
            self._add(field, text)
        for field in self._fields:
            if self._is_text(field):
                self._add_texts(field, f"SELECT s.{field.name} {matches}", parameters)
        return int(last)

    def _is_text(self, field: Field) -> bool:
        return field.kind in (Kind.TEXT, Kind.NAMES) and not is_coded(field) and field.name in self._columns

    def _add(self, field: Field, text: str) -> None:
        values = self.values[field.name]
        if isinstance(values, array):
            values.extend(read_floats(text))
            return
        numbers = read_integers_or_none(text)
        # They repeat: each text is looked for once a slice.
        texts = {number: None if number is None else self._terms.text(number) for number in set(numbers)}
        values.extend(map(texts.__getitem__, numbers))

    def _add_texts(self, field: Field, statement: str, parameters: Sequence[str | int | float]) -> None:
        values = self.values[field.name]
        cursor = self._connection.execute(statement, parameters)
        while rows := cursor.fetchmany(_TEXTS_AT_ONCE):
            values.extend(value for (value,) in rows)


def _value(field: Field, columns: frozenset[str]) -> str:
    return f"s.{field.name}" if field.name in columns else "NULL"

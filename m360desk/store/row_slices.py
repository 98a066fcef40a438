"""Slices of rows as columns, for exports: a million rows without an object for each of their values.

SQLite writes each column of a slice as one JSON text, lock-free, in a thread that is ahead. What is read
from the text are the *raw* values as they stand in the file: numbers of texts in `terms`, thousandths.
Few differ, so whoever makes something of them does it once for each (see `RowSlices.value`).
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, Final, NamedTuple

import msgspec

from m360desk.core.fields import Field, Kind
from m360desk.core.session import StoredValue
from m360desk.store.few import as_list
from m360desk.store.layout import is_coded, is_identity
from m360desk.store.terms import TermTexts

Raw = int | str | bytes | None
Column = Sequence[Raw]
Records = Callable[[Sequence[int]], list[bytes | None]]

_AHEAD: Final = 1  # slices on their way beside the one that is given out
_PER_UNIT: Final = 1000
_NUMBERS = msgspec.json.Decoder(list[int])
_INTEGERS = msgspec.json.Decoder(list[int | None])
_TEXTS = msgspec.json.Decoder(list[str | None])
_FROM = "FROM json_each(?) AS wanted CROSS JOIN sessions AS s ON s.id = wanted.value"


class RowSlice(NamedTuple):
    """Some rows.

    Attributes:
        ids: their numbers, in the wanted order; one that is gone from the cache is left out.
        columns: for each field its raw values, parallel to `ids`.
        records: as they came, parallel to `ids`, where they were asked for; None where one has been lost.
    """

    ids: list[int]
    columns: list[Column]
    records: list[bytes | None]


class _Fetched(NamedTuple):
    """A slice as it comes out of SQLite."""

    wanted: str
    texts: Sequence[str]
    records: list[bytes | None]


class RowSlices:
    """Reads slices of one cache; belongs into a transaction of the reader.

    Nothing else is to be asked of that reader while `of` goes on.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        terms: TermTexts,
        known: frozenset[str],
        fields: Sequence[Field],
        *,
        records: Records | None,
        reading: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """Prepare to read.

        Args:
            connection: to be used from two threads, by turns.
            terms: of that connection.
            known: the columns that the cache has; the other fields have no values.
            fields: those wanted.
            records: gives the records of rows; None: they are not wanted.
            reading: within it, errors of SQLite come out as the store's.
        """
        self._connection = connection
        self._terms = terms
        self._records = records
        self._reading = reading
        self._turn = threading.Lock()
        # Where they are few, none has to be asked for, which would be after what is read ahead.
        terms.load_few()
        self._fields = [field for field in fields if field.name in known]
        self._places = {field.name: at for at, field in enumerate(fields)}
        self._plain: set[str] = set()
        """Columns with a value that JSON does not carry: they are fetched value by value from then on."""
        lists = "".join(f", json_group_array({_as_json(field)})" for field in self._fields)
        self._select = f"SELECT json_group_array(s.id){lists} {_FROM}"

    def of(self, ids: Sequence[int], size: int) -> Generator[RowSlice, None, None]:
        """The rows of these numbers, so many at a time; to be closed when it is left before its end."""
        ahead = ThreadPoolExecutor(1, "row slices")
        coming: deque[Future[_Fetched]] = deque()
        try:
            for at in range(0, len(ids), size):
                coming.append(ahead.submit(self._fetch, ids[at : at + size]))
                if len(coming) > _AHEAD:
                    yield self._read(self._wait(coming.popleft()))
            while coming:
                yield self._read(self._wait(coming.popleft()))
        finally:
            ahead.shutdown(cancel_futures=True)

    def value(self, field: Field) -> Callable[[Any], StoredValue]:
        """What makes a field's raw value the session's value."""
        if is_coded(field):
            return self._term
        return _number if field.kind is Kind.NUMBER else _as_is

    def _fetch(self, ids: Sequence[int]) -> _Fetched:
        wanted = as_list(ids)
        with self._turn:
            texts = self._connection.execute(self._select, (wanted,)).fetchone()
            records = self._records(_NUMBERS.decode(texts[0])) if self._records is not None else []
        return _Fetched(wanted, texts, records)

    def _wait(self, coming: Future[_Fetched]) -> _Fetched:
        with self._reading():
            return coming.result()

    def _read(self, fetched: _Fetched) -> RowSlice:
        found, *texts = fetched.texts
        numbers = _NUMBERS.decode(found)
        columns: list[Column] = [[None] * len(numbers)] * len(self._places)
        for field, text in zip(self._fields, texts, strict=True):
            columns[self._places[field.name]] = self._column(field, text, fetched.wanted)
        return RowSlice(numbers, columns, fetched.records)

    def _column(self, field: Field, text: str, wanted: str) -> Column:
        if field.name not in self._plain:
            decoder: msgspec.json.Decoder[list[Any]] = _TEXTS if is_identity(field) else _INTEGERS
            try:
                return decoder.decode(text)
            except msgspec.ValidationError:
                self._plain.add(field.name)
        exact: Callable[[Any], Raw] = _exact if field.kind is Kind.NUMBER else _as_is
        with self._turn, self._reading():
            values = self._connection.execute(f"SELECT s.{field.name} {_FROM}", (wanted,)).fetchall()
        return [exact(value) for (value,) in values]

    def _term(self, number: int | None) -> StoredValue:
        if number is None:
            return None
        text = self._terms.known(number)
        if text is not None:
            return text
        with self._turn, self._reading():
            return self._terms.one(number)


def _as_json(field: Field) -> str:
    """What stands in the JSON text of a column; a value of another type where JSON cannot hold it exactly."""
    column = f"s.{field.name}"
    if is_identity(field):
        # Bytes stand for what cannot be text.
        return f"CASE typeof({column}) WHEN 'blob' THEN 0 ELSE {column} END"
    if field.kind is not Kind.NUMBER:
        return column
    # SQLite would write 15 digits. Nearly all figures are whole thousandths, and those integers tell exactly:
    # a division is rounded in the same way everywhere, here and in `_number`.
    thousandths = f"CAST(round({column} * {_PER_UNIT}.0) AS INTEGER)"
    return (
        f"CASE WHEN {thousandths} / {_PER_UNIT}.0 = {column} THEN {thousandths} "
        f"WHEN {column} IS NOT NULL THEN '' END"
    )


def _exact(number: float | None) -> Raw:
    if number is None:
        return None
    thousandths = round(number * _PER_UNIT) if abs(number) < 2**50 else 0
    return thousandths if thousandths / _PER_UNIT == number else repr(number)


def _number(raw: int | str | None) -> float | None:
    if raw is None:
        return None
    return raw / _PER_UNIT if isinstance(raw, int) else float(raw)


def _as_is(raw: Any) -> Any:
    return raw

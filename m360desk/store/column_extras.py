"""Further columns in memory: those that a search has asked for, as long as they are asked for.

Import this module late, as `store.columns`.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from m360desk.core.fields import COLUMNS, Field, Kind
from m360desk.store.column_room import Room
from m360desk.store.column_slices import CODES
from m360desk.store.few import as_list
from m360desk.store.layout import is_coded, is_identity

FIELDS: Final = {field.name: field for field in COLUMNS if field.name not in CODES and not is_identity(field)}
"""Texts that repeat are kept as their numbers in `terms` (0: none), all else as doubles (nan: none)."""
_KEPT: Final = 8
"""Columns: at a million sessions a text takes 2 MB (4 where a cache has many texts), a number 8 MB."""
_SLICE: Final = 10_000
"""Rows: numpy reads a text without giving up Python's lock."""

Values = NDArray[Any]


class Extras:
    """The columns, parallel to the row numbers that they were read for; for one thread.

    Reading one takes about as long as one search in the file; breaking off loses nothing of what was read.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._room = Room()
        self._read: dict[str, int] = {}

    def values(self, name: str, count: int) -> Values | None:
        """A column of so many rows; None where it is not there, or not all of it."""
        return self._room.values(name, count) if self._read.get(name) == count else None

    def met(self, name: str) -> NDArray[np.bool_] | None:
        """As `Columns.met`."""
        return self._room.met(name) if name in self._read else None

    @property
    def size_in_bytes(self) -> int:
        """How much memory the columns take."""
        return self._room.size_in_bytes

    def forget(self) -> None:
        """The rows are others now."""
        self._room = Room()
        self._read.clear()

    def bring(self, names: Iterable[str], ids: NDArray[Any], check: Callable[[], None]) -> None:
        """Read what is missing of some of `FIELDS` for these ascending row numbers; rows may have been added.

        More columns than are kept are not brought: all of them would be read again at every search.
        """
        wanted = list(dict.fromkeys(names))[:_KEPT]
        for name in wanted:
            if name not in self._room:
                self._room.add(name, _dtype(FIELDS[name]), coded=is_coded(FIELDS[name]))
            # The ones asked for last stand last.
            self._room.move_to_end(name)
            self._read.setdefault(name, 0)
            self._room.enlarge(name, ids.size)
        while len(self._room) > _KEPT:
            oldest = next(iter(self._room))
            self._room.remove(oldest)
            del self._read[oldest]
        while behind := [name for name in wanted if self._read[name] < ids.size]:
            check()
            # All that stand at the same place are read at once: finding the rows takes longer than a column.
            start = min(self._read[name] for name in behind)
            self._read_slice([name for name in behind if self._read[name] == start], start, ids)

    def read_again(self, at: NDArray[np.int64], ids: NDArray[Any]) -> None:
        """Read rows that have changed: their positions, and the row numbers of all."""
        for name in self._room:
            known = at[at < self._read[name]]
            if known.size:
                where = "id IN (SELECT value FROM json_each(?))"
                (told,) = self._told([name], where, (as_list(ids[known].tolist()),))
                self._room.put(name, known, told)

    def _read_slice(self, names: Sequence[str], start: int, ids: NDArray[Any]) -> None:
        end = min(start + _SLICE, ids.size)
        told = self._told(names, "id BETWEEN ? AND ?", (int(ids[start]), int(ids[end - 1])))
        for name, values in zip(names, told, strict=True):
            self._room.put(name, slice(start, end), values)
            self._read[name] = end

    def _told(self, names: Sequence[str], where: str, parameters: tuple[Any, ...]) -> list[Values]:
        """The values of some rows, in the order of their numbers."""
        # SQLite writes each column as one text, lock-free; numpy reads it in one call.
        lists = ", ".join(f"group_concat({_written(FIELDS[name])})" for name in names)
        statement = f"SELECT {lists} FROM (SELECT {', '.join(names)} FROM sessions WHERE {where} ORDER BY id)"  # noqa: S608 - own names
        texts = self._connection.execute(statement, parameters).fetchone()
        return [
            np.fromstring(text or "", np.int32 if is_coded(FIELDS[name]) else np.float64, sep=",")
            for name, text in zip(names, texts, strict=True)
        ]


def _written(field: Field) -> str:
    """How SQLite writes a value: of a double, 15 digits unless it is told otherwise."""
    if is_coded(field):
        return f"coalesce({field.name}, 0)"
    if field.kind is not Kind.NUMBER:
        return f"coalesce({field.name}, 'nan')"
    return f"CASE WHEN {field.name} IS NULL THEN 'nan' ELSE format('%!.17g', {field.name}) END"


def _dtype(field: Field) -> type[np.uint16] | type[np.float32] | type[np.float64]:
    if is_coded(field):
        return np.uint16
    return np.float32 if field.kind is Kind.FLAG else np.float64

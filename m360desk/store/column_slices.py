"""Slices of rows out of SQLite as numpy arrays, without a line of Python for each row."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from m360desk.store.few import as_list

NUMBERS: Final = ("time", "battery", "cycles", "measured", "temperature", "drain")
CODES: Final = ("model", "brand", "operator", "grade", "result", "name", "failed", "has")
_SLICE = 5_000
_TEXTS = msgspec.json.Decoder(list[str | None])


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows, ascending by row number; parallel arrays as in `store.columns.Columns`."""

    ids: NDArray[np.int64]
    devices: NDArray[np.int64]
    numbers: dict[str, NDArray[np.float64]]
    codes: dict[str, NDArray[np.int32]]


class Slices:
    """Reads slices of one cache."""

    def __init__(self, connection: sqlite3.Connection, known: frozenset[str]) -> None:
        """`known`: the columns that the cache has."""
        self._connection = connection
        names = ("device", *NUMBERS, *CODES)
        wanted = ", ".join(("id", *(name if name in known else f"NULL AS {name}" for name in names)))
        lists = [
            "group_concat(id)",
            # JSON holds no bytes, which stand for what cannot be text.
            "json_group_array(CASE typeof(device) WHEN 'blob' THEN hex(device) ELSE device END)",
            *(f"group_concat(coalesce({name}, 'nan'))" for name in NUMBERS),
            *(f"group_concat(coalesce({name}, 0))" for name in CODES),
        ]
        # SQLite writes each column as one text, lock-free; numpy reads it in one call.
        told = f"SELECT {', '.join(lists)} FROM (SELECT {wanted} FROM sessions WHERE {{}})"  # noqa: S608 - own names
        self._after = told.format("id > ? ORDER BY id LIMIT ?")
        self._of = told.format("id IN (SELECT value FROM json_each(?)) ORDER BY id")

    def after(self, last: int) -> Slice | None:
        """The next rows after a row number; None where there is none."""
        return _slice(self._connection.execute(self._after, (last, _SLICE)).fetchone())

    def of(self, ids: Sequence[int]) -> Slice:
        """The rows of these ascending numbers, all of which are there."""
        found = _slice(self._connection.execute(self._of, (as_list(ids),)).fetchone())
        assert found is not None  # noqa: S101 - what is asked for is there
        return found


def _slice(texts: tuple[Any, ...]) -> Slice | None:
    if texts[0] is None:
        return None
    ids = np.fromstring(texts[0], np.int64, sep=",")
    numbers = dict(zip(NUMBERS, map(_floats, texts[2:]), strict=False))
    codes = {
        name: np.fromstring(text, np.int32, sep=",")
        for name, text in zip(CODES, texts[2 + len(NUMBERS) :], strict=True)
    }
    return Slice(ids, _devices(texts[1], ids), numbers, codes)


def _floats(text: str) -> NDArray[np.float64]:
    return np.fromstring(text, np.float64, sep=",")


def _devices(text: str, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each identity, equal for equal ones: with 64 bits two devices in a million do not meet.

    Numbers hold for this process only.
    """
    names = _TEXTS.decode(text)
    numbers = np.fromiter(map(hash, names), np.int64, len(names))
    # A session without an identity stands alone.
    return np.where(numbers == hash(None), -ids, numbers)

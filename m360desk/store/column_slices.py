"""Slices of rows out of SQLite as numpy arrays, without a line of Python for each row."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from m360desk.store.few import as_list
from m360desk.store.layout import LAYOUT

NUMBERS: Final = ("time", "battery", "cycles", "measured", "temperature", "drain")
CODES: Final = ("model", "brand", "operator", "grade", "result", "name", "failed", "has")
NO_NAME: Final = hash("")
"""The number of an identity that is an empty text."""
_SLICE = 5_000
EXACT_UP_TO: Final = 2.0**53
"""Larger whole numbers may be equal as doubles though they are not."""
BEGINNINGS: Final = tuple(field.name for field in LAYOUT.searched)
"""Identities that bare words match: of each, what it begins with is kept."""
_TEXTS = msgspec.json.Decoder(list[str | None])


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows, ascending by row number; parallel arrays as in `store.columns.Columns`."""

    ids: NDArray[np.int64]
    devices: NDArray[np.int64]
    numbers: dict[str, NDArray[np.float64]]
    codes: dict[str, NDArray[np.int32]]
    beginnings: dict[str, NDArray[np.uint16]]
    folded: NDArray[np.bool_]


def beginning(text: str) -> int:
    """What stands in a column of beginnings for a text that begins with these two ASCII characters."""
    return int(np.frombuffer(text.encode("ascii"), np.uint16)[0])


class Slices:
    """Reads slices of one cache."""

    def __init__(self, connection: sqlite3.Connection, known: frozenset[str]) -> None:
        """`known`: the columns that the cache has."""
        self._connection = connection
        names = ("device", *NUMBERS, *CODES)
        begun = [
            f"{_beginning(name) if name in known else _NO_BEGINNING} AS begun_{name}" for name in BEGINNINGS
        ]
        columns = (name if name in known else f"NULL AS {name}" for name in names)
        wanted = ", ".join(("id", *columns, *begun, "row_folds IS NOT NULL AS is_folded"))
        lists = [
            "group_concat(id)",
            # JSON holds no bytes, which stand for what cannot be text.
            "json_group_array(CASE typeof(device) WHEN 'blob' THEN hex(device) ELSE device END)",
            *(f"group_concat(coalesce({name}, 'nan'))" for name in NUMBERS),
            *(f"group_concat(coalesce({name}, 0))" for name in CODES),
            *(f"group_concat(begun_{name}, '')" for name in BEGINNINGS),
            "group_concat(is_folded, '')",
        ]
        # SQLite writes each column as one text, lock-free; numpy reads it in one call.
        told = f"SELECT {', '.join(lists)} FROM (SELECT {wanted} FROM sessions AS s WHERE {{}})"  # noqa: S608 - own names
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
    told = iter(texts[2:])
    numbers = {name: np.fromstring(next(told), np.float64, sep=",") for name in NUMBERS}
    codes = {name: np.fromstring(next(told), np.int32, sep=",") for name in CODES}
    beginnings = {name: _pairs(next(told)) for name in BEGINNINGS}
    folded = np.frombuffer(next(told).encode(), np.uint8) == ord("1")
    return Slice(ids, _devices(texts[1], ids), numbers, codes, beginnings, folded)


def _beginning(name: str) -> str:
    """The first two characters of an identity; blanks where it has not so many, or is no text."""
    return f"CASE WHEN length({name}) > 1 AND typeof({name}) = 'text' THEN substr({name}, 1, 2) ELSE '  ' END"


_NO_BEGINNING: Final = "'  '"


def _pairs(text: str) -> NDArray[np.uint16]:
    """Two characters each as a number; what is no ASCII is none that anybody asks for."""
    return np.frombuffer(text.encode("ascii", "replace").lower(), np.uint16)


def _devices(text: str, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each identity, equal for equal ones: with 64 bits two devices in a million do not meet.

    Numbers hold for this process only.
    """
    names = _TEXTS.decode(text)
    numbers = np.fromiter(map(hash, names), np.int64, len(names))
    # A session without an identity stands alone.
    return np.where(numbers == hash(None), -ids, numbers)

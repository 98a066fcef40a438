"""Long lists of numbers out of SQLite, without fighting for Python's lock once a row.

Each row that Python fetches gives up the lock and takes it again; while the window is busy, that can cost
milliseconds a row. So SQLite writes the list as one JSON text, lock-free, and the text is read in pieces.
"""

import math
from array import array
from collections.abc import Iterator

import msgspec

_PIECE = 50_000
_integers = msgspec.json.Decoder(list[int]).decode
_integers_or_none = msgspec.json.Decoder(list[int | None]).decode
_floats = msgspec.json.Decoder(list[float | None]).decode


def read_integers(text: str) -> Iterator["array[int]"]:
    """The numbers of a JSON array, in pieces of a few thousand."""
    start, end = 1, len(text) - 1
    while start < end:
        stop = text.find(",", start + _PIECE, end) if end - start > _PIECE else -1
        if stop < 0:
            stop = end
        yield array("q", _integers(f"[{text[start:stop]}]"))
        start = stop + 1


def read_integers_or_none(text: str) -> list[int | None]:
    """The numbers of a JSON array; None for null."""
    return _integers_or_none(text)


def read_floats(text: str) -> "array[float]":
    """The numbers of a JSON array; nan for null."""
    missing = math.nan
    return array("d", [missing if number is None else number for number in _floats(text)])

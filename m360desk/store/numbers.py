"""Long lists of numbers out of SQLite, without fighting for Python's lock once a row.

Each row that Python fetches gives up the lock and takes it again; while the window is busy, that can cost
milliseconds a row. So SQLite writes the list as one JSON text, lock-free, and the text is read in pieces.
"""

import json
import math
from array import array
from collections.abc import Iterator
from functools import cache
from typing import Any

_PIECE = 50_000
_SHORT = 2_000


def read_integers(text: str) -> Iterator["array[int]"]:
    """The numbers of a JSON array, in pieces of a few thousand."""
    if len(text) < _SHORT:
        # The first screenful of a start: not worth loading the fast reader for.
        yield array("q", json.loads(text))
        return
    decode = _decoder(list[int]).decode
    start, end = 1, len(text) - 1
    while start < end:
        stop = text.find(",", start + _PIECE, end) if end - start > _PIECE else -1
        if stop < 0:
            stop = end
        yield array("q", decode(f"[{text[start:stop]}]"))
        start = stop + 1


def read_integers_or_none(text: str) -> list[int | None]:
    """The numbers of a JSON array; None for null."""
    numbers: list[int | None] = _decoder(list[int | None]).decode(text)
    return numbers


def read_floats(text: str) -> "array[float]":
    """The numbers of a JSON array; nan for null."""
    missing = math.nan
    return array(
        "d", [missing if number is None else number for number in _decoder(list[float | None]).decode(text)]
    )


@cache
def _decoder(kind: Any) -> Any:
    import msgspec

    return msgspec.json.Decoder(kind)

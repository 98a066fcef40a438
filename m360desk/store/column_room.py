"""Room for columns in memory: arrays by name that grow, and take wider numbers where narrow ones do not do.

Import this module late, as `store.columns`.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

SPARE: Final = 50
"""One row in so many is room for rows to come: a sync adds a few at a time."""
_MISSING: Final = int(np.iinfo(np.int16).min)
_WIDER: Final = {"uint8": np.uint16, "uint16": np.int32, "int32": np.int64}
"""Few caches need them: the others have half the memory."""


class Room:
    """Arrays by name, the one that was put in last at the end; for one thread."""

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {}
        self._met: dict[str, NDArray[np.bool_]] = {}
        self._parts: dict[str, int] = {}

    def add(self, name: str, dtype: DTypeLike, *, coded: bool = False) -> None:
        """Have an empty array more; `coded`: it holds numbers of texts, and those that it meets are noted."""
        self._arrays[name] = np.zeros(0, dtype)
        if coded:
            self._met[name] = np.zeros(0, np.bool_)

    def add_parts(self, name: str, parts: int) -> None:
        """Have an array of floats more, nan among them, that mostly are so many parts of a whole.

        As long as all are, they are kept as small whole numbers, in half the memory.
        """
        self._arrays[name] = np.zeros(0, np.int16)
        self._parts[name] = parts

    def remove(self, name: str) -> None:
        """Let an array go."""
        del self._arrays[name]
        self._met.pop(name, None)
        self._parts.pop(name, None)

    def move_to_end(self, name: str) -> None:
        """Let an array be the last one."""
        self._arrays[name] = self._arrays.pop(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def values(self, name: str, count: int) -> NDArray[Any]:
        """The first `count` rows of an array; of parts they are made anew, as floats of 32 bits."""
        values = self._arrays[name][:count]
        return _floats(values, self._parts[name]) if name in self._parts else values

    def met(self, name: str) -> NDArray[np.bool_]:
        """By the number of a text whether it stands in the array, or has once stood there."""
        return self._met[name]

    def enlarge(self, name: str, count: int) -> None:
        """Have room for so many rows, and for some more."""
        values = self._arrays[name]
        if values.size < count:
            # Not np.resize or a list of slices to be joined: both need the room twice, for good.
            larger = np.empty(count + count // SPARE, values.dtype)
            larger[: values.size] = values
            self._arrays[name] = larger

    def put(self, name: str, where: slice | NDArray[np.int64], told: NDArray[Any]) -> None:
        """Put values in; there is room for them."""
        if name in self._parts:
            told = self._as_parts(name, told)
        values = self._arrays[name]
        while values.dtype.kind in "iu" and told.max(initial=0) > np.iinfo(values.dtype).max:
            values = self._arrays[name] = values.astype(_WIDER[values.dtype.name])
        values[where] = told
        if name in self._met:
            self._note(name, told)

    @property
    def size_in_bytes(self) -> int:
        """How much memory the arrays take."""
        return sum(values.nbytes for values in self._arrays.values())

    def _note(self, name: str, codes: NDArray[Any]) -> None:
        met, highest = self._met[name], int(codes.max(initial=0))
        if highest >= met.size:
            met = self._met[name] = np.append(met, np.zeros(highest + 1 - met.size, np.bool_))
        met[codes] = True

    def _as_parts(self, name: str, told: NDArray[Any]) -> NDArray[Any]:
        """What is put in of floats: whole numbers, or the floats themselves where some are no such parts."""
        parts = self._parts[name]
        with np.errstate(over="ignore"):  # what is too large is no such part
            whole = np.rint(told * parts)
        missing = np.isnan(told)
        if (missing | ((np.abs(whole) < -_MISSING) & (whole / parts == told))).all():
            return np.where(missing, _MISSING, whole)
        self._arrays[name] = _floats(self._arrays[name], self._parts.pop(name))
        return told


def _floats(values: NDArray[np.int16], parts: int) -> NDArray[np.float32]:
    floats = np.divide(values, parts, dtype=np.float32)
    floats[values == _MISSING] = np.nan
    return floats

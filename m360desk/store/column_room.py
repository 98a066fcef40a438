"""Room for columns in memory: arrays by name that grow, and take wider numbers where narrow ones do not do.

Import this module late, as `store.columns`.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

SPARE: Final = 50
"""One row in so many is room for rows to come: a sync adds a few at a time."""
_WIDER: Final = {"uint8": np.uint16, "uint16": np.int32, "int32": np.int64}
"""Few caches need them: the others have half the memory."""


class Room:
    """Arrays by name, the one that was put in last at the end; for one thread."""

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {}
        self._met: dict[str, NDArray[np.bool_]] = {}

    def add(self, name: str, dtype: DTypeLike, *, coded: bool = False) -> None:
        """Have an empty array more; `coded`: it holds numbers of texts, and those that it meets are noted."""
        self._arrays[name] = np.zeros(0, dtype)
        if coded:
            self._met[name] = np.zeros(0, np.bool_)

    def remove(self, name: str) -> None:
        """Let an array go."""
        del self._arrays[name]
        self._met.pop(name, None)

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
        """The first `count` rows of an array."""
        return self._arrays[name][:count]

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

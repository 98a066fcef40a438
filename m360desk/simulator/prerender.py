"""Records as JSON text in one file, so that a page is a slice of it."""

from __future__ import annotations

import mmap
import tempfile
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.simulator.shop.fleet import Fleet


_ASKED_EVERY = 200


class RenderedRecords:
    """Records below number ``above`` (all of the fleet's by default), newest first, a comma after each.

    ``count``: so many of them; all by default. The file goes when the object is closed. ``stopping`` is asked
    now and then; once it says True the rest is left out. Raises OSError when the file cannot be written.
    """

    def __init__(
        self,
        fleet: Fleet,
        stopping: Callable[[], bool],
        *,
        above: int | None = None,
        count: int | None = None,
    ) -> None:
        self._above = fleet.sessions if above is None else above
        self._lowest = 0 if count is None else max(0, self._above - count)
        self._ends = array("q", [0])
        self._file = tempfile.TemporaryFile(prefix="m360-simulator-")  # noqa: SIM115  closed in close()
        at = 0
        for number in range(self._above - 1, self._lowest - 1, -1):
            at += self._file.write(fleet.record_bytes(number) + b",")
            self._ends.append(at)
            if number % _ASKED_EVERY == 0 and stopping():
                break
        self._file.flush()
        self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) if at else None

    def falling(self, high: int, low: int) -> memoryview | None:
        """The text of the records from number ``high`` down to ``low``, or None if they are not all here."""
        if self._map is None or high >= self._above or low < self._lowest:
            return None
        start = self._ends[self._above - 1 - high]
        end = self._ends[self._above - low] - 1
        return memoryview(self._map)[start:end]

    def close(self) -> None:
        """Give the file back; slices on their way to a client keep its memory till they are out."""
        self._file.close()

"""The first screenful of a cache, read while the window that is to show it is still being built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from m360desk.core.query import EVERYTHING, Order
from m360desk.workers.answers import first_screenful

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Sequence

    from m360desk.core.query import Query
    from m360desk.store.reader import StoredRow
    from m360desk.workers.cache_lanes import CacheLanes


class FirstLook:
    """Asks a cache that nobody has opened yet for what every start shows: all sessions, the newest first.

    What it finds, or why it finds nothing, is kept for whoever asks for just that.
    """

    def __init__(self, lanes: CacheLanes) -> None:
        self.lanes = lanes
        self._answer: tuple[bool, Any] | None = None
        self._tell: tuple[Callable[[Any], None], Callable[[Exception], None]] | None = None
        lanes.rows.request(
            "first",
            lambda reader, token: first_screenful(reader, token, EVERYTHING, Order()),
            lambda found: self._come(True, found),
            lambda error: self._come(False, error),
        )

    def answers(self, query: Query, order: Order) -> bool:
        """Whether this is what it has asked for."""
        return query == EVERYTHING and order == Order()

    def hand_over(
        self,
        done: Callable[[tuple[array[int], Sequence[StoredRow | None]]], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Tell the answer: at once where it has come by now, else when it comes."""
        self._tell = (done, failed)
        self.lanes.rows.deliver()
        self._say()

    def _come(self, found: bool, value: Any) -> None:
        self._answer = (found, value)
        self._say()

    def _say(self) -> None:
        if self._answer is None or self._tell is None:
            return
        (found, value), (done, failed) = self._answer, self._tell
        self._answer = self._tell = None
        (done if found else failed)(value)

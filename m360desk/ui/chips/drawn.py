"""Which parts of a query were drawn in a chart: known by their words, for the query's text is the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m360desk.core.chips import Chip


class DrawnParts:
    """Learns from what a chart writes; a part that was taken out and typed again is still the drawn one."""

    def __init__(self) -> None:
        self._texts: set[str] = set()

    def learn(self, before: str, after: str) -> None:
        """A chart has changed the query's text: whatever is new in it was drawn."""
        self._texts |= _written(after) - _written(before)

    def among(self, chips: Sequence[Chip]) -> frozenset[str]:
        """The parts, as they are written, that were drawn."""
        return frozenset(chip.text for chip in chips if chip.text in self._texts)


def _written(text: str) -> set[str]:
    # Not needed before something is drawn.
    from m360desk.core.query import QueryError
    from m360desk.core.query_edit import parts_of

    try:
        return {text[part.start : part.end] for part in parts_of(text)}
    except QueryError:
        return set()

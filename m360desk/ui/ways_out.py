"""Finds what to leave out of a search that nothing answers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from m360desk.core.query import QueryError, parse
from m360desk.ui.shell_states import no_match
from m360desk.ui.way_out import WayOut

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from m360desk.core.cancel import CancelToken
    from m360desk.core.chips import Chip
    from m360desk.core.query import Query
    from m360desk.store.reader import CacheReader
    from m360desk.ui.states import StatePage
    from m360desk.workers.desk import Desk


class WaysOut(QObject):
    """Says at once that nothing matches, then what would, once that is counted."""

    settled = Signal()

    def __init__(self, desk: Desk, states: StatePage, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._states = desk, states
        self._query = ""

    def give_up(self) -> None:
        """Another query is in force: nobody wants to know any more."""
        self._query = ""
        self._desk.give_up("ways out")

    def show(self, query: Query) -> None:
        """Show the page for a query that has no answer."""
        from m360desk.core.chips import chips

        parts = chips(query, self._desk.zone)
        if query.text != self._query or len(parts) < 2:
            self._states.show_state(no_match(query.text, len(parts), None))
        self._query = query.text
        if len(parts) < 2:
            return
        today, zone = datetime.now(self._desk.zone).date(), self._desk.zone

        def show(found: list[WayOut]) -> None:
            if self._query == query.text:
                self._states.show_state(no_match(query.text, len(parts), found))
                self.settled.emit()

        self._desk.read("ways out", lambda reader, token: _count(reader, parts, today, zone, token), show)


def _count(
    reader: CacheReader, parts: tuple[Chip, ...], today: date, zone: tzinfo, token: CancelToken
) -> list[WayOut]:
    found = []
    for chip in parts:
        try:
            query = parse(chip.rest, today=today, zone=zone)
        except QueryError:
            continue
        field = f"not {chip.field}".strip() if chip.negated else chip.field
        found.append(WayOut(field, chip.value, chip.rest, reader.count(query, cancel=token)))
    return sorted(found, key=lambda way: -way.sessions)

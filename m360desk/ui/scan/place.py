"""Where the user was before a scan: the search, the chosen session, how far the list was scrolled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from m360desk.core.query import Query
    from m360desk.ui.frame.search_box import SearchBox
    from m360desk.ui.sessions.controller import SessionsController
    from m360desk.ui.sessions.page import SessionsPage


@dataclass(frozen=True, slots=True)
class Place:
    """Taken at the first key of a scan: what the scanner types may go into the search box."""

    text: str
    query: Query
    row_id: int | None
    top_id: int | None
    hidden: int
    focus: QWidget | None

    @classmethod
    def take(
        cls, box: SearchBox, controller: SessionsController, page: SessionsPage, focus: QWidget | None
    ) -> Place:
        """Note the place."""
        top = page.table.first_visible()
        return cls(
            text=box.text(),
            query=controller.query,
            row_id=page.table.current_row_id(),
            top_id=page.model.ids[top[0]] if top is not None else None,
            hidden=top[1] if top is not None else 0,
            focus=focus,
        )

    def show(self, page: SessionsPage) -> None:
        """Choose the same session again and scroll to where the list was; it must be on the screen."""
        # Behind the card it was not laid out: it could not be scrolled that far.
        page.table.doItemsLayout()
        if self.row_id is not None and (at := page.model.position(self.row_id)) is not None:
            page.table.select_row(at, scroll=False)
        if self.top_id is not None and (at := page.model.position(self.top_id)) is not None:
            page.table.scroll_to(at, self.hidden)

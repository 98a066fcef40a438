"""Why there is no list: which of the states holds, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from m360desk.ui.shell_states import EMPTY, READING, problem_state
from m360desk.ui.states import StatePage
from m360desk.ui.ways_out import WaysOut

if TYPE_CHECKING:
    from m360desk.core.query import Query
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.shell_sync import Problem
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.workers.desk import Desk


class NoList(QObject):
    """Holds the page that stands in place of a list and decides what it says."""

    def __init__(self, desk: Desk, themes: ThemeSource, icons: Icons, marks: Marks, parent: QObject) -> None:
        super().__init__(parent)
        self.states = StatePage(themes, icons, marks)
        self._ways_out = WaysOut(desk, self.states, self)

    def explain(self, query: Query, problem: Problem | None, mode_name: str, *, reading: bool) -> None:
        """Say why nothing is listed: the search, a sync that began, a problem, an empty account."""
        if not query.is_empty:
            self._ways_out.show(query)
        elif reading:
            self.states.show_state(READING)
        elif problem is not None:
            self.states.show_state(problem_state(problem, mode_name))
        else:
            self.states.show_state(EMPTY)

    def give_up(self) -> None:
        """Another query is in force: what was being counted for the one before is not wanted any more."""
        self._ways_out.give_up()

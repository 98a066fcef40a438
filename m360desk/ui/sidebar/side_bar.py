"""What the side bar does: keeps views, choices and counts in step with the query and the cache."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QTimer, Signal

from m360desk.core.chips import chips
from m360desk.core.facets import FACETS
from m360desk.core.query_edit import own_part, toggled
from m360desk.system.views_file import SavedView
from m360desk.ui.sidebar import entries
from m360desk.ui.sidebar.counting import FacetCounter, FacetCounts, count_views, facet_maker
from m360desk.ui.sidebar.entries import VIEWS
from m360desk.ui.sidebar.model import SideBarModel
from m360desk.ui.sidebar.tree import SideBarTree
from m360desk.ui.text import shortened
from m360desk.workers.desk import TYPING_S

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence
    from datetime import date

    from PySide6.QtWidgets import QWidget

    from m360desk.core.facets import Facet
    from m360desk.core.query import Query
    from m360desk.system.views_file import ViewsFile
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.workers.desk import Desk

LONGEST_NAME = 40
LEAST_PAUSE_MS = 2000
"""Between two counts while a sync writes."""

FOLLOW_MS = 40
"""What is chosen is marked a moment later than the list answers: rows come first."""

REST_MS = 100
"""Counts follow when the typing rests: to count at every key would only slow the list down."""


class SideBar(QObject):
    """Writes the query and nothing else: ``query_asked`` has its whole new text."""

    query_asked = Signal(str)
    view_asked = Signal()
    """A view was chosen, not only a choice made."""
    counted = Signal()
    """The counts of the query in force are shown."""

    def __init__(
        self,
        desk: Desk,
        views_file: ViewsFile,
        themes: ThemeSource,
        icons: Icons,
        marks: Marks,
        query: Query,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._desk, self._file = desk, views_file
        self.model = SideBarModel(self)
        self.tree = SideBarTree(self.model, themes, icons, marks, parent)
        self.saved: list[SavedView] = []
        self._query = query
        self._facets: dict[str, Facet] = {}
        self._counts: dict[str, Counter[str]] = {}
        self._view_counts: dict[str, int | None] = {}
        self._unfolded: set[str] = set()
        self.awaits = False
        """Whether counts of the query in force are still to come."""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LEAST_PAUSE_MS)
        self._later.timeout.connect(self._count_all)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._count_facets)
        self._asked_at = 0.0
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(FOLLOW_MS)
        self._follow.timeout.connect(self._show)
        self.tree.pressed_entry.connect(self._press)
        self.tree.deletion_asked.connect(self.delete_view)
        self.tree.move_asked.connect(lambda at, by: self.move_view(at, at + by))
        self.model.toggled.connect(self._toggle)
        self.model.renamed.connect(self.rename_view)
        self.model.moved.connect(self.move_view)
        desk.cache_opened.connect(self._forget)
        desk.cache_changed.connect(self._cache_changed)
        desk.settings_changed.connect(self._count_all)
        self._forget()
        self._load()

    def show_query(self, query: Query) -> None:
        """Follow the query that is in force now."""
        self._query = query
        self.awaits = True
        self._desk.give_up("facets")
        self._follow.start()
        # One that is no further key need not wait for its counts.
        is_typed = monotonic() - self._asked_at < TYPING_S
        self._asked_at = monotonic()
        self._rest.start(REST_MS if is_typed else FOLLOW_MS)

    # The user's own views

    def save_view(self) -> None:
        """Keep the query in force as a view, named by what it says; the name can be changed at once."""
        name = ", ".join(chip.words for chip in chips(self._query, self._desk.zone))
        self._change([*self.saved, SavedView(shortened(name, LONGEST_NAME), self._query.text.strip())])
        views = self.model.index(0, 0)
        self.tree.setExpanded(views, True)
        index = self.model.index(self.model.rowCount(views) - 1, 0, views)
        self.tree.setFocus()
        self.tree.setCurrentIndex(index)
        self.tree.edit(index)

    def rename_view(self, at: int, name: str) -> None:
        """Give a saved view another name."""
        self._change([SavedView(name, v.query) if n == at else v for n, v in enumerate(self.saved)])

    def move_view(self, at: int, to: int) -> None:
        """Put a saved view in another place among them."""
        if not (0 <= at < len(self.saved) and 0 <= to < len(self.saved)):
            return
        views = list(self.saved)
        views.insert(to, views.pop(at))
        self._change(views)
        section = self.model.index(0, 0)
        built_in = self.model.rowCount(section) - len(views)
        self.tree.setCurrentIndex(self.model.index(built_in + to, 0, section))

    def delete_view(self, at: int) -> None:
        """Forget a saved view; the sessions it showed stay."""
        self._change([view for number, view in enumerate(self.saved) if number != at])

    def _change(self, views: Sequence[SavedView]) -> None:
        self.saved = list(views)
        kept = tuple(views)
        self._desk.chores.request(
            "views", lambda *_: self._file.save(kept), lambda _: None, self._desk.failed.emit
        )
        self._show_views()
        self._count_views()

    def _load(self) -> None:
        self._desk.chores.request(
            "load views", lambda *_: self._file.load(), self._loaded, self._desk.failed.emit
        )

    def _loaded(self, views: tuple[SavedView, ...]) -> None:
        self.saved = list(views)
        self._show_views()
        self._count_views()

    # What is pressed

    def _press(self, index: QModelIndex) -> None:
        entry, section = self.model.entry(index), self.model.section(index)
        if entry is None:
            return
        if entry.query is not None:
            self.query_asked.emit(entry.query)
            self.view_asked.emit()
        elif entry.key is not None:
            self._toggle(section, entry.key)
        else:
            self._unfolded ^= {section}
            self._show_facet(section)

    def _toggle(self, section: str, key: str) -> None:
        facet = self._facet(section)
        self.query_asked.emit(toggled(self._query.text, facet, key))

    # What is shown

    def _show(self) -> None:
        self._show_views()
        for name in FACETS:
            self._show_facet(name)

    def _show_views(self) -> None:
        listed = entries.views(self._desk.limits, self.saved)
        self.model.show_entries(VIEWS, entries.with_counts(listed, self._view_counts))
        current = next((entry.name for entry in listed if self._means(entry.query or "")), "")
        if current != self.tree.current_view:
            self.tree.current_view = current
            self.tree.viewport().update()

    def _means(self, text: str) -> bool:
        """Whether a view asks for the same as the query in force."""
        return text.split() == self._query.text.split()

    def _show_facet(self, name: str) -> None:
        facet = self._facet(name)
        own = own_part(self._query.text, facet)
        chosen = own.chosen if own is not None else ()
        lines = entries.choices(facet, self._counts.get(name), chosen, all_of=name in self._unfolded)
        self.model.show_entries(name, lines)

    def _facet(self, name: str) -> Facet:
        facet = self._make(name)
        if name in self._facets:
            facet.values.update(self._facets[name].values)
        return facet

    @property
    def _make(self) -> Callable[[str], Facet]:
        return facet_maker(self._today(), self._desk.zone, self._desk.limits)

    def _today(self) -> date:
        return datetime.now(self._desk.zone).date()

    # Counting

    def _forget(self) -> None:
        self._facets, self._counts, self._view_counts = {}, {}, {}
        self._counter = FacetCounter()
        self._unfolded.clear()
        self._show()
        self._count_all()

    def _cache_changed(self) -> None:
        self.awaits = True
        if not self._later.isActive():
            self._later.start()

    def _count_all(self) -> None:
        self._show_views()
        self._count_facets()
        self._count_views()

    def _count_facets(self) -> None:
        if self._desk.key is None:
            self.awaits = False
            return
        self.awaits = True
        known = {name: dict(facet.values) for name, facet in self._facets.items()}
        make, text, counter = self._make, self._query.text, self._counter
        began = perf_counter()
        self._desk.read(
            "facets",
            lambda reader, token: counter.count(reader, text, known, make, token),
            partial(self._facets_counted, began),
            absent=self._nothing_to_count,
        )

    def _nothing_to_count(self) -> None:
        self.awaits = False
        self.counted.emit()

    def _facets_counted(self, began: float, found: FacetCounts) -> None:
        self.awaits = self._later.isActive() or self._rest.isActive()
        self._later.setInterval(max(LEAST_PAUSE_MS, round((perf_counter() - began) * 5_000)))
        self._facets, self._counts = found.facets, found.counts
        for name in FACETS:
            self._show_facet(name)
        self.counted.emit()

    def _count_views(self) -> None:
        if self._desk.key is None:
            return
        today, zone = self._today(), self._desk.zone
        texts = [entry.query or "" for entry in entries.views(self._desk.limits, self.saved)]
        self._desk.read(
            "views", lambda reader, token: count_views(reader, texts, today, zone, token), self._views_counted
        )

    def _views_counted(self, counts: dict[str, int | None]) -> None:
        self._view_counts = counts
        self._show_views()

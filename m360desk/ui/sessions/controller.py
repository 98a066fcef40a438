"""From what is typed to what is listed: parses, asks, and brings answers into the page without moving it."""

from __future__ import annotations

from array import array
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from m360desk.core.query import EVERYTHING, Order, Query, QueryError, parse
from m360desk.core.spans import Change, find
from m360desk.ui.chips.drawn import DrawnParts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from m360desk.core.spans import Newer, Selected, Spans
    from m360desk.store.reader import StoredRow
    from m360desk.ui.frame.filter_bar import FilterBar
    from m360desk.ui.frame.search_box import SearchBox
    from m360desk.ui.sessions.page import SessionsPage
    from m360desk.workers.answers import Answer
    from m360desk.workers.desk import Desk

    First = tuple[array[int], Sequence[StoredRow | None]]

PATIENCE_MS = 400
"""Nobody is corrected in the middle of a word."""

_TITLES = {"testing": "All testing sessions", "demo": "All demo sessions"}

LEAST_PAUSE_MS = 500
"""Between two refreshes while a sync writes."""


class SessionsController(QObject):
    """Keeps the list in step with the search box, the order and the cache."""

    query_changed = Signal(object)
    """A new, valid :class:`Query` is in force."""
    answered = Signal()
    """The list shows an answer."""

    def __init__(
        self, desk: Desk, box: SearchBox, bar: FilterBar, page: SessionsPage, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._box, self._bar, self._page = desk, box, bar, page
        self._drawn = DrawnParts()
        self.query: Query = EVERYTHING
        self.previous = ""
        """The last query that something answered."""
        self.order = Order()
        self._error: QueryError | None = None
        self._by_hand = False
        self._tried: Query | None = None
        self._left_out_of = ""
        self._latest: array[int] = array("q")
        self._hidden = 0
        self._fresh = True
        self._question = 0
        self._placed = False
        self._begun = False
        self._asked = True
        self._finding = False
        self._patience = self._timer(PATIENCE_MS, self._say_error)
        self._patience.setParent(box)  # what it has to say is said there
        self._refresh = self._timer(LEAST_PAUSE_MS, self._ask_again)
        box.textEdited.connect(self._edited)  # comes before the next
        box.textChanged.connect(self._typed)
        box.editingFinished.connect(self._finished)
        box.offer_ended.connect(self._be_patient)
        page.sort_asked.connect(self._sort)
        page.table.rows_painted.connect(self._begin)
        bar.new_asked.connect(self._show_new)
        bar.repair_asked.connect(box.setText)
        bar.chip_removed.connect(box.setText)
        bar.chip_picked.connect(self._select_words)
        desk.cache_changed.connect(self._cache_changed)
        desk.cache_opened.connect(self._cache_opened)
        desk.failed.connect(self._gave_up)

    @property
    def awaits(self) -> bool:
        """Whether an answer, or a look at what sync has written, is still to come."""
        waits = self._asked or self._finding or self._tried is not None
        return waits or self._refresh.isActive() or self._patience.isActive()

    @property
    def listed(self) -> int:
        """How many sessions the list shows."""
        return len(self._page.model.ids)

    def refresh(self) -> None:
        """Ask anew at once: what has come in is what the user waits for."""
        self._page.cache_changed()
        self._ask(fresh=True)

    def draw(self, text: str) -> None:
        """Take over a query that a chart wrote; the parts that are new in it are marked as drawn."""
        self._drawn.learn(self._box.text(), text)
        self._box.setText(text)
        self._show_chips()

    # What the user does

    def _edited(self) -> None:
        self._by_hand = True

    def _typed(self, text: str) -> None:
        by_hand, self._by_hand = self._by_hand, False
        if self._tried is not None:
            self._tried = None
            self._desk.give_up_try()
        self._left_out_of = ""
        try:
            query = self._parsed(text)
        except QueryError as error:
            self._error = error
            self._patience.start()
            return
        self._patience.stop()
        if self._error is not None:
            self._error = None
            self._box.show_error(None)
            self._bar.show_error(None)
        if query == self.query:
            return
        rest = self._without_begun_name() if by_hand else None
        if rest is None:
            self._search(query)
        else:
            self._try(query, rest)

    def _parsed(self, text: str) -> Query:
        return parse(text, today=datetime.now(self._desk.zone).date(), zone=self._desk.zone)

    def _without_begun_name(self) -> Query | None:
        """The search without the word at the cursor, where that may become the name of a field."""
        if self._desk.lanes is None:
            return None
        # Not needed before something is typed.
        from m360desk.core.query_completion import without_begun_name

        rest = without_begun_name(self._box.text(), self._box.cursorPosition())
        try:
            return None if rest is None else self._parsed(rest)
        except QueryError:
            return None

    def _try(self, query: Query, rest: Query) -> None:
        """Search for ``query`` if it has any answer, else for ``rest``.

        Who types "battery" on the way to "battery:<80" is not told meanwhile that no session has that word.
        """
        self._tried, text = query, self._box.text()

        def found(ids: array[int], rows: Sequence[StoredRow | None]) -> None:
            if self._tried is not query:
                return
            self._tried = None
            if len(ids):
                self._search(query, (ids, rows))
                return
            self._left_out_of = text
            if rest != self.query:
                self._search(rest)

        self._desk.try_search(query, self.order, found)

    def _finished(self) -> None:
        """Enter, or the box was left: a word that was left out, since it might become a name, is a word."""
        if self._left_out_of and self._left_out_of == self._box.text():
            self._typed(self._box.text())

    def _search(self, query: Query, first: First | None = None) -> None:
        """Let a query be in force; ``first`` is its first screenful, where that is known."""
        if self.listed:
            self.previous = self.query.text
        self.query = query
        self._show_chips()
        self._page.show_hits(query)
        self._page.forget_aside()
        self.query_changed.emit(query)
        self._ask(fresh=True, first=first)

    def _show_chips(self) -> None:
        # Not needed before something is searched for.
        from m360desk.core.chips import chips

        found = chips(self.query, self._desk.zone)
        self._bar.show_chips(found, self._drawn.among(found))

    def _select_words(self, start: int, end: int) -> None:
        self._box.setFocus()
        self._box.setSelection(start, end - start)

    def _be_patient(self) -> None:
        if self._error is not None:
            self._patience.start()

    def _say_error(self) -> None:
        if self._box.is_completing:
            return  # what is missing stands in the list under the box
        self._box.show_error(self._error)
        self._bar.show_error(self._error, self._box.text())

    def _sort(self, field: str, descending: bool) -> None:
        # The ends of an order are what one sorts for: the list shows its top. What is selected stays so,
        # and the pane with its session, wherever that stands now.
        self._page.put_aside()
        self.order = Order(field, descending)
        self._ask(fresh=True)

    def _show_new(self) -> None:
        self._hidden = 0

        def shown() -> None:
            self._page.table.scrollToTop()
            self.show_counts()

        self._take_over(self._latest, shown)

    # What the cache does

    def _cache_changed(self) -> None:
        if not self._refresh.isActive():
            self._refresh.start()

    def _gave_up(self) -> None:
        """Something could not be read, which is said elsewhere: wait for it no longer."""
        self._asked = self._finding = False
        self._tried = None
        self._page.forget_aside()

    def _ask_again(self) -> None:
        if self._asked:
            # What is looked for in the file can take seconds: asked anew each time it would never come.
            self._refresh.start()
            return
        self._page.cache_changed()
        self._ask(fresh=False)

    def _cache_opened(self) -> None:
        self._tried = None
        self._latest = array("q")
        self._hidden = 0
        self._finding = False
        self._page.forget_aside()
        self._page.model.forget()
        self._bar.show_new(0)
        self._ask(fresh=True)

    def _ask(self, *, fresh: bool, first: First | None = None) -> None:
        """Ask for the ids; ``fresh``: the question is new, so the answer replaces the list as a whole."""
        self._fresh = self._fresh or fresh
        if fresh:
            self._question += 1
            self._placed = False
            question = self._question

            def show(ids: array[int], rows: Sequence[StoredRow | None]) -> None:
                if question == self._question:
                    self._show_first(ids, rows)

            if first is None:
                self._desk.search_first(self.query, self.order, show)
            else:
                show(*first)
        if self._begun:
            self._ask_all()

    def _show_first(self, ids: array[int], rows: Sequence[StoredRow | None]) -> None:
        """Show the first screenful while the rest is still on its way."""
        if self._fresh:
            self._show_from_top(ids, rows)
        if not len(ids):
            self._begin()

    def _show_from_top(self, ids: array[int], rows: Sequence[StoredRow | None]) -> None:
        self._placed = True
        self._page.model.learn(rows)
        self._page.show_top(ids)
        if len(ids):
            self._page.show_table()
            self._page.model.rows_arrived.emit()

    def _begin(self) -> None:
        """Ask for the whole answer; at the program's start not before the first rows are on the screen."""
        if not self._begun:
            self._begun = True
            self._ask_all()

    def _ask_all(self) -> None:
        began = perf_counter()
        self._asked = True
        question = self._question
        shown = None if self._fresh else self._page.model.ids

        def done(answer: Answer) -> None:
            if question != self._question:
                return
            if shown is not None and shown is not self._page.model.ids:
                self._ask_all()  # compared with what is not shown any more
                return
            self._asked = False
            self._refresh.setInterval(max(LEAST_PAUSE_MS, round((perf_counter() - began) * 5_000)))
            self._answer(answer)

        self._desk.search(self.query, self.order, done, shown=shown)

    def _answer(self, answer: Answer) -> None:
        self._latest = answer.ids
        was_fresh, self._fresh = self._fresh, False
        if was_fresh:
            self._hidden = 0
        if answer.newer is not None:
            self._merge(answer.newer)
        elif self._placed:
            self._show_rest(answer.ids)
        else:
            self._show_from_top(answer.ids, answer.rows)
            self._answered()

    def _answered(self) -> None:
        self._select_again()
        self.show_counts()
        self.answered.emit()

    def _show_rest(self, ids: array[int]) -> None:
        """Show all of an answer of which the first screenful is shown."""
        shown = self._page.model.ids
        if len(shown) and ids[: len(shown)] == shown:
            self._page.model.extend(ids)
            self._answered()
        else:
            # The cache has changed between the two answers.
            self._take_over(ids, self._answered)

    def _merge(self, newer: Newer) -> None:
        """Bring in what has changed, but hold back what would push the list down."""
        self._hidden = newer.above
        if newer.change is Change.OTHER:
            self._take_over(newer.ids, self._answered)
            return
        if newer.change is Change.LONGER:
            self._page.model.extend(newer.ids)
        self._answered()

    # What is selected stays with its sessions

    def _take_over(
        self, ids: array[int], then: Callable[[], object] = lambda: None, *, ahead: bool = True
    ) -> None:
        """Show a newer answer in place of the one that is shown.

        ``ahead``: rows that come into sight with it are read before.
        """
        selected = self._page.table.selected

        def show(spans: Spans) -> None:
            if self._page.model.ids is not selected.ids:
                return  # another answer has come meanwhile
            unknown = self._page.unknown_in(ids) if ahead else ()
            if unknown:
                self._read_ahead(unknown, lambda: self._take_over(ids, then, ahead=False))
            elif not self._page.table.selected.is_same(selected):
                self._take_over(ids, then)
            else:
                self._page.replace(ids, spans)
                then()

        self._find(selected, ids, show)

    def _read_ahead(self, row_ids: Sequence[int], then: Callable[[], None]) -> None:
        def read(rows: Sequence[StoredRow | None]) -> None:
            self._finding = False
            self._page.model.learn(rows)
            then()

        self._finding = True
        self._desk.read_soon("ahead", lambda reader, _: reader.rows(row_ids), read)

    def _select_again(self) -> None:
        """Select in a new order what was selected in the one before."""
        if not self._page.waits_to_select:
            return
        ids = self._page.model.ids

        def select(spans: Spans) -> None:
            if self._page.model.ids is ids:
                self._page.take_back(spans)
            else:
                self._select_again()

        self._find(self._page.selected, ids, select)

    def _find(self, selected: Selected, ids: array[int], done: Callable[[Spans], None]) -> None:
        """Find selected sessions in another list: one at once, several by a lane."""
        if selected.count > 1:

            def found(spans: Spans) -> None:
                self._finding = False
                done(spans)

            self._finding = True
            self._desk.carry(selected, ids, found)
            return
        places = [find(ids, row_id) for row_id in selected.row_ids()]
        done(tuple((at, at + 1) for at in places if at is not None))

    def show_counts(self) -> None:
        """Say how many sessions are listed, of how many."""
        self._bar.show_new(self._hidden)
        count = len(self._latest)
        total = count if self.query.is_empty else self._desk.total
        mode = self._desk.key.mode if self._desk.key is not None else "live"
        title = _TITLES.get(mode, "All sessions") if self.query.is_empty else self.query.text
        self._bar.show_counts(title, count, total, so_far=self._desk.sync.running)

    def _timer(self, milliseconds: int, act: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(act)
        return timer

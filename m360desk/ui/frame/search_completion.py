"""Completes what is typed in the search box: field names at once, values with counts when they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent

from m360desk.core.fields import find_field
from m360desk.core.query import EVERYTHING, Query, QueryError, parse
from m360desk.core.query_candidates import (
    Candidate,
    field_candidates,
    fixed_values,
    held_values,
    is_counted,
)
from m360desk.core.query_completion import Place, place_at, without_term
from m360desk.ui.frame.completion_popup import MOST_ROWS, CompletionPopup, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from m360desk.core.cancel import CancelToken
    from m360desk.store.reader import CacheReader
    from m360desk.store.value_counts import ValueCount
    from m360desk.ui.frame.search_box import SearchBox
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.workers.desk import Desk

REST_MS = 120
"""Nothing is offered to fingers that type on, nor to a scanner."""
LEAST_TYPED = 2
"""Of a field's name, before names are offered unasked."""
MOST_VALUES = 50
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: MOST_ROWS,
    Qt.Key.Key_PageUp: -MOST_ROWS,
}
_TAKES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_NO_MODIFIER = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class SearchCompletion(QObject):
    """Watches the box; without a choice in the list every key does what it does without the list."""

    def __init__(self, desk: Desk, box: SearchBox, themes: ThemeSource) -> None:
        super().__init__(box)
        self._desk, self._box = desk, box
        self.popup = CompletionPopup(themes, box.window())
        self._place: Place | None = None
        self._wants_first = False
        self.rest = QTimer(self)
        self.rest.setSingleShot(True)
        self.rest.setInterval(REST_MS)
        self.rest.timeout.connect(self._offer)
        box.textEdited.connect(self._typed)
        box.textChanged.connect(self._changed)
        box.cursorPositionChanged.connect(self._cursor_moved)
        box.installEventFilter(self)
        box.window().installEventFilter(self)
        self.popup.picked.connect(self._take)
        self.popup.view.selectionModel().selectionChanged.connect(self._say_choice)
        desk.cache_opened.connect(self.close)

    def close(self) -> None:
        """Offer nothing any more, until something is typed."""
        self.rest.stop()
        self._place = None
        self._wants_first = False
        self.popup.view.clearSelection()
        self.popup.hide()
        if self._box.is_completing:
            self._box.is_completing = False
            self._box.offer_ended.emit()

    # What is typed

    def _typed(self, _: str) -> None:
        # What was offered holds no longer; a list that shows stays until the next one, so nothing flickers.
        self._place = None
        self.popup.view.clearSelection()
        self.rest.start()

    def _changed(self, text: str) -> None:
        """The text may also be written by others: chips, the side bar, a scan. An empty box offers none."""
        if not text or not self.rest.isActive():
            self.close()

    def _cursor_moved(self) -> None:
        if self._place is not None and not self.rest.isActive():
            self.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is not self._box:
            if kind == QEvent.Type.Resize:
                self.close()
            return False
        if kind == QEvent.Type.ShortcutOverride and self.popup.isVisible() and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Escape, *_TAKES, *_STEPS):
                event.accept()
            return False
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._is_taken(event)
        if kind == QEvent.Type.FocusOut:
            self.close()
        return False

    def _is_taken(self, event: QKeyEvent) -> bool:
        """Whether a key is for the list and not for the box."""
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if key == Qt.Key.Key_Space and modifiers == Qt.KeyboardModifier.ControlModifier:
            self._offer(asked=True)
            return True
        if modifiers not in _NO_MODIFIER:
            return False
        if key == Qt.Key.Key_Down and self.rest.isActive() and not self.popup.isVisible():
            self.rest.stop()
            return self._offer(asked=True, choose=True)
        if not self.popup.isVisible():
            self._give_up(key)
            return False
        if key in _STEPS:
            if self._place is None:
                self.rest.stop()
                return self._offer(asked=True, choose=True)
            self.popup.step(_STEPS[key])
            return True
        chosen = self.popup.chosen
        if key in _TAKES and chosen is not None and self._place is not None:
            self._take(chosen)
            return True
        if key == Qt.Key.Key_Escape:
            self.close()
            return True
        self._give_up(key)
        return False

    def _give_up(self, key: Qt.Key) -> None:
        if key in _TAKES:
            self.close()

    # What is offered

    def _offer(self, *, asked: bool = False, choose: bool = False) -> bool:
        """Offer what fits the cursor; whether there is, or may come, anything."""
        text, cursor = self._box.text(), self._box.cursorPosition()
        place = None if self._box.hasSelectedText() or not self._box.hasFocus() else place_at(text, cursor)
        if place is None or (place.field is None and not asked and len(place.typed) < LEAST_TYPED):
            self.close()
            return False
        self._place, self._wants_first = place, choose
        if place.field is None:
            return self._show(place, field_candidates(place.typed))
        fixed = fixed_values(place, self._today(), self._desk.limits)
        if fixed:
            self._show(place, fixed)
            self._count_fixed(place, fixed)
            return True
        if is_counted(place.field) and self._desk.key is not None:
            self._ask_values(place)
            return True
        self.close()
        return False

    def _show(self, place: Place, candidates: Sequence[Candidate]) -> bool:
        if not candidates:
            self.close()
            return False
        appeared = not self.popup.isVisible()
        self._box.is_completing = True
        self.popup.show_candidates(candidates)
        self.popup.place_under(self._box, self._left_of(place))
        if self._wants_first:
            self._wants_first = False
            self.popup.choose(0)
        elif appeared:
            self.popup.view.clearSelection()
            count = len(candidates)
            self._announce(f"{count} {'completion' if count == 1 else 'completions'}, Down to choose")
        return True

    def _left_of(self, place: Place) -> int:
        """Where the term begins in the box, so that the list stands under what it completes."""
        metrics, cursor = self._box.fontMetrics(), self._box.cursorRect().center().x()
        typed = self._box.text()[place.start : self._box.cursorPosition()]
        return max(0, cursor - metrics.horizontalAdvance(typed) - 3 * 4)

    # Counts

    def _count_fixed(self, place: Place, candidates: Sequence[Candidate]) -> None:
        """Count sessions that fulfil each of some known conditions, where the rest of the query is right."""
        among = self._rest_of(place)
        try:
            nodes = [self._parsed(f"{place.field}:{each.written}").root for each in candidates]
        except QueryError:
            return
        if among is None or self._desk.key is None:
            return

        def work(reader: CacheReader, token: CancelToken) -> list[int]:
            return reader.counts(among, nodes, cancel=token)

        def done(counts: Sequence[int]) -> None:
            if self._place is place:
                counted = [replace(each, count=count) for each, count in zip(candidates, counts, strict=True)]
                self._show(place, counted)

        self._desk.read("completion", work, done)

    def _ask_values(self, place: Place) -> None:
        among = self._rest_of(place)
        field = find_field(place.field or "")
        assert field is not None  # noqa: S101 - only values of known fields are counted

        def work(reader: CacheReader, token: CancelToken) -> list[ValueCount]:
            return reader.value_counts(among or EVERYTHING, field.name, cancel=token)

        def done(found: Sequence[ValueCount]) -> None:
            if self._place is place:
                self._show(place, held_values(place, found, MOST_VALUES, counts=among is not None))

        self._desk.read("completion", work, done, absent=self.close)

    def _rest_of(self, place: Place) -> Query | None:
        """The query without the term that is being typed; None where that is none."""
        try:
            return self._parsed(without_term(self._box.text(), place))
        except QueryError:
            return None

    def _parsed(self, text: str) -> Query:
        return parse(text, today=self._today(), zone=self._desk.zone)

    def _today(self) -> date:
        return datetime.now(self._desk.zone).date()

    # What is chosen

    def _take(self, candidate: Candidate) -> None:
        place = self._place
        if place is None:
            return
        self._place = None
        # As typing would do it, so that it can be undone.
        self._box.setSelection(place.start, place.end - place.start)
        self._box.insert(candidate.written)
        self.close()
        self._announce(candidate.label)
        if place.field is None:
            self._offer()  # the name is written: now its values

    def _say_choice(self) -> None:
        chosen = self.popup.chosen
        if chosen is not None:
            self._announce(spoken(chosen))

    def _announce(self, text: str) -> None:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._box, text))

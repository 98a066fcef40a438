"""What is selected in the list: Qt's own selection, but for one in very many pieces.

Qt walks all pieces of a selection for every row that it asks about and at every change. Thousands of them, as
when many sessions are selected and then sorted by something else, would stop the window. Those are kept as
spans until the user selects anew; what is added or taken away meanwhile changes the spans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex

from m360desk.core.spans import Selected, joined, with_span

if TYPE_CHECKING:
    from PySide6.QtCore import QObject, QPersistentModelIndex

    from m360desk.core.spans import Spans
    from m360desk.ui.sessions.model import SessionModel

MOST_PIECES = 1_000
"""More are kept as spans: Qt takes some milliseconds for so many."""

Flag = QItemSelectionModel.SelectionFlag


class RowSelection(QItemSelectionModel):
    """Selects whole rows; ``selected`` tells which."""

    def __init__(self, model: SessionModel, parent: QObject) -> None:
        super().__init__(model, parent)
        self._sessions = model
        self._pieces: Selected | None = None
        """A selection in very many pieces: then Qt's own is empty."""
        self._known: Selected | None = None
        self.selectionChanged.connect(self._forget)
        model.rowsInserted.connect(self._follow)
        model.modelReset.connect(self._drop)

    @property
    def selected(self) -> Selected:
        """What is selected; told by spans, so that a million cost no more than one."""
        ids = self._sessions.ids
        if self._pieces is not None:
            return self._pieces
        if self._known is None or self._known.ids is not ids:
            ranges = self.selection().toList() if self.hasSelection() else ()
            self._known = Selected(ids, joined((each.top(), each.bottom() + 1) for each in ranges))
        return self._known

    @property
    def in_pieces(self) -> bool:
        """Whether it is one of very many pieces, of which Qt knows nothing."""
        return self._pieces is not None

    def select_spans(self, spans: Spans) -> None:
        """Select exactly these places."""
        if len(spans) > MOST_PIECES:
            super().clearSelection()
            self._pieces = Selected(self._sessions.ids, spans)
            self.selectionChanged.emit(QItemSelection(), QItemSelection())
            return
        self._pieces = None
        last = self._sessions.columnCount() - 1
        wanted = QItemSelection()
        for start, end in spans:
            wanted.select(self._sessions.index(start, 0), self._sessions.index(end - 1, last))
        super().select(wanted, Flag.ClearAndSelect)

    def select(self, selection: QItemSelection | QModelIndex | QPersistentModelIndex, command: Flag) -> None:
        """As Qt does, which calls this for everything that the user selects."""
        if self._pieces is None or command == Flag.NoUpdate:
            super().select(selection, command)
            return
        if command & Flag.Clear:
            self._pieces = None
            super().select(selection, command)
            if not (command & Flag.Select):
                self.selectionChanged.emit(QItemSelection(), QItemSelection())
            return
        spans = self.selected.spans
        for start, end in _spans_of(selection):
            chosen = bool(command & Flag.Select) or (
                bool(command & Flag.Toggle) and not self.selected.holds(start)
            )
            spans = with_span(spans, start, end, chosen=chosen)
        self.select_spans(spans)

    def _forget(self) -> None:
        self._known = None

    def _drop(self) -> None:
        """Another list is shown."""
        self._pieces = None

    def _follow(self) -> None:
        """The list has become longer: what is selected in it stays where it was."""
        if self._pieces is not None:
            self._pieces = Selected(self._sessions.ids, self._pieces.spans)


def _spans_of(selection: QItemSelection | QModelIndex | QPersistentModelIndex) -> Spans:
    if isinstance(selection, QItemSelection):
        return joined((each.top(), each.bottom() + 1) for each in selection.toList())
    return ((selection.row(), selection.row() + 1),)

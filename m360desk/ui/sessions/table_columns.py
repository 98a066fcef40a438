"""Which columns the list shows, in which order and how wide: as the user chose and as there is room."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QHeaderView

    from m360desk.ui.sessions.columns import ListColumn
    from m360desk.ui.sessions.model import SessionModel


class TableColumns(QObject):
    """Keeps a header in order. A column that the user placed is never folded for want of room.

    The model has the columns that stand there at first, some of which may be hidden, and those of ``more``
    that the user wants: screen readers count a model's columns, seen or not.
    """

    changed = Signal()
    """Other columns are shown, or are folded, than before."""

    def __init__(self, header: QHeaderView, model: SessionModel, more: Sequence[ListColumn]) -> None:
        super().__init__(header)
        self._header, self._model = header, model
        self._first = model.columns
        self._more = tuple(more)
        self._scale = 1.0
        self._room = 0
        self._compact = False
        self._busy = False
        self._off: set[str] = set()
        self._placed: set[str] = set()
        self._widths: dict[str, float] = {}
        self.folded: tuple[ListColumn, ...] = ()
        """Columns that are wanted but have no room, in the list's order."""
        self._set_defaults()
        header.sectionResized.connect(self._resized)
        header.sectionMoved.connect(self._moved)

    @property
    def columns(self) -> tuple[ListColumn, ...]:
        """Those that the model has."""
        return self._model.columns

    @property
    def choices(self) -> tuple[ListColumn, ...]:
        """Every column that there can be."""
        return self._first + self._more

    def is_more(self, column: ListColumn) -> bool:
        """Whether a column is one that only comes when it is wanted."""
        return column in self._more

    @property
    def needed(self) -> int:
        """Pixels that the columns which never fold take at least."""
        return sum(self._least(c) for c in self.columns if c.name not in self._off and not self._may_fold(c))

    @property
    def overflows(self) -> bool:
        """Whether what is shown is wider than the room for it."""
        return sum(self._least(c) for c in self.shown) > self._room

    @property
    def shown(self) -> list[ListColumn]:
        """The columns that can be seen."""
        return [c for n, c in enumerate(self.columns) if not self._header.isSectionHidden(n)]

    def is_wanted(self, name: str) -> bool:
        """Whether the user wants a column, room or not."""
        return name not in self._off and any(column.name == name for column in self.columns)

    def want(self, name: str, wanted: bool) -> None:
        """Show a column for good, or hide it; one always stays."""
        if wanted:
            self._bring(name)
            self._off.discard(name)
            self._placed.add(name)
        elif len(self.columns) - len(self._off) > 1:
            self._send_away(name)
        self.fit(self._room)
        self.changed.emit()

    def reset(self) -> None:
        """Columns, order and widths as they were at first."""
        self._set_defaults()
        self.fit(self._room)
        self.changed.emit()

    def set_scale(self, scale: float) -> None:
        """How much wider than at a body text of 13 px everything is."""
        self._scale = scale
        self.fit(self._room)

    def set_compact(self, compact: bool) -> None:
        """Rows of one line want more room in some columns."""
        self._compact = compact
        self.fit(self._room)

    def fit(self, room: int) -> None:
        """Fold what has no room, and give the stretching column what the others leave."""
        self._room = room
        if self._busy:
            return  # the scroll bar came or went while columns were laid out: that is seen to below
        self._busy = True
        try:
            folded = self._fit_once(room)
            while room != self._room:
                room = self._room
                folded = self._fit_once(room)
        finally:
            self._busy = False
        if folded != self.folded:
            self.folded = folded
            self.changed.emit()

    def _fit_once(self, room: int) -> tuple[ListColumn, ...]:
        """Lay out all columns; those that were folded."""
        wanted = [c for c in self.columns if c.name not in self._off]
        shown = list(wanted)
        for column in sorted((c for c in wanted if self._may_fold(c)), key=lambda c: c.folds):
            if sum(map(self._width, shown)) <= room:
                break
            shown.remove(column)
        self._lay_out(shown, room)
        return tuple(c for c in wanted if c not in shown)

    def state(self) -> str:
        """What the user chose, as a text for :meth:`restore`."""
        order = [self.columns[self._header.logicalIndex(n)].name for n in range(len(self.columns))]
        return json.dumps(
            {
                "order": order,
                "shown": [name for name in order if name not in self._off],
                "placed": sorted(self._placed),
                "widths": {name: round(width, 1) for name, width in self._widths.items()},
            }
        )

    def restore(self, text: str) -> None:
        """Take over what :meth:`state` told; of what is not understood, the defaults stay."""
        try:
            kept = json.loads(text)
            order, shown, placed = (_names(kept[key]) for key in ("order", "shown", "placed"))
            widths = {str(name): float(width) for name, width in dict(kept["widths"]).items()}
        except (ValueError, TypeError, KeyError):
            return
        if not set(shown) & {column.name for column in self.choices}:
            return
        for name in shown:
            self._bring(name)
        # A column that an older version did not know is shown as it would be at first.
        self._off = {c.name for c in self._first if c.name in order and c.name not in shown}
        names = [column.name for column in self.columns]
        self._placed = set(placed) & set(names)
        self._widths = {name: width for name, width in widths.items() if name in names and 20 < width < 2000}
        self._busy = True
        try:
            for place, name in enumerate(name for name in order if name in names):
                self._header.moveSection(self._header.visualIndex(names.index(name)), place)
        finally:
            self._busy = False
        self.fit(self._room)
        self.changed.emit()

    def _set_defaults(self) -> None:
        self._off = set()
        for column in self.columns[len(self._first) :]:
            self._model.remove_column(column)
        self._placed = set()
        self._widths = {}
        self._busy = True
        try:
            for number in range(len(self.columns)):
                self._header.moveSection(self._header.visualIndex(number), number)
        finally:
            self._busy = False

    def _bring(self, name: str) -> None:
        column = next((column for column in self._more if column.name == name), None)
        if column is not None and column not in self.columns:
            self._model.add_column(column)

    def _send_away(self, name: str) -> None:
        column = next(column for column in self.columns if column.name == name)
        self._placed.discard(name)
        if column in self._first:
            self._off.add(name)
        else:
            self._model.remove_column(column)

    def _may_fold(self, column: ListColumn) -> bool:
        return bool(column.folds) and column.name not in self._placed

    def _width(self, column: ListColumn) -> int:
        width = column.compact_width if self._compact and column.compact_width else column.width
        return round(self._widths.get(column.name, width) * self._scale)

    def _least(self, column: ListColumn) -> int:
        return round(column.least * self._scale) if column.stretches else self._width(column)

    def _lay_out(self, shown: Sequence[ListColumn], room: int) -> None:
        header = self._header
        others = sum(self._width(c) for c in shown if not c.stretches)
        for number, column in enumerate(self.columns):
            hidden = column not in shown
            if header.isSectionHidden(number) != hidden:
                header.setSectionHidden(number, hidden)
            if hidden:
                continue
            width = max(self._least(column), room - others) if column.stretches else self._width(column)
            if header.sectionSize(number) != width:
                header.resizeSection(number, width)

    def _resized(self, section: int, _: int, width: int) -> None:
        column = self.columns[section]
        if self._busy or not width or column.stretches:
            return
        self._widths[column.name] = width / self._scale
        self.fit(self._room)

    def _moved(self, section: int, *_: int) -> None:
        if not self._busy:
            self._placed.add(self.columns[section].name)


def _names(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError("a list of names is expected")
    return [str(name) for name in value]

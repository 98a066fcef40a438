"""Columns of all sessions of a cache in memory: what charts and counts run over, a million rows at a time.

Import this module late: numpy takes longer than a first paint may.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from m360desk.store.column_extras import Extras
from m360desk.store.column_room import Room
from m360desk.store.column_slices import BEGINNINGS, CODES, NUMBERS, Slice, Slices, beginning

_PARTS: Final = {"battery": 100, "cycles": 1, "measured": 100, "temperature": 100, "drain": 100}
"""Readings come in whole numbers, or in tenths or hundredths."""
_FEW_TEXTS: Final = np.uint16
_FEW_ROWS: Final = np.int32

Check = Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What tells how the file has changed: numbers of rows, and the highest ever given out."""

    layout: tuple[Any, ...]
    sessions: int
    versions: int
    last_version: int


@dataclass(frozen=True, slots=True)
class DeviceOrder:
    """Rows with each device's together, oldest first.

    Attributes:
        rows: positions in the columns.
        begins: parallel to `rows`, whether a device's first one stands there.
    """

    rows: NDArray[np.int32]
    begins: NDArray[np.bool_]

    @property
    def runs(self) -> NDArray[np.int32]:
        """Parallel to `rows`, a number for each device, ascending; counted anew, which spares their room."""
        runs = np.cumsum(self.begins, dtype=np.int32)
        runs -= 1
        return runs


class _Numbers(Mapping[str, NDArray[Any]]):
    """By field name what `shown` makes when it is asked for."""

    def __init__(self, shown: Callable[[str], NDArray[Any]]) -> None:
        self._shown = shown

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._shown(name)

    def __iter__(self) -> Iterator[str]:
        return iter(NUMBERS)

    def __len__(self) -> int:
        return len(NUMBERS)


class Columns:
    """The columns, parallel to each other and ascending by row number; for one thread.

    New rows are added at the end and changed ones are read again; where rows went, all is read anew. Breaking
    off while reading loses nothing of what had been read.

    Attributes:
        ids: row numbers.
        devices: a number for each device identity; a session without one has a number of its own.
        numbers: by field name; nan where missing. Asking for one takes a millisecond for a million rows.
        codes: by field name: the numbers of texts in `terms`; 0 where missing.
        folded: rows of which some identity is folded in another way than SQLite does.
        extras: further columns, as far as they were brought.
        version: another number whenever something has changed.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: frozenset[str] = frozenset()
        self._slices = Slices(connection, self._known)
        self._stamp: _Stamp | None = None
        self._written: int | None = None
        self._order: DeviceOrder | None = None
        self.extras = Extras(connection)
        self.version = 0
        self._forget()

    def refresh(self, known: frozenset[str], check: Check) -> None:
        """Bring everything up to date with the file; belongs into a transaction.

        Args:
            known: the columns that the cache has; one of another version may lack some.
            check: called between slices; may raise to break off.
        """
        # Told by SQLite when another connection has written: counting rows takes longer than most charts.
        written = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if written == self._written and known == self._known:
            return
        self._written = None
        stamp = self._look()
        if self._stamp is None or known != self._known or not self._can_follow(stamp):
            self._forget()
            self._stamp = None
            self._known, self._slices = known, Slices(self._connection, known)
        if self._stamp is not None:
            self._read_changed(self._stamp.last_version)
        self._stamp = stamp
        self._read_new(stamp.sessions, check)
        self._written = written

    @property
    def is_whole(self) -> bool:
        """Whether they have been brought up to date once, so that the next time is quick."""
        return self._written is not None

    @property
    def moment(self) -> object:
        """Another one whenever the file may say something else than before, of these columns or of others."""
        return self.version, self._written

    def device_order(self) -> DeviceOrder:
        """The rows by device; a session without a time counts as the oldest."""
        if self._order is None:
            times = self.numbers["time"]
            times = np.where(np.isnan(times), -np.inf, times)
            rows = np.lexsort((times, self.devices)).astype(np.int32)
            owners = self.devices[rows]
            begins = np.ones(rows.size, np.bool_)
            np.not_equal(owners[1:], owners[:-1], out=begins[1:])
            self._order = DeviceOrder(rows, begins)
        return self._order

    def positions(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Where rows of these numbers stand; those that are not there are left out."""
        wanted = np.asarray(ids, np.int64)
        # Of the same kind, or all row numbers would be copied.
        wanted = wanted[wanted <= np.iinfo(self.ids.dtype).max].astype(self.ids.dtype)
        at = np.searchsorted(self.ids, wanted)
        at = np.minimum(at, max(0, self.ids.size - 1))
        found: NDArray[np.int64] = at[self.ids[at] == wanted] if self.ids.size else at[:0]
        return found

    def begun_by(self, text: str) -> NDArray[np.bool_]:
        """The rows in which an identity begins with these two ASCII letters or digits, case aside."""
        wanted = beginning(text)
        found = np.zeros(self.ids.size, np.bool_)
        for name, numbers in self._begun.items():
            if wanted in numbers:
                found |= self._room.values(_begun(name), found.size) == numbers[wanted]
        return found

    def met(self, name: str) -> NDArray[np.bool_] | None:
        """By the number of a text whether a column of codes has it, or has once had; None: no such column."""
        return self._room.met(name) if name in self.codes else self.extras.met(name)

    def texts_met(self, name: str) -> list[int]:
        """The numbers of all texts of a column in `codes`, and of those that it has once had."""
        found: list[int] = np.flatnonzero(self._room.met(name)).tolist()
        return found

    @property
    def size_in_bytes(self) -> int:
        """How much memory the columns take."""
        order = 0 if self._order is None else self._order.rows.nbytes + self._order.begins.nbytes
        return self._room.size_in_bytes + order + self.extras.size_in_bytes

    def _forget(self) -> None:
        self.extras.forget()
        self._room = Room()
        self._room.add("ids", _FEW_ROWS)
        self._room.add("devices", np.int64)
        self._room.add("time", np.float64)  # milliseconds since 1970 need more than 24 bits
        for name, parts in _PARTS.items():
            self._room.add_parts(name, parts)
        for name in CODES:
            self._room.add(name, _FEW_TEXTS, coded=True)
        self._begun: dict[str, dict[int, int]] = {name: {} for name in BEGINNINGS}
        """By field name: what its identities begin with, numbered as it was met; mostly it is little."""
        for name in BEGINNINGS:
            self._room.add(_begun(name), np.uint8)
        self._room.add("folded", np.bool_)
        self._show(0)

    def _show(self, count: int) -> None:
        """So many rows of what there is room for are there."""

        def shown(name: str) -> NDArray[Any]:
            return self._room.values(name, count)

        self.ids: NDArray[Any] = shown("ids")
        self.devices: NDArray[np.int64] = shown("devices")
        self.numbers: Mapping[str, NDArray[Any]] = _Numbers(shown)
        self.codes = {name: shown(name) for name in CODES}
        self.folded: NDArray[np.bool_] = shown("folded")
        self._changed()

    def _changed(self) -> None:
        self._order = None
        self.version += 1

    def _look(self) -> _Stamp:
        execute = self._connection.execute
        schema = execute("PRAGMA schema_version").fetchone()[0]
        # While records are read anew, rows change that are no versions.
        meta = execute(
            "SELECT name, value FROM meta WHERE name IN ('catalogue', 'read_anew_to') ORDER BY name"
        ).fetchall()
        sessions = execute("SELECT count(*) FROM sessions").fetchone()[0]
        versions, last = execute("SELECT count(*), coalesce(max(id), 0) FROM versions").fetchone()
        return _Stamp((schema, *meta), sessions, versions, last)

    def _can_follow(self, now: _Stamp) -> bool:
        """Whether nothing but new rows and new versions came since."""
        before = self._stamp
        if before is None or before.layout != now.layout:
            return False
        execute = self._connection.execute
        since = execute("SELECT count(*) FROM versions WHERE id > ?", (before.last_version,)).fetchone()[0]
        last = int(self.ids[-1]) if self.ids.size else 0
        more = execute("SELECT count(*) FROM sessions WHERE id > ?", (last,)).fetchone()[0]
        return bool(before.versions + since == now.versions and self.ids.size + more == now.sessions)

    def _read_changed(self, since: int) -> None:
        changed = self._connection.execute(
            "SELECT DISTINCT session FROM versions WHERE id > ? ORDER BY session", (since,)
        ).fetchall()
        at = self.positions([number for (number,) in changed])
        if not at.size:
            return
        self._put(at, self._slices.of(self.ids[at].tolist()))
        self.extras.read_again(at, self.ids)
        self._show(self.ids.size)

    def _read_new(self, expected: int, check: Check) -> None:
        count = self.ids.size
        last = int(self.ids[-1]) if count else 0
        for name in self._room:
            self._room.enlarge(name, expected)
        try:
            while (part := self._slices.after(last)) is not None:
                last = int(part.ids[-1])
                start, count = count, count + part.ids.size
                self._put(slice(start, count), part)
                check()
        finally:
            if count != self.ids.size:
                self._show(count)

    def _put(self, where: slice | NDArray[np.int64], part: Slice) -> None:
        columns: dict[str, NDArray[Any]] = {
            "ids": part.ids,
            "devices": part.devices,
            **part.numbers,
            **part.codes,
            "folded": part.folded,
        }
        for name, values in part.beginnings.items():
            columns[_begun(name)] = _numbered(values, self._begun[name])
        for name, values in columns.items():
            if isinstance(where, slice):
                self._room.enlarge(name, where.stop)
            self._room.put(name, where, values)


def _begun(name: str) -> str:
    """Under what name beginnings of a field stand in the room: a field may be among the codes, too."""
    return f"begun {name}"


def _numbered(values: NDArray[np.uint16], numbers: dict[int, int]) -> NDArray[np.intp]:
    """The numbers of values, those that are met first added."""
    met, at = np.unique(values, return_inverse=True)
    return np.asarray([numbers.setdefault(value, len(numbers)) for value in met.tolist()], np.intp)[at]

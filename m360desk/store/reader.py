"""Reading a cache, beside a writer or without one."""

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from m360desk.core.cancel import Cancelled, CancelToken
from m360desk.core.fields import COLUMNS
from m360desk.core.folding import fold
from m360desk.core.late_numpy import load_numpy
from m360desk.core.query import Order, Query
from m360desk.store.column_values import ColumnValues
from m360desk.store.conditions import ALWAYS, Conditions
from m360desk.store.connection import connect_reader
from m360desk.store.errors import CacheUnusable, Interrupted, is_damage, translated
from m360desk.store.few import Few
from m360desk.store.layout import LAYOUT, column_type
from m360desk.store.numbers import read_integers
from m360desk.store.opening import suspect
from m360desk.store.plan import can_walk, ordered
from m360desk.store.stored import CacheStats, Older, StoredRow, StoredSession, Version, stored_rows
from m360desk.store.terms import TermTexts

if TYPE_CHECKING:
    from m360desk.core.fields import Field
    from m360desk.core.query import Node
    from m360desk.core.session import StoredValue
    from m360desk.store.column_search import Found
    from m360desk.store.compression import Codec
    from m360desk.store.in_memory import InMemory
    from m360desk.store.row_slices import RowSlices
    from m360desk.store.sizes import Sizes
    from m360desk.store.value_counts import ValueCount

__all__ = ["CacheReader", "CacheStats", "StoredRow", "StoredSession", "Version"]

_ROWS_AT_ONCE = 250
# Fewer matches than this share of the cache are collected before they are sorted.
_RARE_SHARE, _RARE_AT_LEAST, _RARE_AT_MOST = 50, 500, 5_000


class CacheReader:
    """A read-only connection for one thread; only `interrupt` may be called from others.

    Every method raises `Interrupted` after `interrupt`, and other errors of the store where the file cannot
    be read.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """Use `open`."""
        self._connection = connection
        self._path = path
        self._terms = TermTexts(connection)
        self._codec: Codec | None = None
        self._in_memory: InMemory | None = None
        self._known_schema = -1
        self._columns: frozenset[str] = frozenset()
        self._indexes: frozenset[str] = frozenset()
        self._catalogue = ""
        self._trigrams: bool | None = None
        self._row_select = ""

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the cache at `path`.

        Raises:
            CacheAbsent: there is none yet.
            CacheTooNew: a newer version of the program wrote it.
            CacheUnusable: it is damaged or no cache.
        """
        return cls(connect_reader(path), path)

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def ids(
        self, query: Query, order: Order, *, limit: int | None = None, cancel: CancelToken | None = None
    ) -> "array[int]":
        """The row numbers of all matches, or of the first `limit`, in the wanted order.

        Raises:
            Cancelled: by `cancel`.
        """
        found = array("q")
        with self._reading(cancel):
            limited = limit is not None and can_walk(order, self._indexes)
            condition = ALWAYS if query.is_empty else self._conditions(limited=limited).of(query.root)
            statements = ordered(
                order,
                condition,
                limited=limited,
                columns=self._columns,
                indexes=self._indexes,
            )
            for statement in statements:
                wanted = -1 if limit is None else limit - len(found)
                text = self._connection.execute(
                    f"SELECT json_group_array(id) FROM ({statement.sql} LIMIT ?)",  # noqa: S608 - made by plan
                    (*statement.parameters, wanted),
                ).fetchone()[0]
                for piece in read_integers(text):
                    _check(cancel)
                    found.extend(piece)
                if len(found) == limit:
                    break
        return found

    def ids_in_memory(
        self, query: Query, order: Order, *, cancel: CancelToken | None = None
    ) -> "array[int] | None":
        """As `ids`, in milliseconds; None where the columns are not in memory or do not tell.

        Raises:
            Cancelled: by `cancel`.
        """
        with self._reading(cancel):
            if self._in_memory is None:
                return None
            return self._in_memory.ids(self._columns, query, order, lambda: _check(cancel))

    def count(self, query: Query, *, cancel: CancelToken | None = None) -> int:
        """How many sessions match.

        Raises:
            Cancelled: by `cancel`.
        """
        if query.is_empty:
            return self.total()
        with self._reading(cancel):
            if self._in_memory is not None:
                counted = self._in_memory.count(self._columns, query, lambda: _check(cancel))
                if counted is not None:
                    return counted
            condition = self._conditions().of(query.root).narrowed()
            statement = f"SELECT count(*) FROM sessions AS s NOT INDEXED WHERE {condition.sql}"  # noqa: S608
            return int(self._connection.execute(statement, condition.parameters).fetchone()[0])

    def total(self) -> int:
        """How many sessions there are."""
        from m360desk.store import totals

        with self._reading():
            return totals.sessions(self._connection)

    def rows(self, ids: Sequence[int]) -> list[StoredRow | None]:
        """The rows of these numbers, in this order; None for one that is gone from the cache."""
        with self._reading():
            found: dict[int, StoredRow] = {}
            for at in range(0, len(ids), _ROWS_AT_ONCE):
                part = list(ids[at : at + _ROWS_AT_ONCE])
                places = ", ".join("?" * len(part))
                for row in self._select_rows(f"s.id IN ({places})", part):
                    found[row.row_id] = row
            return [found.get(number) for number in ids]

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """All that is asked within sees the cache as it is now, whatever is written meanwhile.

        The log of what is written grows for as long as this lasts.
        """
        with translated(self._path):
            self._connection.execute("BEGIN")
        # What goes wrong within, and not in a call of this reader, is no matter of the cache.
        try:
            with self._reading():
                self._look()
            yield
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def slices(
        self, fields: "Sequence[Field]", *, records: bool = False, cancel: CancelToken | None = None
    ) -> "RowSlices":
        """What reads some fields of many rows as columns, and their records if they are wanted.

        To be used within the same `at_one_moment`; `cancel` ends its reading by `Cancelled`.
        """
        from m360desk.store.row_slices import RowSlices

        with self._reading(cancel):
            return RowSlices(
                self._connection,
                self._terms,
                self._columns,
                fields,
                records=self.raws if records else None,
                reading=lambda: self._reading(cancel),
            )

    def session(self, row_id: int) -> StoredSession | None:
        """Everything about one session; None when it is not in the cache."""
        with self._reading():
            row = next(iter(self._select_rows("s.id = ?", (row_id,))), None)
            if row is None:
                return None
            more = self._connection.execute(
                "SELECT s.row_key, s.row_seen_ms, s.row_changed_ms, s.row_gone_ms, s.row_stretch, "
                "r.dictionary, r.data FROM sessions AS s JOIN raw AS r ON r.id = s.id WHERE s.id = ?",
                (row_id,),
            ).fetchone()
            if more is None:
                return None
            key, seen_ms, changed_ms, gone_ms, stretch, dictionary, data = more
            versions = self._connection.execute(
                "SELECT id, from_ms, replaced_ms FROM versions WHERE session = ? ORDER BY id DESC", (row_id,)
            ).fetchall()
            return StoredSession(
                row=row,
                key=key,
                raw=self._records().decompress(dictionary, data),
                seen_ms=seen_ms,
                changed_ms=changed_ms,
                gone_ms=gone_ms,
                stretch=stretch,
                versions=tuple(Version(*version) for version in versions),
            )

    def version(self, row_id: int, number: int) -> bytes:
        """An earlier record of a session, as it came.

        Raises:
            KeyError: it has no such version.
        """
        with self._reading():
            found = self._connection.execute(
                "SELECT dictionary, data FROM versions WHERE id = ? AND session = ?", (number, row_id)
            ).fetchone()
            if found is None:
                raise KeyError(number)
            return self._records().decompress(*found)

    def raws(self, ids: Sequence[int]) -> list[bytes | None]:
        """The records of these rows as they came, in this order; None for one that is gone from the cache."""
        with self._reading():
            found: dict[int, bytes] = {}
            for at in range(0, len(ids), _ROWS_AT_ONCE):
                part = list(ids[at : at + _ROWS_AT_ONCE])
                statement = f"SELECT id, dictionary, data FROM raw WHERE id IN ({', '.join('?' * len(part))})"  # noqa: S608
                for number, dictionary, data in self._connection.execute(statement, part):
                    found[number] = self._records().decompress(dictionary, data)
            return [found.get(number) for number in ids]

    def same_device(self, device: str) -> list[StoredRow]:
        """All sessions of one device identity, the newest first."""
        with self._reading():
            numbers = self._connection.execute(
                "SELECT id FROM sessions WHERE device = ? ORDER BY time DESC NULLS LAST, id DESC", (device,)
            ).fetchall()
        return [row for row in self.rows([number for (number,) in numbers]) if row is not None]

    def find(self, identifier: str) -> "array[int]":
        """The sessions that have exactly this identifier, case and blanks aside, the newest first.

        Looks at the session's key, IMEIs, serial, M360 ID and custom ID.
        """
        text = fold(identifier)
        if not text:
            return array("q")
        with self._reading():
            identified = self._conditions().identified(text).narrowed()
            statement = (
                "SELECT json_group_array(id) FROM (SELECT s.id FROM sessions AS s WHERE "  # noqa: S608 - made here
                f"s.id IN (SELECT id FROM sessions WHERE row_key IN (?, ?)) OR ({identified.sql}) "
                "ORDER BY s.time DESC NULLS LAST, s.id DESC LIMIT -1)"
            )
            keys = (identifier, identifier.strip().lower())
            found = self._connection.execute(statement, (*keys, *identified.parameters)).fetchone()[0]
            return array("q", [number for piece in read_integers(found) for number in piece])

    def columns(
        self, query: Query, names: Sequence[str], *, cancel: CancelToken | None = None
    ) -> dict[str, "array[float] | list[StoredValue]"]:
        """The values of some fields of all matches, parallel to each other, in no particular order.

        Numbers, times and flags come as an array of doubles (nan where missing), texts as a list.

        Raises:
            Cancelled: by `cancel`.
        """
        with self._reading(cancel):
            condition = self._conditions().of(query.root).narrowed()
            gathering = ColumnValues(self._connection, self._terms, names, self._columns)
            for _ in gathering.slices(condition):
                _check(cancel)
            return gathering.values

    def in_memory(self, nodes: "Sequence[Node]", *, cancel: CancelToken | None = None) -> "Found":
        """The columns of all sessions, up to date and kept in memory, and which rows fulfil each condition.

        The columns are the reader's own and change with the next call. The first call reads the whole cache;
        when it is cancelled, the next one goes on from there.

        Raises:
            Cancelled: by `cancel`.
        """
        load_numpy()
        from m360desk.store.in_memory import InMemory

        with self._reading(cancel):
            if self._in_memory is None:
                self._in_memory = InMemory(self._connection, self._terms, self._conditions)
            return self._in_memory.found(self._columns, nodes, lambda: _check(cancel))

    def warm_up(self, cancel: CancelToken) -> None:
        """Read the columns into memory, so that the next `in_memory` is quick.

        Raises:
            Cancelled: by `cancel`.
        """
        self.in_memory((), cancel=cancel).columns.device_order()

    def release_memory(self) -> None:
        """Let go what was kept for the next question; asked after a while without one."""
        if self._in_memory is not None:
            self._in_memory.release()
        with translated(self._path):
            self._connection.execute("PRAGMA shrink_memory")

    def load_texts(self) -> None:
        """Read the texts that repeat, where they are few, so that the first search does not wait for them."""
        with self._reading():
            self._terms.load_few()

    def value_counts(
        self, query: Query, name: str, *, cancel: CancelToken | None = None
    ) -> "list[ValueCount]":
        """The values of a field among the matches, and how many have each; None stands for "missing".

        Takes milliseconds where `in_memory` has been asked before and holds the field, else some seconds for
        a million sessions.

        Raises:
            Cancelled: by `cancel`.
            ValueError: the field's values hardly repeat, or are numbers.
        """
        from m360desk.store import value_counts

        field = value_counts.counted_field(name)
        with self._reading(cancel):
            if field.name not in self._columns:
                return []
            if self._in_memory is not None:
                # In this order: the query may ask for other columns than the one that is counted.
                mask = self._in_memory.found(self._columns, [query.root], lambda: _check(cancel)).masks[0]
                codes = self._in_memory.codes(self._columns, name, lambda: _check(cancel))
                return value_counts.count_in_memory(mask, codes, self._terms)
            condition = self._conditions().of(query.root)
            return value_counts.count_in_file(self._connection, self._terms, name, condition)

    def counts(
        self, query: Query, nodes: "Sequence[Node]", *, cancel: CancelToken | None = None
    ) -> list[int]:
        """How many of the matches fulfil each of some further conditions.

        Raises:
            Cancelled: by `cancel`.
        """
        load_numpy()
        from m360desk.store.value_counts import fill_in

        if not nodes:
            return []
        with self._reading(cancel):
            counted: list[int | None] = [None] * len(nodes)
            if self._in_memory is not None:
                counted = self._in_memory.counts(self._columns, query, nodes, lambda: _check(cancel))
            return fill_in(self._connection, self._conditions, query.root, nodes, counted)

    def newest_batch(self) -> int:
        """The number of the last stored page; it grows with every page."""
        with self._reading():
            return int(self._connection.execute("SELECT batch FROM sync").fetchone()[0])

    def sync_state(self) -> bytes | None:
        """What the last sync has left for the next one; None where there was none."""
        with self._reading():
            state: bytes | None = self._connection.execute("SELECT state FROM sync").fetchone()[0]
        return state

    def stats(self) -> CacheStats:
        """How much the cache holds."""
        from m360desk.store import totals

        with self._reading():
            return totals.stats(self._connection, self._path)

    def older(self, than_ms: int) -> Older:
        """What of the cache was connected before a moment."""
        from m360desk.store import totals

        with self._reading():
            return totals.older(self._connection, than_ms)

    def sizes(self) -> "Sizes":
        """What takes how much room; reads much of the file."""
        from m360desk.store.sizes import measure

        with self._reading():
            return measure(self._connection)

    def interrupt(self) -> None:
        """Stop what is running, from any thread; without effect where nothing is."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _conditions(self, *, limited: bool = False) -> Conditions:
        # About as many as there are; to count a million takes 10 ms, and each key asks.
        about = self._connection.execute("SELECT coalesce(max(id), 0) FROM sessions").fetchone()[0]
        few = min(max(about // _RARE_SHARE, _RARE_AT_LEAST), _RARE_AT_MOST)
        shortcuts = Few(self._connection, self._indexes, self._has_trigrams, few)
        return Conditions(self._terms, shortcuts, self._columns, limited=limited)

    def _has_trigrams(self) -> bool:
        """Whether the trigram index is of this catalogue; asked by searches, not by the first rows."""
        if self._trigrams is None:
            self._trigrams = self._catalogue == LAYOUT.fingerprint()
        return self._trigrams

    def _records(self) -> "Codec":
        """What decompresses records; its library is not loaded for lists."""
        if self._codec is None:
            from m360desk.store.compression import Codec

            self._codec = Codec(self._connection)
        return self._codec

    def _select_rows(self, where: str, parameters: Sequence[int]) -> Iterator[StoredRow]:
        statement = f"SELECT {self._row_select} FROM sessions AS s WHERE {where}"  # noqa: S608 - of this module
        return stored_rows(self._connection.execute(statement, parameters).fetchall(), self._terms)

    def _look(self) -> None:
        """Take note of what the file has, where that changed: an index more, columns of another version."""
        version = self._connection.execute("PRAGMA schema_version").fetchone()[0]
        if version == self._known_schema:
            return
        types = {name: kind for _, name, kind, *_ in self._connection.execute("PRAGMA table_info(sessions)")}
        self._columns = frozenset(f.name for f in COLUMNS if types.get(f.name) == column_type(f))
        indexes = self._connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")
        self._indexes = frozenset(name for (name,) in indexes)
        catalogue = self._connection.execute("SELECT value FROM meta WHERE name = 'catalogue'").fetchone()
        self._catalogue = catalogue[0] if catalogue is not None else ""
        self._trigrams = None
        values = (f"s.{f.name}" if f.name in self._columns else "NULL" for f in COLUMNS)
        self._row_select = ", ".join(("s.id", "s.row_gone_ms", *values))
        # At the end: whoever interrupts this must not leave a reader that takes all columns for missing.
        self._known_schema = version

    @contextmanager
    def _reading(self, cancel: CancelToken | None = None) -> Iterator[None]:
        _check(cancel)
        unsubscribe = cancel.on_cancel(self.interrupt) if cancel is not None else _nothing
        try:
            with translated(self._path):
                # All of it sees the cache at one moment, whatever is written meanwhile.
                if self._connection.in_transaction:
                    yield
                    return
                self._connection.execute("BEGIN")
                try:
                    self._look()
                    yield
                finally:
                    self._connection.execute("ROLLBACK")
        except Interrupted as error:
            if cancel is not None and cancel.cancelled:
                raise Cancelled from error
            raise
        except CacheUnusable as error:
            if isinstance(error.__cause__, sqlite3.Error) and is_damage(error.__cause__):
                suspect(self._path)
            raise
        finally:
            unsubscribe()


def _check(cancel: CancelToken | None) -> None:
    if cancel is not None:
        cancel.check()


def _nothing() -> None:
    """There is nothing to unsubscribe."""

"""Storing a page of sessions: what is new, what has changed, what is there already."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from m360desk.core.jsontext import NotJson, decode
from m360desk.core.records import Session
from m360desk.store.compression import Codec
from m360desk.store.layout import LAYOUT
from m360desk.store.removed import Removed, is_older
from m360desk.store.rows import digest, folds
from m360desk.store.terms import TermNumbers

_CODED = LAYOUT.coded
_SEARCHED = ", ".join(field.name for field in LAYOUT.searched)
_ROW = ("id", "row_key", "row_stretch", "row_batch", "row_digest", "row_seen_ms", "row_folds", *LAYOUT.names)
_INSERT = f"INSERT INTO sessions ({', '.join(_ROW)}) VALUES "  # noqa: S608 - names of the catalogue
_PLACES = f"({', '.join('?' * len(_ROW))})"
_INSERT_ONE = _INSERT + _PLACES
# Many rows in one statement: Python's lock is given up and fought for once, not once a row.
_ROWS_AT_ONCE = 25
_INSERT_MANY = _INSERT + ", ".join([_PLACES] * _ROWS_AT_ONCE)
_SET = ", ".join(f"{name} = ?" for name in ("row_digest", "row_folds", *LAYOUT.names))
_UPDATE = f"UPDATE sessions SET {_SET} WHERE id = ?"  # noqa: S608 - names of the catalogue
_INDEX = f"INSERT INTO trigrams (rowid, {_SEARCHED}) SELECT id, {_SEARCHED} FROM searchable "  # noqa: S608
_UNINDEX = (
    f"INSERT INTO trigrams (trigrams, rowid, {_SEARCHED}) "  # noqa: S608 - names of the catalogue
    f"SELECT 'delete', id, {_SEARCHED} FROM searchable WHERE id = ?"
)


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """What storing a page did.

    Attributes:
        new: sessions that the cache did not have.
        updated: sessions whose record has changed; the earlier one is kept.
        unchanged: sessions that were there already with the same content.
        without_key: records that cannot be cached, since they have no id.
        stretches: of every session with a key, the stretch that it belonged to before; None: none, or new.
        known: of every session with a key, whether the cache had it; one that was removed counts as had.
        row_ids: of every session with a key, its row; 0 where it is too old to be kept.
        left_out: sessions that the cache did not know and that are too old to be kept.
    """

    new: int
    updated: int
    unchanged: int
    without_key: int
    stretches: tuple[int | None, ...]
    known: tuple[bool, ...]
    row_ids: tuple[int, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    row: int
    digest: int
    stretch: int | None
    gone: bool


class PageStore:
    """Writes sessions through one connection; every method belongs into a transaction of the caller's."""

    def __init__(self, connection: sqlite3.Connection, codec: Codec, terms: TermNumbers) -> None:
        self._connection = connection
        self._codec = codec
        self._terms = terms
        self.removed = Removed(connection)

    def store(
        self,
        sessions: Sequence[Session],
        *,
        stretch: int | None,
        batch: int,
        now_ms: int,
        however_old: bool = False,
    ) -> PageOutcome:
        """Store a page; of a session that is on it twice, the first one counts.

        `however_old`: also sessions that are older than what is kept.
        """
        keyed = [(session.key, session) for session in sessions if session.key is not None]
        known = self._known([key for key, _ in keyed])
        rows = {key: found.row for key, found in known.items()}
        first_of = dict(reversed(keyed))
        noted = self.removed.stretches(list(first_of))
        kept_from_ms = None if however_old else self.removed.kept_from_ms
        next_row = self._next_row()
        fresh: list[Session] = []
        too_old: dict[str, Session] = {}
        updated = 0
        for key, session in first_of.items():
            found = known.get(key)
            if found is not None:
                updated += self._meet(found, session, stretch=stretch, batch=batch, now_ms=now_ms)
            elif is_older(session, kept_from_ms):
                too_old[key] = session
            else:
                fresh.append(session)
        fresh.reverse()  # back into the page's order
        rows.update((str(session.key), row) for row, session in enumerate(fresh, next_row))
        self._add(fresh, next_row, stretch=stretch, batch=batch, now_ms=now_ms)
        left_out = self._note(too_old, noted, stretch=stretch, batch=batch)
        before = {**noted, **{key: found.stretch for key, found in known.items()}}
        return PageOutcome(
            new=len(fresh),
            updated=updated,
            unchanged=len(keyed) - len(fresh) - updated - left_out,
            without_key=len(sessions) - len(keyed),
            stretches=tuple(before.get(key) for key, _ in keyed),
            known=tuple(key in before for key, _ in keyed),
            row_ids=tuple(rows.get(key, 0) for key, _ in keyed),
            left_out=left_out,
        )

    def _note(
        self,
        too_old: dict[str, Session],
        noted: dict[str, int | None],
        *,
        stretch: int | None,
        batch: int,
    ) -> int:
        """Keep the notes of removed sessions in step with a page; how many it brought for the first time."""
        unknown = [session for key, session in too_old.items() if key not in noted]
        self.removed.note(unknown, stretch=stretch, batch=batch)
        if stretch is not None:
            self.removed.move([key for key in too_old if noted.get(key, stretch) != stretch], stretch)
        back = {key: before for key, before in noted.items() if key not in too_old}
        self.removed.take_back(back, stretch=stretch)
        return len(unknown)

    def unchanged(self, records: Mapping[str, bytes]) -> dict[str, int | None]:
        """Those of the records that stand here just so, by key, with the time of connection.

        A session that is marked as gone is none of them: the mark has to go.
        """
        rows = self._connection.execute(
            "SELECT row_key, row_digest, time FROM sessions "  # noqa: S608 - placeholders only
            f"WHERE row_gone_ms IS NULL AND row_key IN ({', '.join('?' * len(records))})",
            list(records),
        )
        return {key: time for key, mark, time in rows if mark == digest(records[key])}

    def replace_values(self, row: int, session: Session) -> None:
        """Put another reading of a session into its row and its index."""
        execute = self._connection.execute
        execute(_UNINDEX, (row,))
        execute(_UPDATE, (digest(session.raw), folds(session.values), *self._coded(session), row))
        execute(_INDEX + "WHERE id = ?", (row,))

    def replace_raw(self, row: int, raw: bytes) -> None:
        """Put another record into its place."""
        data = self._codec.compress([raw])[0]
        self._connection.execute(
            "UPDATE raw SET dictionary = ?, data = ? WHERE id = ?", (self._codec.dictionary, data, row)
        )

    def raw(self, row: int) -> bytes:
        """The record of a row, as it came."""
        dictionary, data = self._connection.execute(
            "SELECT dictionary, data FROM raw WHERE id = ?", (row,)
        ).fetchone()
        return self._codec.decompress(dictionary, data)

    def remove(self, rows: Iterable[int]) -> None:
        """Take sessions out altogether: row, record, versions and index."""
        for row in rows:
            self._connection.execute(_UNINDEX, (row,))
            for statement in (
                "DELETE FROM versions WHERE session = ?",
                "DELETE FROM audit WHERE id = ?",
                "DELETE FROM raw WHERE id = ?",
                "DELETE FROM sessions WHERE id = ?",
            ):
                self._connection.execute(statement, (row,))

    def clear(self) -> None:
        """Take everything out but the dictionaries."""
        self._connection.execute("INSERT INTO trigrams (trigrams) VALUES ('delete-all')")
        for table in ("sessions", "raw", "versions", "audit", "terms", "removed"):
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the line above
        self._terms.forget()

    def _known(self, keys: list[str]) -> dict[str, _Known]:
        places = ", ".join("?" * len(keys))
        rows = self._connection.execute(
            "SELECT row_key, id, row_digest, row_stretch, row_gone_ms IS NOT NULL FROM sessions "  # noqa: S608
            f"WHERE row_key IN ({places})",
            keys,
        )
        return {key: _Known(row, mark, stretch, bool(gone)) for key, row, mark, stretch, gone in rows}

    def _next_row(self) -> int:
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'sessions'").fetchone()
        return row[0] + 1 if row else 1

    def _meet(self, found: _Known, session: Session, *, stretch: int | None, batch: int, now_ms: int) -> bool:
        """A session that the cache has; whether its record has changed."""
        if stretch is not None and found.stretch != stretch:
            self._connection.execute("UPDATE sessions SET row_stretch = ? WHERE id = ?", (stretch, found.row))
        if found.gone:
            self._connection.execute("UPDATE sessions SET row_gone_ms = NULL WHERE id = ?", (found.row,))
        if found.digest == digest(session.raw):
            return False
        old = self.raw(found.row)
        if same_content(old, session.raw):
            return False
        self._keep_version(found.row, batch, now_ms)
        self.replace_values(found.row, session)
        self.replace_raw(found.row, session.raw)
        self._connection.execute("UPDATE sessions SET row_changed_ms = ? WHERE id = ?", (now_ms, found.row))
        return True

    def _keep_version(self, row: int, batch: int, now_ms: int) -> None:
        self._connection.execute(
            "INSERT INTO versions (session, batch, from_ms, replaced_ms, changed_ms, dictionary, data) "
            "SELECT s.id, ?, coalesce(s.row_changed_ms, s.row_seen_ms), ?, s.row_changed_ms, "
            "r.dictionary, r.data FROM sessions AS s JOIN raw AS r ON r.id = s.id WHERE s.id = ?",
            (batch, now_ms, row),
        )

    def _add(
        self, sessions: Sequence[Session], first: int, *, stretch: int | None, batch: int, now_ms: int
    ) -> None:
        if not sessions:
            return
        rows: list[list[Any]] = [
            [
                row,
                session.key,
                stretch,
                batch,
                digest(session.raw),
                now_ms,
                folds(session.values),
                *self._coded(session),
            ]
            for row, session in enumerate(sessions, first)
        ]
        whole = len(rows) - len(rows) % _ROWS_AT_ONCE
        for at in range(0, whole, _ROWS_AT_ONCE):
            values = [value for row in rows[at : at + _ROWS_AT_ONCE] for value in row]
            self._connection.execute(_INSERT_MANY, values)
        self._connection.executemany(_INSERT_ONE, rows[whole:])
        data = self._codec.compress([session.raw for session in sessions])
        dictionary = self._codec.dictionary
        self._connection.executemany(
            "INSERT INTO raw (id, dictionary, data) VALUES (?, ?, ?)",
            [(row, dictionary, record) for row, record in enumerate(data, first)],
        )
        self._connection.execute(_INDEX + "WHERE id BETWEEN ? AND ?", (first, first + len(sessions) - 1))

    def _coded(self, session: Session) -> list[Any]:
        values: list[Any] = list(session.values)
        known = self._terms.known
        for at in _CODED:
            text = values[at]
            if text is not None:
                values[at] = known.get(text) or self._terms.number(text)
        return values


def same_content(first: bytes, second: bytes) -> bool:
    """Whether two records say the same, whatever the order of properties and the blanks between them."""
    try:
        return _comparable(decode(first)) == _comparable(decode(second))
    except (NotJson, RecursionError):
        return False


def _comparable(value: object) -> object:
    # 1 == 1.0 == True in Python, and NaN differs from itself: neither holds for what a record says.
    if isinstance(value, dict):
        return {name: _comparable(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_comparable(part) for part in value]
    if isinstance(value, bool | float):
        return type(value).__name__, repr(value)
    return value

"""Sessions that are kept no longer: what stays of them is a note, and to the sync they are still there.

The rule. What has been read of the history is known by stretches, and a session tells by its row to which
stretch it belongs. A session that simply went would look like one that nobody has read: the next page that
holds it would count it as new, the bottom of the history would be in doubt, a gap could not be seen to
close. So a removed session leaves a note with its key, stretch, batch and time, about 60 bytes, and a page
that holds it meets it like any other that is known and has not changed. A session that comes for the first
time and is too old already gets a note in place of a row. Who looks a session up gets it all the same, until
the next removal; and where more is to be kept again, what comes anew takes its note's place, stretch
included.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from m360desk.core.fields import INDEX
from m360desk.core.records import Session
from m360desk.store.few import as_list
from m360desk.store.layout import LAYOUT

_TIME = INDEX["time"]
_SEARCHED = ", ".join(field.name for field in LAYOUT.searched)
_ROWS = "(SELECT value FROM json_each(?))"
_REMOVE = (
    "INSERT OR REPLACE INTO removed (row_key, row_stretch, row_batch, time) "  # noqa: S608 - own names
    f"SELECT row_key, row_stretch, row_batch, time FROM sessions WHERE id IN {_ROWS}",
    f"INSERT INTO trigrams (trigrams, rowid, {_SEARCHED}) "  # noqa: S608 - names of the catalogue
    f"SELECT 'delete', id, {_SEARCHED} FROM searchable WHERE id IN {_ROWS}",
    f"DELETE FROM versions WHERE session IN {_ROWS}",  # noqa: S608 - own names
    f"DELETE FROM audit WHERE id IN {_ROWS}",  # noqa: S608 - own names
    f"DELETE FROM raw WHERE id IN {_ROWS}",  # noqa: S608 - own names
    f"DELETE FROM sessions WHERE id IN {_ROWS}",  # noqa: S608 - own names
)


class Removed:
    """The notes of one cache; every method belongs into a transaction of the caller's."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @property
    def kept_from_ms(self) -> int | None:
        """Sessions connected before this moment are not kept; None: all are."""
        row = self._connection.execute("SELECT value FROM meta WHERE name = 'kept_from_ms'").fetchone()
        return int(row[0]) if row else None

    def keep_from(self, from_ms: int | None) -> bool:
        """Keep sessions from this moment on; whether that is earlier than before, and some had gone."""
        before = self.kept_from_ms
        self._connection.execute("DELETE FROM meta WHERE name = 'kept_from_ms'")
        if from_ms is not None:
            self._connection.execute("INSERT INTO meta VALUES ('kept_from_ms', ?)", (from_ms,))
        if before is None or (from_ms is not None and from_ms >= before):
            return False
        wanted = "SELECT EXISTS (SELECT 1 FROM removed WHERE ? IS NULL OR time >= ?)"
        return bool(self._connection.execute(wanted, (from_ms, from_ms)).fetchone()[0])

    def remove(self, most: int) -> int:
        """Remove some sessions that are not to be kept, the oldest first; how many it were."""
        from_ms = self.kept_from_ms
        if from_ms is None:
            return 0
        rows = [
            row
            for (row,) in self._connection.execute(
                "SELECT id FROM sessions WHERE time < ? ORDER BY time LIMIT ?", (from_ms, most)
            )
        ]
        for statement in _REMOVE:
            self._connection.execute(statement, (as_list(rows),))
        return len(rows)

    def stretches(self, keys: Sequence[str]) -> dict[str, int | None]:
        """Those of the keys that have a note, with the stretch that they belong to."""
        if not self._connection.execute("SELECT EXISTS (SELECT 1 FROM removed)").fetchone()[0]:
            return {}
        places = ", ".join("?" * len(keys))
        return dict(
            self._connection.execute(
                f"SELECT row_key, row_stretch FROM removed WHERE row_key IN ({places})",  # noqa: S608
                keys,
            ).fetchall()
        )

    def note(self, sessions: Iterable[Session], *, stretch: int | None, batch: int) -> None:
        """Note sessions that come too old to be kept."""
        self._connection.executemany(
            "INSERT INTO removed (row_key, row_stretch, row_batch, time) VALUES (?, ?, ?, ?)",
            [(session.key, stretch, batch, session.values[_TIME]) for session in sessions],
        )

    def move(self, keys: Iterable[str], stretch: int) -> None:
        """They have been met in another stretch."""
        self._connection.executemany(
            "UPDATE removed SET row_stretch = ? WHERE row_key = ?", [(stretch, key) for key in keys]
        )

    def take_back(self, stretches: Mapping[str, int | None], *, stretch: int | None) -> None:
        """These have rows again: their notes go, and the rows belong where the notes did."""
        for key, before in stretches.items():
            self._connection.execute("DELETE FROM removed WHERE row_key = ?", (key,))
            if stretch is None:
                self._connection.execute(
                    "UPDATE sessions SET row_stretch = ? WHERE row_key = ?", (before, key)
                )

    def withdraw(self, from_batch: int) -> None:
        """Forget notes of sessions that came with these batches."""
        self._connection.execute("DELETE FROM removed WHERE row_batch >= ?", (from_batch,))


def is_older(session: Session, than_ms: int | None) -> bool:
    """Whether a session was connected before a moment; one without a time was not."""
    time = session.values[_TIME]
    return than_ms is not None and isinstance(time, int) and time < than_ms

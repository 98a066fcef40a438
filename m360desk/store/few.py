"""Finds the sessions that can match at all, where an index names them and they are few."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from m360desk.core.fields import Field
from m360desk.store.layout import is_identity
from m360desk.store.schema import index_name

_TRIGRAM = 3
_MOST_TRIGRAMS = 5
Parameter = str | int | float
Rows = tuple[int, ...]


class Few(NamedTuple):
    """Looks into the indexes of one cache.

    Attributes:
        connection: in a transaction, so that what was found still holds for the query that follows.
        indexes: those that the cache has.
        trigrams: whether the trigram index can be relied on.
        most: fewer than so many are few.
    """

    connection: sqlite3.Connection
    indexes: frozenset[str]
    trigrams: Callable[[], bool]
    most: int

    def containing(self, texts: Sequence[str], test: str, parameters: Sequence[Parameter]) -> Rows | None:
        """The sessions that have one of these folded texts in an identity and pass the `test`, an expression.

        None where they are many, or where a text is shorter than a trigram.
        """
        expression = self.expression(texts)
        if expression is None:
            return None
        found = self._first("SELECT rowid AS id FROM trigrams WHERE trigrams MATCH ?", (expression,))
        if not found:
            return found
        statement = (
            "SELECT json_group_array(s.id) FROM sessions AS s "  # noqa: S608 - the test is made by conditions
            f"WHERE s.id IN (SELECT value FROM json_each(?)) AND {test}"
        )
        row = self.connection.execute(statement, (as_list(found), *parameters)).fetchone()
        return _read(row[0])

    def expression(self, texts: Sequence[str]) -> str | None:
        """For the trigram index: all sessions that may have one of these folded texts in an identity.

        None where the index cannot tell.
        """
        if not self.trigrams() or any(len(text) < _TRIGRAM for text in texts):
            return None
        return " OR ".join(f"({_trigrams(text)})" for text in texts)

    def after_breaks(self, text: str, breaks: str) -> str | None:
        """For the trigram index: all sessions with `text` behind one of these `breaks` in an identity.

        `text` is folded. None where the index cannot tell.
        """
        if not self.trigrams() or len(text) != _TRIGRAM - 1:
            return None
        words = (f"{sign}{text}".replace('"', '""') for sign in breaks)
        return " OR ".join(f'"{word}"' for word in words)

    def by_index(self, field: Field, test: str, parameters: Sequence[Parameter]) -> Rows | None:
        """The sessions that pass a `test` of one field; None where they are many or it has no index."""
        index = index_name(field.name)
        if is_identity(field) or index not in self.indexes:
            return None
        sessions = f"sessions AS s INDEXED BY {index}"
        statement = f"SELECT s.id AS id FROM {sessions} WHERE {test}"  # noqa: S608 - made by conditions
        return self._first(statement, parameters)

    def _first(self, statement: str, parameters: Sequence[Parameter]) -> Rows | None:
        counted = f"SELECT json_group_array(id) FROM ({statement} LIMIT ?)"  # noqa: S608 - see above
        rows = _read(self.connection.execute(counted, (*parameters, self.most)).fetchone()[0])
        return rows if len(rows) < self.most else None


def as_list(rows: Sequence[int]) -> str:
    """Row numbers as one parameter, for ``IN (SELECT value FROM json_each(?))``."""
    return f"[{','.join(map(str, rows))}]"


def _trigrams(text: str) -> str:
    """What a text with `text` in it has, as far as the last few characters tell.

    There identifiers differ; each further trigram is one more list to read, and the longest are those of the
    beginning, which whole models share.
    """
    parts = [text[at : at + _TRIGRAM] for at in range(len(text) - _TRIGRAM + 1)][-_MOST_TRIGRAMS:]
    quoted = (part.replace('"', '""') for part in parts)
    return " AND ".join(f'"{trigram}"' for trigram in dict.fromkeys(quoted))


def _read(text: str) -> Rows:
    rows: Rows = _reader().decode(text)
    return rows


@cache
def _reader() -> Any:
    # Loaded when something is searched for: the first rows of a start do not need it.
    import msgspec

    return msgspec.json.Decoder(tuple[int, ...])

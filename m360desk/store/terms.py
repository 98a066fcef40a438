"""Texts that repeat, each kept once and known by a number."""

import sqlite3
from collections.abc import Callable, Iterable
from sys import intern
from typing import NamedTuple

from m360desk.core.folding import fold
from m360desk.core.matching import names_in

_MOST_REMEMBERED = 200_000
_SLICE = 500


class TermNumbers:
    """The writer's side: the number of a text, made when it is new.

    Attributes:
        known: numbers by text, as far as they are remembered.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.known: dict[str | bytes, int] = {}

    def number(self, text: str | bytes) -> int:
        """The number of a text that is not `known`; belongs into a transaction (see `forget`)."""
        if len(self.known) >= _MOST_REMEMBERED:
            self.known.clear()
        row = self._connection.execute("SELECT id FROM terms WHERE text = ?", (text,)).fetchone()
        self.known[text] = number = int(row[0]) if row else self._add(text)
        return number

    def forget(self) -> None:
        """Remember nothing: after a rollback, what was remembered may not be in the file."""
        self.known.clear()

    def _add(self, text: str | bytes) -> int:
        statement = "INSERT INTO terms (text, folded) VALUES (?, ?) RETURNING id"
        return int(self._connection.execute(statement, (text, fold(text))).fetchone()[0])


class Term(NamedTuple):
    """One text.

    Attributes:
        text: as it came; bytes where it holds what no text can (half a surrogate pair).
        folded: as it is searched.
    """

    text: str | bytes
    folded: str


class TermTexts:
    """The reader's side: the text of a number, and the numbers of texts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._terms: dict[int, Term] = {}
        self._some: dict[int, str | bytes] = {}
        self._names: dict[int, tuple[str, ...]] = {}
        self._highest = 0

    def text(self, number: int) -> str | bytes | None:
        """One text; None where the file has no such number."""
        term = self._terms.get(number)
        if term is None and number in self._some:
            return self._some[number]
        if term is None:
            self.refresh()
            term = self._terms.get(number)
        return term.text if term else None

    def known(self, number: int) -> str | bytes | None:
        """One text, if it is in memory: the file is not asked, so any thread may call this."""
        term = self._terms.get(number)
        return term.text if term is not None else None

    def load(self, most: int) -> None:
        """Load all texts, where they are no more than so many."""
        if self._connection.execute("SELECT coalesce(max(id), 0) FROM terms").fetchone()[0] <= most:
            self.refresh()

    def one(self, number: int) -> str | bytes | None:
        """As `text`, without loading all the others: an export keeps what it makes of them itself."""
        text = self.known(number)
        if text is not None:
            return text
        row = self._connection.execute("SELECT text FROM terms WHERE id = ?", (number,)).fetchone()
        return row[0] if row is not None else None

    def folded(self, number: int) -> str:
        """One text as it is searched; "" where the file has no such number."""
        if number not in self._terms:
            self.refresh()
        term = self._terms.get(number)
        return term.folded if term is not None else ""

    def read(self, numbers: Iterable[int]) -> None:
        """Load these texts, where they are few: the first rows of a start do not wait for all others."""
        missing = [n for n in set(numbers) if n not in self._terms and n not in self._some]
        if len(missing) > _SLICE:
            self.refresh()
            return
        places = ", ".join("?" * len(missing))
        statement = f"SELECT id, text FROM terms WHERE id IN ({places})"  # noqa: S608 - placeholders only
        self._some.update(self._connection.execute(statement, missing))

    def matching(self, fits: Callable[[str], bool]) -> list[int]:
        """The numbers of the texts whose folded form `fits`."""
        self.refresh()
        return [number for number, term in self._terms.items() if fits(term.folded)]

    def naming(self, fits: Callable[[str], bool]) -> list[int]:
        """The numbers of the lists (``Battery,Speaker``) of which at least one folded name `fits`."""
        self.refresh()
        return [number for number in self._terms if any(map(fits, self._names_of(number)))]

    def empty(self) -> int | None:
        """The number of the empty text, where there is one."""
        row = self._connection.execute("SELECT id FROM terms WHERE text = ''").fetchone()
        return int(row[0]) if row else None

    def refresh(self) -> None:
        """Load what came since the last time."""
        statement = "SELECT id, text, folded FROM terms WHERE id > ? ORDER BY id"
        cursor = self._connection.execute(statement, (self._highest,))
        while rows := cursor.fetchmany(_SLICE):
            for number, text, folded in rows:
                self._terms[number] = Term(text, folded)
            self._highest = rows[-1][0]
        self._some.clear()

    def _names_of(self, number: int) -> tuple[str, ...]:
        names = self._names.get(number)
        if names is None:
            # Thousands of lists name a few hundred tests between them: each name is kept once.
            names = tuple(map(intern, names_in(self._terms[number].folded)))
            self._names[number] = names
        return names

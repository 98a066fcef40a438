"""Texts that repeat, each kept once and known by a number."""

import re
import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator

from m360desk.core.folding import BREAKS, fold
from m360desk.core.matching import SHORT_WORD, names_in

_MOST_REMEMBERED = 200_000
_SLICE = 500
_FEW = 20_000
_MOST_CONTAINED = 50
_APART = "\n"
"""Stands between texts; no folded text has one."""
_BREAK = f"[{re.escape(''.join(sorted(BREAKS)))}]"
"""What may stand before a word, for `starts_a_word`; `_APART` is among them."""


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


class TermTexts:
    """The reader's side: the text of a number, and the numbers of texts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._texts: dict[int, str | bytes] = {}
        """As they came; bytes where one holds what no text can (half a surrogate pair)."""
        self._some: dict[int, str | bytes] = {}
        self._lists: dict[str, array[int]] = {}
        """By a folded name the lists that have it: few names make thousands of lists."""
        self._listed = 0
        self._contained: dict[str, list[int]] = {}
        """What `containing` has found: the list, the side bar and the next key ask for the same words."""
        self._joined = _APART
        """The folded texts one behind the other, each between `_APART`: thousands are searched in one go."""
        self._starts = array("q", [len(_APART)])
        """Where they begin in it, and where the next one will."""
        self._numbers = array("q")
        """Parallel to them."""
        self._highest = 0

    def text(self, number: int) -> str | bytes | None:
        """One text; None where the file has no such number."""
        text = self._texts.get(number, self._some.get(number))
        if text is None:
            self.refresh()
            text = self._texts.get(number)
        return text

    def known(self, number: int) -> str | bytes | None:
        """One text, if it is in memory: the file is not asked, so any thread may call this."""
        return self._texts.get(number)

    def load_few(self) -> None:
        """Load all texts, where they are few enough to be loaded before anybody asks."""
        if self._connection.execute("SELECT coalesce(max(id), 0) FROM terms").fetchone()[0] <= _FEW:
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
        if number not in self._texts:
            self.refresh()
        return self._folded_at(bisect_left(self._numbers, number)) if number in self._texts else ""

    def read(self, numbers: Iterable[int]) -> None:
        """Load these texts, where they are few: the first rows of a start do not wait for all others."""
        missing = [n for n in set(numbers) if n not in self._texts and n not in self._some]
        if len(missing) > _SLICE:
            self.refresh()
            return
        places = ", ".join("?" * len(missing))
        statement = f"SELECT id, text FROM terms WHERE id IN ({places})"  # noqa: S608 - placeholders only
        self._some.update(self._connection.execute(statement, missing))

    def containing(self, part: str) -> list[int]:
        """The numbers of the texts that a folded part of a query stands in, as `part_matches` has it."""
        self.refresh()
        known = self._contained.get(part)
        if known is not None:
            return known
        starts, numbers = self._starts, self._numbers
        found = [numbers[bisect_right(starts, at) - 1] for at in self._places_of(part)]
        if len(self._contained) >= _MOST_CONTAINED:
            self._contained.clear()
        self._contained[part] = found
        return found

    def _places_of(self, part: str) -> Iterator[int]:
        """Where a part stands in the joined texts as `part_matches` has it, once in each of them."""
        if len(part) <= SHORT_WORD:
            # Such a one begins a word; looking back comes second, which is ten times as quick.
            word = re.escape(part)
            pattern = re.compile(f"{word}(?<={_BREAK}{word})[^{_APART}]*")
            yield from (found.start() for found in pattern.finditer(self._joined, 0, self._starts[-1] - 1))
            return
        at = self._joined.find(part)
        while at >= 0:
            yield at
            at = self._joined.find(_APART, at)
            at = self._joined.find(part, at)

    def matching(self, fits: Callable[[str], bool]) -> list[int]:
        """The numbers of the texts whose folded form `fits`."""
        self.refresh()
        return [number for nth, number in enumerate(self._numbers) if fits(self._folded_at(nth))]

    def naming(self, fits: Callable[[str], bool]) -> list[int]:
        """The numbers of the lists (``Battery,Speaker``) of which at least one folded name `fits`."""
        self.refresh()
        self._take_lists_apart()
        found = {number for name, numbers in self._lists.items() if fits(name) for number in numbers}
        return sorted(found)

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
                self._texts[number] = text
                self._numbers.append(number)
                self._starts.append(self._starts[-1] + len(folded) + 1)
            self._joined += "".join(f"{folded}{_APART}" for _, _, folded in rows)
            self._highest = rows[-1][0]
            self._contained.clear()
        self._some.clear()

    def _take_lists_apart(self) -> None:
        """Do so with those that came since the last time; a text that is no list is a list of one."""
        for nth in range(self._listed, len(self._numbers)):
            for name in names_in(self._folded_at(nth)):
                if name not in self._lists:
                    self._lists[name] = array("q")
                self._lists[name].append(self._numbers[nth])
        self._listed = len(self._numbers)

    def _folded_at(self, nth: int) -> str:
        return self._joined[self._starts[nth] : self._starts[nth + 1] - 1]

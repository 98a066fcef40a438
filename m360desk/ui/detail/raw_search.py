"""Searching a record in slices: a huge one must not hold up the window."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from m360desk.core.large_records import LARGE, Level, Packed

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A search stops here: more would not be read.
MOST_MATCHES = 500
_MOST_DEPTH = 100


class Kept(dict[str, object]):
    """A branch of which only what matches is left; lists become objects keyed by position, so places stay."""


class RawSearch:
    """Finds what has the words in a name or a plain value; ``steps`` does it piece by piece.

    A branch whose name matches stays whole.
    """

    def __init__(self, record: object, wanted: str) -> None:
        self._record = record
        self._wanted = wanted.casefold()
        # What a text of JSON can be looked through for as it stands: nothing that it would write otherwise.
        self._plain = wanted.isascii() and wanted.isprintable() and '"' not in wanted and "\\" not in wanted
        self.found = 0
        self.kept = Kept()

    def steps(self) -> Iterator[None]:
        """Search; each turn is a moment at which one may stop for a while."""
        yield from self._branch(self._record, self.kept, 0)

    def _branch(self, value: object, kept: Kept, depth: int) -> Iterator[None]:
        if depth > _MOST_DEPTH or (isinstance(value, Packed) and self._cannot_be_in(value)):
            return
        yield
        for name, member in Level(value).members():
            if self.found >= MOST_MATCHES:
                return
            yield
            if self._wanted in name.casefold():
                kept[name] = member
                self.found += 1
            elif isinstance(member, dict | list | Packed):
                below = Kept()
                yield from self._branch(member, below, depth + 1)
                if below:
                    kept[name] = below
            elif self._wanted in json.dumps(member, ensure_ascii=False).casefold():
                kept[name] = member
                self.found += 1

    def _cannot_be_in(self, value: Packed) -> bool:
        if not self._plain or len(value.raw) > LARGE or b"\\" in value.raw:
            return False
        return self._wanted.encode() not in value.raw.lower()

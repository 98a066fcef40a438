"""What comes out of a cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from m360desk.core.fields import INDEX
from m360desk.store.layout import LAYOUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    # A start that only lists sessions never reads a record: the reader's modules stay out of it.
    from m360desk.core.session import StoredValue
    from m360desk.store.terms import TermTexts

_CODED = LAYOUT.coded


class StoredRow(NamedTuple):
    """A session as lists need it.

    Attributes:
        row_id: its number in the cache.
        values: parallel to the catalogue's `COLUMNS`; bytes where a text cannot be one.
        gone: whether it is no longer there upstream.
    """

    row_id: int
    values: tuple[StoredValue, ...]
    gone: bool

    def get(self, name: str) -> StoredValue:
        """The value of one stored field."""
        return self.values[INDEX[name]]


def stored_rows(found: Sequence[tuple[Any, ...]], terms: TermTexts) -> Iterator[StoredRow]:
    """Rows as SQLite tells them (number, since when gone, values) with the texts that numbers stand for."""
    if not found:
        return
    # Column by column: of many rows, few texts differ.
    numbers, gone, *columns = map(list, zip(*found, strict=True))
    coded = [set(columns[at]) - {None} for at in _CODED]
    terms.read(set().union(*coded))
    for at, codes in zip(_CODED, coded, strict=True):
        texts = {number: terms.text(number) for number in codes}
        columns[at] = list(map(texts.get, columns[at]))
    for number, values, left in zip(numbers, zip(*columns, strict=True), gone, strict=True):
        yield StoredRow(number, values, left is not None)


class Version(NamedTuple):
    """An earlier record of a session, told by its dates.

    Attributes:
        number: for `CacheReader.version`.
        from_ms: when it came into the cache.
        replaced_ms: when a later one took its place.
    """

    number: int
    from_ms: int
    replaced_ms: int


class StoredSession(NamedTuple):
    """A session with everything that the cache knows of it.

    Attributes:
        row: as in lists.
        key: its id upstream, the cursor for paging.
        raw: the record as it came.
        seen_ms: when it came into the cache first.
        changed_ms: when its record changed last; None: never.
        gone_ms: when it was found to be gone upstream; None: it is there.
        stretch: the part of the history that it belongs to.
        versions: earlier records, the newest first.
    """

    row: StoredRow
    key: str
    raw: bytes
    seen_ms: int
    changed_ms: int | None
    gone_ms: int | None
    stretch: int | None
    versions: tuple[Version, ...]


class CacheStats(NamedTuple):
    """How much a cache holds.

    Attributes:
        sessions: all of them.
        bytes: on disk, what stands in the write-ahead log included.
        gone: sessions that are gone upstream.
        versions: earlier records.
        oldest_ms: the earliest known time of a session; None where none is known.
        newest_ms: the latest.
    """

    sessions: int
    bytes: int
    gone: int
    versions: int
    oldest_ms: int | None
    newest_ms: int | None


class Older(NamedTuple):
    """Sessions of a cache that were connected before some moment.

    Attributes:
        sessions: how many.
        gone: those of them that are gone upstream: they are only here.
        versions: their earlier records.
        oldest_ms: the earliest time among them; None where there is none.
        newest_ms: the latest.
    """

    sessions: int
    gone: int
    versions: int
    oldest_ms: int | None
    newest_ms: int | None

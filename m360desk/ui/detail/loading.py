"""What is read for the detail pane, in the row reader's lane: never in the UI thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from m360desk.core.large_records import LARGE
from m360desk.core.record_changes import RecordChange, record_change
from m360desk.core.records import Detail, Session, read_detail

if TYPE_CHECKING:
    from m360desk.store.reader import CacheReader
    from m360desk.store.stored import StoredRow, StoredSession, Version

MOST_COMPARED = 10
"""Earlier versions that are compared; each one costs about half a millisecond."""


@dataclass(frozen=True, slots=True)
class SessionDetail:
    """A session read whole, with the sessions of the same device and what the cache knows about it.

    Times are milliseconds since 1970 UTC: ``seen_ms`` when the record was last read from the service,
    ``changed_ms`` when it last came with another content, ``gone_ms`` since when the service no longer has
    it. ``versions`` are its earlier contents, the newest first; ``changes`` tells what each turned into, by
    the number of the version, for the newest ones.
    """

    row_id: int
    detail: Detail
    history: tuple[StoredRow, ...] = ()
    seen_ms: int | None = None
    changed_ms: int | None = None
    gone_ms: int | None = None
    versions: tuple[Version, ...] = ()
    changes: dict[int, RecordChange] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        """The record as it came."""
        return self.detail.session.raw


def load_session(
    reader: CacheReader, row_id: int, known: SessionDetail | None = None
) -> SessionDetail | None:
    """Read one session from the cache, or None when it is not in it (any more).

    ``known`` itself comes back where nothing of it has changed: then nobody need show it again.
    """
    stored = reader.session(row_id)
    if stored is None:
        return None
    if known is not None and known.row_id == row_id and known.raw == stored.raw:
        history = known.history and tuple(reader.same_device(str(known.detail.session.get("device"))))
        same = (history, stored.gone_ms, stored.changed_ms, stored.versions)
        if same == (known.history, known.gone_ms, known.changed_ms, known.versions):
            return known
    detail = read_detail(stored.raw, Session(stored.key, stored.row.values, stored.raw))
    device = detail.session.get("device")
    return SessionDetail(
        row_id=row_id,
        detail=detail,
        history=tuple(reader.same_device(device)) if isinstance(device, str) else (),
        seen_ms=stored.seen_ms,
        changed_ms=stored.changed_ms,
        gone_ms=stored.gone_ms,
        versions=stored.versions,
        changes=_changes(reader, stored),
    )


def _changes(reader: CacheReader, stored: StoredSession) -> dict[int, RecordChange]:
    found = {}
    later = stored.raw
    for version in stored.versions[:MOST_COMPARED]:
        earlier = reader.version(stored.row.row_id, version.number)
        if max(len(earlier), len(later)) < LARGE:
            found[version.number] = record_change(earlier, later)
        later = earlier
    return found

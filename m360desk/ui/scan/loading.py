"""What is read for the scan card, in the row reader's lane: never in the UI thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from m360desk.core.condition import Condition, condition_of
from m360desk.core.records import read_detail
from m360desk.ui.detail.loading import SessionDetail, load_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m360desk.store.reader import CacheReader
    from m360desk.store.stored import StoredRow

_LOOKED_AT = 100
"""Hits that are compared: an identity that more sessions carry is a batch number."""


@dataclass(frozen=True, slots=True)
class LoadedDevice:
    """A device's newest session, judged facts of it and of the one before, and whether it is the only one.

    ``devices`` is how many devices carry the identity that was scanned: a custom ID may be given twice.
    """

    session: SessionDetail
    condition: Condition
    earlier: Condition | None
    earlier_ms: int | None
    devices: int


def load_device(reader: CacheReader, ids: Sequence[int]) -> LoadedDevice | None:
    """Read the device that sessions with these row ids, newest first, belong to; None: they are gone."""
    rows = [row for row in reader.rows(ids[:_LOOKED_AT]) if row is not None]
    if not rows:
        return None
    session = load_session(reader, rows[0].row_id)
    if session is None:
        return None
    newest = session.history[0] if session.history else None
    if newest is not None and newest.row_id != session.row_id:
        # The newest session of the device need not carry the identity that was scanned.
        session = load_session(reader, newest.row_id) or session
    before = _before(session)
    stored = reader.session(before.row_id) if before is not None else None
    return LoadedDevice(
        session=session,
        condition=condition_of(session.detail),
        earlier=condition_of(read_detail(stored.raw)) if stored is not None else None,
        earlier_ms=_time(before),
        devices=len({row.get("device") or row.row_id for row in rows}),
    )


def _before(session: SessionDetail) -> StoredRow | None:
    """The session before this one, which is the newest."""
    return next((row for row in session.history if row.row_id != session.row_id), None)


def _time(row: StoredRow | None) -> int | None:
    time = row.get("time") if row is not None else None
    return time if isinstance(time, int) else None

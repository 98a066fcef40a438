"""What a sync remembers: kept in the cache, in one transaction with the sessions it is about."""

from dataclasses import dataclass, field, replace
from typing import Self

import msgspec

from m360desk.services.stretches import Axis, End, Stretches

_VERSION = 1


@dataclass(frozen=True, slots=True)
class AuditPlan:
    """Where the slow re-walk of everything stands.

    Attributes:
        finished_ms: when the last one ended, or when the history was first read whole; None before that.
        started_ms: when the one under way began; None where none is under way.
        end: cursors at which it goes on.
    """

    finished_ms: int | None = None
    started_ms: int | None = None
    end: End = field(default_factory=End)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of the account's history; taken back where the account proves not to answer live.

    Attributes:
        axis: the order in which the history is read.
        stretches: what has been read, newest first.
        reread_from_ms: start of the last completed re-read; before the first one, start of the first sync.
        audit: the slow re-walk.
    """

    axis: Axis = "id"
    stretches: Stretches = ()
    reread_from_ms: int | None = None
    audit: AuditPlan = field(default_factory=AuditPlan)


@dataclass(frozen=True, slots=True)
class SyncState:
    """The whole state.

    Attributes:
        next_number: number of the next stretch; never used twice, not even for a stretch that was taken back.
        plan: as it is now.
        trusted: as it was when the account was last known to answer live.
        trusted_batch: batches from this one on came after that.
        version: of this shape.
    """

    next_number: int
    plan: Plan = field(default_factory=Plan)
    trusted: Plan = field(default_factory=Plan)
    trusted_batch: int = 0
    version: int = _VERSION

    def with_plan(self, plan: Plan) -> Self:
        """This state with another plan."""
        return replace(self, plan=plan)

    def vouched(self, next_batch: int, plan: Plan) -> Self:
        """The account has answered live: what came before `next_batch`, and led to `plan`, stays."""
        return replace(self, trusted=plan, trusted_batch=next_batch)

    def taken_back(self) -> Self:
        """Back to what was known when the account last answered live."""
        return replace(self, plan=self.trusted)


def fresh_state(now_ms: int) -> SyncState:
    """A state that knows nothing.

    Stretch numbers start at the seconds since 1970: above any that sessions in the cache may still
    carry from a state that was lost, so that no stretch takes them for its own.
    """
    return SyncState(next_number=now_ms // 1000)


def encode_state(state: SyncState) -> bytes:
    """The state as it is kept in the cache."""
    return msgspec.json.encode(state)


def decode_state(blob: bytes | None, now_ms: int) -> tuple[SyncState, bool]:
    """The state as kept, and whether there was a readable one.

    Where there is none, or it can't be read, everything is read once more: that loses nothing.
    """
    if blob is None:
        return fresh_state(now_ms), False
    try:
        state = msgspec.json.decode(blob, type=SyncState)
    except (msgspec.DecodeError, ValueError):
        return fresh_state(now_ms), False
    return (state, True) if state.version == _VERSION else (fresh_state(now_ms), False)

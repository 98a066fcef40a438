"""What goes into a sync and what comes out of it."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from m360desk.core.user_text import UserText

SyncMode = Literal["live", "testing", "demo"]
Phase = Literal["probing", "newest", "history", "re-reading", "auditing", "removing", "waiting", "done"]


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How to sync.

    Attributes:
        mode: "live" reads the account's history, "demo" the simulator's in the same way; "testing" fetches
        random
            sessions that replace those that were there.
        testing_pages: pages of a refresh in testing mode.
        reread_days: sessions are read again from so many days before the last completed re-read.
        audit_days: days between two re-walks of everything.
        max_pages: end after so many pages of records; None has no bound.
        page_limit: records to ask for at once, 1–100.
        audit_pages: pages of a re-walk of everything that one run may add.
        keep_months: sessions that are older than so many months are not kept; 0 keeps all.
    """

    mode: SyncMode
    testing_pages: int = 5
    reread_days: int = 7
    audit_days: int = 30
    max_pages: int | None = None
    page_limit: int = 100
    audit_pages: int = 200
    keep_months: int = 0


class StopReason(Enum):
    """Why a sync ended before its end."""

    CREDENTIALS = "credentials refused"
    ACCOUNT = "account or licence refuses"
    NOT_LIVE = "the account does not answer live"
    OFFLINE = "no connection to the service"
    SERVICE = "the service fails"
    NOTHING_NEW = "pages bring nothing new"
    CURSOR_STUCK = "the cursor does not move"
    CACHE_HELD = "another program writes to the cache"
    CACHE = "cache unusable"


_EXIT_CODES = {
    StopReason.CREDENTIALS: 3,
    StopReason.ACCOUNT: 4,
    StopReason.NOT_LIVE: 4,
    StopReason.OFFLINE: 5,
    StopReason.SERVICE: 5,
    StopReason.NOTHING_NEW: 5,
    StopReason.CURSOR_STUCK: 5,
    StopReason.CACHE_HELD: 5,
    StopReason.CACHE: 6,
}


@dataclass(frozen=True, slots=True)
class SyncStop:
    """Why a sync ended before its end, in words for the user.

    Attributes:
        reason: what kind of trouble it is.
        user_text: what happened, what it means, what to do.
        technical: the facts for support, one a line; never credentials.
    """

    reason: StopReason
    user_text: UserText
    technical: str = ""

    @property
    def exit_code(self) -> int:
        """The command line's exit code for it."""
        return _EXIT_CODES[self.reason]


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """Where a sync stands.

    Attributes:
        phase: what it does.
        new: sessions that this run added.
        updated: sessions whose record this run replaced by a changed one.
        pages: pages of records that this run read.
        sessions: records that this run read.
        oldest_ms: how far back the history has been read without a gap.
        waiting_seconds: how long it waits before it asks again, 0 where it does not.
        text: one line for a status bar.
        trouble: what it waits for to pass; None where nothing is wrong.
    """

    phase: Phase
    new: int = 0
    updated: int = 0
    pages: int = 0
    sessions: int = 0
    oldest_ms: int | None = None
    waiting_seconds: float = 0.0
    text: str = ""
    trouble: SyncStop | None = None


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync did.

    Attributes:
        mode: as asked for. sessions: sessions in the cache after it. new: sessions that this run added.
        updated: sessions whose record this run replaced by a changed one. requests: requests sent, repeated
        ones included. rate_limited: how many of them were refused because there were too many. complete:
        whether there is no gap, the bottom of the history is verified, and the re-read was done. Random
            sessions of testing mode are never complete.
        seconds: how long it took.
        stopped_by: why it ended before its end; None where it did not.
        notes: what the user should know besides, such as records that cannot be cached.
    """

    mode: SyncMode
    sessions: int
    new: int
    updated: int
    requests: int
    rate_limited: int
    complete: bool
    seconds: float
    stopped_by: SyncStop | None = None
    notes: tuple[str, ...] = ()

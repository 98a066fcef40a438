"""What the status bar says of a sync, and what the window says when one could not be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.core.user_text import UserText
from m360desk.ui.frame.status_bar import SyncLine
from m360desk.ui.marks import Mark
from m360desk.ui.text import counted, date_of, local_time

if TYPE_CHECKING:
    from datetime import tzinfo

    from m360desk.services.sync import SyncProgress

_PHASES = {
    "probing": "Asking the account",
    "newest": "Fetching new sessions",
    "history": "Reading the history",
    "re-reading": "Looking for changes",
    "auditing": "Checking everything once more",
    "waiting": "Waiting",
    "done": "Up to date",
}


def progress_line(progress: SyncProgress, zone: tzinfo) -> SyncLine:
    """What sync is doing."""
    if progress.phase == "waiting":
        return SyncLine("Waiting", progress.text, icon="clock", busy=True)
    if progress.phase == "removing":
        return SyncLine(progress.text, "", icon="sync", busy=True)
    detail = counted(progress.sessions, "session", "sessions")
    if progress.phase == "history" and progress.oldest_ms is not None:
        detail = f"{detail}, back to {date_of(progress.oldest_ms, zone)}"
    return SyncLine(_PHASES.get(progress.phase, progress.text), detail, icon="sync", busy=True)


def done_line(last_ms: int | None, now_ms: int, zone: tzinfo, *, complete: bool) -> SyncLine:
    """How the last sync ended when it ended well."""
    last = f"last sync {local_time(last_ms, now_ms=now_ms, zone=zone).clock}" if last_ms is not None else ""
    if complete:
        return SyncLine("Up to date", last, mark=Mark.GOOD)
    return SyncLine("Not complete yet", last or "the next sync goes on", icon="clock", colour="watchtext")


def failed_line(text: UserText, last: str) -> SyncLine:
    """That the last sync failed, in a few words."""
    return SyncLine(text.happened.rstrip("."), last, mark=Mark.REPLACE, colour="badtext")


PAUSED = SyncLine("Paused", "what was fetched is kept; Sync goes on", icon="clock")


def offline_line(last: str) -> SyncLine:
    """That there is no connection."""
    detail = f"{last}, waiting for the network" if last else "waiting for the network"
    return SyncLine("Off-line", detail, icon="offline", colour="watchtext")


def offline_text(
    since_ms: int, sessions: int | None, newest_ms: int | None, *, now_ms: int, zone: tzinfo
) -> UserText:
    """Since when there is no connection, and what is there without one."""
    since = _clock(since_ms, now_ms, zone)
    if not sessions:
        means = "You see what is kept on this computer."
    else:
        newest = f", the newest from {_clock(newest_ms, now_ms, zone)}" if newest_ms is not None else ""
        kept = counted(sessions, "session", "sessions")
        means = f"You see the {kept} kept on this computer{newest}."
    return UserText(f"Off-line since {since}.", means, "Devices not among them cannot be looked up.")


def _clock(time_ms: int, now_ms: int, zone: tzinfo) -> str:
    """The clock alone today, else with its day."""
    when = local_time(time_ms, now_ms=now_ms, zone=zone)
    return when.clock if when.day in ("Today", "") else f"{when.day} {when.clock}"


def words_for(error: BaseException) -> UserText:
    """An error as people should hear it; one that nobody has foreseen by its own words."""
    text = getattr(error, "user_text", None)
    if isinstance(text, UserText):
        return text
    return UserText(
        "Something went wrong that the program did not expect.",
        f"{type(error).__name__}: {error}",
        "Nothing that was stored is lost. Try again; the log has the details.",
    )

"""What ends a sync, or a part of it, from within."""

from m360desk.core.user_text import UserText
from m360desk.services.sync_types import StopReason

_STOPPED = (
    "The sync was stopped, for it would never have ended. "
    "What was fetched is kept; older sessions may be missing.",
    "Sync again later; if it stays, send this message to M360's support.",
)


class GuardStop(Exception):
    """The sync must not go on; what was fetched is kept, unless the reason says otherwise."""

    def __init__(self, reason: StopReason, user_text: UserText) -> None:
        super().__init__(user_text.happened)
        self.reason = reason
        self.user_text = user_text


class NotLive(GuardStop):
    """The account answers made-up sessions in place of its own."""

    def __init__(self) -> None:
        super().__init__(
            StopReason.NOT_LIVE,
            UserText(
                "The account does not answer live: it made sessions up.",
                "Its API is set to Testing on the M360 dashboard. What came since it last answered live was "
                "taken back, so that no made-up session stands among the real ones.",
                "Set the API to Live on the M360 dashboard, or choose testing mode here.",
            ),
        )


class NothingNew(GuardStop):
    """Page after page holds nothing that this run could add, and yet there is said to be more."""

    def __init__(self) -> None:
        super().__init__(
            StopReason.NOTHING_NEW,
            UserText("The service keeps saying that there is more, but sends nothing new.", *_STOPPED),
        )


class CursorStuck(GuardStop):
    """A page ends where another one ended before: from there on, the same pages would come again."""

    def __init__(self) -> None:
        super().__init__(
            StopReason.CURSOR_STUCK,
            UserText("The service sends pages that lead back to where they started.", *_STOPPED),
        )


class IdsDisorderly(Exception):
    """Ids descend from record to record, but the times of upload do not."""


class PagesSpent(Exception):
    """As many pages as the run was allowed have been read."""

"""What the window says where there is no list to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.ui.marks import Mark
from m360desk.ui.states import State

if TYPE_CHECKING:
    from m360desk.core.user_text import UserText

READING = State(
    "Reading the account",
    "The newest sessions appear here first. You can search and open them while the rest comes in.",
    icon="sync",
)
EMPTY = State(
    "No sessions yet",
    "A session appears here after a device has been tested in M360 and its session closed.",
    icon="list",
    buttons=(("sync", "Sync now"), ("demo", "Look at the demo")),
    small="Sessions expected? See whether these credentials belong to the right account: Settings, Account.",
)


def no_match(query: str) -> State:
    """Nothing answers a search."""
    return State(
        "No session matches",
        f"Nothing on this computer answers “{query}”.",
        icon="search",
        buttons=(("clear", "Clear search"),),
    )


def problem_state(text: UserText) -> State:
    """Nothing is there, and why nothing could be fetched."""
    return State(
        text.happened,
        f"{text.means} {text.do}".strip(),
        mark=Mark.REPLACE,
        buttons=(("sync", "Try again"), ("settings", "Settings…")),
    )

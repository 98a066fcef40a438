"""What the band under the tool bar says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.core.user_text import UserText

DISMISS = "Dismiss"


class Notice(NamedTuple):
    """What the band says, and the one button at its end, which also takes the notice away.

    ``icon`` (a name) stands in place of the mark of an error or a note, ``aside`` before the button.
    Without an ``act`` the button only takes the notice away.
    """

    text: UserText
    error: bool = False
    icon: str = ""
    aside: str = ""
    button: str = DISMISS
    act: Callable[[], object] | None = None

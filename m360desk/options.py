"""What the command line asks of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Options(NamedTuple):
    """Options that hold for this run only; what is None is decided by the settings.

    Attributes:
        profile: folder for everything: settings, cache, logs.
        demo: show a made-up workshop, apart from any account.
        mode: "testing" or "live".
        api_url: base URL of the API, version included.
        screenshot: draw the window, save it here as PNG and end.
        page: page to show first: "sessions" or "battery".
        console: somebody reads what is said on standard error.
    """

    profile: Path | None = None
    demo: bool = False
    mode: str | None = None
    api_url: str | None = None
    screenshot: Path | None = None
    page: str | None = None
    console: bool = True
